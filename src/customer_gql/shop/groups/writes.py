from sqlalchemy import select

from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.database.statements import Connection, fetch_value

from .tables import customer_group


async def validate_group_exists(connection: Connection, number: int) -> None:
    """Refuses the number of no group; one that exists stays until the transaction ends."""
    statement = (
        select(customer_group.c.id).where(customer_group.c.id == number).with_for_update(key_share=True, read=True)
    )
    if await fetch_value(connection, statement) is None:
        raise RuleError("There is no such customer group.", path=["value"], code=UserErrorCode.NOT_FOUND)
