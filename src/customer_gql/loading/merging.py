"""Several reads in one statement: a round of loads costs one round trip, whatever it asks for.

The rows of each read come back as anonymous records, numbered by read: `SELECT 0, r FROM (…) r UNION ALL …`. A branch
is a subquery with its own order, and PostgreSQL appends the branches one after the other, so that the order holds. See
docs/adr/0011-loads-of-one-round.md for what this was measured against.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, ClassVar, Final

import asyncpg

from customer_gql.database.statements import Connection, Statement

REFUSED_STATEMENTS: Final = (asyncpg.DataError, asyncpg.SyntaxOrAccessError)
"""The database or the driver answers that this statement, with these arguments, cannot be run."""

_PARAMETER: Final = re.compile(r"\$(\d+)")
_MAX_CACHED: Final = 200
_MAX_COUNTED: Final = 5000
MERGE_AFTER = 20
"""Times that the same reads were asked for together: every combination takes each backend a wide statement of its own."""


class MergedRow(tuple[Any, ...]):
    """What `Row` is for a statement of its own: columns in order, and by attribute."""

    __slots__ = ()
    columns: ClassVar[tuple[str, ...]] = ()


def make_row_type(columns: Sequence[str]) -> type[MergedRow]:
    named = {column: property(itemgetter(i)) for i, column in enumerate(columns)}
    return type("MergedRow", (MergedRow,), {"__slots__": (), **named, "columns": tuple(columns)})


@lru_cache(maxsize=_MAX_CACHED)
def merge_statements(statements: tuple[Statement, ...]) -> str:
    """One text for these statements, whose parameters follow each other in the same order."""
    branches: list[str] = []
    before = 0
    for number, statement in enumerate(statements):
        branches.append(f"SELECT {number} AS read, a_row FROM ({_shift_parameters(statement.sql, before)}) AS a_row")
        before += len(statement.names)
    return "\nUNION ALL\n".join(branches)


_times_asked: Counter[tuple[Statement, ...]] = Counter()


def are_asked_often(statements: tuple[Statement, ...]) -> bool:
    """Whether these statements, in this combination, are worth a statement of their own."""
    times = _times_asked[statements]
    if times >= MERGE_AFTER:
        return True
    if len(_times_asked) >= _MAX_COUNTED:
        _times_asked.clear()
    _times_asked[statements] = times + 1
    return False


def _shift_parameters(sql: str, by: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + by}", sql)


async def fetch_merged(
    connection: Connection, asked: Iterable[tuple[Statement, Sequence[Any]]]
) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement with its arguments."""
    statements, arguments = zip(*asked, strict=True)
    rows: list[list[tuple[Any, ...]]] = [[] for _ in statements]
    number: int
    row: tuple[Any, ...]
    for number, row in await connection.fetch(
        merge_statements(statements), *[value for values in arguments for value in values]
    ):
        rows[number].append(row)
    return rows
