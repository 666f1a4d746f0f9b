"""What a statement would ask of a database that is spread over machines by customer: which of its parts do not fit.

Tables say how they are distributed (`customer_gql.database.tables.Distribution`). A part that does not fit is named by its rule, the
kind of statement and its tables, so that one entry of `accepted.toml` stands for all statements of that form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp, parse

from customer_gql.database.tables import distribution_column
from customer_gql.messaging.jobs.tables import QUEUE_TABLES
from customer_gql.schema.tables import metadata

DISTRIBUTION: Final[dict[str, str]] = {
    **{name: table.info["distribution"] for name, table in metadata.tables.items()},
    **dict.fromkeys(QUEUE_TABLES, "local"),
}
SPREAD: Final = ("customer", "lookup")
_VOLATILE: Final = {"NOW", "CURRENT_TIMESTAMP", "CLOCK_TIMESTAMP", "RANDOM", "GEN_RANDOM_UUID", "NEXTVAL"}
_PARAMETER: Final = re.compile(r"\$\d+")
_SAMPLE: Final = re.compile(r"TABLESAMPLE \w+\([^()]*\)")
_DROPPED_AT_COMMIT: Final = re.compile(r"\s+ON COMMIT DROP\b")
TEMPORARY: Final = "import_"
"""How the names of tables begin that an import makes for its transaction."""
_JUDGED: Final = re.compile(r"\s*\(*(SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|CREATE TEMP)", re.IGNORECASE)
_SOURCES: Final = "given"
"""Stands for whatever gives keys: a parameter, a list, a function, a common table expression."""


@dataclass(frozen=True, order=True)
class Finding:
    rule: str
    kind: str
    tables: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.kind} {', '.join(self.tables)}"


@dataclass
class Level:
    """One SELECT, UPDATE or DELETE, without those inside it."""

    node: exp.Expr
    tables: dict[str, str] = field(default_factory=dict[str, str])
    """Names of tables by alias."""
    sources: set[str] = field(default_factory=set[str])
    """Aliases of what is no table: subqueries, functions, common table expressions."""
    same: dict[str, str] = field(default_factory=dict[str, str])

    def find(self, name: str) -> str:
        while self.same.get(name, name) != name:
            name = self.same[name]
        return name

    def join(self, one: str, other: str) -> None:
        first, second = self.find(one), self.find(other)
        if first != second:
            # What is given stays at the root.
            first, second = (second, first) if first.startswith(_SOURCES) else (first, second)
            self.same[first] = second

    def key(self, alias: str) -> str:
        return f"{alias}.{distribution_column(metadata.tables[self.tables[alias]])}"

    def spread(self, *kinds: str) -> list[str]:
        return [alias for alias, table in self.tables.items() if DISTRIBUTION[table] in (kinds or SPREAD)]

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.tables.values())))


def find_faults(sql: str) -> set[Finding]:
    """Statements that control transactions and sessions, or ask the catalogs, name no table of ours."""
    found = set[Finding]()
    for statement in _parse(sql) if _JUDGED.match(sql) else ():
        if statement is None:
            continue
        found |= set(_judge_whole(statement))
        for node in statement.find_all(exp.Select, exp.Update, exp.Delete):
            level = _read_level(node)
            if level.spread():
                found |= set(_judge_level(level))
    return found


def _parse(sql: str) -> list[exp.Expr | None]:
    # The parser takes `$1::int:$2::int` for a string between dollars; a parameter gives a value, as NULL does.
    # What a sample is made of is of no interest, and its cast unknown to the parser.
    # With `ON COMMIT DROP` it does not look at the SELECT that fills a table.
    known = _DROPPED_AT_COMMIT.sub("", _SAMPLE.sub("", _PARAMETER.sub("NULL", sql)))
    return list(parse(known, read="postgres"))


def _read_level(node: exp.Expr) -> Level:
    level = Level(node)
    for table in _own(node, exp.Table):
        if isinstance(table, exp.Table) and table.name in DISTRIBUTION and not _is_common_name(table):
            level.tables[table.alias_or_name] = table.name
        else:
            level.sources.add(table.alias_or_name)
    for source in _own(node, exp.Subquery, exp.Unnest, exp.Values, exp.Lateral):
        level.sources.add(source.alias_or_name)
    for condition in _conditions(node):
        for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
            _read_condition(level, part.unnest())
    return level


def _is_common_name(table: exp.Table) -> bool:
    ancestor = table.parent
    while ancestor is not None:
        with_ = ancestor.args.get("with_") or ancestor.args.get("with")
        if with_ is not None and any(cte.alias == table.name for cte in with_.expressions):
            return True
        ancestor = ancestor.parent
    return False


def _own(node: exp.Expr, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Sources of this level alone."""
    parts: list[exp.Expr | None] = [node.this if isinstance(node, exp.Update | exp.Delete) else None]
    from_ = node.args.get("from_") or node.args.get("from")
    parts += [from_.this if from_ is not None else None]
    parts += [join.this for join in node.args.get("joins") or ()]
    parts += list(node.args.get("laterals") or ())
    using = node.args.get("using")
    parts += using if isinstance(using, list) else []
    for part in parts:
        if part is None:
            continue
        nested = [part, *[join.this for join in part.args.get("joins") or ()]]
        yield from (one for one in nested if isinstance(one, kinds))


def _conditions(node: exp.Expr) -> Iterator[exp.Expr]:
    where = node.args.get("where")
    if where is not None:
        yield where.this
    sources = [*_own(node, exp.Table, exp.Subquery)]
    joins = [*(node.args.get("joins") or ()), *[join for one in sources for join in one.args.get("joins") or ()]]
    for join in joins:
        if join.args.get("on") is not None:
            yield join.args["on"]


def _read_condition(level: Level, part: exp.Expr) -> None:
    if isinstance(part, exp.And):
        for inner in part.flatten():
            _read_condition(level, inner.unnest())
    elif isinstance(part, exp.EQ):
        sides = [_name_side(level, side) for side in (part.left, part.right)]
        if all(sides):
            level.join(*sides)
    elif isinstance(part, exp.In) and isinstance(part.this, exp.Column):
        level.join(_name_side(level, part.this), f"{_SOURCES} many")


def _name_side(level: Level, side: exp.Expr) -> str:
    """The column of a table, or where the values come from; of one key, or of many."""
    side = side.unnest()
    while isinstance(side, exp.Cast):
        side = side.this.unnest()
    if isinstance(side, exp.Column):
        alias = side.table or (next(iter(level.tables)) if len(level.tables) == 1 and not level.sources else "")
        if alias in level.tables:
            return f"{alias}.{side.name}"
        return f"{_SOURCES} one" if not alias and not level.sources else f"{_SOURCES} many"
    return f"{_SOURCES} many" if isinstance(side, exp.Any | exp.Subquery) else f"{_SOURCES} one"


def _judge_level(level: Level) -> Iterator[Finding]:
    kind = type(level.node).__name__.upper()
    keys = {alias: level.find(level.key(alias)) for alias in level.spread()}
    owned = level.spread("customer")
    if any(not key.startswith(_SOURCES) for key in keys.values()):
        yield Finding("fan-out", kind, level.names())
    if len({keys[alias] for alias in owned}) > 1:
        yield Finding("join apart from the customer", kind, level.names())
    if owned and level.spread("lookup"):
        yield Finding("join of a lookup", kind, level.names())
    if level.node.args.get("locks") and any(key != f"{_SOURCES} one" for key in keys.values()):
        yield Finding("locks rows of many customers", kind, level.names())
    if isinstance(level.node, exp.Update):
        changed = next(iter(level.tables.values()))
        names = {pair.this.name for pair in level.node.expressions if isinstance(pair, exp.EQ)}
        if DISTRIBUTION[changed] in SPREAD and distribution_column(metadata.tables[changed]) in names:
            yield Finding("changes the key of distribution", kind, (changed,))


def _judge_whole(statement: exp.Expr) -> Iterator[Finding]:
    kind = type(statement).__name__.upper()
    names = tuple(sorted({table.name for table in statement.find_all(exp.Table)} & DISTRIBUTION.keys()))
    functions = {_function_name(function) for function in statement.find_all(exp.Func)}
    if any(name.startswith(("PG_ADVISORY", "PG_TRY_ADVISORY")) for name in functions):
        yield Finding("advisory lock", kind, names)
    if statement.find(exp.Cube, exp.Rollup, exp.GroupingSets, exp.Merge):
        yield Finding("grouping sets or MERGE", kind, names)
    if isinstance(statement, exp.Create) and "TEMPORARY" in statement.sql("postgres").upper():
        yield Finding("temporary table", kind, names)
    spread = _spread_tables(statement)
    if spread and any(name.startswith(TEMPORARY) and name not in DISTRIBUTION for name in _name_tables(statement)):
        yield Finding("temporary table beside others", kind, spread)
    for lateral in statement.find_all(exp.Lateral):
        if lateral.find(exp.Limit) and (tables := _spread_tables(lateral)):
            yield Finding("LATERAL with LIMIT", "SELECT", tables)
    for select in statement.find_all(exp.Select):
        rows = {source.alias_or_name for source in _own(select, exp.Subquery)}
        values = {one.name for one in (part.unalias() for part in select.expressions) if isinstance(one, exp.Column)}
        if rows & values and (tables := _spread_tables(select)):
            yield Finding("row as a value", "SELECT", tables)
    yield from _judge_writes(statement, kind)


def _judge_writes(statement: exp.Expr, kind: str) -> Iterator[Finding]:
    targets = [one.find(exp.Table) for one in statement.find_all(exp.Insert, exp.Update, exp.Delete)]
    written = {target.name for target in targets if target is not None} & DISTRIBUTION.keys()
    if len({_group(name) for name in written}) > 1:
        yield Finding("writes tables of several distributions", kind, tuple(sorted(written)))
    for insert in statement.find_all(exp.Insert):
        yield from _judge_insert(insert)


def _group(table: str) -> str:
    """What rows lie together by: those of customers do, and each lookup has keys of its own."""
    kind = DISTRIBUTION[table]
    return table if kind == "lookup" else kind


def _judge_insert(insert: exp.Insert) -> Iterator[Finding]:
    target, conflict = insert.find(exp.Table), insert.args.get("conflict")
    if target is None or DISTRIBUTION.get(target.name) not in SPREAD:
        return
    if conflict is not None and {_function_name(one) for one in conflict.find_all(exp.Func)} & _VOLATILE:
        yield Finding("volatile function in ON CONFLICT", "INSERT", (target.name,))
    if "NEXTVAL" in {_function_name(one) for one in insert.find_all(exp.Func)}:
        yield Finding("sequence in an insert", "INSERT", (target.name,))


def _spread_tables(node: exp.Expr) -> tuple[str, ...]:
    return tuple(sorted(name for name in _name_tables(node) if DISTRIBUTION.get(name) in SPREAD))


def _name_tables(node: exp.Expr) -> set[str]:
    return {table.name for table in node.find_all(exp.Table)}


def _function_name(function: exp.Func) -> str:
    return (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).upper()
