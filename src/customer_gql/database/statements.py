"""Statements are SQLAlchemy Core's, compiled once, and run by asyncpg.

Nothing here knows a session or an entity: a statement gives plain rows, read by attribute.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import asyncpg
import orjson
from asyncpg import connection as driver
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import (
    ARRAY,
    ColumnClause,
    ColumnElement,
    Select,
    Table,
    any_,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.util import LRUCache


class Row(asyncpg.Record):
    """A row whose columns are attributes, as the graph's types describe them."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the statement selects no column {name!r}") from None


if TYPE_CHECKING:  # the classes take a type argument in the stubs only
    Connection: TypeAlias = asyncpg.Connection[Row] | PoolConnectionProxy[Row]
else:
    Connection = asyncpg.Connection | PoolConnectionProxy

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
"""A query whose columns are not known to the type checker."""

_DIALECT: Final = dialect(paramstyle="numeric_dollar")


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """SQL with numbered parameters, the names of these in order, and the values they have when none is given."""

    sql: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        defaults = self.defaults
        return [values[name] if name in values else defaults[name] for name in self.names]

    def narrowed(self, columns: Sequence[str]) -> "Statement":
        """The same rows with these columns of it alone: what nobody looks at need not be sent."""
        listed = ", ".join(f'"{name}"' for name in columns)
        # A subquery keeps its order, and PostgreSQL leaves out what is not selected from it.
        return replace(self, sql=f"SELECT {listed} FROM ({self.sql}) AS whole")


def compile_statement(clause: Executable) -> Statement:
    """SQL of a Core statement for asyncpg. Compile what is known in advance once, at import."""
    result = cast("ClauseElement", clause).compile(dialect=_DIALECT)
    assert isinstance(result, SQLCompiler)
    return Statement(str(result), tuple(result.positiontup or ()), dict(result.params))


KEPT_FORMS: Final = 256
"""Statements that are kept of one kind, which differ by the columns that an input gives: there are thousands of those."""
_COMPILED: Final[LRUCache[Any, Any]] = LRUCache(capacity=300)
"""Statements that were built where they run, most of them writes, by their form."""


def _as_statement(clause: Executable | Statement) -> Statement:
    """Compile a form of statement once: finding it again costs a fifth, and the values come from this very clause."""
    if isinstance(clause, Statement):
        return clause
    compiled, extracted, collected, _ = cast("Any", clause)._compile_w_cache(  # noqa: SLF001 - as its own connections do
        _DIALECT, compiled_cache=_COMPILED, column_keys=[]
    )
    # Unchecked, because parameters without a value of their own are given to `arguments`.
    defaults = compiled.construct_params(extracted_parameters=extracted, _collected_params=collected, _check=False)
    return Statement(compiled.string, tuple(compiled.positiontup or ()), defaults)


async def fetch_rows(connection: Connection, clause: Executable | Statement, **values: Any) -> list[Row]:
    statement = _as_statement(clause)
    return await connection.fetch(statement.sql, *statement.arguments(values))


async def fetch_one(connection: Connection, clause: Executable | Statement, **values: Any) -> Row | None:
    statement = _as_statement(clause)
    return await connection.fetchrow(statement.sql, *statement.arguments(values))


async def fetch_value(connection: Connection, clause: Executable | Statement, **values: Any) -> Any:
    statement = _as_statement(clause)
    return await connection.fetchval(statement.sql, *statement.arguments(values))


async def execute_statement(connection: Connection, clause: Executable | Statement, **values: Any) -> int:
    """Run a statement that gives no rows; how many rows it touched."""
    statement = _as_statement(clause)
    tag = await connection.execute(statement.sql, *statement.arguments(values))
    return int(tag.rpartition(" ")[2]) if tag[-1].isdigit() else 0


async def end_statement(connection: Connection) -> None:
    """End what a statement that failed may have left open.

    The driver prepares a statement that it does not know yet before it sends the values. When these cannot be sent, or nobody
    waits for them any more, the statement is never run, and its time limit runs on: it would cancel what is asked next on the
    connection.
    """
    await connection.execute("SELECT")


def equals_any(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """`column = ANY(values)`: one statement text for any number of values."""
    return column == any_(literal(list(values), ARRAY(column.type)))


def given_rows(name: str, *columns: ColumnClause[Any]) -> Any:
    """Rows that come as one JSON array in the parameter `name`: one statement text for any number of rows."""
    listed = func.jsonb_to_recordset(bindparam(name, type_=JSONB())).table_valued(*columns)
    return listed.render_derived(name="given", with_types=True)


async def insert_rows(connection: Connection, into: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert any number of rows by one statement. All have the same columns; columns of times are not supported.

    A JSON column takes the value itself, not its text.
    """
    if not rows:
        return 0
    statement = _insert_of_rows(into, tuple(rows[0]))
    return await execute_statement(connection, statement, rows=orjson.dumps(rows, default=_write_bytes).decode())


async def insert_row(connection: Connection, into: Table, values: Mapping[str, Any]) -> None:
    """Insert one row of plain values, by a statement that is compiled once for these columns."""
    await execute_statement(connection, _insert_of_row(into, tuple(values)), **values)


@lru_cache(maxsize=KEPT_FORMS)
def _insert_of_row(into: Table, names: tuple[str, ...]) -> Statement:
    return compile_statement(insert(into).values(_parameters(into, names)))


async def update_rows(connection: Connection, of: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    """Set plain values in the rows of a key, by a statement that is compiled once for these columns. How many rows.

    A list or a tuple of a key stands for any of its entries.
    """
    key = _simplify_key(key)
    statement = _update_of_rows(of, _form_of_key(key), tuple(values))
    given = {f"new_{name}": value for name, value in values.items()}
    return await execute_statement(connection, statement, **_key_arguments(key), **given)


async def delete_rows(connection: Connection, of: Table, key: Mapping[str, Any]) -> int:
    """Delete the rows of a key, as `update_rows` finds them. How many there were."""
    key = _simplify_key(key)
    return await execute_statement(connection, _delete_of_rows(of, _form_of_key(key)), **_key_arguments(key))


async def fetch_row(connection: Connection, of: Table, key: Mapping[str, Any]) -> Row | None:
    """The row of a key of plain values, as it is."""
    return await fetch_one(connection, _select_of_row(of, _form_of_key(key)), **_key_arguments(key))


def _simplify_key(key: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the only entry of a list in its place; as in `distribution.of_customers`."""
    return {
        name: value[0] if isinstance(value, list | tuple) and len(cast("Any", value)) == 1 else value
        for name, value in key.items()
    }


_FormOfKey: TypeAlias = tuple[tuple[str, bool], ...]


def _form_of_key(key: Mapping[str, Any]) -> _FormOfKey:
    assert None not in key.values(), "no row has a null in its key"
    return tuple((name, isinstance(value, list | tuple)) for name, value in key.items())


def _key_arguments(key: Mapping[str, Any]) -> dict[str, Any]:
    return {f"of_{name}": value for name, value in key.items()}


def _has_key(of: Table, form: _FormOfKey) -> list[ColumnElement[bool]]:
    def condition(name: str, is_list: bool) -> ColumnElement[bool]:
        kind = of.c[name].type
        given: Any = bindparam(f"of_{name}", type_=ARRAY(kind) if is_list else kind)
        return of.c[name] == (any_(given) if is_list else given)

    return [condition(name, is_list) for name, is_list in form]


def _parameters(of: Table, names: Sequence[str], prefix: str = "") -> dict[str, Any]:
    return {name: bindparam(f"{prefix}{name}", type_=of.c[name].type) for name in names}


@lru_cache(maxsize=KEPT_FORMS)
def _update_of_rows(of: Table, form: _FormOfKey, names: tuple[str, ...]) -> Statement:
    return compile_statement(update(of).where(*_has_key(of, form)).values(_parameters(of, names, "new_")))


@cache
def _delete_of_rows(of: Table, form: _FormOfKey) -> Statement:
    return compile_statement(delete(of).where(*_has_key(of, form)))


@cache
def _select_of_row(of: Table, form: _FormOfKey) -> Statement:
    return compile_statement(select(of).where(*_has_key(of, form)))


@lru_cache(maxsize=KEPT_FORMS)
def _insert_of_rows(into: Table, names: tuple[str, ...]) -> Statement:
    given = given_rows("rows", *[column(name, into.c[name].type) for name in names])
    return compile_statement(insert(into).from_select(list(names), select(*[given.c[name] for name in names])))


def _write_bytes(value: bytes) -> str:
    return f"\\x{value.hex()}"


KEPT_CHARACTERS: Final = 400_000
"""Of all prepared statements of one connection. A backend keeps about 100 bytes for each; see docs/operations.md."""
GENERATED_COLUMN: Final = "written_json"
"""Of a statement that was generated for a document; by its name such statements are known."""
KEPT_GENERATED: Final = 160_000
"""Characters of those that write the JSON of documents: 16 MB of a backend."""
KEPT_STATEMENT: Final = 60_000
"""Characters of the longest one that is kept."""


_CountedCache: Any = driver._StatementCache  # pyright: ignore  # noqa: SLF001 - the driver bounds only their number


class BoundedStatementCache(_CountedCache):
    """asyncpg's own counts statements: 512 short ones take a backend 15 MB, and 512 wide ones a gigabyte."""

    __slots__ = ()

    def __init__(self, counted: Any) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            loop=counted._loop,  # noqa: SLF001 - the settings of what it replaces
            max_size=counted._max_size,  # noqa: SLF001
            on_remove=counted._on_remove,  # noqa: SLF001
            max_lifetime=counted._max_lifetime,  # noqa: SLF001
        )

    def _maybe_cleanup(self) -> None:
        """The statements used longest ago are closed first; the one that came last stays."""
        counted: Any = self
        super()._maybe_cleanup()  # pyright: ignore[reportUnknownMemberType]
        entries: OrderedDict[tuple[str, Any, Any], Any] = counted._entries  # noqa: SLF001
        characters = sum(len(query) for query, *_ in entries)
        generated = sum(len(query) for query, *_ in entries if GENERATED_COLUMN in query)
        for key in list(entries)[:-1]:
            if characters <= KEPT_CHARACTERS and generated <= KEPT_GENERATED:
                break
            is_generated = GENERATED_COLUMN in key[0]
            if characters > KEPT_CHARACTERS or is_generated:
                entry = entries.pop(key)
                characters -= len(key[0])
                generated -= len(key[0]) if is_generated else 0
                counted._clear_entry_callback(entry)  # noqa: SLF001
                counted._on_remove(entry._statement)  # noqa: SLF001
