// mercurius on fastify with graphql-jit and batched resolvers, with a schema of its own, in production mode.
import { readFileSync } from "node:fs";
import fastify from "fastify";
import mercurius from "mercurius";
import { resolvers } from "./mercurius/resolvers.mjs";

const app = fastify({ logger: false });
const schema = readFileSync(new URL("mercurius/schema.graphql", import.meta.url), "utf8");
app.register(mercurius, { schema, resolvers, jit: 1, graphiql: false });
await app.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
