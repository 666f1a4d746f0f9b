import datetime as dt
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select, update

from customer_gql.core.clock import read_clock
from customer_gql.database.expired_rows import Expiry, delete_expired_rows
from customer_gql.database.statements import Connection, fetch_value
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import setting

from .numbering import number_all_events
from .tables import FEED, domain_event, domain_event_feed as feed

KEPT_DAYS: Final = Setting(
    "events.kept_days",
    30,
    GLOBAL,
    "Days until an event for other systems is deleted, and cursors from before it expire.",
    at_least=1,
    at_most=3_650,
    label="Events are kept",
)


async def delete_old_events(tools: Tools) -> None:
    """Cursors expire first, so that nobody passes over what is deleted without being told."""
    async with tools.database.writes.acquire() as connection:
        kept = dt.timedelta(days=await setting(connection, KEPT_DAYS))
    is_old = domain_event.c.occurred_at < read_clock() - kept
    async with tools.database.transaction() as connection:
        await number_all_events(connection)
        deleted_through = await _expire_cursors(connection, is_old)
    is_over = and_(is_old, domain_event.c.position <= deleted_through)
    await delete_expired_rows(tools.database, [Expiry(domain_event, lambda _: is_over)])


async def _expire_cursors(connection: Connection, is_old: ColumnElement[bool]) -> int:
    """The position through which events may be deleted from now on."""
    newest = select(func.max(domain_event.c.position)).where(is_old).scalar_subquery()
    expired = (
        update(feed).where(feed.c.name == FEED).values(deleted_through=func.greatest(feed.c.deleted_through, newest))
    )
    return await fetch_value(connection, expired.returning(feed.c.deleted_through))
