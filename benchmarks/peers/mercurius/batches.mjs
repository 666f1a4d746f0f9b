// Resolvers of one field that come in one turn of the loop become one named prepared statement, for each request of its own.
// The loaders that mercurius has do the same, but write each parent as JSON to find out whether they saw it before.
import pg from "pg";
import { formatInstant } from "./values.mjs";

const PARSERS = {
  [pg.types.builtins.DATE]: String,
  [pg.types.builtins.TIMESTAMPTZ]: formatInstant, // a Date has no microseconds
};
const pool = new pg.Pool({
  connectionString: process.env.CUSTOMER_GQL_DATABASE_URL,
  max: 8,
  options: "-c timezone=UTC -c jit=off -c plan_cache_mode=force_generic_plan",
  types: { getTypeParser: (type, format) => PARSERS[type] ?? pg.types.getTypeParser(type, format) },
});

export async function fetchRows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

function batched(load) {
  const waiting = new WeakMap(); // by the context, which each request has of its own
  return (parent, given, context) => {
    let batch = waiting.get(context);
    if (batch === undefined) {
      batch = { parents: [], given: [] };
      batch.answers = new Promise((resolve, reject) =>
        process.nextTick(() => {
          waiting.delete(context);
          load(batch.parents, batch.given).then(resolve, reject);
        }),
      );
      waiting.set(context, batch);
    }
    const place = batch.parents.push(parent) - 1;
    batch.given.push(given);
    return batch.answers.then((found) => found[place]);
  };
}

const keyOf = (row, names) => (names.length === 1 ? row[names[0]] : names.map((name) => row[name]).join("/"));
const columnsOf = (rows, names) => names.map((name) => rows.map((row) => row[name]));

// `of` names what the parent has; the statement takes an array of each, and its rows have them as `by`.
export function one(name, of, by, text) {
  return batched(async (parents) => {
    const different = [...new Map(parents.map((parent) => [keyOf(parent, of), parent])).values()];
    const rows = await fetchRows(name, text, columnsOf(different, of));
    const found = new Map(rows.map((row) => [keyOf(row, by), row]));
    return parents.map((parent) => found.get(keyOf(parent, of)) ?? null);
  });
}

function group(rows, by) {
  const lists = new Map();
  for (const row of rows) {
    const key = keyOf(row, by);
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [row]);
    else list.push(row);
  }
  return lists;
}

export function many(name, of, by, text) {
  return batched(async (parents) => {
    const lists = group(await fetchRows(name, text, columnsOf(parents, of)), by);
    return parents.map((parent) => lists.get(keyOf(parent, of)) ?? []);
  });
}

// The first of each list; the statement also takes an array of sizes. `more` is how many rows are asked for beyond `first`. The sizes of
// one list that is asked for twice are those of the larger one.
export function first(name, of, by, text, { more = 0, shape = (rows) => rows } = {}) {
  return batched(async (parents, given) => {
    const sizes = new Map();
    const different = new Map();
    parents.forEach((parent, place) => {
      const key = keyOf(parent, of);
      different.set(key, parent);
      sizes.set(key, Math.max(given[place].first + more, sizes.get(key) ?? 0));
    });
    const values = [...columnsOf([...different.values()], of), [...sizes.values()]];
    const lists = group(await fetchRows(name, text, values), by);
    return parents.map((parent, place) => {
      const rows = (lists.get(keyOf(parent, of)) ?? []).slice(0, given[place].first + more);
      return shape(rows, parent, given[place].first);
    });
  });
}
