"""How much one customer may write: a free account must not fill the history, which is never deleted
(docs/domain/history.md#history-8)."""

import datetime as dt
from typing import Any, Final

from strawberry.extensions import FieldExtension

from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection
from customer_gql.graph.context import Info
from customer_gql.security import throttle
from customer_gql.settings import StorefrontSettings

_HOUR: Final = dt.timedelta(hours=1)
_MESSAGE: Final = "The account made too many changes within an hour."


class WithinWriteBudget(FieldExtension):
    """Counts the mutation for the signed-in customer. Staff who act as the customer spend nothing of it."""

    async def resolve_async(self, next_: Any, source: Any, info: Info, **kwargs: Any) -> Any:
        context = info.context
        viewer = context.viewer
        if viewer.kind is ViewerKind.CUSTOMER and viewer.customer_id is not None and not viewer.is_impersonated:
            async with context.database.writes.acquire() as connection:
                await count_customer_write(connection, viewer.customer_id, context.settings.storefront)
        return await next_(source, info, **kwargs)


async def count_customer_write(
    connection: Connection, customer_id: int, limits: StorefrontSettings, *, counter: str = "writes"
) -> None:
    """Raises `RateLimited` with the seconds until the hour is over. `counter` is a budget of its own."""
    key = throttle.write_key(customer_id, counter)
    await throttle.require_within(connection, key, limit=limits.customer_writes, window=_HOUR, message=_MESSAGE)
