// PostGraphile 5 with its own schema over the same tables, as its documentation starts it, in production mode.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makeJSONPgSmartTagsPlugin } from "postgraphile/utils";
import { tags } from "./tags.mjs";

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [makeJSONPgSmartTagsPlugin(tags)],
  // It would hide conditions that are no index of their own; here they stand beside a key.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({ connectionString: process.env.CUSTOMER_GQL_DATABASE_URL, schemas: ["public", "peer"], poolConfig: { max: 8 } }),
  ],
  grafserv: { watch: false, graphiql: false },
  grafast: { explain: false },
};
const instance = postgraphile(preset);
if (process.argv[2] === "schema") {
  const { printSchema } = await import("postgraphile/graphql");
  process.stdout.write(printSchema(await instance.getSchema()), () => process.exit(0));
  await new Promise(() => {});
}
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
