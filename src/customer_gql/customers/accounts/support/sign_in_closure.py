"""What staff do to the sign-in of one customer or of many: end sessions, close it and open it
(docs/domain/support.md#support-1, docs/domain/support.md#support-5)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal
from customer_gql.core.text import validate_lines
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout
from customer_gql.customers.accounts.sessions import access
from customer_gql.customers.accounts.writes import NO_LOCK, end_locks_of_failures, is_account_locked, notify_owner
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.reads import read_mail_views
from customer_gql.customers.profile.sharing import SHARED_SCOPE, accounts_are_shared
from customer_gql.customers.profile.tables import LockReason, customer
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.messaging.mail.bulk import BulkMail, queue_bulk_mails
from customer_gql.security import throttle
from customer_gql.security.devices import forget_devices
from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW, Setting
from customer_gql.shop.settings.reads import select_value_at, setting

MAX_LOCK_NOTE: Final = 1000
NOTIFY_FORCED_SIGN_IN = Setting(
    "accounts.tell_forced_sign_in",
    True,
    STORE_VIEW,
    "Whether a customer is told by mail that staff ended the sessions.",
    label="Mail after a forced sign-in",
)
LOCK_DAYS = Setting(
    "accounts.lock_days",
    3650,
    GLOBAL,
    "Days for which staff lock an account when they name no end.",
    at_least=1,
    at_most=3650,
    label="Longest lock by staff",
)

_LOCK_IN_PAST: Final = Refusal("lock.ends_in_past", "The lock ends in the past. Give a time in the future.")


async def force_customer_sign_in(connection: Connection, locked: Row, *, by: Actor) -> int:
    ended = await _end_access_everywhere(connection, [locked], by=by)
    if await setting(connection, NOTIFY_FORCED_SIGN_IN, store_view_id=locked.created_in_store_view_id):
        await notify_owner(connection, locked, "forced_sign_in")
    return ended


async def force_customers_sign_in(connection: Connection, locked: Sequence[Row], *, by: Actor) -> None:
    """The same for many customers that the caller has locked, who are told by mails in bulk."""
    if not locked:
        return
    await _end_access_everywhere(connection, locked, by=by)
    is_told = select_value_at(
        NOTIFY_FORCED_SIGN_IN, website_id=customer.c.website_id, store_view_id=customer.c.created_in_store_view_id
    )
    ids = [row.id for row in locked]
    told = await fetch_rows(connection, select(customer.c.id).where(equals_any(customer.c.id, ids), is_told))
    views, rows = await read_mail_views(connection, locked), {row.id: row for row in locked}
    mails = [BulkMail(rows[id].email, id, views[id], {"firstName": rows[id].first_name}) for (id,) in told]
    await queue_bulk_mails(connection, "forced_sign_in", mails)


async def _end_access_everywhere(connection: Connection, locked: Sequence[Row], *, by: Actor) -> int:
    ids = [row.id for row in locked]
    ended = await access.end_all_access(connection, ids, by=by)
    await forget_devices(connection, ViewerKind.CUSTOMER, *ids)
    events = [(row.id, row.version, {}) for row in locked]
    await record_customer_events(connection, events, kind="FORCED_SIGN_IN", by=by)
    return ended


async def lock_account(
    connection: Connection, locked: Row, *, until: dt.datetime | None, note: str | None = None, by: Actor
) -> bool:
    """Close sign-in until then, which is always news. Sessions go on: ending them is force sign-in's work."""
    note = validate_lines(note, ["note"], MAX_LOCK_NOTE)
    if until is None:
        until = await find_lock_end(connection)
    validate_lock_end(until, ["until"])
    values = lock_columns(until, note, by=by)
    await customers.change_customer(connection, locked, values, kind="LOCKED", by=by)
    return True


async def find_lock_end(connection: Connection) -> dt.datetime:
    """The end of a lock for which none is named."""
    return read_clock() + dt.timedelta(days=await setting(connection, LOCK_DAYS))


def validate_lock_end(until: dt.datetime, path: Sequence[str]) -> None:
    if until <= read_clock():
        raise _LOCK_IN_PAST(path=path)


def lock_columns(until: dt.datetime, note: str | None, *, by: Actor) -> dict[str, Any]:
    return {
        "locked_until": until,
        "lock_reason": LockReason.STAFF.value,
        "lock_failed_attempts": None,
        "lock_staff_id": by.staff_id,
        "lock_note": note,
    }


async def unlock_account(connection: Connection, locked: Row, *, by: Actor) -> bool:
    """Open sign-in again and forget wrong passwords; whether it was closed."""
    return bool(await unlock_accounts(connection, [locked], by=by))


async def unlock_accounts(connection: Connection, locked: Sequence[Row], *, by: Actor) -> set[int]:
    """The same for customers that the caller has locked; those of them that were closed."""
    if not locked:
        return set()
    is_shared = await accounts_are_shared(connection)
    keys = [
        key for row in locked for key in lockout.failure_keys(row.email, SHARED_SCOPE if is_shared else row.website_id)
    ]
    await throttle.forget_failures(connection, keys)
    await end_locks_of_failures(connection, [row.id for row in locked if row.locked_until is not None])
    closed = [row for row in locked if is_account_locked(row)]
    return await customers.change_customers(connection, closed, NO_LOCK, kind="UNLOCKED", by=by)
