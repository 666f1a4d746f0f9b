"""Transactions that know which customers they touched, and bring the rows derived from those up to date."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import asyncpg
from sqlalchemy import Table

from .derived.parts import Part
from .lease import is_open
from .projections import Change, Projection, lock_derived_rows, recompute_together
from .statements import BoundedStatementCache, Connection


@dataclass(frozen=True, slots=True, eq=False)
class CustomerFollower:
    """What a slice does about customers before the transaction commits that changed some of their values.

    `columns` are those of each table whose change counts, `whole` the tables in which new and deleted rows count too. `run`
    gets the customers, which the transaction has locked; some may not be there (any more).
    """

    columns: Mapping[Table, frozenset[str]]
    whole: frozenset[Table]
    run: Callable[[Connection, Collection[int]], Awaitable[object]]

    def depends_on(self, changed: Table, columns: Collection[str] | None) -> bool:
        if columns is None:
            return changed in self.whole
        return not self.columns.get(changed, _NO_COLUMNS).isdisjoint(columns)


FOLLOWERS: Final[list[CustomerFollower]] = []
"""What slices declare, joined by `schema/slices.py`. They run before the derived rows are recomputed."""
_NO_COLUMNS: Final = frozenset[str]()


@dataclass(slots=True)
class Marks:
    """The customers that the open transaction of one connection touched, by what it changed."""

    projections: Sequence[Projection] | None = None
    """Those of the shop; None on a connection that was opened without them and so must mark nothing."""
    limits: str = ""
    """The statement that states limits for a transaction, where the session cannot carry them."""
    is_open: bool = False
    touched: dict[Change, set[int]] = field(default_factory=dict[Change, set[int]])
    remembered: dict[object, Any] = field(default_factory=dict[object, Any])
    """What the open transaction has read and need not read again, by whatever read it."""


class MarkingConnection(asyncpg.Connection):
    """A connection with room for marks; asyncpg's own takes no attributes."""

    __slots__ = ("marks",)

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.marks = Marks()
        self._stmt_cache: Any = BoundedStatementCache(self._stmt_cache)  # pyright: ignore[reportUnknownMemberType]


def mark_customers(
    connection: Connection, customer_ids: Iterable[int], changed: Table, columns: Iterable[str] | None = None
) -> None:
    """Have every projection that reads `changed` recompute its rows of these customers before the commit.

    Call it where a customer's rows of that table are inserted, updated or deleted. `columns` are those that an update sets:
    only projections that read one of them are recomputed. Raises `RuntimeError` outside of `transaction`, where nothing
    would be recomputed.
    """
    marks = _marks_of(connection)
    if not marks.is_open or marks.projections is None:
        raise RuntimeError("Mark customers inside `transaction`, on a connection opened with the shop's projections.")
    change = Change(changed, None if columns is None else frozenset(columns))
    if _is_read(tuple(marks.projections), change) or any(one.depends_on(*change) for one in FOLLOWERS):
        marks.touched.setdefault(change, set()).update(customer_ids)


def remembered_of(connection: Connection) -> dict[object, Any] | None:
    """What the open transaction of the connection remembers, to be read and added to; None outside of `transaction`.

    It is forgotten with the transaction, and when a part of it is rolled back.
    """
    marks: Marks | None = getattr(connection, "marks", None)
    return marks.remembered if marks is not None and marks.is_open else None


@asynccontextmanager
async def transaction(connection: Connection, *, dry_run: bool = False) -> AsyncGenerator[None]:
    """Recompute what is derived from the customers marked inside, and commit; a dry run rolls all of it back.

    Inside another one it is a savepoint, and the outer one recomputes.
    """
    marks = _marks_of(connection)
    is_outermost = not marks.is_open
    touched = {change: set(ids) for change, ids in marks.touched.items()} if dry_run else {}
    marks.is_open = True
    started = connection.transaction()
    try:
        await started.start()
        try:
            if is_outermost and marks.limits:
                await connection.execute(marks.limits)
            yield
            if is_outermost:
                await _run_followers(connection, marks)
                await _recompute_marked(connection, marks)
        except BaseException:
            marks.remembered.clear()
            if is_open(connection):
                await started.rollback()
            raise
        await (started.rollback() if dry_run else started.commit())
        if dry_run:
            marks.touched = touched
            marks.remembered.clear()
    finally:
        if is_outermost:
            marks.is_open = False
            marks.touched.clear()
            marks.remembered.clear()


async def recompute_now(connection: Connection) -> None:
    """Recompute what is derived from the customers marked until now, rather than before the commit: in a part of the transaction
    that may be rolled back this belongs to what is, so mark nothing before that part."""
    marks = _marks_of(connection)
    await _run_followers(connection, marks)
    await _recompute_marked(connection, marks)
    marks.touched.clear()


async def _run_followers(connection: Connection, marks: Marks) -> None:
    for follower in FOLLOWERS:
        touched = [ids for change, ids in marks.touched.items() if follower.depends_on(*change)]
        if touched:
            await follower.run(connection, set[int]().union(*touched))


async def _recompute_marked(connection: Connection, marks: Marks) -> None:
    touched = {change: ids for change, ids in marks.touched.items() if ids}
    rounds = _plan_rounds(tuple(marks.projections or ()), frozenset(touched))
    if rounds:
        read = {change for independent in rounds for it in independent for change in it.causes}
        await lock_derived_rows(connection, set[int]().union(*[touched[change] for change in read]))
    for independent in rounds:
        stale = {it.projection: sorted(set[int]().union(*[touched[one] for one in it.causes])) for it in independent}
        await recompute_together(connection, stale, {it.projection: it.part for it in independent})


class _Recomputation(NamedTuple):
    projection: Projection
    part: Part | None
    causes: frozenset[Change]
    """The changes whose customers have stale rows."""


_Rounds: TypeAlias = tuple[tuple[_Recomputation, ...], ...]


@lru_cache(maxsize=512)
def _plan_rounds(projections: tuple[Projection, ...], changes: frozenset[Change]) -> _Rounds:
    """What changes of these columns make stale, and the part of the rows. One statement recomputes a round: it sees no row that
    it writes, because none of its projections reads another's table. One that does is declared after it."""
    causes_of = {change: frozenset((change,)) for change in changes}
    rounds: list[list[_Recomputation]] = []
    round_of: dict[Table, int] = {}
    for projection in projections:
        found = [change for change in causes_of if projection.depends_on(*change)]
        if not found:
            continue
        causes = frozenset[Change]().union(*[causes_of[change] for change in found])
        number = max((round_of[table] + 1 for table in projection.reads if table in round_of), default=0)
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(_Recomputation(projection, projection.find_part(found), causes))
        round_of[projection.table] = number
        causes_of[Change(projection.table)] = causes
    return tuple(map(tuple, rounds))


@lru_cache(maxsize=512)
def _is_read(projections: tuple[Projection, ...], change: Change) -> bool:
    return any(projection.depends_on(*change) for projection in projections)


def _marks_of(connection: Connection) -> Marks:
    """A pool's connection passes attributes on to the one it wraps, which its type does not say."""
    direct: Any = connection
    return direct.marks
