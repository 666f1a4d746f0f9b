import datetime as dt
from typing import Final

import strawberry

from customer_gql.commerce.ledgers.types import LedgerEntry
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import node_id
from customer_gql.graph.scalars import Money, graph_enum, money

from . import reads
from .tables import RewardPointsAction

graph_enum(
    RewardPointsAction,
    "What moved reward points.",
    {
        "ADMIN_UPDATE": "Staff adjusted them.",
        "PURCHASE": "Earned by an order.",
        "REGISTRATION": "Earned by signing up.",
        "NEWSLETTER": "Earned by the first newsletter subscription.",
        "REVIEW": "Earned by an approved review.",
        "INVITATION_CUSTOMER": "Earned by an invited person who signed up.",
        "INVITATION_ORDER": "Earned by an order of an invited person.",
        "REDEEMED": "Spent on an order.",
        "REFUNDED": "Given back with a refund.",
        "REVERTED": "Taken or given back because an order was undone.",
        "EXPIRED": "Not spent in time.",
    },
)


@strawberry.type(description="One movement of reward points; never changed afterwards.")
class RewardPointsEntry(LedgerEntry):
    id: strawberry.ID = node_id("rpe", reads.entries_by_id, "customer_id", "id", description="The entry.")
    action: RewardPointsAction = column("What moved them.")
    points: int = column("How many; negative when they were spent or lost.")
    balance_after: int = column("Balance after this movement.")
    expires_at: dt.datetime | None = column("When what is left of these points is lost; null when never.")


@strawberry.type(description="Reward points of a customer on one website.")
class RewardPoints:
    balance: int = column("Points that can be spent; never negative.")
    worth: Money | None = money(
        "What the balance pays, in whole units of the exchange rate; null while no rate is set.", amount="worth"
    )
    entries: Connection[RewardPointsEntry] = paged(
        reads.entries_by_account, key=("customer_id", "website_id"), description="Every movement, newest first."
    )


@strawberry.type
class RewardPointsSection:
    reward_points: RewardPoints = loaded(
        reads.reward_points_by_customer, key="id", description="Reward points on the customer's own website."
    )


CUSTOMER_SECTIONS: Final = (RewardPointsSection,)
