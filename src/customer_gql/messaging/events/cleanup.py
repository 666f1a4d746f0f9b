import datetime as dt
from typing import Final

from sqlalchemy import delete, select

from customer_gql.database.statements import execute_statement
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import setting

from .tables import domain_event

KEPT_DAYS: Final = Setting(
    "events.kept_days", 30, GLOBAL, "Days until an event for other systems is deleted.", at_least=1, at_most=3_650
)
BATCH: Final = 5_000


async def delete_old_events(tools: Tools) -> None:
    """Delete the events that are older than they are kept, a batch in each transaction."""
    async with tools.database.writes.acquire() as connection:
        days = await setting(connection, KEPT_DAYS)
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    old = select(domain_event.c.id).where(domain_event.c.occurred_at < before).limit(BATCH)
    deleted = BATCH
    while deleted == BATCH:
        async with tools.database.transaction() as connection:
            deleted = await execute_statement(connection, delete(domain_event).where(domain_event.c.id.in_(old)))
