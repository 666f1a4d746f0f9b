"""Projections: rows derived from other rows, kept up to date by the transactions that change those.

A slice declares what its table holds (`Projection`). A transaction recomputes the rows of the customers it marked
before it commits (`transactions`); `recompute_all` does so for every customer, batch by batch, and `compare_all` proves
that nothing was missed.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import add
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Table,
    any_,
    bindparam,
    cast,
    false,
    func,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import visitors

from .derived.looked_up import LookedUp
from .derived.parts import Part, ProjectionParts
from .derived.rows import differences_statement, recompute_statement, update_part_statement
from .distribution.forms import are_forms_distributed, for_one_machine
from .statements import AnySelect, Connection, Statement, compile_statement, execute_statement, fetch_rows, fetch_value
from .tables import projection_lock

CUSTOMERS_IN_A_BATCH: Final = 5_000
"""Customers of one statement. It keeps a bulk change from building the rows of a whole shop in memory."""

PLANNED_FROM: Final = 500
"""Customers of one statement from which on the session forgets its plans first. A plan that was made while the tables were small
reads them from end to end, and that for each customer: in a shop that an import fills it would take minutes."""

_IDS: Final = ARRAY(BigInteger())
_ids: ColumnElement[Any] = bindparam("customer_ids", type_=_IDS)
_WHOLE: Final[Mapping[Any, None]] = {}


class Change(NamedTuple):
    """Rows of a table changed, in these columns; in any where that is not known."""

    table: Table
    columns: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Rows of `table`, all of them determined by the rows that the same customer has in the tables of `reads`.

    `rows` selects them for every customer, with a column of the table's name for each column that is written;
    `customer_id` is the column of its FROM clause that names the customer. `parts` are the columns that can be recomputed
    without the others, of a table with one row for each customer. `looked_up` is how a distributed database computes them.
    """

    table: Table
    rows: AnySelect
    customer_id: ColumnElement[int]
    reads: tuple[Table, ...]
    parts: ProjectionParts | None = None
    looked_up: LookedUp | None = None
    _differences: Statement = field(init=False, repr=False)
    _distributed_differences: Statement = field(init=False, repr=False)
    _next_customers: Statement = field(init=False, repr=False)
    _customer_count: Statement = field(init=False, repr=False)
    _columns: frozenset[Column[Any]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_columns", frozenset(_columns_in(self.rows)))
        of_one_machine = self._compile_differences(self.rows)
        object.__setattr__(
            self, "_differences", of_one_machine if self.looked_up is None else for_one_machine(of_one_machine)
        )
        distributed = of_one_machine if self.looked_up is None else self._compile_differences(self.looked_up.rows)
        object.__setattr__(self, "_distributed_differences", distributed)
        tables = (*self.reads, self.table)
        object.__setattr__(self, "_next_customers", compile_statement(_next_customers(tables)))
        object.__setattr__(self, "_customer_count", compile_statement(_customer_count(tables)))

    def _compile_differences(self, rows: AnySelect) -> Statement:
        fresh = rows.where(self.customer_id == any_(_ids))
        return compile_statement(differences_statement(self.table, fresh, _ids))

    def depends_on(self, table: Table, columns: Collection[str] | None) -> bool:
        """Whether a change of these columns of the table, or of any of them, can change a row."""
        if table not in self.reads:
            return False
        return columns is None or any(table.c[name] in self._columns for name in columns)

    async def recompute(self, connection: Connection, customer_ids: Sequence[int]) -> int:
        """Bring the rows of these customers up to date in one statement. How many rows changed.

        The caller has locked the customers (`lock_customers`), or nobody else can see them yet.
        """
        return await recompute_together(connection, {self: customer_ids})

    def find_part(self, changes: Collection[Change]) -> Part | None:
        """The columns to recompute after these changes; None for whole rows."""
        return None if self.parts is None else self.parts.find_part(changes)

    @property
    def ids_parameter(self) -> str:
        """The customers to recompute, in a statement that recomputes rows of other tables too."""
        return f"customers_of_{self.table.name}"

    def recomputed(self, ids: ColumnElement[Any], part: Part | None) -> AnySelect:
        """Brings the rows of these customers up to date, or a part of them, and selects how many changed."""
        looked_up = self.looked_up if are_forms_distributed() else None
        rows = self.rows if looked_up is None else looked_up.rows
        fresh = rows.where(self.customer_id == any_(ids))
        return (
            recompute_statement(self.table, fresh, ids)
            if part is None
            else update_part_statement(self.table, fresh, part)
        )

    async def look_up(self, connection: Connection, customer_ids: Sequence[int], part: Part | None) -> dict[str, str]:
        """The further parameters of the statement, in a distributed database."""
        if self.looked_up is None or not are_forms_distributed():
            return {}
        is_needed = part is None or not part.isdisjoint(self.looked_up.columns)
        return {self.looked_up.name: await self.looked_up.read(connection, customer_ids) if is_needed else "[]"}

    async def prepare(self, connection: Connection, customer_ids: Sequence[int], part: Part | None) -> dict[str, str]:
        """What has to be done before rows are recomputed, besides looking up parameters, which are given back."""
        return await self.look_up(connection, customer_ids, part)

    async def repair(self, connection: Connection, customer_ids: Sequence[int]) -> int:
        """What `recompute_all` does: bring the rows up to date, and leave those that are right."""
        return await self.recompute(connection, customer_ids)

    async def find_differences(self, connection: Connection, customer_ids: Sequence[int]) -> dict[int, int]:
        """How many rows of these customers are missing, superfluous or not as they would be recomputed: by customer, those
        who have such rows."""
        statement = self._distributed_differences if are_forms_distributed() else self._differences
        given = await self.look_up(connection, customer_ids, None)
        rows = await fetch_rows(connection, statement, customer_ids=customer_ids, **given)
        return {row.customer_id: row.total for row in rows}

    async def count_customers(self, connection: Connection) -> int:
        """How many customers `batches` will give."""
        return await fetch_value(connection, self._customer_count)

    async def batches(self, connection: Connection) -> AsyncGenerator[list[int]]:
        """Every customer who has rows here, or should, in batches by id."""
        after = -1
        while ids := [row.id for row in await fetch_rows(connection, self._next_customers, after=after)]:
            yield ids
            after = ids[-1]


async def recompute_together(
    connection: Connection,
    stale: Mapping[Projection, Sequence[int]],
    parts: Mapping[Projection, Part | None] = _WHOLE,
) -> int:
    """Bring rows of several projections up to date, as `Projection.recompute` does; they cannot read tables of each other.

    One statement recomputes all of them, for up to `CUSTOMERS_IN_A_BATCH` customers; of some projections a part alone.
    """
    together = tuple((it, parts.get(it)) for it in stale)
    statement, changed = _joint_statement(together, are_distributed=are_forms_distributed()), 0
    for start in range(0, max(map(len, stale.values())), CUSTOMERS_IN_A_BATCH):
        end = start + CUSTOMERS_IN_A_BATCH
        batch = {projection.ids_parameter: ids[start:end] for projection, ids in stale.items()}
        given: dict[str, str] = {}
        for projection, part in together:
            given |= await projection.prepare(connection, batch[projection.ids_parameter], part)
        if max(map(len, batch.values())) >= PLANNED_FROM:
            await connection.execute("DISCARD PLANS")
        changed += await fetch_value(connection, statement, **batch, **given)
    return changed


@cache
def _joint_statement(
    projections: tuple[tuple[Projection, Part | None], ...],
    *,
    are_distributed: bool,  # noqa: ARG001 - part of the key under which the statement is kept
) -> Statement:
    changed: list[ColumnElement[int]] = []
    for projection, part in projections:
        # In a subquery, so that the planner does not see how many there are. It would plan for their number each time,
        # which takes longer than all of the work for one customer.
        ids = cast(select(bindparam(projection.ids_parameter, type_=_IDS)).scalar_subquery(), _IDS)
        changed.append(projection.recomputed(ids, part).scalar_subquery())
    return compile_statement(select(reduce(add, changed)))


def _next_customers(tables: Sequence[Table]) -> AnySelect:
    """The least ids after one. Each table contributes no more than a batch, which its primary key finds."""
    after: Any = bindparam("after", type_=BigInteger())
    limit: Any = bindparam("limit", CUSTOMERS_IN_A_BATCH, type_=Integer())
    owners = [owner_column(table) for table in tables]
    found = [
        select(owner.label("id")).where(owner > after).distinct().order_by(owner).limit(limit).subquery()
        for owner in owners
    ]
    every = union(*[select(part.c.id) for part in found]).subquery()
    return select(every.c.id).order_by(every.c.id).limit(limit)


def _customer_count(tables: Sequence[Table]) -> AnySelect:
    every = union(*[select(owner_column(table).label("id")) for table in tables]).subquery()
    return select(func.count()).select_from(every)


def _columns_in(statement: AnySelect) -> Iterator[Column[Any]]:
    """The columns that a statement reads, without the aliases of their tables."""
    elements: Iterator[Any] = visitors.iterate(statement)
    for element in elements:
        if isinstance(element, Column):
            table: Any = getattr(element.table, "element", element.table)
            columns: Mapping[str, Column[Any]] = getattr(table, "columns", {})
            if element.name in columns:
                yield columns[element.name]


def owner_column(table: FromClause) -> ColumnElement[Any]:
    """The column that names the customer of a row."""
    return table.c.customer_id if "customer_id" in table.c else table.c.id


_put = insert(projection_lock).from_select(
    ["customer_id"],
    select(func.unnest(_ids).column_valued("customer_id").label("customer_id")).order_by("customer_id"),
)
# DO UPDATE locks the row that is there although it then updates nothing, so no row version is left behind.
_LOCK: Final = compile_statement(
    _put.on_conflict_do_update(
        index_elements=[projection_lock.c.customer_id],
        set_={"created_at": projection_lock.c.created_at},
        where=false(),
    )
)


async def lock_derived_rows(connection: Connection, customer_ids: Collection[int]) -> None:
    """Wait for other transactions that recompute rows of these customers, and make later ones wait for this one.

    The statement that recomputes comes after this one, so that it sees what those others have committed. It is the last
    lock that a transaction takes, in the order of the ids: transactions that wait for each other here cannot deadlock.
    """
    await execute_statement(connection, _LOCK, customer_ids=sorted(customer_ids))


Progress: TypeAlias = Callable[[int, int], object]
"""Told how many customers are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Reprojected:
    customers: int
    rows: int
    """How many changed, or differ."""
    differing: tuple[int, ...] = ()
    """The first customers whose rows differ, by id."""


async def recompute_all(connection: Connection, projection: Projection, on_progress: Progress) -> Reprojected:
    """Recompute every row. Each batch commits by itself, so it locks a customer for no longer than a moment."""

    async def recompute(customer_ids: Sequence[int]) -> int:
        async with connection.transaction():
            await lock_derived_rows(connection, customer_ids)
            return await projection.repair(connection, customer_ids)

    return await work_in_batches(connection, projection, recompute, on_progress)


async def work_in_batches(
    connection: Connection,
    projection: Projection,
    work: Callable[[Sequence[int]], Awaitable[int]],
    on_progress: Progress,
) -> Reprojected:
    """Do something with every customer who has rows, or should have; the rows that it counts."""
    total = await projection.count_customers(connection)
    customers = rows = 0
    async for ids in projection.batches(connection):
        rows += await work(ids)
        customers += len(ids)
        on_progress(customers, max(customers, total))
    return Reprojected(customers, rows)
