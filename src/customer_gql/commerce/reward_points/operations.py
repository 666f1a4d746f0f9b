from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.ledgers.writes import checked_comment, checked_key
from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_one
from customer_gql.core.permissions import Permission
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, admin_mutation
from customer_gql.shop.websites.reads import find_website

from . import writes
from .types import RewardPointsEntry


@strawberry.input(description="Reward points to give or to take.")
class RewardPointsAdjustInput:
    id: strawberry.ID = column("The customer.")
    points: int = column("How many to add; negative takes. Not zero.")
    idempotency_key: str = column(
        "Chosen by the caller, 1 to 128 characters; asking again with it changes nothing more."
    )
    website_id: strawberry.Maybe[strawberry.ID] = column("On which website; the customer's own when left out.")
    comment: str | None = strawberry.field(
        description="Why, for the history the customer sees; at most 1,000 characters.", default=None
    )


@strawberry.type(description="What the adjustment did.")
class RewardPointsAdjustPayload(CustomerPayload):
    entry: Any = strawberry.field(
        graphql_type=RewardPointsEntry | None,
        description="The movement as it stands in the ledger; null when refused.",
        default=None,
    )


@strawberry.type
class RewardPointsAdminMutation:
    @admin_mutation(
        permission=Permission.CREDIT_ADJUST,
        exclusive=True,
        description="Give a customer reward points, or take some. The balance never falls below zero. Repeated with "
        "the same `idempotencyKey` it answers the first movement and moves nothing. Writes the ledger and history; "
        "sends no mail. Cannot be undone but by a movement the other way.",
    )
    async def reward_points_adjust(
        self, info: Info, input: Annotated[RewardPointsAdjustInput, INPUT]
    ) -> RewardPointsAdjustPayload:
        customer_id = decode_one(input.id, "cus")
        async with info.context.transaction() as connection:
            customer = await lock_customer(connection, customer_id, websites=info.context.viewer.website_ids)
            named = None if input.website_id is None else decode_one(input.website_id.value, "web")
            site = await find_website(
                connection,
                customer.website_id if named is None else named,
                websites=info.context.viewer.website_ids,
            )
            entry, is_new = await writes.adjust(
                connection,
                customer_id=customer_id,
                website_id=site.id,
                points=input.points,
                comment=checked_comment(input.comment),
                idempotency_key=checked_key(input.idempotency_key),
            )
            if is_new:
                await record_customer_event(
                    connection,
                    customer_id,
                    kind="REWARD_POINTS_ADJUSTED",
                    version=customer.version,
                    by=actor_of(info.context.viewer),
                    changes={"rewardPoints": (entry.balance_after - entry.points, entry.balance_after)},
                )
        return RewardPointsAdjustPayload(customer_id=customer_id, entry=entry)


ADMIN_MUTATIONS: Final = (RewardPointsAdminMutation,)
