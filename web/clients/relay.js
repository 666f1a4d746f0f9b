// `node relay.js URL TOKEN`: Relay, whose compiler persisted the documents in relay/documents.
import relay from "relay-runtime";

import mutation from "./relay/__generated__/shopperUpdateMutation.graphql.js";
import query from "./relay/__generated__/shopperQuery.graphql.js";
import { headers, recordingFetch, report, url } from "./requests.js";

const { Environment, Network, RecordSource, Store, commitMutation, createOperationDescriptor, fetchQuery, getRequest } = relay;

async function send({ id }, variables) {
  const accept = "application/graphql-response+json, application/json";
  const answer = await recordingFetch(url, {
    method: "POST",
    headers: { ...headers, accept, "content-type": "application/json" },
    body: JSON.stringify({ documentId: id, variables }),
  });
  return answer.json();
}

function commit(environment, input) {
  return new Promise((resolve, reject) => {
    commitMutation(environment, { mutation, variables: { input }, onCompleted: resolve, onError: reject });
  });
}

const environment = new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });
const variables = { first: 1 };
const stored = environment.retain(createOperationDescriptor(getRequest(query), variables));
const first = await fetchQuery(environment, query, variables).toPromise();
const renamed = await commit(environment, { firstName: "Rhea" });
const cached = environment.lookup(createOperationDescriptor(getRequest(query), variables).fragment).data;
const refused = await commit(environment, { firstName: "" });
stored.dispose();

report({
  me: first,
  renamed: renamed.meUpdate.customer.firstName,
  cached: cached.me.firstName,
  refused: refused.meUpdate.userErrors[0].code,
});
