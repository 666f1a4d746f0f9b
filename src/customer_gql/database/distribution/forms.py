"""Which form some statements take: the one that is faster on one machine, or the one that fits tables distributed by customer.

Most statements have one form for both. Set once for whatever a task does (a request, the worker, a command), because reads and
rules know a connection and no settings.
"""

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy import ColumnElement

from customer_gql.database.statements import AnySelect, Connection, Row, Statement, equals_any, fetch_rows

_is_distributed: Final[ContextVar[bool]] = ContextVar("is_distributed", default=False)


STATEMENTS_OF_ONE_MACHINE: Final[set[Statement]] = set()
"""Those in whose place a distributed database gets others."""


def for_one_machine(statement: Statement) -> Statement:
    STATEMENTS_OF_ONE_MACHINE.add(statement)
    return statement


def use_distributed_forms(is_used: bool) -> None:
    """For this task and those it starts."""
    _is_distributed.set(is_used)


def are_forms_distributed() -> bool:
    return _is_distributed.get()


def find_orders(statement: AnySelect) -> Sequence[ColumnElement[Any]]:
    """What a statement is ordered by; Core has no other way to ask."""
    return statement._order_by_clauses  # pyright: ignore[reportPrivateUsage]  # noqa: SLF001


async def lock_rows_of_customers(
    connection: Connection, statement: AnySelect, customer_id: ColumnElement[Any], ids: Collection[int]
) -> list[Row]:
    """Rows of these customers, locked in the order of their ids, within one customer in that of the statement.

    A distributed database locks rows of one customer at a time; otherwise one statement locks all, sorted before they are locked.
    """
    if not are_forms_distributed():
        of_all = statement.where(equals_any(customer_id, sorted(set(ids))))
        ordered = of_all.order_by(None).order_by(customer_id, *find_orders(statement))
        return await fetch_rows(connection, ordered.with_for_update())
    found: list[Row] = []
    for id in sorted(set(ids)):
        found += await fetch_rows(connection, statement.where(customer_id == id).with_for_update())
    return found
