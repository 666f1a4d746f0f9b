// `node live.js URL TOKEN JOB CURSOR`: graphql-ws and graphql-sse with their defaults, a line of JSON for each thing that they told.
import { createClient as createSocketClient } from "graphql-ws";
import { createClient as createEventClient } from "graphql-sse";

const [url, token, job, cursor] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const PROGRESS = "subscription Progress($id: ID!) { jobChanged(id: $id) { status processedCount } }";
const FEED = "subscription Feed($after: String) { eventPublished(after: $after) { cursor type } }";
const VIEWER = "query Viewer { viewer { kind } }";

const tell = (client, name, told) => console.log(JSON.stringify({ client, name, told }));

async function follow(client, source) {
  const name = client === sockets ? "graphql-ws" : "graphql-sse";
  const told = (what, value) => tell(name, what, value);
  for await (const { data } of client.iterate({ query: VIEWER })) told("viewer", data.viewer.kind);
  try {
    for await (const answer of client.iterate({ query: "{ nothing }" })) told("unknown", answer.errors[0].extensions.code);
  } catch (errors) {
    told("unknown", errors[0].extensions.code);
  }
  for await (const { data } of client.iterate({ query: FEED, variables: { after: cursor } })) {
    told("event", data.eventPublished.type);
    if (data.eventPublished.type === "CUSTOMER_LOCKED") break; // completes the operation
  }
  for await (const { data } of client.iterate({ query: PROGRESS, variables: { id: job } })) {
    told("progress", [data.jobChanged.status, data.jobChanged.processedCount]);
  }
  told("end", null); // the job is finished
}

const sockets = createSocketClient({ url: url.replace("http", "ws"), connectionParams: { authorization } });
const events = createEventClient({ url, headers: { authorization } });
await Promise.all([follow(sockets), follow(events)]);
const refused = createSocketClient({ url: url.replace("http", "ws"), connectionParams: { authorization: "Bearer none" }, retryAttempts: 3 });
try {
  for await (const answer of refused.iterate({ query: VIEWER })) tell("graphql-ws", "refused", answer);
} catch (closed) {
  tell("graphql-ws", "refused", [closed.code, closed.reason]);
}
await sockets.dispose();
events.dispose();
