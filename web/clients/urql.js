// `node urql.js URL TOKEN`: urql with its defaults, then with its exchange for persisted queries.
import { Client, cacheExchange, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";

import { ME, RENAME, VIEWER } from "./documents.js";
import { headers, recordingFetch, report, url } from "./requests.js";

const given = { url, fetch: recordingFetch, fetchOptions: { headers } };
const client = new Client({ ...given, exchanges: [cacheExchange, fetchExchange] });
const persisting = new Client({ ...given, exchanges: [persistedExchange(), fetchExchange] });

const me = await client.query(ME, { first: 1 });
const renamed = await client.mutation(RENAME, { input: { firstName: "Ursula" } });
const refused = await client.mutation(RENAME, { input: { firstName: "" } });
const unknown = await client.query("query Unknown { nothing }", {});
const first = await persisting.query(VIEWER, {});
const again = await persisting.query(VIEWER, {}, { requestPolicy: "network-only" });

report({
  me: me.data,
  renamed: renamed.data.meUpdate.customer.firstName,
  refused: refused.data.meUpdate.userErrors[0].code,
  unknown: unknown.error.graphQLErrors[0].extensions.code,
  viewers: [first, again].map(({ data }) => data.viewer.kind),
});
