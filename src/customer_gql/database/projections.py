"""Projections: rows derived from other rows, kept up to date by the transactions that change those.

A slice declares what its table holds (`Projection`). A transaction recomputes the rows of the customers it marked
before it commits (`transactions`); `recompute_all` does so for every customer, batch by batch, and `compare_all` proves
that nothing was missed.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import add
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Table,
    and_,
    any_,
    bindparam,
    cast,
    delete,
    false,
    func,
    select,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import insert

from .statements import AnySelect, Connection, Statement, compile_statement, execute_statement, fetch_rows, fetch_value
from .tables import projection_lock

CUSTOMERS_IN_A_BATCH: Final = 5_000
"""Customers of one statement. It keeps a bulk change from building the rows of a whole shop in memory."""

_IDS: Final = ARRAY(BigInteger())
_ids: ColumnElement[Any] = bindparam("customer_ids", type_=_IDS)


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Rows of `table`, all of them determined by the rows that the same customer has in the tables of `reads`.

    `rows` selects them for every customer, with a column of the table's name for each column that is written;
    `customer_id` is the column of its FROM clause that names the customer.
    """

    table: Table
    rows: AnySelect
    customer_id: ColumnElement[int]
    reads: tuple[Table, ...]
    _differences: Statement = field(init=False, repr=False)
    _next_customers: Statement = field(init=False, repr=False)
    _customer_count: Statement = field(init=False, repr=False)

    def __post_init__(self) -> None:
        fresh = self.rows.where(self.customer_id == any_(_ids))
        object.__setattr__(self, "_differences", compile_statement(_differences_statement(self.table, fresh)))
        tables = (*self.reads, self.table)
        object.__setattr__(self, "_next_customers", compile_statement(_next_customers(tables)))
        object.__setattr__(self, "_customer_count", compile_statement(_customer_count(tables)))

    async def recompute(self, connection: Connection, customer_ids: Sequence[int]) -> int:
        """Bring the rows of these customers up to date in one statement. How many rows changed.

        The caller has locked the customers (`lock_customers`), or nobody else can see them yet.
        """
        return await recompute_together(connection, {self: customer_ids})

    @property
    def ids_parameter(self) -> str:
        """The customers to recompute, in a statement that recomputes rows of other tables too."""
        return f"customers_of_{self.table.name}"

    def recomputed(self, ids: ColumnElement[Any]) -> AnySelect:
        """Brings the rows of these customers up to date, and selects how many changed."""
        return _recompute_statement(self.table, self.rows.where(self.customer_id == any_(ids)), ids)

    async def repair(self, connection: Connection, customer_ids: Sequence[int]) -> int:
        """What `recompute_all` does: bring the rows up to date, and leave those that are right."""
        return await self.recompute(connection, customer_ids)

    async def find_differences(self, connection: Connection, customer_ids: Sequence[int]) -> dict[int, int]:
        """How many rows of these customers are missing, superfluous or not as they would be recomputed: by customer, those
        who have such rows."""
        rows = await fetch_rows(connection, self._differences, customer_ids=customer_ids)
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


async def recompute_together(connection: Connection, stale: Mapping[Projection, Sequence[int]]) -> int:
    """Bring rows of several projections up to date, none of which reads a table of another, as `Projection.recompute` does.

    One statement recomputes all of them, for up to `CUSTOMERS_IN_A_BATCH` customers.
    """
    statement, changed = _joint_statement(tuple(stale)), 0
    for start in range(0, max(map(len, stale.values())), CUSTOMERS_IN_A_BATCH):
        end = start + CUSTOMERS_IN_A_BATCH
        batch = {projection.ids_parameter: ids[start:end] for projection, ids in stale.items()}
        changed += await fetch_value(connection, statement, **batch)
    return changed


@cache
def _joint_statement(projections: tuple[Projection, ...]) -> Statement:
    changed: list[ColumnElement[int]] = []
    for projection in projections:
        # In a subquery, so that the planner does not see how many there are. It would plan for their number each time,
        # which takes longer than all of the work for one customer.
        ids = cast(select(bindparam(projection.ids_parameter, type_=_IDS)).scalar_subquery(), _IDS)
        changed.append(projection.recomputed(ids).scalar_subquery())
    return compile_statement(select(reduce(add, changed)))


def _recompute_statement(table: Table, fresh: AnySelect, ids: ColumnElement[Any]) -> AnySelect:
    """Insert, update and delete in one statement, leaving rows alone that are right already."""
    new, key = fresh.cte(f"fresh_{table.name}"), list(table.primary_key.columns)
    values = {name: table.c[name] for name in new.c.keys() if name not in table.primary_key.columns}  # noqa: SIM118
    put = insert(table).from_select(list(new.c.keys()), select(new))
    if values:
        put = put.on_conflict_do_update(
            index_elements=key,
            set_={name: put.excluded[name] for name in values},
            where=_differ(values, put.excluded),
        )
    else:
        put = put.on_conflict_do_nothing(index_elements=key)
    written = put.returning(true().label("is_written")).cte(f"written_{table.name}")
    is_kept = select(new).where(_same_key(table, new)).exists()
    removed = (
        delete(table)
        .where(table.c.customer_id == any_(ids), ~is_kept)
        .returning(true().label("is_removed"))
        .cte(f"removed_{table.name}")
    )
    return select(
        select(func.count()).select_from(written).scalar_subquery()
        + select(func.count()).select_from(removed).scalar_subquery()
    )


def _differences_statement(table: Table, fresh: AnySelect) -> AnySelect:
    new = fresh.cte("fresh")
    names = list(new.c.keys())
    old = select(*[table.c[name] for name in names]).where(table.c.customer_id == any_(_ids)).cte("stored")
    pairs = old.join(new, and_(*[old.c[column.name] == new.c[column.name] for column in table.primary_key]), full=True)
    customer_id = func.coalesce(old.c.customer_id, new.c.customer_id).label("customer_id")
    differ = _differ({name: old.c[name] for name in names}, new.c)
    return select(customer_id, func.count().label("total")).select_from(pairs).where(differ).group_by(customer_id)


def _differ(columns: Mapping[str, ColumnElement[Any]], others: Any) -> ColumnElement[bool]:
    return tuple_(*columns.values()).is_distinct_from(tuple_(*[others[name] for name in columns]))


def _same_key(table: Table, other: Any) -> ColumnElement[bool]:
    return and_(*[column == other.c[column.name] for column in table.primary_key])


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
