"""What is kept of accounts that were deleted (docs/domain/account-deletion.md#account-deletion-3)."""

from typing import Final

from sqlalchemy import BigInteger, bindparam

from customer_gql.customers.profile.tables import deleted_customer
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_one
from customer_gql.loading.reads import one_by

from .filters import DELETED_CUSTOMER

deleted_customers_by_id = one_by(DELETED_CUSTOMER, deleted_customer.c.customer_id)
_ONE: Final = compile_statement(
    DELETED_CUSTOMER.where(deleted_customer.c.customer_id == bindparam("customer_id", type_=BigInteger()))
)


async def read_deleted_customer(connection: Connection, customer_id: int) -> Row | None:
    """Inside the transaction that deletes the account, which a dry run takes back."""
    return await fetch_one(connection, _ONE, customer_id=customer_id)
