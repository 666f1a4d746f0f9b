"""The state of an account (docs/domain/support.md#support-4, docs/domain/support.md#support-5), and mails to its owner."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from sqlalchemy import false, func, not_, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.customers.accounts.sessions import access, sessions
from customer_gql.customers.addresses import writes as addresses
from customer_gql.customers.history.stored_values import describe_changes
from customer_gql.customers.history.writes import record_customer_event, record_customer_events
from customer_gql.customers.newsletter import writes as newsletter
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.reads import find_mail_view
from customer_gql.customers.profile.sharing import email_scope
from customer_gql.customers.profile.tables import CustomerStatus, LockReason, customer
from customer_gql.customers.profile.values.validation import IS_COMPANY_ADMIN, is_company_admin
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, update_rows
from customer_gql.database.transactions import mark_customers, transaction
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.security import throttle
from customer_gql.shop.settings.declaration import STORE_VIEW, Setting
from customer_gql.shop.settings.reads import setting

from . import lockout

NO_LOCK: Final[dict[str, Any]] = {
    "locked_until": None,
    "lock_reason": None,
    "lock_failed_attempts": None,
    "lock_staff_id": None,
    "lock_note": None,
}
TOKEN_LIFETIME = dt.timedelta(hours=1)
ON_CUSTOMERS_DELETED: Final[list[Callable[..., Awaitable[object]]]] = []
"""What upper slices do before accounts are deleted: connection, the locked accounts, `by`."""
BEFORE_ACTIVATION: Final[list[Callable[..., Awaitable[object]]]] = []
"""What upper slices refuse the activation of an account with: connection, the locked account, the path."""
ON_STATUSES_CHANGED: Final[list[Callable[..., Awaitable[object]]]] = []
"""What upper slices tell the owners of accounts whose status changed: connection, the accounts as they were, the status."""
NOTIFY_ASSISTANCE = Setting(
    "customers.tell_assistance_change",
    True,
    STORE_VIEW,
    "Whether a customer is told by mail that staff changed whether they may sign in as the customer.",
    label="Mail after a change of remote assistance",
)


async def issue_customer_token(
    connection: Connection, customer_id: int, *, lifetime: dt.timedelta = TOKEN_LIFETIME
) -> str:
    """A token of the customer for trying things out; shown once, stored as a hash."""
    return await sessions.start_session_without_refresh(
        connection, customer_id, lifetime=lifetime, device="customer-gql command line"
    )


def is_account_locked(account: Row) -> bool:
    """The one definition of locked: sign-in is closed at this moment, no matter what closed it."""
    return account.locked_until is not None and account.locked_until > read_clock()


async def set_account_status(connection: Connection, locked: Row, *, status: CustomerStatus, by: Actor) -> bool:
    """Whether it changed. An inactive customer is let in nowhere, so whatever lets in ends."""
    if status is CustomerStatus.INACTIVE and locked.status != status.value:
        refuse_inactive_admin(locked, ["id"])
    for refuse in BEFORE_ACTIVATION if status is CustomerStatus.ACTIVE else ():
        await refuse(connection, locked, ["id"])
    return bool(await set_account_statuses(connection, [locked], status=status, by=by))


async def set_account_statuses(
    connection: Connection, locked: Sequence[Row], *, status: CustomerStatus, by: Actor, is_told: bool = True
) -> set[int]:
    """Set the status of several customers, and return the ids that changed. The caller has refused admins of companies.

    `is_told` is false where the owners get another mail, or none."""
    others = [row for row in locked if row.status != status.value]
    if status is CustomerStatus.INACTIVE:
        await access.end_all_access(connection, [row.id for row in others], by=by)
    kind = "ACTIVATED" if status is CustomerStatus.ACTIVE else "DEACTIVATED"
    changed = await customers.change_customers(connection, others, {"status": status.value}, kind=kind, by=by)
    if is_told:
        await notify_of_statuses(connection, [row for row in others if row.id in changed], status)
    return changed


async def notify_of_statuses(connection: Connection, accounts: Sequence[Row], status: CustomerStatus) -> None:
    for notify in ON_STATUSES_CHANGED if accounts else ():
        await notify(connection, accounts, status)


async def assign_group(connection: Connection, locked: Sequence[Row], group_id: int, *, by: Actor) -> set[int]:
    """Put accounts that the caller has locked into another group, end their sessions on websites that it excludes, and write
    it down; those it was news for."""
    moved = await customers.change_customers(connection, locked, {"group_id": group_id}, kind="EDITED", by=by)
    await access.end_sessions_on_excluded_websites(connection, group_id=group_id, customer_ids=sorted(moved), by=by)
    return moved


async def delete_accounts(connection: Connection, locked: Sequence[Row], *, by: Actor) -> None:
    """Delete accounts that the caller has locked, for good, end what lets in and write it down
    (docs/domain/account-deletion.md#account-deletion-2). The caller has refused those of company admins."""
    for leave in ON_CUSTOMERS_DELETED:
        await leave(connection, locked, by=by)
    await customers.delete_customers(connection, locked, by=by)
    await access.end_all_access(connection, [row.id for row in locked], by=by)
    events = [(row.id, row.version + 1, {}) for row in locked]
    websites = {row.id: row.website_id for row in locked}
    await record_customer_events(connection, events, kind="DELETED", by=by, deleted_from=websites)


def refuse_inactive_admin(account: Row, path: Sequence[str]) -> None:
    """A company keeps an admin who can act for it."""
    if is_company_admin(account):
        raise IS_COMPANY_ADMIN(path=path)


async def notify_assistance_change(connection: Connection, account: Row) -> None:
    """Tell the customer what staff noted down about their consent (docs/domain/support.md#support-16)."""
    view_id = await find_mail_view(connection, account)
    if await setting(connection, NOTIFY_ASSISTANCE, store_view_id=view_id):
        is_allowed = "yes" if account.allows_remote_assistance else ""
        await notify_owner(connection, account, "assistance_changed", isAllowed=is_allowed)


async def discard_unverified_data(connection: Connection, account: Row, *, by: Actor) -> None:
    """Take back what was said before the first proof of an address, perhaps not by its owner
    (docs/domain/recovery.md#recovery-7). The caller has ended sessions and links."""
    cancelled = await newsletter.cancel_waiting_subscriptions(connection, account.id)
    if account.is_email_confirmed:
        dropped = await addresses.clear_default_addresses(connection, account.id)
    else:
        dropped = await addresses.delete_addresses(connection, account.id)
    if cancelled or dropped or account.allows_remote_assistance:
        values = {"allows_remote_assistance": False}
        also = {**cancelled, **dropped}
        await customers.change_customer(connection, account, values, kind="UNPROVEN_DROPPED", by=by, also=also)
    if dropped or account.allows_remote_assistance:
        await notify_owner(connection, account, "unverified_data_reset")


async def mark_email_verified(connection: Connection, account: Row, *, now: dt.datetime) -> None:
    """The mailbox is the owner's: a link that only it received was used."""
    await update_rows(connection, customer, {"id": account.id}, {"email_verified_at": now})
    mark_customers(connection, [account.id], customer, ["email_verified_at"])


async def failure_keys_of(connection: Connection, locked: Row) -> list[bytes]:
    return lockout.failure_keys(locked.email, await email_scope(connection, locked.website_id))


async def reset_failures(connection: Connection, locked: Row) -> None:
    """As after the right password. The lock that wrong ones made ends; one that staff made stays."""
    await throttle.forget_failures(connection, await failure_keys_of(connection, locked))
    if locked.locked_until is not None:
        await end_locks_of_failures(connection, [locked.id])


async def end_locks_of_failures(connection: Connection, customer_ids: Sequence[int]) -> None:
    by_staff = func.coalesce(customer.c.lock_reason == LockReason.STAFF.value, false())
    ended = update(customer).where(equals_any(customer.c.id, customer_ids), not_(by_staff)).values(**NO_LOCK)
    await execute_statement(connection, ended)
    mark_customers(connection, customer_ids, customer, NO_LOCK)


async def publish_lock(
    connection: Connection, account: Row, attempt: lockout.CountedAttempt, *, address: str | None
) -> None:
    """Make the lock of too many wrong passwords visible; it holds without this. One that staff made stays.

    `address` is where the last of them came from.
    """
    async with transaction(connection):
        await _store_lock(connection, account, attempt, address=address)


async def _store_lock(
    connection: Connection, account: Row, attempt: lockout.CountedAttempt, *, address: str | None
) -> None:
    locked = (await customers.lock_customers(connection, [account.id], websites=None)).get(account.id)
    if locked is None:
        return
    values = {**NO_LOCK, "lock_reason": attempt.reason.value, "lock_failed_attempts": attempt.count}
    values["locked_until"] = attempt.until
    by_staff = is_account_locked(locked) and locked.lock_reason == LockReason.STAFF.value
    if by_staff or (locked.locked_until is not None and locked.locked_until >= attempt.until):
        values = {}
    else:
        await update_rows(connection, customer, {"id": locked.id}, values)
        mark_customers(connection, [locked.id], customer, values)
    if attempt.is_first_lock:
        by, changes = Actor(ActorKind.SYSTEM, address=address), describe_changes(locked, values)
        await record_customer_event(
            connection, locked.id, kind="LOCKED_OUT", version=locked.version, by=by, changes=changes
        )
        await notify_owner(connection, locked, "account_locked")


async def notify_owner(
    connection: Connection,
    known: Any,
    template: str,
    *,
    recipient: str | None = None,
    secrets: dict[str, str] | None = None,
    is_proved: bool = True,
    **placeholders: str,
) -> None:
    """Queue a mail to the owner of an account. Some kinds are not for an address that was never proved."""
    await queue_mail(
        connection,
        template=template,
        recipient=recipient or known.email,
        customer_id=known.id,
        store_view_id=await find_mail_view(connection, known),
        placeholders={"firstName": known.first_name, **placeholders},
        secrets=secrets,
        is_proved=is_proved,
    )
