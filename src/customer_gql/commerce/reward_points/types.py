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
    "Cause of a movement of reward points.",
    {
        "ADMIN_UPDATE": "Adjustment by staff.",
        "PURCHASE": "Earned by an order.",
        "REGISTRATION": "Earned by signing up.",
        "NEWSLETTER": "Earned by the first newsletter subscription.",
        "REVIEW": "Earned by an approved review.",
        "INVITATION_CUSTOMER": "Earned by an invited person who signed up.",
        "INVITATION_ORDER": "Earned by an order of an invited person.",
        "REDEEMED": "Spent on an order.",
        "REFUNDED": "Returned with a refund.",
        "REVERTED": "Deducted or returned because an order was canceled.",
        "EXPIRED": "Expired before they were spent.",
    },
)


@strawberry.type(description="A movement of reward points. It never changes.")
class RewardPointsEntry(LedgerEntry):
    id: strawberry.ID = node_id("rpe", reads.entries_by_id, "customer_id", "id", description="Id of the entry.")
    action: RewardPointsAction = column("Cause of the movement.")
    points: int = column("Number of points; negative when they were spent or lost.")
    balance_after: int = column("Balance after this movement.")
    expires_at: dt.datetime | None = column(
        "Time at which the points that are left of these expire; null when they do not expire."
    )


@strawberry.type(description="Reward points of a customer on one website.")
class RewardPoints:
    balance: int = column("Points that can be spent; never negative.")
    worth: Money | None = money(
        "Value of the balance, in whole units of the exchange rate; null when no rate is set.", amount="worth"
    )
    entries: Connection[RewardPointsEntry] = paged(
        reads.entries_by_account, key=("customer_id", "website_id"), description="All movements, newest first."
    )


@strawberry.type
class RewardPointsSection:
    reward_points: RewardPoints = loaded(
        reads.reward_points_by_customer, key="id", description="Reward points on the customer's own website."
    )


CUSTOMER_SECTIONS: Final = (RewardPointsSection,)
