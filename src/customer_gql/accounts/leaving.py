"""Signing out, ending a device, and leaving the shop (domain §3.4, §43)."""

from typing import Final

from customer_gql.core.context import Context
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.customers import presence, writes as customers
from customer_gql.history.tables import Actor
from customer_gql.history.writes import By, acting, record
from customer_gql.websites.configuration import WEBSITE, Setting, configured

from . import impersonation, sessions, writes
from .sign_in import proven

AT_ONCE: Final = "AT_ONCE"
DELETION: Final = Setting(
    "accounts.deletion",
    AT_ONCE,
    WEBSITE,
    "What the wish of customers to be deleted does: AT_ONCE deletes, BY_STAFF only notes it in the history.",
    one_of=(AT_ONCE, "BY_STAFF"),
)


async def sign_out(context: Context, *, every: bool) -> int:
    """How many sessions ended. Staff signed in as the customer leave with their impersonation alone."""
    viewer = context.viewer
    customer_id, session_id = viewer.customer_id, viewer.session_id
    assert customer_id is not None
    assert session_id is not None
    async with context.transaction() as connection:
        if viewer.is_impersonated:
            by = By(Actor.STAFF, viewer.staff_id, address=viewer.address)
            return int(await impersonation.end(connection, customer_id, session_id, by=by))
        held = await customers.locked(connection, customer_id, websites=None)
        if every:
            ended = await sessions.end_others(connection, customer_id, keep=None)
        else:
            ended = await sessions.end(connection, customer_id, [session_id])
        await record(connection, customer_id, kind="SIGNED_OUT", version=held.version, by=acting(viewer))
    presence.signed_out(context, customer_id)
    return ended


async def revoke(context: Context, session_id: int) -> int:
    customer_id = context.viewer.customer_id
    assert customer_id is not None
    async with context.transaction() as connection:
        held = await customers.locked(connection, customer_id, websites=None)
        if not await sessions.end(connection, customer_id, [session_id]):
            raise RuleError("There is no such session.", path=["id"], code=UserErrorCode.NOT_FOUND)
        await record(connection, customer_id, kind="SESSION_REVOKED", version=held.version, by=acting(context.viewer))
    return 1


async def request_deletion(context: Context, *, password: str) -> bool:
    """Whether the account is gone."""
    known = await proven(context, password, path=["currentPassword"])
    by = acting(context.viewer)
    async with context.transaction() as connection:
        held = await customers.locked(connection, known.id, websites=None)
        if await configured(connection, DELETION, website_id=held.website_id) != AT_ONCE:
            await record(connection, held.id, kind="DELETION_REQUESTED", version=held.version, by=by)
            return False
        if not await customers.remove(connection, [held.id]):
            raise RuleError(
                "You run a company; make another of its users the admin first.", code=UserErrorCode.NOT_ALLOWED
            )
        await writes.end_sessions(connection, [held.id])
        await record(connection, held.id, kind="DELETED", version=held.version + 1, by=by)
        await writes.tell(connection, held, "account_deleted")
    return True
