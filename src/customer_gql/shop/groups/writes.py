from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.statements import Connection, fetch_value

from .tables import NOT_LOGGED_IN, customer_group

_GROUP_FOR_GUESTS: Final = Refusal(
    "customer_group.for_guests", "Choose another group; this one is for guests.", UserErrorCode.NOT_ALLOWED
)
_GROUP_NOT_FOUND: Final = Refusal(
    "customer_group.not_found", "There is no such customer group.", UserErrorCode.NOT_FOUND
)


async def validate_group(connection: Connection, group_id: int, path: Sequence[str]) -> int:
    """A group that a customer can belong to; it cannot be deleted until the transaction ends."""
    if group_id == NOT_LOGGED_IN:
        raise _GROUP_FOR_GUESTS(path=path)
    found = select(customer_group.c.id).where(customer_group.c.id == group_id)
    if await fetch_value(connection, found.with_for_update(key_share=True, read=True)) is None:
        raise _GROUP_NOT_FOUND(path=path)
    return group_id


async def validate_default_group(connection: Connection, group_id: int) -> None:
    """The same for the value of a setting."""
    await validate_group(connection, group_id, ["value"])
