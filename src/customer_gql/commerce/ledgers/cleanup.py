import datetime as dt
from typing import Final

from customer_gql.database.expired_rows import delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Tools

from .tables import refused_movement

_RETENTION: Final = dt.timedelta(days=30)


async def delete_old_refusals(tools: Tools) -> None:
    """Forget refusals of movements whose keys nobody repeats any more (docs/domain/ledgers.md#ledgers-4)."""
    await delete_expired_rows(tools.database, [expires(refused_movement, "created_at", kept=_RETENTION)])
