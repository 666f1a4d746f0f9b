from customer_gql.graph.scalars import graph_enum

from .refusals import MassAction

graph_enum(
    MassAction,
    "Action on many customers.",
    {
        "SUBSCRIBE": "Subscribe to the newsletter of the default store view of each customer's website, and no other.",
        "UNSUBSCRIBE": "End every newsletter subscription, in all store views.",
        "ASSIGN_GROUP": "Move to the group `groupId`. Refused for members of a company, and where the group excludes the website.",
        "EDIT": "Store the values of `edit`, by the rules of each customer's website.",
        "ACTIVATE": "Let the customers sign in and buy again.",
        "DEACTIVATE": "Let the customers sign in nowhere, and end every session. Refused for a company's admin.",
        "LOCK": "Close sign-in until `lockedUntil`, with `note`. Sessions go on.",
        "UNLOCK": "Open sign-in again and forget wrong passwords.",
        "ADD_TAGS": "Add `tags`; those that a customer has stay as they are. Refused where a customer would have too many.",
        "REMOVE_TAGS": "Remove `tags`.",
        "FORCE_SIGN_IN": "End every session and every open link. Customers are told by mail where so configured.",
        "RESET_PASSWORD": "Mail a link to choose a new password. Refused beyond the hourly limit of an account.",
        "DELETE": "Delete the accounts permanently. Orders, reviews and ledgers stay. Refused for a company's admin.",
    },
    name="CustomerMassActionKind",
)
