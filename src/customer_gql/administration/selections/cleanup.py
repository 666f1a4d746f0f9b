from sqlalchemy import select

from customer_gql.database.expired_rows import Expiry, delete_expired_rows, expires
from customer_gql.messaging.jobs.work import Tools

from .tables import selection, selection_batch


async def delete_expired_selections(tools: Tools) -> None:
    """Their ids go first, in batches, and those of selections that were deleted while they were being copied."""
    ids = Expiry(
        selection_batch,
        lambda now: selection_batch.c.selection_id.not_in(select(selection.c.id).where(selection.c.expires_at >= now)),
    )
    await delete_expired_rows(tools.database, [ids])
    await delete_expired_rows(tools.database, [expires(selection)])
