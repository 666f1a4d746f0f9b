"""What staff send to act on an account, and what comes back."""

import datetime as dt
from typing import Any

import strawberry

from customer_gql.customers.accounts.reads import impersonations_by_id
from customer_gql.customers.accounts.types import Impersonation
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload


@strawberry.input(description="Whose sessions end.")
class CustomerForceSignInInput:
    id: strawberry.ID = column("The customer.")
    login_code_reason: strawberry.Maybe[str] = column(
        "With it the answer also holds a code to sign in as the customer, as `customerLoginAs` gives: why it is needed. "
        "Permission: `customers.impersonate`."
    )


@strawberry.type(description="What force sign-in did.")
class CustomerForceSignInPayload(CustomerPayload):
    ended_token_count: int = strawberry.field(description="How many tokens ended with it.", default=0)
    login_code: str | None = strawberry.field(description="The code asked for; shown this once.", default=None)
    login_code_expires_at: dt.datetime | None = strawberry.field(
        description="Until when the code can be exchanged.", default=None
    )


@strawberry.input(description="Who gets the mail.")
class CustomerResetPasswordInput:
    id: strawberry.ID = column("The customer.")


@strawberry.type(description="What reset password did. The link itself is seen by its recipient alone.")
class CustomerResetPasswordPayload(CustomerPayload):
    expires_at: dt.datetime | None = strawberry.field(
        description="Until when the link works; null when refused.", default=None
    )


@strawberry.input(description="Whose sign-in is closed.")
class CustomerLockInput:
    id: strawberry.ID = column("The customer.")
    until: strawberry.Maybe[dt.datetime] = column("End of the lock; without it, the configured number of days.")


@strawberry.input(description="Whose account it is.")
class CustomerAccountInput:
    id: strawberry.ID = column("The customer.")


@strawberry.type(description="What was done to the account.")
class CustomerAccountPayload(CustomerPayload):
    is_changed: bool = strawberry.field(description="False when it was so already, or was refused.", default=False)


@strawberry.type(description="The mail that was sent.")
class CustomerResendConfirmationPayload(CustomerPayload):
    expires_at: dt.datetime | None = strawberry.field(
        description="Until when the link works; null when refused.", default=None
    )


@strawberry.input(description="The customer to sign in as, and the reason.")
class CustomerLoginAsInput:
    id: strawberry.ID = column("The customer.")
    reason: str = column("Why; kept with every trace, and shown to the customer. At most 1,000 characters.")


@strawberry.type(description="The code for the storefront.")
class CustomerLoginAsPayload(CustomerPayload):
    code: str | None = strawberry.field(
        description="Give it to `loginAsExchange` on the storefront endpoint; shown this once.", default=None
    )
    expires_at: dt.datetime | None = strawberry.field(description="Until when it works: a minute.", default=None)


@strawberry.input(description="Which impersonation ends.")
class ImpersonationEndInput:
    id: strawberry.ID = column("The impersonation.")


@strawberry.type(description="The impersonation that was ended.")
class ImpersonationEndPayload(Payload):
    key: strawberry.Private[tuple[int, ...] | None] = None
    is_changed: bool = strawberry.field(description="False when it had ended before.", default=False)

    @strawberry.field(graphql_type=Impersonation | None, description="As stored now; null when refused.")
    async def impersonation(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(impersonations_by_id, self.key)
