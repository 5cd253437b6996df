// Every audit of graphql-http against a server: one JSON line each. The address is the argument, headers come as JSON in HEADERS.
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
const headers = JSON.parse(process.env.HEADERS ?? '{}');
const fetchFn = (address, init = {}) => fetch(address, { ...init, headers: { ...headers, ...init.headers } });

for (const audit of serverAudits({ url, fetchFn })) {
  const { status, reason } = await audit.fn();
  console.log(JSON.stringify({ id: audit.id, name: audit.name, status, reason: reason ?? null }));
}
