// The operations of ../relay.js. After a change: `npx relay-compiler@21.0.1 relay/relay.config.json` in the folder above.
import { graphql } from "relay-runtime";

export const query = graphql`
  query shopperQuery($first: Int!) {
    me {
      id
      firstName
      orders(first: $first) {
        edges {
          cursor
          node {
            id
            number
          }
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
  }
`;

export const mutation = graphql`
  mutation shopperUpdateMutation($input: MeUpdateInput!) {
    meUpdate(input: $input) {
      customer {
        id
        firstName
      }
      userErrors {
        code
        path
      }
    }
  }
`;
