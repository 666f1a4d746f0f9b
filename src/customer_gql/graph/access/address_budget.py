"""How often one network address may call a root that nobody needs to sign in for."""

import datetime as dt

from customer_gql.core.viewer import ViewerKind
from customer_gql.graph.context import Context
from customer_gql.security.throttle import peer_key, require_within


async def count_call_of_address(
    context: Context, counter: str, *, limit: int, window: dt.timedelta, message: str
) -> None:
    """Committed at once, whatever becomes of the call. Raises `RateLimited` with the seconds to wait."""
    key = peer_key(ViewerKind.GUEST, counter, context.caller.address)
    async with context.database.transaction() as connection:
        await require_within(connection, key, limit=limit, window=window, message=message)
