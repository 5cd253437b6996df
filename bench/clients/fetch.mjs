// Apollo Client and urql ask a live server: one JSON line each. The address is the argument; HEADERS are a caller's; QUERY and VARIABLES
// what is asked, FORBIDDEN what the same caller may not ask.
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { Client, cacheExchange, fetchExchange } from '@urql/core';

const [url] = process.argv.slice(2);
const { QUERY, FORBIDDEN } = process.env;
const headers = JSON.parse(process.env.HEADERS);
const variables = JSON.parse(process.env.VARIABLES ?? '{}');

const tell = (row) => console.log(JSON.stringify(row));
const codes = (errors) => errors.map(({ extensions }) => extensions.code);

const refusal = async (asked) => {
  try {
    await asked();
    return null;
  } catch (error) {
    return CombinedGraphQLErrors.is(error) ? codes(error.errors) : [String(error)];
  }
};

const apollo = new ApolloClient({ link: new HttpLink({ uri: url, headers }), cache: new InMemoryCache() });
const { data } = await apollo.query({ query: gql(QUERY), variables });
const cached = await apollo.query({ query: gql(QUERY), variables, fetchPolicy: 'cache-only' });
const refused = await refusal(() => apollo.query({ query: gql(FORBIDDEN) }));
tell({ client: 'apollo', data, cached: cached.data, refused });

const urql = new Client({ url, fetchOptions: { headers }, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange] });
const answer = await urql.query(QUERY, variables).toPromise();
const again = await urql.query(QUERY, variables, { requestPolicy: 'cache-only' }).toPromise();
const denied = await urql.query(FORBIDDEN, {}).toPromise();
tell({ client: 'urql', data: answer.data, cached: again.data, refused: denied.error && codes(denied.error.graphQLErrors) });
