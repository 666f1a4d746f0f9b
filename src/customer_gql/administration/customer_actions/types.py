from customer_gql.graph.scalars import graph_enum

from .actions import MassAction

graph_enum(
    MassAction,
    "Action on many customers.",
    {
        "SUBSCRIBE": "Subscribe to the newsletter of the default store view of each customer's website, and no other.",
        "UNSUBSCRIBE": "End every newsletter subscription, in all store views.",
        "ASSIGN_GROUP": "Move to the group `groupId`. Refused for members of a company.",
        "DELETE": "Delete the accounts permanently. Orders, reviews and ledgers stay. Refused for a company's admin.",
    },
    name="CustomerMassActionKind",
)
