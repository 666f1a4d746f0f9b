"""What staff send to act on an account, and what comes back."""

import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.customers.accounts.reads import impersonations_by_id
from customer_gql.customers.accounts.types import Impersonation
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.customers.profile.types import CustomerPayload
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.shop.websites.reads import store_views_by_id
from customer_gql.shop.websites.types import StoreView

from .impersonation import LoginCode
from .store_views import find_own_store_view

_CHOSEN: Final = "Required where `accounts.login_as_store_view` is `MANUAL`, refused otherwise."
_WHERE: Final = "Store view of the storefront in which to exchange the code; null when refused."


@strawberry.type(description="Result with a code to sign in as a customer.")
class LoginCodePayload(CustomerPayload):
    made: strawberry.Private[LoginCode | None] = None

    async def find_store_view(self, info: Info) -> Any:
        """That of the account unless staff chose one."""
        if self.made is None:
            return None
        found = self.made.store_view_id or await self._find_own_store_view(info)
        return None if found is None else await info.context.load(store_views_by_id, found)

    async def _find_own_store_view(self, info: Info) -> int | None:
        account = await info.context.load(customers_by_id, self.customer_id)
        if account is None:
            return None
        async with info.context.database.reads.acquire() as connection:
            return await find_own_store_view(connection, account)


@strawberry.input(description="Customer whose sessions end.")
class CustomerForceSignInInput:
    id: strawberry.ID = column("Id of the customer.")
    login_code_reason: str | None = strawberry.field(
        description="Reason for a code to sign in as the customer, which is then returned too, as by `customerLoginAs`. "
        "Permission: `customers.impersonate`.",
        default=None,
    )
    login_code_store_view_id: strawberry.ID | None = strawberry.field(
        description=f"Id of the store view for that code. {_CHOSEN}", default=None
    )


@strawberry.type(description="Result of a forced sign-in.")
class CustomerForceSignInPayload(LoginCodePayload):
    ended_token_count: int = strawberry.field(description="Number of access tokens that ended.", default=0)
    login_code: str | None = strawberry.field(
        description="Login code, if one was requested; shown only once.", default=None
    )
    login_code_expires_at: dt.datetime | None = strawberry.field(
        description="End of the time in which the code can be exchanged.", default=None
    )

    @strawberry.field(graphql_type=StoreView | None, description=_WHERE)
    async def login_code_store_view(self, info: Info) -> Any:
        return await self.find_store_view(info)


@strawberry.input(description="Session of a customer that ends.")
class CustomerSessionRevokeInput:
    id: strawberry.ID = column("Id of the session.")


@strawberry.type(description="Result of ending one session.")
class CustomerSessionRevokePayload(CustomerPayload):
    pass


@strawberry.input(description="Customer who gets the mail.")
class CustomerResetPasswordInput:
    id: strawberry.ID = column("Id of the customer.")


@strawberry.type(description="Result of a password reset. Only the recipient of the mail sees the link.")
class CustomerResetPasswordPayload(CustomerPayload):
    expires_at: dt.datetime | None = strawberry.field(
        description="End of the time in which the link works; null when refused.", default=None
    )


@strawberry.input(description="Customer to lock, and for how long.")
class CustomerLockInput:
    id: strawberry.ID = column("Id of the customer.")
    note: str | None = strawberry.field(
        description="Note for other staff, at most 1,000 characters, in several lines if need be.", default=None
    )
    until: dt.datetime | None = strawberry.field(
        description="End of the lock; without it, the configured number of days.", default=None
    )


@strawberry.input(description="Customer whose account is changed.")
class CustomerAccountInput:
    id: strawberry.ID = column("Id of the customer.")


@strawberry.type(description="Result of a change of an account.")
class CustomerAccountPayload(CustomerPayload):
    is_changed: bool = strawberry.field(
        description="False when the account was in that state already, or when refused.", default=False
    )


@strawberry.type(description="Result of sending the confirmation again.")
class CustomerResendConfirmationPayload(CustomerPayload):
    expires_at: dt.datetime | None = strawberry.field(
        description="End of the time in which the link works; null when refused.", default=None
    )


@strawberry.input(description="The customer to sign in as, and the reason.")
class CustomerLoginAsInput:
    id: strawberry.ID = column("Id of the customer.")
    reason: str = column("Reason, stored in the history and shown to the customer. At most 1,000 characters.")
    store_view_id: strawberry.ID | None = strawberry.field(
        description=f"Id of the store view to sign in at. {_CHOSEN}", default=None
    )


@strawberry.type(description="Login code for the storefront.")
class CustomerLoginAsPayload(LoginCodePayload):
    code: str | None = strawberry.field(
        description="Give it to `loginAsExchange` on the storefront endpoint; shown only once.", default=None
    )
    expires_at: dt.datetime | None = strawberry.field(
        description="End of the minute in which the code works.", default=None
    )

    @strawberry.field(graphql_type=StoreView | None, description=_WHERE)
    async def store_view(self, info: Info) -> Any:
        return await self.find_store_view(info)


@strawberry.input(description="Impersonation to end.")
class ImpersonationEndInput:
    id: strawberry.ID = column("Id of the impersonation.")


@strawberry.type(description="Result of ending an impersonation.")
class ImpersonationEndPayload(Payload):
    key: strawberry.Private[tuple[int, ...] | None] = None
    is_changed: bool = strawberry.field(description="False when it had ended before.", default=False)

    @strawberry.field(
        graphql_type=Impersonation | None, description="The impersonation as stored now; null when refused."
    )
    async def impersonation(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(impersonations_by_id, self.key)
