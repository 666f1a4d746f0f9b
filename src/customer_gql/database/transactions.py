"""Transactions that know which customers they touched, and bring the rows derived from those up to date."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import Table

from .lease import is_open
from .projections import Projection, lock_derived_rows, recompute_together
from .statements import BoundedStatementCache, Connection


@dataclass(slots=True)
class Marks:
    """The customers that the open transaction of one connection touched, by the table whose rows it changed."""

    projections: Sequence[Projection] | None = None
    """Those of the shop; None on a connection that was opened without them and so must mark nothing."""
    limits: str = ""
    """The statement that states limits for a transaction, where the session cannot carry them."""
    is_open: bool = False
    touched: dict[Table, set[int]] = field(default_factory=dict[Table, set[int]])


class MarkingConnection(asyncpg.Connection):
    """A connection with room for marks; asyncpg's own takes no attributes."""

    __slots__ = ("marks",)

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.marks = Marks()
        self._stmt_cache: Any = BoundedStatementCache(self._stmt_cache)  # pyright: ignore[reportUnknownMemberType]


def mark_customers(connection: Connection, customer_ids: Iterable[int], changed: Table) -> None:
    """Have every projection that reads `changed` recompute its rows of these customers before the commit.

    Call it where a customer's rows of that table are inserted, updated or deleted. Raises `RuntimeError` outside of
    `transaction`, where nothing would be recomputed.
    """
    marks = _marks_of(connection)
    if not marks.is_open or marks.projections is None:
        raise RuntimeError("Mark customers inside `transaction`, on a connection opened with the shop's projections.")
    if any(changed in projection.reads for projection in marks.projections):
        marks.touched.setdefault(changed, set()).update(customer_ids)


@asynccontextmanager
async def transaction(connection: Connection, *, dry_run: bool = False) -> AsyncGenerator[None]:
    """Recompute what is derived from the customers marked inside, and commit; a dry run rolls all of it back.

    Inside another one it is a savepoint, and the outer one recomputes.
    """
    marks = _marks_of(connection)
    is_outermost = not marks.is_open
    marks.is_open = True
    started = connection.transaction()
    try:
        await started.start()
        try:
            if is_outermost and marks.limits:
                await connection.execute(marks.limits)
            yield
            if is_outermost:
                await _recompute_marked(connection, marks)
        except BaseException:
            if is_open(connection):
                await started.rollback()
            raise
        await (started.rollback() if dry_run else started.commit())
    finally:
        if is_outermost:
            marks.is_open = False
            marks.touched.clear()


async def _recompute_marked(connection: Connection, marks: Marks) -> None:
    stale = _stale_customers(marks.projections or (), marks.touched)
    if stale:
        await lock_derived_rows(connection, set[int]().union(*stale.values()))
    for independent in _split_into_rounds(stale):
        await recompute_together(connection, independent)


def _stale_customers(
    projections: Sequence[Projection], touched: Mapping[Table, set[int]]
) -> dict[Projection, list[int]]:
    """Customers by projection, in the order declared. One that reads another's table is declared after it."""
    changed = {table: set(ids) for table, ids in touched.items()}
    stale: dict[Projection, list[int]] = {}
    for projection in projections:
        ids = set[int]().union(*(changed.get(table, ()) for table in projection.reads))
        if ids:
            stale[projection] = sorted(ids)
            changed.setdefault(projection.table, set()).update(ids)
    return stale


def _split_into_rounds(stale: Mapping[Projection, list[int]]) -> list[dict[Projection, list[int]]]:
    """Projections that can be recomputed by one statement, which sees no row that it writes: none reads another's table."""
    rounds: list[dict[Projection, list[int]]] = []
    round_of: dict[Table, int] = {}
    for projection, ids in stale.items():
        number = max((round_of[table] + 1 for table in projection.reads if table in round_of), default=0)
        round_of[projection.table] = number
        if number == len(rounds):
            rounds.append({})
        rounds[number][projection] = ids
    return rounds


def _marks_of(connection: Connection) -> Marks:
    """A pool's connection passes attributes on to the one it wraps, which its type does not say."""
    direct: Any = connection
    return direct.marks
