// graphql-eslint's presets for a schema, as they are, but for three options of the Relay preset that ask for more than the connection
// specification does. An id is asked of the types that implement Node.
import plugin from '@graphql-eslint/eslint-plugin';
import { buildSchema, isObjectType } from 'graphql';
import { readFileSync } from 'node:fs';

const schema = process.env.SCHEMA;
const types = Object.values(buildSchema(readFileSync(schema, 'utf8')).getTypeMap());
const without = types.filter((type) => isObjectType(type) && !type.getInterfaces().some(({ name }) => name === 'Node'));

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { '@graphql-eslint': plugin },
    rules: {
      ...plugin.configs['flat/schema-recommended'].rules,
      ...plugin.configs['flat/schema-relay'].rules,
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      '@graphql-eslint/relay-edge-types': ['error', { shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: { types: without.map(({ name }) => name) } }],
    },
  },
];
