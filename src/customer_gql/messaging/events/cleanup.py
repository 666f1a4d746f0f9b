import datetime as dt
from typing import Final

from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import setting

from .tables import domain_event

KEPT_DAYS: Final = Setting(
    "events.kept_days", 30, GLOBAL, "Days until an event for other systems is deleted.", at_least=1, at_most=3_650
)


async def delete_old_events(tools: Tools) -> None:
    async with tools.database.writes.acquire() as connection:
        days = await setting(connection, KEPT_DAYS)
    await delete_expired_rows(tools.database, [expires(domain_event, "occurred_at", kept=dt.timedelta(days=days))])
