import datetime as dt
from typing import Annotated

import strawberry

from customer_gql.core.access import INPUT, admin_mutation
from customer_gql.core.context import Info
from customer_gql.core.ids import decode_one
from customer_gql.core.loading import column
from customer_gql.customers.types import CustomerPayload
from customer_gql.customers.writes import locked
from customer_gql.history.writes import acting

from . import writes


@strawberry.input(description="Whose sessions end.")
class CustomerForceSignInInput:
    id: strawberry.ID = column("The customer.")


@strawberry.type(description="What force sign-in did.")
class CustomerForceSignInPayload(CustomerPayload):
    ended_token_count: int = strawberry.field(description="How many tokens ended with it.", default=0)


@strawberry.input(description="Who gets the mail.")
class CustomerResetPasswordInput:
    id: strawberry.ID = column("The customer.")


@strawberry.type(description="What reset password did. The link itself is seen by its recipient alone.")
class CustomerResetPasswordPayload(CustomerPayload):
    expires_at: dt.datetime | None = strawberry.field(
        description="Until when the link works; null when refused.", default=None
    )


@strawberry.type
class AccountAdminMutation:
    @admin_mutation(
        permission="customers.force_sign_in",
        alone=True,
        description="End every session of a customer: each token stops working at once, open password reset links too. "
        "Writes history. Cannot be undone; the customer signs in again.",
    )
    async def customer_force_sign_in(
        self, info: Info, input: Annotated[CustomerForceSignInInput, INPUT]
    ) -> CustomerForceSignInPayload:
        customer_id = decode_one(input.id, "cus")
        async with info.context.transaction() as connection:
            customer = await locked(connection, customer_id, websites=info.context.viewer.website_ids)
            ended = await writes.force_sign_in(connection, customer, by=acting(info.context.viewer, info.context.peer))
        return CustomerForceSignInPayload(customer_id=customer_id, ended_token_count=ended)

    @admin_mutation(
        permission="customers.reset_password",
        alone=True,
        description="Mail the customer a link to choose a new password. The link works once and for a limited time, "
        "only the newest one works, and nobody but the recipient sees it. At most five mails an hour for one "
        "customer. The old password goes on working. Writes history.",
    )
    async def customer_reset_password(
        self, info: Info, input: Annotated[CustomerResetPasswordInput, INPUT]
    ) -> CustomerResetPasswordPayload:
        customer_id = decode_one(input.id, "cus")
        settings = info.context.settings
        async with info.context.transaction() as connection:
            expires_at = await writes.request_reset(
                connection,
                await locked(connection, customer_id, websites=info.context.viewer.website_ids),
                lifetime=dt.timedelta(minutes=settings.reset_link_minutes),
                per_hour=settings.reset_requests_per_hour,
                by=acting(info.context.viewer, info.context.peer),
            )
        return CustomerResetPasswordPayload(customer_id=customer_id, expires_at=expires_at)
