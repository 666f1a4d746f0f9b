"""Batch reads: one statement for many keys.

A field declares which `Read` it loads (`graph.fields`); the request's loads (`loading.rounds`) run it for all keys that
were asked for at one time.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, Integer, and_, any_, bindparam, func, literal_column, select, true
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from customer_gql.database.distribution.forms import are_forms_distributed, find_orders
from customer_gql.database.statements import AnySelect, Statement, compile_statement

from .merging import make_row_type

Columns = tuple[ColumnElement[Any], ...]
_NUMBER = "number_in_key"


class Read:
    """A statement for many keys, and how its rows belong to them.

    `keys` are the parameters that take the keys, one array for each column of the key; `by` are the result's columns
    that hold it. One key gives one row or None, or with `many` a list in the statement's order.
    """

    __slots__ = (
        "_distributed",
        "_key_of",
        "_plain",
        "by",
        "columns",
        "is_narrowed",
        "keys",
        "many",
        "number",
        "row_of",
        "types",
    )

    _made = itertools.count()

    def __init__(
        self, statement: AnySelect, by: Sequence[str], *, many: bool, distributed: AnySelect | None = None
    ) -> None:
        """`distributed` gives the same rows in the form that fits a distributed database, where that is another."""
        self._take(compile_statement(statement), None if distributed is None else compile_statement(distributed))
        self.by = tuple(by)
        self.keys = tuple(f"key_{i}" for i in range(len(self.by)))
        self.many = many
        # What the database gives has these types, a test compares them.
        self.types: Mapping[str, TypeEngine[Any]] = {
            str(column.name): column.type  # pyright: ignore
            for column in statement.inner_columns
        }
        self._shaped(tuple(self.types))
        self.number = next(self._made)
        self.is_narrowed = False

    def _take(self, plain: Statement, distributed: Statement | None) -> None:
        self._plain = plain
        self._distributed = distributed

    @property
    def statement(self) -> Statement:
        if self._distributed is None or not are_forms_distributed():
            return self._plain
        return self._distributed

    def narrowed(self, wanted: Collection[str]) -> "Read":
        """The same with no other columns than these and the key's."""
        kept = tuple(name for name in self.columns if name in wanted or name in self.by)
        if len(kept) == len(self.columns):
            return self
        read = copy(self)
        read.is_narrowed = True
        distributed = None if self._distributed is None else self._distributed.narrowed(kept)
        read._take(self._plain.narrowed(kept), distributed)  # noqa: SLF001 - it is this class's own
        read._shaped(kept)  # noqa: SLF001
        return read

    def replaced(self, statement: Statement, columns: tuple[str, ...]) -> "Read":
        """For the same keys, another statement that gives these columns."""
        read = copy(self)
        read.is_narrowed = True
        read._take(statement, None)  # noqa: SLF001 - it is this class's own
        read.number = next(self._made)
        read._shaped(columns)  # noqa: SLF001
        return read

    def _shaped(self, columns: tuple[str, ...]) -> None:
        self.columns = columns
        # `tuple.__new__` itself, since a function of ours would run once for each row.
        make_row = cast("Callable[..., Any]", tuple.__new__)  # pyright: ignore[reportUnknownMemberType]
        self.row_of: Callable[[tuple[Any, ...]], Any] = partial(make_row, make_row_type(columns))
        self._key_of: Callable[[Any], Any] = itemgetter(*[columns.index(name) for name in self.by])

    def arguments(self, keys: Sequence[Any], given: Mapping[str, Any]) -> list[Any]:
        """The statement's parameters for these keys."""
        arrays = [keys] if len(self.by) == 1 else list(zip(*keys, strict=True))
        statement = self.statement
        if statement.names == self.keys:
            return arrays
        return statement.arguments({**dict(zip(self.keys, arrays, strict=True)), **given})

    def grouped(self, keys: Iterable[Any], rows: Iterable[Any]) -> dict[Any, Any]:
        key_of = self._key_of
        if not self.many:
            found: dict[Any, Any] = dict.fromkeys(keys)
            found.update((key_of(row), row) for row in rows)
            return found
        lists: dict[Any, list[Any]] = {key: [] for key in keys}
        # A key's rows stand together in most answers, though not in all.
        for key, its_rows in groupby(rows, key_of):
            lists[key].extend(its_rows)
        return lists


class WholeRead(Read):
    """At most one row for each key, always with all its columns: a list may have read the rows already, see `RequestLoads.prime`."""

    __slots__ = ()

    def __init__(self, statement: AnySelect, *key: ColumnElement[Any]) -> None:
        super().__init__(_with_keys(statement, key), _key_names(key), many=False)

    def narrowed(self, wanted: Collection[str]) -> "Read":  # noqa: ARG002
        return self


def one_by(statement: AnySelect, *key: ColumnElement[Any]) -> Read:
    """At most one row for each key."""
    return Read(_with_keys(statement, key), _key_names(key), many=False)


def all_by(statement: AnySelect, *key: ColumnElement[Any]) -> Read:
    """Every row of each key, in the statement's order. For lists that never have more rows than a documented cap."""
    return Read(_with_keys(statement, key), _key_names(key), many=True)


def capped_by(statement: AnySelect, cap: int, *key: ColumnElement[Any]) -> Read:
    """The first rows of each key, in the statement's order. For lists that may have more rows than their documented cap."""
    limit = literal_column(str(cap), Integer())
    return first_of_keys(statement, key, limit=limit)


def first_by(statement: AnySelect, *key: ColumnElement[Any]) -> Read:
    """The first `limit` rows of each key, in the statement's order."""
    return first_of_keys(statement, key)


def first_of_keys(statement: AnySelect, key: Columns, *, limit: ColumnElement[int] | None = None) -> Read:
    """Of each key the first rows, as many as the parameter `limit` says where nothing else is given."""
    limit = bindparam("limit", type_=Integer()) if limit is None else limit
    return Read(
        _first_of_each(statement, key, limit),
        _key_names(key),
        many=True,
        distributed=_numbered_of_each(statement, key, limit),
    )


def _first_of_each(statement: AnySelect, key: Columns, limit: ColumnElement[int]) -> AnySelect:
    # A LATERAL with LIMIT can only be a nested loop over the keys, so the rows of each key come in the inner order.
    keys = _unnest_keys(key)
    page = statement.where(*_match_keys(key, keys)).correlate(keys).limit(limit).lateral("page")
    return select(page).select_from(keys.join(page, true()))


def _numbered_of_each(statement: AnySelect, key: Columns, limit: ColumnElement[int]) -> AnySelect:
    """The same where tables are distributed: each machine numbers the rows of its keys. On one machine it is slower, because it
    reads all rows of a key; see docs/scaling.md."""
    number = func.row_number().over(partition_by=list(key), order_by=list(find_orders(statement))).label(_NUMBER)
    page = _with_keys(statement.order_by(None), key).add_columns(number).subquery("page")
    columns = [column for column in page.c if column.key != _NUMBER]
    return select(*columns).where(page.c[_NUMBER] <= limit).order_by(page.c[_NUMBER])


def _with_keys(statement: AnySelect, key: Columns) -> AnySelect:
    if len(key) == 1:
        return statement.where(key[0] == any_(_key_array(0, key[0])))
    keys = _unnest_keys(key)
    return statement.where(*_match_keys(key, keys))


def _key_array(position: int, column: ColumnElement[Any]) -> Any:
    return bindparam(f"key_{position}", type_=ARRAY(column.type))


def _unnest_keys(key: Columns) -> TableValuedAlias:
    from sqlalchemy import column  # noqa: PLC0415 - the name is taken by ours below

    names = [column(f"k{i}", part.type) for i, part in enumerate(key)]
    arrays = [_key_array(i, part) for i, part in enumerate(key)]
    return func.unnest(*arrays).table_valued(*names, name="keys").render_derived()


def _match_keys(key: Columns, keys: TableValuedAlias) -> list[ColumnElement[bool]]:
    return [and_(*[part == keys.c[f"k{i}"] for i, part in enumerate(key)])]


def _key_names(key: Columns) -> list[str]:
    return [str(part.key) for part in key]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
