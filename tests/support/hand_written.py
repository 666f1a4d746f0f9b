"""Rows that tests write by hand, after which derived rows may be wrong, told from those that the service writes.

At the end of a worker's session every customer of its database has the derived rows that `customer-gql reproject` would
give them (`assert_nobody_differs`), except customers whose rows a test wrote with SQL of its own since they were last
recomputed. Whose rows a statement writes is read from its arguments; one that names no customer may have touched everybody
who was there.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import count, zip_longest
from typing import Any, Final

from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.projections import Projection
from customer_gql.database.statements import Connection
from customer_gql.schema.projections import PROJECTIONS

_WRITES: Final = re.compile(r"\b(?:INSERT INTO(?! website\b)|UPDATE|DELETE FROM)\s+(?:ONLY\s+)?\"?(\w+)", re.IGNORECASE)
"""A new website is nobody's yet."""
_INSERTS: Final = re.compile(r"\bINSERT INTO\s+\"?(\w+)", re.IGNORECASE)
_BY_TABLE: Final = {projection.table.name: projection for projection in PROJECTIONS}
_READ_BY: Final[dict[str, list[Projection]]] = defaultdict(list)
# What the service changes with the customer, or not at all: claims, and the currency of a website.
for _name in ("customer_email", "website"):
    _READ_BY[_name] = [*PROJECTIONS]
for _projection in PROJECTIONS:
    for _table in {_projection.table, *_projection.reads}:
        _READ_BY[_table.name].append(_projection)
_BETWEEN: Final = ("/asyncpg/", "/support/races.py", "/support/hand_written.py", "/database/statements.py")


class HandWritten:
    """Customers of one database by projection: those whose rows were written by hand and not recomputed since."""

    def __init__(self) -> None:
        self.touched: dict[Projection, dict[int, int]] = defaultdict(dict)
        """When each was last touched, as a number of the statement."""
        self.anybody: dict[Projection, int] = defaultdict(int)
        """Below this id are customers who were there at a statement that names nobody, and so may have touched anybody."""

    def observe(
        self, query: str, arguments: tuple[Any, ...], *, is_of_service: bool = False, at: int | None = None
    ) -> bool:
        """Remember what a statement does to derived rows, and say whether it is a write by hand. `at` is when it ran, where it
        counts only now."""
        recomputed = find_recomputed(query)
        if recomputed:
            self._clear(recomputed, arguments, next(NUMBERS) if at is None else at)
            return False
        if is_of_service or not may_write(query) or not _find_readers(query) or not _is_of_test():
            return False
        self.touch(query, arguments)
        return True

    def touch(self, query: str, arguments: tuple[Any, ...]) -> None:
        """Count the customers of a write by hand as touched now."""
        at = next(NUMBERS)
        tells_owner = "customer_id" in query or "customer" in _find_tables(query)
        ids = set(find_ids(arguments)) if tells_owner else set[int]()
        for projection in _find_readers(query):
            self.touched[projection] |= dict.fromkeys(ids, at)
            if not ids:
                self.anybody[projection] = new_id()

    def _clear(self, recomputed: Iterable[Projection], arguments: tuple[Any, ...], at: int) -> None:
        lists = [set(find_ids(value)) for value in arguments if isinstance(value, list)]
        for projection in recomputed:
            touched = self.touched[projection]
            for id in set[int].intersection(*lists):
                if touched.get(id, at) < at:  # it saw nothing of what was written since
                    del touched[id]


NUMBERS: Final = count(1)
HAND_WRITTEN: Final[dict[str, HandWritten]] = defaultdict(HandWritten)
"""By the name of the database."""


@lru_cache(maxsize=1_000)
def find_recomputed(query: str) -> frozenset[Projection]:
    """The projections whose rows the statement recomputes whole, for customers who are in each list of its arguments. A part of
    a row is updated, and may leave alone what was written by hand."""
    if query.lstrip()[:4].upper() not in {"WITH", "SELE"}:
        return frozenset()
    return frozenset(_BY_TABLE[table] for table in _INSERTS.findall(query) if table in _BY_TABLE)


def _find_tables(query: str) -> list[str]:
    return [table.lower() for table in _WRITES.findall(query)]


def _find_readers(query: str) -> set[Projection]:
    """The projections that read a table which the statement writes."""
    return {projection for table in _find_tables(query) for projection in _READ_BY.get(table, ())}


def may_write(query: str) -> bool:
    return query.lstrip()[:4].upper() in {"INSE", "UPDA", "DELE", "WITH"}


def find_ids(arguments: Iterable[Any]) -> Iterable[int]:
    """The numbers among the arguments of a statement that may be keys, also inside lists."""
    for value in arguments:
        if isinstance(value, list | tuple | set):
            yield from find_ids(value)  # pyright: ignore[reportUnknownArgumentType]
        elif isinstance(value, int):
            yield value


def _is_of_test() -> bool:
    """Whether the statement was written in a test, or in what tests share, rather than by a function of the service. What
    stands at the start of a task of its own is of a test."""
    frame: Any = sys._getframe(1)
    while frame is not None and any(part in frame.f_code.co_filename for part in _BETWEEN):
        frame = frame.f_back
    return frame is not None and any(part in frame.f_code.co_filename for part in ("/tests/", "/asyncio/"))


async def assert_nobody_differs(connection: Connection, written: HandWritten) -> int:
    """How many customers were compared. Fails with those whose derived rows are wrong by what the service did."""
    compared = 0
    for projection in PROJECTIONS:
        everybody = [id async for ids in projection.batches(connection) for id in ids]
        touched, below = written.touched[projection], written.anybody[projection]
        ours = [id for id in everybody if id not in touched and id >= below]
        wrong = await projection.find_differences(connection, ours)
        assert wrong == {}, [await describe_difference(connection, projection, id) for id in wrong]
        compared += len(ours)
    return compared


async def describe_difference(connection: Connection, projection: Projection, customer_id: int) -> str:
    """Which columns of a customer's derived rows are wrong, and who that is. Mends them."""
    stored = f"SELECT to_jsonb(t)::text FROM {projection.table.name} t WHERE customer_id = $1 ORDER BY t"
    before = [dict(json.loads(row[0])) for row in await connection.fetch(stored, customer_id)]
    async with connection.transaction():
        await projection.recompute(connection, [customer_id])
    after = [dict(json.loads(row[0])) for row in await connection.fetch(stored, customer_id)]
    columns = {
        name: (one.get(name), other.get(name))
        for one, other in zip_longest(before, after, fillvalue={})
        for name in one | other
        if one.get(name) != other.get(name)
    }
    name = await connection.fetchval("SELECT email FROM customer WHERE id = $1", customer_id)
    return f"{projection.table.name} of {encode_id('cus', customer_id)} ({name}): {columns}"
