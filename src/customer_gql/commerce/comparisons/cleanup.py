"""Visitors who did nothing for a month are forgotten (docs/domain/comparisons.md#comparisons-4)."""

import datetime as dt
from typing import Final

from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Tools

from .tables import visitor_browsing

VISITOR_DAYS: Final = 30
_EXPIRIES: Final = (expires(visitor_browsing, "updated_at", kept=dt.timedelta(days=VISITOR_DAYS)),)


async def delete_old_visitors(tools: Tools) -> None:
    await delete_expired_rows(tools.database, _EXPIRIES)
