from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.ledgers import operations as ledgers
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, admin_mutation

from .types import RewardPointsEntry
from .writes import REWARD_POINTS


@strawberry.input(description="An adjustment of reward points by staff.")
class RewardPointsAdjustInput:
    id: strawberry.ID = column("Id of the customer.")
    points: int = column("Number of points to add; a negative number is deducted. Not zero.")
    idempotency_key: str = column(ledgers.KEY_DESCRIPTION)
    website_id: strawberry.ID | None = strawberry.field(description=ledgers.WEBSITE_DESCRIPTION, default=None)
    comment: str | None = strawberry.field(description=ledgers.COMMENT_DESCRIPTION, default=None)
    notify_customer: bool = strawberry.field(description=ledgers.NOTIFY_DESCRIPTION, default=False)


@strawberry.type(description="Result of `rewardPointsAdjust`.")
class RewardPointsAdjustPayload(CustomerPayload):
    entry: Any = strawberry.field(
        graphql_type=RewardPointsEntry | None, description=ledgers.ENTRY_DESCRIPTION, default=None
    )


@strawberry.type
class RewardPointsAdminMutation:
    @admin_mutation(
        permission=Permission.CREDIT_ADJUST,
        exclusive=True,
        description=f"Add reward points for a customer, or deduct them. {ledgers.ADJUST_DESCRIPTION}",
    )
    async def reward_points_adjust(
        self, info: Info, input: Annotated[RewardPointsAdjustInput, INPUT]
    ) -> RewardPointsAdjustPayload:
        return RewardPointsAdjustPayload(**await ledgers.adjust_ledger(info, REWARD_POINTS, input, input.points))


ADMIN_MUTATIONS: Final = (RewardPointsAdminMutation,)
