// What changed between two schemas, as graphql-inspector sees it: one JSON line a change.
import { diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { readFileSync } from 'node:fs';

const [before, after] = process.argv.slice(2).map((file) => buildSchema(readFileSync(file, 'utf8')));

for (const { criticality, path, message } of await diff(before, after)) {
  console.log(JSON.stringify({ level: criticality.level, path: path ?? '', message }));
}
