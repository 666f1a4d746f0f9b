"""What staff do to an account, never seeing a secret of it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Final

import strawberry

from customer_gql.core.actor import Actor, actor_of
from customer_gql.core.errors import RuleError
from customer_gql.core.input_ids import parse_input_id, parse_input_keys
from customer_gql.core.permissions import Permission
from customer_gql.core.text import value_is_required
from customer_gql.customers.accounts import writes
from customer_gql.customers.accounts.reads import live_impersonations
from customer_gql.customers.accounts.recovery import email_verification, password_reset
from customer_gql.customers.accounts.sessions import access, impersonations
from customer_gql.customers.accounts.sessions.impersonation_rights import lock_right_to_impersonate
from customer_gql.customers.accounts.sessions.viewer import ViewerQuery
from customer_gql.customers.accounts.types import Impersonation
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.customers.profile.writes import lock_customer
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Info
from customer_gql.graph.lists import admin_list
from customer_gql.graph.roots import INPUT, RequiresPermission, admin_mutation

from . import impersonation, sign_in_closure
from .inputs import (
    CustomerAccountInput,
    CustomerAccountPayload,
    CustomerForceSignInInput,
    CustomerForceSignInPayload,
    CustomerLockInput,
    CustomerLoginAsInput,
    CustomerLoginAsPayload,
    CustomerResendConfirmationPayload,
    CustomerResetPasswordInput,
    CustomerResetPasswordPayload,
    CustomerSessionRevokeInput,
    CustomerSessionRevokePayload,
    ImpersonationEndInput,
    ImpersonationEndPayload,
)

_PATHS_OF_CODE: Final = {"storeViewId": "loginCodeStoreViewId"}


@strawberry.type
class AccountAdminQuery:
    impersonations = admin_list(
        live_impersonations,
        "NEWEST",
        of=Impersonation,
        permission=Permission.CUSTOMERS_IMPERSONATE,
        description="Staff signed in as a customer at this moment, the latest first.",
    )


@strawberry.type
class AccountAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_FORCE_SIGN_IN,
        exclusive=True,
        description="End every session of a customer: each token stops working at once, open reset, confirmation and "
        "login-as-customer links too. The customer is told by mail where so configured. With `loginCodeReason` staff "
        "who may impersonate get a code to sign in as the customer. Writes history. Cannot be undone; the customer "
        "signs in again.",
    )
    async def customer_force_sign_in(
        self, info: Info, input: Annotated[CustomerForceSignInInput, INPUT]
    ) -> CustomerForceSignInPayload:
        viewer = info.context.viewer
        customer_id, by = parse_input_id(input.id, "cus", ["id"]), actor_of(viewer)
        reason = input.login_code_reason
        if reason is not None:
            RequiresPermission(Permission.CUSTOMERS_IMPERSONATE).check(viewer)
        chosen = _parse_store_view(input.login_code_store_view_id, "loginCodeStoreViewId")
        if reason is None and chosen is not None:
            raise value_is_required(["loginCodeReason"])
        made = None
        async with info.context.transaction() as connection:
            if reason is not None:
                await _lock_own_right(connection, by)
            customer = await lock_customer(connection, customer_id, websites=viewer.website_ids)
            ended = await sign_in_closure.force_customer_sign_in(connection, customer, by=by)
            if reason is not None:
                with _renaming_paths():
                    made = await impersonation.issue_login_code(connection, customer, viewer, reason, chosen, by=by)
        return CustomerForceSignInPayload(
            customer_id=customer_id,
            made=made,
            ended_token_count=ended,
            login_code=made and made.code,
            login_code_expires_at=made and made.expires_at,
        )

    @admin_mutation(
        permission=Permission.CUSTOMERS_FORCE_SIGN_IN,
        description="End one session of a customer, as of a device that was lost; the others continue. `NOT_FOUND` for a session "
        "that has ended, or is of a customer out of reach. Tells the customer nothing. Writes history. Cannot be undone; the device "
        "signs in again.",
    )
    async def customer_session_revoke(
        self, info: Info, input: Annotated[CustomerSessionRevokeInput, INPUT]
    ) -> CustomerSessionRevokePayload:
        customer_id, session_id = parse_input_keys(input.id, "ses", 2, ["id"])
        viewer = info.context.viewer
        async with info.context.transaction() as connection:
            account = await lock_customer(connection, customer_id, websites=viewer.website_ids)
            await access.revoke_session(connection, account, session_id, by=actor_of(viewer))
        return CustomerSessionRevokePayload(customer_id=customer_id)

    @admin_mutation(
        permission=Permission.CUSTOMERS_RESET_PASSWORD,
        exclusive=True,
        description="Mail the customer a link to choose a new password. The link works once and for a limited time, "
        "only the newest one works, and nobody but the recipient sees it. At most five mails an hour for one "
        "customer. The old password goes on working. Writes history.",
    )
    async def customer_reset_password(
        self, info: Info, input: Annotated[CustomerResetPasswordInput, INPUT]
    ) -> CustomerResetPasswordPayload:
        customer_id = parse_input_id(input.id, "cus", ["id"])
        async with info.context.transaction() as connection:
            customer = await lock_customer(connection, customer_id, websites=info.context.viewer.website_ids)
            expires_at = await password_reset.request_reset_by_staff(
                connection, customer, by=actor_of(info.context.viewer)
            )
        return CustomerResetPasswordPayload(customer_id=customer_id, expires_at=expires_at)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Close sign-in of a customer for a time. Sessions continue; `customerForceSignIn` ends them. "
        "Writes history. `customerUnlock` undoes it.",
    )
    async def customer_lock(self, info: Info, input: Annotated[CustomerLockInput, INPUT]) -> CustomerAccountPayload:
        change = partial(sign_in_closure.lock_account, until=input.until, note=input.note)
        return await _change_account(info, input.id, change)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Open sign-in again and forget wrong passwords, no matter who or what locked the account. "
        "Writes history when it was locked.",
    )
    async def customer_unlock(
        self, info: Info, input: Annotated[CustomerAccountInput, INPUT]
    ) -> CustomerAccountPayload:
        return await _change_account(info, input.id, sign_in_closure.unlock_account)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Let an inactive customer sign in and buy again. Writes history. `customerDeactivate` undoes it.",
    )
    async def customer_activate(
        self, info: Info, input: Annotated[CustomerAccountInput, INPUT]
    ) -> CustomerAccountPayload:
        return await _change_account(info, input.id, partial(writes.set_account_status, status=CustomerStatus.ACTIVE))

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Switch an account off: it can neither sign in nor buy. Ends every session, and open links. "
        "Writes history. `customerActivate` undoes it; the customer signs in again.",
    )
    async def customer_deactivate(
        self, info: Info, input: Annotated[CustomerAccountInput, INPUT]
    ) -> CustomerAccountPayload:
        return await _change_account(info, input.id, partial(writes.set_account_status, status=CustomerStatus.INACTIVE))

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Confirm the address of an account for its owner. Waiting newsletter subscriptions begin, and "
        "the customer is told by mail. Writes history. Cannot be undone.",
    )
    async def customer_confirm(
        self, info: Info, input: Annotated[CustomerAccountInput, INPUT]
    ) -> CustomerAccountPayload:
        return await _change_account(info, input.id, email_verification.mark_email_confirmed)

    @admin_mutation(
        permission=Permission.CUSTOMERS_WRITE,
        description="Mail the customer a fresh link that confirms the address; older ones stop working. At most five "
        "mails an hour. Refused when the address is confirmed. Writes history.",
    )
    async def customer_resend_confirmation(
        self, info: Info, input: Annotated[CustomerAccountInput, INPUT]
    ) -> CustomerResendConfirmationPayload:
        customer_id = parse_input_id(input.id, "cus", ["id"])
        async with info.context.transaction() as connection:
            account = await lock_customer(connection, customer_id, websites=info.context.viewer.website_ids)
            sent_count = await email_verification.count_links_of_hour(connection, customer_id)
            refusal = email_verification.find_resend_refusal(account, sent_count)
            if refusal is not None:
                raise refusal.at(["id"])
            by = actor_of(info.context.viewer)
            expires_at = await email_verification.send_confirmation_link(connection, account, by=by)
        return CustomerResendConfirmationPayload(customer_id=customer_id, expires_at=expires_at)

    @admin_mutation(
        permission=Permission.CUSTOMERS_IMPERSONATE,
        exclusive=True,
        description="A code to sign in as a customer who allows it (`allowsRemoteAssistance`). It works once, for a "
        "minute; what it is exchanged for works 15 minutes, names both in every trace, and may not change password or "
        "address nor delete the account. The customer sees it afterwards. Writes history.",
    )
    async def customer_login_as(
        self, info: Info, input: Annotated[CustomerLoginAsInput, INPUT]
    ) -> CustomerLoginAsPayload:
        viewer = info.context.viewer
        customer_id, by = parse_input_id(input.id, "cus", ["id"]), actor_of(viewer)
        chosen = _parse_store_view(input.store_view_id, "storeViewId")
        async with info.context.transaction() as connection:
            await _lock_own_right(connection, by)
            account = await lock_customer(connection, customer_id, websites=viewer.website_ids)
            made = await impersonation.issue_login_code(connection, account, viewer, input.reason, chosen, by=by)
        return CustomerLoginAsPayload(customer_id=customer_id, made=made, code=made.code, expires_at=made.expires_at)

    @admin_mutation(
        permission=Permission.CUSTOMERS_IMPERSONATE,
        exclusive=True,
        description="End an impersonation at once, no matter who began it: its token stops working. Writes history.",
    )
    async def impersonation_end(
        self, info: Info, input: Annotated[ImpersonationEndInput, INPUT]
    ) -> ImpersonationEndPayload:
        key = parse_input_keys(input.id, "imp", 2, ["id"])
        async with info.context.transaction() as connection:
            changed = await impersonations.end_impersonation(
                connection, *key, by=actor_of(info.context.viewer), websites=info.context.viewer.website_ids
            )
        return ImpersonationEndPayload(key=key, is_changed=changed)


async def _change_account(
    info: Info, id: strawberry.ID, change: Callable[..., Awaitable[bool]]
) -> CustomerAccountPayload:
    """One change of a customer within the viewer's reach; it tells whether there was anything to change."""
    customer_id = parse_input_id(id, "cus", ["id"])
    async with info.context.transaction() as connection:
        account = await lock_customer(connection, customer_id, websites=info.context.viewer.website_ids)
        changed = await change(connection, account, by=actor_of(info.context.viewer))
    return CustomerAccountPayload(customer_id=customer_id, is_changed=changed)


async def _lock_own_right(connection: Connection, by: Actor) -> None:
    """Before the customer is locked. Services have none, and are refused after the rules about the input."""
    if by.staff_id is not None:
        await lock_right_to_impersonate(connection, by.staff_id)


def _parse_store_view(id: strawberry.ID | None, field: str) -> int | None:
    return None if id is None else parse_input_id(id, "stv", [field])


@contextmanager
def _renaming_paths() -> Iterator[None]:
    """The sessions end only together with the code that was asked for: both, or neither."""
    try:
        yield
    except RuleError as error:
        raise error.at([_PATHS_OF_CODE.get("".join(error.path), "loginCodeReason")]) from None


ADMIN_QUERIES: Final = (AccountAdminQuery, ViewerQuery)
ADMIN_MUTATIONS: Final = (AccountAdminMutation,)
