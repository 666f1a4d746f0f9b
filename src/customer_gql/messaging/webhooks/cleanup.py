import datetime as dt

from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting

from .settings import KEPT_DAYS
from .tables import webhook_attempt, webhook_delivery, webhook_secret


async def delete_old_deliveries(tools: Tools) -> None:
    """Those of deleted webhooks too, which nobody sees any more."""
    async with tools.database.writes.acquire() as connection:
        kept = dt.timedelta(days=await setting(connection, KEPT_DAYS))
    old = [expires(webhook_delivery, "created_at", kept=kept), expires(webhook_attempt, "attempted_at", kept=kept)]
    await delete_expired_rows(tools.database, [*old, expires(webhook_secret)])
