"""Subscribing and unsubscribing, one customer or many: deliberately not each other's mirror (docs/domain/newsletter.md#newsletter-9).

The caller has locked the customers, so that the status before a change is what the history tells.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Text, column, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.customers.history.stored_values import describe_changes
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_rows, given_rows
from customer_gql.database.transactions import mark_customers

from .tables import SubscriptionStatus, newsletter_subscription as subscription

Key = tuple[int, int]
"""Customer and store view."""
_WAITING: Final = (SubscriptionStatus.UNCONFIRMED, SubscriptionStatus.NOT_ACTIVE)
_KINDS: Final[Mapping[SubscriptionStatus, str]] = {
    SubscriptionStatus.SUBSCRIBED: "SUBSCRIBED",
    SubscriptionStatus.UNSUBSCRIBED: "UNSUBSCRIBED",
    SubscriptionStatus.UNCONFIRMED: "SUBSCRIPTION_REQUESTED",
    SubscriptionStatus.NOT_ACTIVE: "SUBSCRIPTION_REQUESTED",
}
_SUBSCRIPTION_NOT_FOUND: Final = Refusal(
    "newsletter.subscription_not_found",
    "The customer has no subscription in such a store view. Read `subscriptions` again.",
    UserErrorCode.NOT_FOUND,
)


async def subscribe_customers(
    connection: Connection, locked: Sequence[Row], default_views: Mapping[int, int], *, by: Actor
) -> set[int]:
    """Subscribe customers to the default store view of their website, and no other; those that it changed.

    `default_views` are the views by website. An account that is not confirmed yet is subscribed by its confirmation
    (docs/domain/newsletter.md#newsletter-3).
    """
    wanted = {(row.id, default_views[row.website_id]): _begun_status(row) for row in locked}
    return await _store_and_record(connection, locked, wanted, by=by)


async def unsubscribe_customers(connection: Connection, locked: Sequence[Row], *, by: Actor) -> set[int]:
    """End every subscription in every store view, those waiting for a confirmation too; those changed by it."""
    stored = await read_statuses(connection, [row.id for row in locked])
    wanted = dict.fromkeys(stored, SubscriptionStatus.UNSUBSCRIBED)
    return await _store_and_record(connection, locked, wanted, by=by)


async def begin_subscription(
    connection: Connection, account: Any, store_view_id: int, *, by: Actor, waits: bool = False
) -> bool:
    """Subscribe one customer in one store view; whether it changed anything.

    An account not confirmed waits for that, and with `waits` a confirmed one for a link of its own (docs/domain/newsletter.md#newsletter-5).
    """
    status = SubscriptionStatus.NOT_ACTIVE if waits and account.is_email_confirmed else _begun_status(account)
    return bool(await _store_and_record(connection, [account], {(account.id, store_view_id): status}, by=by))


async def require_subscription(
    connection: Connection, customer_id: int, store_view_id: int, path: Sequence[str]
) -> None:
    """Raises when the customer never subscribed in this store view, whether there is such a one or not."""
    if not await has_subscription(connection, customer_id, store_view_id):
        raise _SUBSCRIPTION_NOT_FOUND(path=path)


async def has_subscription(connection: Connection, customer_id: int, store_view_id: int) -> bool:
    """Whether the customer ever subscribed in this store view."""
    return (customer_id, store_view_id) in await read_statuses(connection, [customer_id])


async def end_subscription(connection: Connection, account: Row, store_view_id: int, *, by: Actor) -> bool:
    """Unsubscribe one customer in one store view; whether there was something to end."""
    key = (account.id, store_view_id)
    if key not in await read_statuses(connection, [account.id]):
        return False
    await execute_statement(
        connection,
        update(subscription)
        .where(subscription.c.customer_id == account.id, subscription.c.store_view_id == store_view_id)
        .values(opted_out_at=func.clock_timestamp()),
    )
    return bool(await _store_and_record(connection, [account], {key: SubscriptionStatus.UNSUBSCRIBED}, by=by))


async def read_opt_outs(connection: Connection, customer_ids: Collection[int]) -> dict[Key, dt.datetime]:
    """When somebody last asked to end a subscription, where that was asked."""
    asked = subscription.c.opted_out_at.is_not(None)
    found = await fetch_rows(
        connection, select(subscription).where(equals_any(subscription.c.customer_id, list(customer_ids)), asked)
    )
    return {(row.customer_id, row.store_view_id): row.opted_out_at for row in found}


async def restore_subscriptions(
    connection: Connection, locked: Sequence[Row], wanted: Mapping[Key, SubscriptionStatus | None], *, by: Actor
) -> None:
    """Store the statuses of earlier, each of which is news, of customers that the caller has locked. None is for a subscription
    that there was not. Who confirmed the account meanwhile no longer waits for that."""
    confirmed = {row.id for row in locked if row.is_email_confirmed}
    begun = {SubscriptionStatus.UNCONFIRMED: SubscriptionStatus.SUBSCRIBED}
    stored = {
        key: begun.get(status, status) if key[0] in confirmed else status
        for key, status in wanted.items()
        if status is not None
    }
    await _store_and_record(connection, locked, stored, by=by)
    await _forget_subscriptions(connection, locked, [key for key, status in wanted.items() if status is None], by)


async def _forget_subscriptions(connection: Connection, locked: Sequence[Row], keys: Sequence[Key], by: Actor) -> None:
    if not keys:
        return
    given = given_rows("keys", column("customer_id", BigInteger), column("store_view_id", BigInteger))
    rows = [{"customer_id": customer_id, "store_view_id": view_id} for customer_id, view_id in keys]
    gone = await fetch_rows(
        connection,
        delete(subscription)
        .where(subscription.c.customer_id == given.c.customer_id, subscription.c.store_view_id == given.c.store_view_id)
        .returning(subscription),
        keys=orjson.dumps(rows).decode(),
    )
    changes: dict[int, dict[str, tuple[Any, Any]]] = {}
    for row in gone:
        record = encode_id("sub", row.customer_id, row.store_view_id)
        described = describe_changes(row, {"status": None}, record=record)
        changes.setdefault(row.customer_id, {}).update(described)
    mark_customers(connection, changes, subscription)
    events = [(row.id, row.version, changes[row.id]) for row in locked if row.id in changes]
    await record_customer_events(connection, events, kind="UNSUBSCRIBED", by=by)


async def activate_subscription(connection: Connection, account: Row, store_view_id: int, *, by: Actor) -> bool:
    """Begin what waits for a link of its own; a link opened after a change of mind brings nothing back."""
    key = (account.id, store_view_id)
    if (await read_statuses(connection, [account.id])).get(key) is not SubscriptionStatus.NOT_ACTIVE:
        return False
    return bool(await _store_and_record(connection, [account], {key: SubscriptionStatus.SUBSCRIBED}, by=by))


async def activate_waiting_subscriptions(connection: Connection, account: Row, *, by: Actor) -> None:
    """The account was confirmed: what waited for it begins (docs/domain/newsletter.md#newsletter-3)."""
    stored = await read_statuses(connection, [account.id])
    begun = [key for key, status in stored.items() if status is SubscriptionStatus.UNCONFIRMED]
    await _store_and_record(connection, [account], dict.fromkeys(begun, SubscriptionStatus.SUBSCRIBED), by=by)


async def cancel_waiting_subscriptions(connection: Connection, customer_id: int) -> Changes:
    """Take back wishes that nobody proved to be the owner's; what it changed, for the entry of what caused it."""
    stored = await read_statuses(connection, [customer_id])
    waiting = {key: SubscriptionStatus.UNSUBSCRIBED for key, status in stored.items() if status in _WAITING}
    return (await _store_statuses(connection, stored, waiting)).get(customer_id, {})


def _begun_status(account: Any) -> SubscriptionStatus:
    return SubscriptionStatus.SUBSCRIBED if account.is_email_confirmed else SubscriptionStatus.UNCONFIRMED


async def _store_and_record(
    connection: Connection, locked: Iterable[Any], wanted: Mapping[Key, SubscriptionStatus], *, by: Actor
) -> set[int]:
    """Store statuses that are news, with an entry of the history for each customer and kind; the customers."""
    versions = {row.id: row.version for row in locked}
    stored = await read_statuses(connection, versions)
    changed = set[int]()
    for kind in dict.fromkeys(_KINDS.values()):
        of_kind = {key: status for key, status in wanted.items() if _KINDS[status] == kind}
        changes = await _store_statuses(connection, stored, of_kind)
        events = [(id, versions[id], change) for id, change in changes.items()]
        await record_customer_events(connection, events, kind=kind, by=by)
        changed |= changes.keys()
    return changed


async def read_statuses(connection: Connection, customer_ids: Collection[int]) -> dict[Key, SubscriptionStatus]:
    found = await fetch_rows(
        connection, select(subscription).where(equals_any(subscription.c.customer_id, list(customer_ids)))
    )
    return {(row.customer_id, row.store_view_id): SubscriptionStatus(row.status) for row in found}


async def _store_statuses(
    connection: Connection,
    stored: Mapping[Key, SubscriptionStatus],
    wanted: Mapping[Key, SubscriptionStatus],
) -> dict[int, dict[str, tuple[Any, Any]]]:
    """What it changes, by customer. The time of a status is that of its storing, and later than that of the one before."""
    news = {key: status for key, status in wanted.items() if stored.get(key) is not status}
    if not news:
        return {}
    mark_customers(connection, {customer_id for customer_id, _ in news}, subscription)
    given = given_rows(
        "rows", column("customer_id", BigInteger), column("store_view_id", BigInteger), column("status", Text)
    )
    values = {**given.c, "changed_at": func.clock_timestamp()}
    insert = upsert(subscription).from_select(list(values), select(*values.values()))
    rows = [{"customer_id": key[0], "store_view_id": key[1], "status": status.value} for key, status in news.items()]
    later = subscription.c.changed_at + literal_column("interval '1 microsecond'")
    await execute_statement(
        connection,
        insert.on_conflict_do_update(
            index_elements=["customer_id", "store_view_id"],
            set_={
                "status": insert.excluded.status,
                "changed_at": func.greatest(insert.excluded.changed_at, later),
            },
        ),
        rows=orjson.dumps(rows).decode(),
    )
    changes: dict[int, dict[str, tuple[Any, Any]]] = {}
    for key, status in news.items():
        before = {"status": None if key not in stored else stored[key].value}
        described = describe_changes(before, {"status": status.value}, record=encode_id("sub", *key))
        changes.setdefault(key[0], {}).update(described)
    return changes
