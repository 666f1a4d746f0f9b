// `node apollo.js URL TOKEN`: Apollo Client with automatic persisted queries, by POST and by GET.
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";

import { ME, RENAME, VIEWER } from "./documents.js";
import { headers, recordingFetch, report, url } from "./requests.js";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function newClient(useGETForHashedQueries) {
  return new ApolloClient({
    cache: new InMemoryCache(),
    clientAwareness: { name: "shop", version: "1.0" },
    link: ApolloLink.from([
      new PersistedQueryLink({ sha256, useGETForHashedQueries }),
      new HttpLink({ uri: url, headers, fetch: recordingFetch }),
    ]),
  });
}

const client = newClient(false);
const query = gql(ME);
const variables = { first: 1 };
const first = await client.query({ query, variables });
const again = await client.query({ query, variables, fetchPolicy: "network-only" });
const input = { firstName: "Apollonia" };
const renamed = await client.mutate({ mutation: gql(RENAME), variables: { input } });
const cached = client.readQuery({ query, variables });
const refused = await client.mutate({ mutation: gql(RENAME), variables: { input: { firstName: "" } } });
const byUrl = newClient(true);
const viewers = [];
for (const fetchPolicy of ["cache-first", "network-only"]) {
  viewers.push((await byUrl.query({ query: gql(VIEWER), fetchPolicy })).data.viewer.kind);
}
const unknown = await client.query({ query: gql("query Unknown { nothing }"), errorPolicy: "all" });

report({
  first: first.data,
  again: again.data,
  renamed: renamed.data.meUpdate.customer.firstName,
  cached: cached.me.firstName,
  refused: refused.data.meUpdate.userErrors[0].code,
  viewers,
  unknown: unknown.error.errors[0].extensions.code,
});
