// `node reconnecting.js CLIENT URL TOKEN CURSOR`: follows the feed over restarts of the service, a line of JSON for each event.
import { createClient as createSocketClient } from "graphql-ws";
import { createClient as createEventClient } from "graphql-sse";

const [name, url, token, cursor] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const query = "subscription Feed($after: String) { eventPublished(after: $after) { cursor type } }";
const closed = (event) => console.log(JSON.stringify({ closed: event.code }));
const client =
  name === "graphql-ws"
    ? createSocketClient({ url: url.replace("http", "ws"), connectionParams: { authorization }, retryAttempts: 0, on: { closed } })
    : createEventClient({ url, headers: { authorization }, retryAttempts: 0 });

let after = cursor;
while (true) {
  try {
    for await (const { data } of client.iterate({ query, variables: { after } })) {
      after = data.eventPublished.cursor;
      console.log(JSON.stringify({ type: data.eventPublished.type, cursor: after }));
    }
    break; // complete
  } catch {
    console.log(JSON.stringify({ cut: true }));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
