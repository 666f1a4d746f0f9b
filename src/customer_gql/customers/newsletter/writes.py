"""Subscribing and unsubscribing many customers: deliberately not each other's mirror (docs/domain/newsletter.md#newsletter-9)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_rows, fetch_value
from customer_gql.messaging.events.writes import emit

from .tables import SubscriptionStatus, newsletter_subscription as subscription

_SUBSCRIPTION_NOT_FOUND: Final = Refusal(
    "newsletter.subscription_not_found",
    "The customer has no subscription in such a store view. Read `subscriptions` again.",
    UserErrorCode.NOT_FOUND,
)


async def subscribe_customers(
    connection: Connection, locked: Sequence[Row], default_views: Mapping[int, int]
) -> set[int]:
    """Subscribe customers that the caller has locked to the default store view of their website, and no other.

    `default_views` are the views by website. An account that is not confirmed yet is subscribed by its confirmation
    (docs/domain/newsletter.md#newsletter-3). The customers that it changed.
    """
    if not locked:
        return set()
    now = dt.datetime.now(dt.UTC)
    rows = [
        {
            "customer_id": row.id,
            "store_view_id": default_views[row.website_id],
            "status": _begun_status(row).value,
            "changed_at": now,
        }
        for row in locked
    ]
    insert = upsert(subscription).values(rows)
    changed = await fetch_rows(
        connection,
        insert.on_conflict_do_update(
            index_elements=["customer_id", "store_view_id"],
            set_={"status": insert.excluded.status, "changed_at": insert.excluded.changed_at},
            where=subscription.c.status != insert.excluded.status,
        ).returning(subscription.c.customer_id),
    )
    return {row.customer_id for row in changed}


def _begun_status(account: Row) -> SubscriptionStatus:
    return SubscriptionStatus.SUBSCRIBED if account.is_email_confirmed else SubscriptionStatus.UNCONFIRMED


async def unsubscribe_customers(connection: Connection, customer_ids: Sequence[int]) -> set[int]:
    """End every subscription in every store view, those waiting for a confirmation too; those changed by it."""
    changed = await fetch_rows(
        connection,
        update(subscription)
        .where(
            equals_any(subscription.c.customer_id, customer_ids),
            subscription.c.status != SubscriptionStatus.UNSUBSCRIBED.value,
        )
        .values(status=SubscriptionStatus.UNSUBSCRIBED.value, changed_at=dt.datetime.now(dt.UTC))
        .returning(subscription.c.customer_id),
    )
    return {row.customer_id for row in changed}


async def begin_subscription(connection: Connection, account: Row, store_view_id: int, *, waits: bool = False) -> bool:
    """Subscribe one customer in one store view; whether it changed anything.

    An account not confirmed waits for that, and with `waits` a confirmed one for a link of its own (docs/domain/newsletter.md#newsletter-5).
    """
    status = SubscriptionStatus.NOT_ACTIVE if waits and account.is_email_confirmed else _begun_status(account)
    insert = upsert(subscription).values(
        customer_id=account.id, store_view_id=store_view_id, status=status.value, changed_at=dt.datetime.now(dt.UTC)
    )
    changed = await execute_statement(
        connection,
        insert.on_conflict_do_update(
            index_elements=["customer_id", "store_view_id"],
            set_={"status": insert.excluded.status, "changed_at": insert.excluded.changed_at},
            where=subscription.c.status != insert.excluded.status,
        ),
    )
    return bool(changed)


async def subscribe_at_sign_up(connection: Connection, account: Row, store_view_id: int) -> None:
    """Begin the subscription that a new customer asked for; the history of the sign-up names it."""
    await begin_subscription(connection, account, store_view_id)
    if _begun_status(account) is SubscriptionStatus.SUBSCRIBED:
        await _emit_subscribed(connection, account.id, by=Actor(ActorKind.CUSTOMER, account.id))


async def _emit_subscribed(connection: Connection, customer_id: int, *, by: Actor) -> None:
    subject = encode_id("cus", customer_id)
    await emit(connection, "customer.subscribed", subject, ["isSubscribed"], by=by, customer_id=customer_id)


async def require_subscription(
    connection: Connection, customer_id: int, store_view_id: int, path: Sequence[str]
) -> None:
    """Raises when the customer never subscribed in this store view, whether there is such a one or not."""
    key = select(subscription.c.status).where(
        subscription.c.customer_id == customer_id, subscription.c.store_view_id == store_view_id
    )
    if await fetch_value(connection, key) is None:
        raise _SUBSCRIPTION_NOT_FOUND(path=path)


async def end_subscription(connection: Connection, customer_id: int, store_view_id: int) -> bool:
    """Unsubscribe one customer in one store view; whether there was something to end."""
    left = SubscriptionStatus.UNSUBSCRIBED.value
    return bool(
        await execute_statement(
            connection,
            update(subscription)
            .where(
                subscription.c.customer_id == customer_id,
                subscription.c.store_view_id == store_view_id,
                subscription.c.status != left,
            )
            .values(status=left, changed_at=dt.datetime.now(dt.UTC)),
        )
    )


async def cancel_waiting_subscriptions(connection: Connection, customer_id: int) -> None:
    """Wishes that nobody proved to be the owner's are taken back."""
    waiting = [SubscriptionStatus.UNCONFIRMED.value, SubscriptionStatus.NOT_ACTIVE.value]
    await execute_statement(
        connection,
        update(subscription)
        .where(subscription.c.customer_id == customer_id, equals_any(subscription.c.status, waiting))
        .values(status=SubscriptionStatus.UNSUBSCRIBED.value, changed_at=dt.datetime.now(dt.UTC)),
    )


async def activate_waiting_subscriptions(connection: Connection, customer_id: int, *, by: Actor) -> None:
    """The account was confirmed: what waited for it begins (docs/domain/newsletter.md#newsletter-3)."""
    begun = await execute_statement(
        connection,
        update(subscription)
        .where(
            subscription.c.customer_id == customer_id,
            subscription.c.status == SubscriptionStatus.UNCONFIRMED.value,
        )
        .values(status=SubscriptionStatus.SUBSCRIBED.value, changed_at=dt.datetime.now(dt.UTC)),
    )
    if begun:
        await _emit_subscribed(connection, customer_id, by=by)
