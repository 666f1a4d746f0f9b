from typing import Final

import strawberry

from customer_gql.commerce.ledgers.types import LedgerEntry
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import node_id
from customer_gql.graph.scalars import Money, graph_enum, money

from . import reads
from .tables import StoreCreditAction

graph_enum(
    StoreCreditAction,
    "Cause of a movement of store credit.",
    {
        "CREATED": "First movement of a balance.",
        "UPDATED": "Adjustment by staff.",
        "USED": "Payment of an order.",
        "REFUNDED": "Refund into the balance.",
        "REVERTED": "Cancellation of an order that was paid with store credit.",
    },
)


@strawberry.type(description="A movement of store credit. It never changes.")
class StoreCreditEntry(LedgerEntry):
    id: strawberry.ID = node_id("sce", reads.entries_by_id, "customer_id", "id", description="Id of the entry.")
    action: StoreCreditAction = column("Cause of the movement.")
    amount: Money = money("Amount of the movement; negative when store credit was spent.", amount="amount")
    balance_after: Money = money("Balance after this movement.", amount="balance_after")


@strawberry.type(description="Store credit of a customer on one website.")
class StoreCredit:
    balance: Money = money("Store credit that can be spent; never negative.", amount="balance")
    entries: Connection[StoreCreditEntry] = paged(
        reads.entries_by_account, key=("customer_id", "website_id"), description="All movements, newest first."
    )


@strawberry.type
class StoreCreditSection:
    store_credit: StoreCredit = loaded(
        reads.store_credits_by_customer, key="id", description="Store credit on the customer's own website."
    )


CUSTOMER_SECTIONS: Final = (StoreCreditSection,)
