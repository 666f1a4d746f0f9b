from customer_gql.graph.scalars import graph_enum

from .actions import MassAction

graph_enum(
    MassAction,
    "Action on many customers.",
    {
        "SUBSCRIBE": "Subscribe to the newsletter of the default store view of each customer's website, and no other.",
        "UNSUBSCRIBE": "End every newsletter subscription, in all store views.",
        "ASSIGN_GROUP": "Move to the group `groupId`. Refused for members of a company.",
        "ACTIVATE": "Let the customers sign in and buy again.",
        "DEACTIVATE": "Let the customers sign in nowhere, and end every session. Refused for a company's admin.",
        "ADD_TAGS": "Add `tags`; those that a customer has stay as they are. Refused where a customer would have too many.",
        "REMOVE_TAGS": "Remove `tags`.",
        "DELETE": "Delete the accounts permanently. Orders, reviews and ledgers stay. Refused for a company's admin.",
    },
    name="CustomerMassActionKind",
)
