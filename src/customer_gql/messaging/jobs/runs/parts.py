"""Lists of ids that are frozen in parts of a thousand: one row for a thousand ids, found by the line of the first."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Table,
    bindparam,
    cast,
    column as sql_column,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from customer_gql.core.errors import RuleError
from customer_gql.database.statements import (
    AnySelect,
    Connection,
    compile_statement,
    execute_statement,
    fetch_value,
    insert_rows,
)

from .kinds import RowId
from .tables import IDS_OF_A_PART, job_part

FreezeRows = Callable[[Connection, int], Awaitable[int | None]]
"""Stores the parts of a job, by its id; how many rows, where that is known."""


def freeze_ids(ids: Sequence[RowId]) -> FreezeRows:
    """The rows of a list of ids, in their order."""

    async def freeze(connection: Connection, job_id: int) -> int:
        parts = [
            {"job_id": job_id, "first_line": start + 1, **_list_keys(ids[start : start + IDS_OF_A_PART])}
            for start in range(0, len(ids), IDS_OF_A_PART)
        ]
        await insert_rows(connection, job_part, parts)
        return len(ids)

    return freeze


def _list_keys(ids: Sequence[RowId]) -> dict[str, list[int] | None]:
    pairs = [id if isinstance(id, tuple) else (id, None) for id in ids]
    records = [record for _, record in pairs if record is not None]
    return {"customer_ids": [id for id, _ in pairs], "record_ids": records or None}


def freeze_selected(chosen: AnySelect) -> FreezeRows:
    """The rows of a statement that gives `id`, the `place` that orders them, and `record_id` of those that have one."""

    async def freeze(connection: Connection, job_id: int) -> None:
        await store_parts(connection, job_part, job_id, chosen)

    return freeze


def freeze_copy(parts: Table, owner: ColumnElement[bool]) -> FreezeRows:
    """The rows of a list that is frozen in another table."""

    async def freeze(connection: Connection, job_id: int) -> None:
        copied = select(
            literal(job_id, BigInteger()), parts.c.first_line, parts.c.customer_ids, parts.c.record_ids
        ).where(owner)
        await execute_statement(connection, insert(job_part).from_select(job_part.c.keys(), copied))

    return freeze


def freeze_whole(freeze: FreezeRows, count: int, gone: RuleError) -> FreezeRows:
    """The same rows, so many of them. Raises `gone` where some are missing: what they are read from is being deleted."""

    async def freeze_all(connection: Connection, job_id: int) -> int:
        await freeze(connection, job_id)
        if await fetch_value(connection, COUNT_ROWS, job_id=job_id) != count:
            raise gone
        return count

    return freeze_all


async def freeze_again(connection: Connection, job_id: int) -> FreezeRows | None:
    """The rows that a job was asked for; None where it finds them itself."""
    parts = job_part.c.job_id == job_id
    has_parts = await fetch_value(connection, select(select(job_part.c.job_id).where(parts).exists()))
    return freeze_copy(job_part, parts) if has_parts else None


async def store_parts(connection: Connection, parts: Table, owner_id: int, chosen: AnySelect) -> None:
    """Freeze what a statement gives in a table of parts, whose first column is their owner."""
    ids = chosen.subquery("chosen")
    has_records = "record_id" in ids.c
    keys = [ids.c.id, ids.c.record_id] if has_records else [ids.c.id]
    numbered = select(*keys, func.row_number().over(order_by=ids.c.place).label("place")).subquery("numbered")
    size: Any = literal_column(str(IDS_OF_A_PART), Integer())
    # In whole numbers: `/` would divide exactly, and the cast round up.
    part: Any = cast((numbered.c.place - literal_column("1")) // size, Integer())
    listed = _list_in_order(numbered, "id")
    # Null where no row has one.
    records: Any = null()
    if has_records:
        records = _list_in_order(numbered, "record_id").filter(numbered.c.record_id.is_not(None))
    first_line = part * size + literal_column("1", Integer())
    rows = select(literal(owner_id, BigInteger()), first_line, listed, cast(records, ARRAY(BigInteger()))).group_by(
        part
    )
    await execute_statement(connection, insert(parts).from_select(parts.c.keys(), rows))


def _list_in_order(numbered: Any, name: str) -> Any:
    return func.array_agg(aggregate_order_by(numbered.c[name], numbered.c.place), type_=ARRAY(BigInteger()))


def unnest_keys(parts: Table) -> Any:
    """Beside a part: the `id` and `record_id` of each row, and its `place` in the part, from 1."""
    keys = func.unnest(parts.c.customer_ids, parts.c.record_ids).table_valued(
        sql_column("id", BigInteger()), sql_column("record_id", BigInteger()), with_ordinality="place"
    )
    return keys.render_derived(name="ids")


def count_rows(parts: Table, owner: ColumnElement[bool]) -> AnySelect:
    """How many ids the parts of an owner have."""
    counted = func.coalesce(func.sum(func.cardinality(parts.c.customer_ids)), literal_column("0"))
    return select(cast(counted, Integer())).where(owner)


COUNT_ROWS: Final = compile_statement(
    count_rows(job_part, job_part.c.job_id == bindparam("job_id", type_=BigInteger()))
)
"""How many ids the parts of a job have."""
