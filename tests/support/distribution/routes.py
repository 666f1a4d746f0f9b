"""Where a statement of a distributed database would run, by the values of its distribution keys."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from sqlglot import exp, parse_one

from customer_gql.database.tables import distribution_column
from customer_gql.schema.tables import metadata

from .rules import DISTRIBUTION, SPREAD, TEMPORARY

_PARAMETER: Final = re.compile(r"\$(\d+)")
_OFFSET: Final = 987_650_000
"""A parameter is parsed as a number, because the parser takes `$1::int:$2::int` for a string between dollars."""
_JUDGED: Final = re.compile(r"\s*\(*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_TEMPORARY: Final = re.compile(rf"\b{TEMPORARY}\w+")
_SPLIT: Final = (exp.AggFunc, exp.Limit)


@dataclass(frozen=True)
class Key:
    """A parameter with distribution keys: one, an array of them, or rows as JSON with one in a field."""

    parameter: int
    form: Literal["one", "array", "rows"]
    field: str = ""


@dataclass(frozen=True)
class Route:
    """`everywhere`: reference tables are written, or no table is named. `first`: tables of one machine and whole ones. `keyed`: by
    the keys, on each machine with those of its keys. `refused`: no key."""

    place: Literal["everywhere", "first", "keyed", "refused"]
    keys: tuple[Key, ...] = ()
    together: tuple[frozenset[int], ...] = ()
    """Arrays whose places belong together."""
    is_whole: bool = False
    """It counts, sums or limits over all its rows, which cannot be put together from parts."""
    writes_local: bool = False


@lru_cache(maxsize=2000)
def find_route(sql: str) -> Route:
    # Temporary tables are on the machine of the session, whatever is done to them alone.
    is_temporary = any(name not in DISTRIBUTION for name in _TEMPORARY.findall(sql))
    if not _JUDGED.match(sql) or "pg_catalog." in sql:
        return Route("first" if is_temporary else "everywhere")
    tree = parse_one(_PARAMETER.sub(lambda found: str(_OFFSET + int(found[1])), sql), read="postgres")
    names = {table.name for table in tree.find_all(exp.Table)} & DISTRIBUTION.keys()
    written = {one.find(exp.Table).name for one in tree.find_all(exp.Insert, exp.Update, exp.Delete)} & names  # pyright: ignore
    kinds = {DISTRIBUTION[name] for name in names}
    if kinds.isdisjoint(SPREAD):
        if is_temporary:
            return Route("first")
        is_whole_table = bool(names) and {DISTRIBUTION[name] for name in written} == {"reference"}
        return Route("everywhere" if is_whole_table or ("nextval" not in sql.lower() and not names) else "first")
    if is_temporary:
        return Route("refused")
    keys = tuple(dict.fromkeys(_find_keys(tree)))
    top = tree.expression if isinstance(tree, exp.Insert) else tree
    is_whole = (
        isinstance(top, exp.Select)
        and not top.args.get("group")
        and any(
            isinstance(one, exp.Limit) or (isinstance(one, exp.AggFunc) and one.parent_select is top)
            for one in top.find_all(*_SPLIT)
            if one.parent is top or one.parent_select is top
        )
    )
    together = [frozenset(_parameters(unnest.expressions)) for unnest in tree.find_all(exp.Unnest)]
    place = "keyed" if keys else "refused"
    return Route(place, keys, tuple(together), is_whole, any(DISTRIBUTION[name] == "local" for name in written))


def _find_keys(tree: exp.Expr) -> Iterator[Key]:
    tables = {table.alias_or_name: table.name for table in tree.find_all(exp.Table) if table.name in DISTRIBUTION}
    for pair in tree.find_all(exp.EQ):
        for column, other in ((pair.left, pair.right), (pair.right, pair.left)):
            if _is_key(column, tables):
                yield from _resolve(other, tree)
    for insert in tree.find_all(exp.Insert):
        yield from _find_inserted_keys(insert, tree)


def _is_key(column: exp.Expr, tables: dict[str, str]) -> bool:
    column = column.unnest()
    if not isinstance(column, exp.Column):
        return False
    of = [tables[column.table]] if column.table in tables else list(tables.values()) if not column.table else []
    return any(
        DISTRIBUTION[name] in SPREAD and distribution_column(metadata.tables[name]) == column.name for name in of
    )


def _find_inserted_keys(insert: exp.Insert, tree: exp.Expr) -> Iterator[Key]:
    target = insert.this
    table = target.find(exp.Table)
    if table is None or DISTRIBUTION.get(table.name) not in SPREAD or not isinstance(target, exp.Schema):
        return
    place = [column.name for column in target.expressions].index(distribution_column(metadata.tables[table.name]) or "")
    source = insert.expression
    if isinstance(source, exp.Values):
        for row in source.expressions:
            yield from _resolve(row.expressions[place], tree)
    elif isinstance(source, exp.Select):
        yield from _resolve(source.expressions[place], tree)


def _resolve(value: exp.Expr, tree: exp.Expr) -> Iterator[Key]:
    """The parameters that a value comes from."""
    value = value.unalias().unnest()
    while isinstance(value, exp.Cast | exp.Paren):
        value = value.this
    if isinstance(value, exp.Literal) and (number := _parameter(value)):
        yield Key(number, "one")
    elif isinstance(value, exp.Any):
        yield from (Key(number, "array") for number in _parameters([value]))
    elif isinstance(value, exp.Unnest | exp.Explode):
        yield from (Key(number, "array") for number in _parameters([value])[:1])
    elif isinstance(value, exp.Column):
        yield from _resolve_column(value, tree)


def _resolve_column(column: exp.Column, tree: exp.Expr) -> Iterator[Key]:
    for unnest in tree.find_all(exp.Unnest):
        alias = unnest.args.get("alias")
        names = [one.name for one in alias.columns] if alias is not None else []
        if alias is not None and column.table in ("", alias.name) and column.name in names:
            given = _parameters([unnest.expressions[names.index(column.name)]])
            yield from (Key(number, "array") for number in given)
    for call in tree.find_all(exp.Anonymous):
        if call.name.lower() in ("jsonb_to_recordset", "json_to_recordset"):
            alias = call.find_ancestor(exp.Table, exp.TableFromRows, exp.Alias)
            if alias is not None and column.table in ("", alias.alias_or_name):
                yield from (Key(number, "rows", column.name) for number in _parameters(call.expressions))
    for cte in tree.find_all(exp.CTE):
        if column.table in ("", cte.alias) and isinstance(cte.this, exp.Select):
            for one in cte.this.expressions:
                if one.alias_or_name == column.name and not isinstance(one.unalias(), exp.Star):
                    yield from _resolve(one, cte.this)


def _parameter(literal: exp.Expr) -> int:
    number = int(literal.this) - _OFFSET if literal.is_int else 0
    return number if 0 < number < 1000 else 0


def _parameters(expressions: list[exp.Expr]) -> list[int]:
    found = [one for expression in expressions for one in expression.find_all(exp.Literal)]
    return [number for one in found if (number := _parameter(one))]
