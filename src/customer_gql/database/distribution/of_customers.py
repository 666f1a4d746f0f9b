"""Statements about one customer or several, in the form for either."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, bindparam
from sqlalchemy.sql.base import Executable

from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    execute_statement,
    fetch_rows,
)

IsOne: TypeAlias = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""Says that a column names one of the customers."""


class StatementOfCustomers(NamedTuple):
    """A statement about one customer, and the same about several.

    PostgreSQL plans the second one each time that it runs for few: it expects ten without seeing the array, and to plan again
    appears to be worth it. The first one it plans once.
    """

    one: Statement
    several: Statement

    async def execute(self, connection: Connection, customer_ids: Sequence[int], **values: Any) -> int:
        statement, ids = self._choose(customer_ids)
        return await execute_statement(connection, statement, customer_ids=ids, **values)

    async def fetch_rows(self, connection: Connection, customer_ids: Sequence[int], **values: Any) -> list[Row]:
        statement, ids = self._choose(customer_ids)
        return await fetch_rows(connection, statement, customer_ids=ids, **values)

    def _choose(self, customer_ids: Sequence[int]) -> tuple[Statement, int | list[int]]:
        return (self.one, customer_ids[0]) if len(customer_ids) == 1 else (self.several, list(customer_ids))


def compile_of_customers(
    make: Callable[[IsOne], Executable],
) -> StatementOfCustomers:
    """The parameter of the customers is that of the statement alone, whose other parameters have names of their own."""
    one: Any = bindparam("customer_ids", type_=BigInteger())
    several: Any = bindparam("customer_ids", type_=ARRAY(BigInteger()))
    return StatementOfCustomers(
        compile_statement(make(lambda column: column == one)),
        compile_statement(make(lambda column: column == any_(several))),
    )
