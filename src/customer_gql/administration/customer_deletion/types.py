import strawberry

from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum

from .consequences import DeletionBlockerKind, DeletionEffect, DeletionRecordKind, DeletionWarningKind

graph_enum(
    DeletionBlockerKind,
    "Reason that forbids the deletion of a customer.",
    {
        "COMPANY_ADMIN_REQUIRES_SUCCESSOR": "The customer is the admin of a company; another user of it has to become "
        "its admin first.",
    },
)
graph_enum(
    DeletionWarningKind,
    "Reason to think twice before a customer is deleted.",
    {
        "OPEN_ORDERS": "Orders that are neither complete, closed nor canceled; they are delivered all the same.",
        "CREDIT_LEFT": "Websites on which store credit is left, which nobody can spend any more.",
        "POINTS_LEFT": "Reward points that are left, which nobody can redeem any more.",
    },
)
graph_enum(
    DeletionRecordKind,
    "Kind of record that belongs to a customer.",
    {
        "ADDRESSES": "Addresses of the address book.",
        "CARTS": "Carts.",
        "WISHLISTS": "Wishlists.",
        "SUBSCRIPTIONS": "Newsletter subscriptions.",
        "SESSIONS": "Sessions.",
        "NOTES": "Notes of staff.",
        "TAGS": "Tags.",
        "MEMBERSHIPS": "Memberships in companies.",
        "ORDERS": "Orders.",
        "REVIEWS": "Product reviews.",
        "STORE_CREDIT": "Balances of store credit, one for each website.",
        "REWARD_POINTS": "Balances of reward points, one for each website.",
        "HISTORY": "Events of the history.",
        "MAILS": "Mails to the customer, those that wait to be sent included.",
    },
)
graph_enum(
    DeletionEffect,
    "Effect of the deletion of a customer on records.",
    {
        "KEPT": "They stay, and `DeletedCustomer` shows them; mails only until they are deleted, some time after they were sent.",
        "DELETED": "They are deleted for good.",
    },
)


@strawberry.type(name="DeletionBlocker", description="A reason that forbids the deletion of a customer.")
class DeletionBlockerType:
    kind: DeletionBlockerKind = column("The reason.")
    message: str = column("A sentence for people, in the language of `Accept-Language`.")


@strawberry.type(name="DeletionWarning", description="A reason to think twice before a customer is deleted.")
class DeletionWarningType:
    kind: DeletionWarningKind = column("The reason.")
    count: int = column("Number of orders, websites or points.")


@strawberry.type(
    name="DeletionRecord", description="What becomes of the records of one kind when their customer is deleted."
)
class DeletionRecordType:
    kind: DeletionRecordKind = column("Kind of record.")
    effect: DeletionEffect = column("What becomes of them.")
    count: int = column("Number of records.")
