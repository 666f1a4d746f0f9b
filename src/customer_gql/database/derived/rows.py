"""Statements that bring derived rows up to date, and that find those which are not."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, any_, delete, func, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from customer_gql.database.statements import AnySelect

from .parts import Part


def recompute_statement(table: Table, fresh: AnySelect, ids: ColumnElement[Any]) -> AnySelect:
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


def update_part_statement(table: Table, fresh: AnySelect, part: Part) -> AnySelect:
    """Update these columns in rows that are there. What the others are made of is not read: the planner leaves joins out of
    which nothing is taken, but not of an update itself. That is why the statement in it is `MATERIALIZED`."""
    whole, names = fresh.subquery(f"whole_{table.name}"), sorted(part)
    key = [whole.c[column.name] for column in table.primary_key]
    new = select(*key, *[whole.c[name] for name in names]).cte(f"fresh_{table.name}").prefix_with("MATERIALIZED")
    stored = {name: table.c[name] for name in names}
    written = (
        update(table)
        .values({name: new.c[name] for name in names})
        .where(_same_key(table, new), _differ(stored, new.c))
        .returning(true().label("is_written"))
        .cte(f"written_{table.name}")
    )
    return select(func.count()).select_from(written)


def differences_statement(table: Table, fresh: AnySelect, ids: ColumnElement[Any]) -> AnySelect:
    new = fresh.cte("fresh")
    names = list(new.c.keys())
    old = select(*[table.c[name] for name in names]).where(table.c.customer_id == any_(ids)).cte("stored")
    pairs = old.join(new, and_(*[old.c[column.name] == new.c[column.name] for column in table.primary_key]), full=True)
    customer_id = func.coalesce(old.c.customer_id, new.c.customer_id).label("customer_id")
    differ = _differ({name: old.c[name] for name in names}, new.c)
    return select(customer_id, func.count().label("total")).select_from(pairs).where(differ).group_by(customer_id)


def _differ(columns: Mapping[str, ColumnElement[Any]], others: Any) -> ColumnElement[bool]:
    return tuple_(*columns.values()).is_distinct_from(tuple_(*[others[name] for name in columns]))


def _same_key(table: Table, other: Any) -> ColumnElement[bool]:
    return and_(*[column == other.c[column.name] for column in table.primary_key])
