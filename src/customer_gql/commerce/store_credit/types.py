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
    "What moved store credit.",
    {
        "CREATED": "The first entry of a balance.",
        "UPDATED": "Staff adjusted it.",
        "USED": "An order was paid with it.",
        "REFUNDED": "A refund was paid into it.",
        "REVERTED": "An order paid with it was canceled.",
    },
)


@strawberry.type(description="One movement of store credit; never changed afterwards.")
class StoreCreditEntry(LedgerEntry):
    id: strawberry.ID = node_id("sce", reads.entries_by_id, "customer_id", "id", description="The entry.")
    action: StoreCreditAction = column("What moved it.")
    amount: Money = money("How much; negative when it was spent.", amount="amount")
    balance_after: Money = money("Balance after this movement.", amount="balance_after")


@strawberry.type(description="Store credit of a customer on one website.")
class StoreCredit:
    balance: Money = money("What can be spent; never negative.", amount="balance")
    entries: Connection[StoreCreditEntry] = paged(
        reads.entries_by_account, key=("customer_id", "website_id"), description="Every movement, newest first."
    )


@strawberry.type
class StoreCreditSection:
    store_credit: StoreCredit = loaded(
        reads.store_credits_by_customer, key="id", description="Store credit on the customer's own website."
    )


CUSTOMER_SECTIONS: Final = (StoreCreditSection,)
