// graphql-ws and graphql-sse follow a cascade of a live server until it has grown to SIZE: one JSON line for each news, and one for what a
// caller without a token gets. The address is the first argument, the client the second; HEADERS are the caller's.
import { createClient as overEvents } from 'graphql-sse';
import { createClient as overSocket } from 'graphql-ws';
import WebSocket from 'ws';

const [url, how] = process.argv.slice(2);
const headers = JSON.parse(process.env.HEADERS);
const asked = { query: 'subscription($id: ID!) { cascade(id: $id) { size opens } }', variables: { id: process.env.CASCADE } };
const size = Number(process.env.SIZE);

const tell = (row) => console.log(JSON.stringify(row));
const clients = {
  'graphql-ws': (known) => overSocket({ url: url.replace('http', 'ws'), connectionParams: known, webSocketImpl: WebSocket, retryAttempts: 0 }),
  'graphql-sse': (known) => overEvents({ url, headers: known, retryAttempts: 0 }),
};

const stranger = clients[how]({});
try {
  for await (const news of stranger.iterate(asked)) tell({ stranger: news });
} catch (error) {
  tell({ refused: error.code ?? error.response?.status ?? String(error) });
}

const client = clients[how](headers);
for await (const { data, errors } of client.iterate(asked)) {
  tell({ news: data?.cascade ?? errors });
  if (errors || data.cascade.size >= size) break;
}
await client.dispose();
