// Documents that several clients send, as a shop would write them.

export const ME = `query Me($first: Int!) {
  me { id firstName orders(first: $first) { edges { cursor node { id number } } pageInfo { endCursor hasNextPage } } }
}`;

export const RENAME = `mutation Rename($input: MeUpdateInput!) {
  meUpdate(input: $input) { customer { id firstName } userErrors { code path } }
}`;

export const VIEWER = "query Viewer { viewer { kind } }";
