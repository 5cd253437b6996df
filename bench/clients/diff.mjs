// What changed from each schema to the next, as graphql-inspector sees it: one JSON line a step.
import { diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { readFileSync } from 'node:fs';

const schemas = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8')));

for (const [place, after] of schemas.slice(1).entries()) {
  const changes = await diff(schemas[place], after);
  console.log(JSON.stringify(changes.map(({ criticality, path, message }) => ({ level: criticality.level, path: path ?? '', message }))));
}
