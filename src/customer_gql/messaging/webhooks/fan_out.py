"""Every event becomes a delivery for each webhook that asks for it, in the order of the feed (docs/domain/webhooks.md#webhooks-2)."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    any_,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from customer_gql.database.statements import Connection, compile_statement, execute_statement, fetch_value
from customer_gql.messaging.events.reads import find_last_position
from customer_gql.messaging.events.tables import domain_event as event, domain_event_feed as feed
from customer_gql.messaging.jobs.work import Tools

from .tables import WebhookStatus, delivery_number, webhook, webhook_delivery

READER: Final = "webhooks"
"""The name under which the position of this reader is kept."""
BATCH: Final = 5_000
COPIED: Final = (
    *("type", "subject", "changed_fields", "customer_id", "website_id", "version", "job_id"),
    *("actor", "actor_id", "occurred_at"),
)
"""Columns of an event that a delivery holds too."""

_position = select(feed.c.position).where(feed.c.name == READER)
_POSITION: Final = compile_statement(_position)
_TAKE: Final = compile_statement(_position.with_for_update(skip_locked=True))
_WAIT: Final = compile_statement(_position.with_for_update())
_after: Any = bindparam("after", type_=BigInteger())
_until: Any = bindparam("until", type_=BigInteger())
IS_ASKED_FOR: Final = (
    event.c.type == any_(webhook.c.types),
    or_(
        webhook.c.website_ids.is_(None),
        event.c.website_id == any_(webhook.c.website_ids),
        event.c.website_ids.op("<@", is_comparison=True)(webhook.c.website_ids),
    ),
)
"""Whether a webhook has events of this type and these websites sent."""


def insert_deliveries(*where: ColumnElement[bool]) -> Insert:
    """A delivery, due at once, of each event to each webhook that fulfil the conditions, in the order of the feed."""
    found = select(
        delivery_number.next_value(),
        webhook.c.id,
        event.c.id,
        *[event.c[name] for name in COPIED],
        func.clock_timestamp(),
    )
    return insert(webhook_delivery).from_select(
        ["id", "webhook_id", "event_id", *COPIED, "next_attempt_at"],
        found.select_from(event.join(webhook, true())).where(*where, *IS_ASKED_FOR).order_by(event.c.position),
    )


_FAN_OUT: Final = compile_statement(
    insert_deliveries(
        event.c.position > _after,
        event.c.position <= _until,
        event.c.position > webhook.c.starts_after,
        webhook.c.status == literal(WebhookStatus.ACTIVE.value),
    )
)
_ADVANCE: Final = compile_statement(update(feed).where(feed.c.name == READER).values(position=_until))


async def fan_out_events(tools: Tools) -> int:
    """Make the deliveries of the next events; how many positions were looked at. For a `Poll`."""
    async with tools.database.writes.acquire() as connection:
        if await fetch_value(connection, _POSITION) == await find_last_position(connection):
            return 0
    async with tools.database.transaction() as connection:
        after = await fetch_value(connection, _TAKE)
        return 0 if after is None else await _fan_out_after(connection, after)


async def _fan_out_after(connection: Connection, after: int) -> int:
    """A webhook is seen by now if it was made before the last position was given, see `create_webhook`."""
    until = min(after + BATCH, await find_last_position(connection))
    if until > after:
        await execute_statement(connection, _FAN_OUT, after=after, until=until)
        await execute_statement(connection, _ADVANCE, until=until)
    return until - after


async def wait_for_fan_out(connection: Connection) -> None:
    """Let the deliveries that are being made be there, and keep others from being made until the end of the transaction."""
    await fetch_value(connection, _WAIT)
