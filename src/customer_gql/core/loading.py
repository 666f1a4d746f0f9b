"""Declared loads: a nested field says what it loads, never how.

A `Read` is one statement for many keys. `loaded(read, key=…)` gives a field a resolver that goes through the request's
`Loads`, where keys asked for in one tick become one statement, and leaves the declaration on the field, so that an
executor may run it once for a whole level.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from operator import attrgetter
from typing import Annotated, Any, Final

import strawberry
from sqlalchemy import ARRAY, ColumnElement, Integer, Select, and_, any_, bindparam, func, select, true
from sqlalchemy.sql.selectable import TableValuedAlias

from .db import Connection, Row, Statement, compiled, fetch
from .errors import BadInput

Columns = tuple[ColumnElement[Any], ...]
MAX_PAGE: Final = 100
DEFAULT_PAGE: Final = 20
QUIET_TURNS: Final = 3


class Read:
    """A statement for many keys, and how its rows belong to them.

    `keys` are the parameters that take the keys, one array for each column of the key; `by` are the result's columns
    that hold it. One key gives one row or None, or with `many` a list in the statement's order.
    """

    __slots__ = ("by", "key_of", "keys", "many", "statement")

    def __init__(self, statement: Select, by: Sequence[str], *, many: bool) -> None:
        self.statement: Statement = compiled(statement)
        self.by = tuple(by)
        self.keys = tuple(f"key_{i}" for i in range(len(self.by)))
        self.many = many
        self.key_of: Callable[[Any], Any] = attrgetter(*self.by)

    async def run(self, connection: Connection, keys: Sequence[Any], arguments: Mapping[str, Any]) -> dict[Any, Any]:
        arrays = [list(keys)] if len(self.by) == 1 else [list(column) for column in zip(*keys, strict=True)]
        rows = await fetch(connection, self.statement, **dict(zip(self.keys, arrays, strict=True)), **arguments)
        return self.grouped(keys, rows)

    def grouped(self, keys: Iterable[Any], rows: Iterable[Row]) -> dict[Any, Any]:
        key_of = self.key_of
        if not self.many:
            return {key_of(row): row for row in rows}
        found: dict[Any, list[Row]] = {key: [] for key in keys}
        for row in rows:
            found[key_of(row)].append(row)
        return found


def one_by(statement: Select, *key: ColumnElement[Any]) -> Read:
    """At most one row for each key."""
    return Read(_with_keys(statement, key), _names(key), many=False)


def all_by(statement: Select, *key: ColumnElement[Any]) -> Read:
    """Every row of each key, in the statement's order. For lists with a documented cap."""
    return Read(_with_keys(statement, key), _names(key), many=True)


def first_by(statement: Select, *key: ColumnElement[Any]) -> Read:
    """The first `limit` rows of each key, in the statement's order."""
    return Read(first_of_each(statement, key), _names(key), many=True)


def first_of_each(statement: Select, key: Columns) -> Select:
    # A LATERAL with LIMIT can only be a nested loop over the keys, so the rows of each key come in the inner order.
    keys = _unnested(key)
    page = (
        statement.where(*_equal(key, keys)).correlate(keys).limit(bindparam("limit", type_=Integer())).lateral("page")
    )
    return select(page).select_from(keys.join(page, true()))


def _with_keys(statement: Select, key: Columns) -> Select:
    if len(key) == 1:
        return statement.where(key[0] == any_(_array(0, key[0])))
    keys = _unnested(key)
    return statement.where(*_equal(key, keys))


def _array(position: int, column: ColumnElement[Any]) -> Any:
    return bindparam(f"key_{position}", type_=ARRAY(column.type))


def _unnested(key: Columns) -> TableValuedAlias:
    from sqlalchemy import column  # noqa: PLC0415 - the name is taken by ours below

    names = [column(f"k{i}", part.type) for i, part in enumerate(key)]
    arrays = [_array(i, part) for i, part in enumerate(key)]
    return func.unnest(*arrays).table_valued(*names, name="keys").render_derived()


def _equal(key: Columns, keys: TableValuedAlias) -> list[ColumnElement[bool]]:
    return [and_(*[part == keys.c[f"k{i}"] for i, part in enumerate(key)])]


def _names(key: Columns) -> list[str]:
    return [str(part.key) for part in key]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]


class _Batch:
    """What one request asks of one read with one set of arguments: what is known, and what waits for the round."""

    __slots__ = ("arguments", "futures", "read", "waiting")

    def __init__(self, read: Read, arguments: Mapping[str, Any]) -> None:
        self.read = read
        self.arguments = arguments
        self.futures: dict[Any, asyncio.Future[Any]] = {}
        self.waiting: list[Any] = []

    def take(self) -> list[Any]:
        keys, self.waiting = self.waiting, []
        return keys

    def answer(self, keys: list[Any], found: Mapping[Any, Any]) -> None:
        for future, key in self._open(keys):
            future.set_result(found.get(key))

    def fail(self, keys: list[Any], error: Exception) -> None:
        for future, _ in self._open(keys):
            future.set_exception(error)
            future.exception()  # an error nobody is left to see is no second error

    def cancel(self, keys: list[Any]) -> None:
        for future, _ in self._open(keys):
            future.cancel()

    def _open(self, keys: list[Any]) -> list[tuple[asyncio.Future[Any], Any]]:
        return [(self.futures[key], key) for key in keys if not self.futures[key].done()]


class Loads:
    """The reads of one request: each key is read once, in rounds.

    A round waits until everything that can ask has asked, then runs one statement for each read on one connection.
    So the number of statements follows from the document alone, not from which answer happens to arrive first.
    """

    __slots__ = ("_asked", "_batches", "_connection", "_pending", "_task", "paused")

    def __init__(self, connection: Callable[[], AbstractAsyncContextManager[Connection]]) -> None:
        self._connection = connection
        self._batches: dict[Any, _Batch] = {}
        self._pending: list[_Batch] = []
        self._task: asyncio.Task[None] | None = None
        self._asked = 0
        self.paused = False

    def load(self, read: Read, key: Any, **arguments: Any) -> asyncio.Future[Any]:
        """The row (or rows) of one key, once its round was read."""
        assert not self.paused, "inside a transaction read through its own connection"
        name = (read, *arguments.items()) if arguments else read
        batch = self._batches.get(name)
        if batch is None:
            batch = self._batches[name] = _Batch(read, arguments)
        future = batch.futures.get(key)
        if future is None:
            self._asked += 1
            future = batch.futures[key] = asyncio.get_running_loop().create_future()
            if not batch.waiting:
                self._pending.append(batch)
            batch.waiting.append(key)
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._rounds())
        return future

    def clear(self) -> None:
        """Forget what was read; what waits keeps its answer."""
        self._batches.clear()

    async def close(self) -> None:
        """Cancel what still runs, so that a client that went away takes its statement along."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _rounds(self) -> None:
        while self._pending:
            await self._quiet()
            batches, self._pending = self._pending, []
            await self._round([(batch, batch.take()) for batch in batches])

    async def _quiet(self) -> None:
        """Until nobody asked for anything for some turns of the loop: coroutines need a turn or two to get to it."""
        asked = -1
        while asked != self._asked:
            asked = self._asked
            for _ in range(QUIET_TURNS):
                await asyncio.sleep(0)

    async def _round(self, batches: list[tuple[_Batch, list[Any]]]) -> None:
        try:
            async with self._connection() as connection:
                for batch, keys in batches:
                    batch.answer(keys, await batch.read.run(connection, keys, batch.arguments))
        except asyncio.CancelledError:
            for batch, keys in batches:
                batch.cancel(keys)
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked
            for batch, keys in batches:
                batch.fail(keys, error)


class Load:
    """The declaration left on a field: which read, which columns of the parent hold the key, which arguments it has."""

    __slots__ = ("key", "limited", "read")

    def __init__(self, read: Read, key: tuple[str, ...], *, limited: bool = False) -> None:
        self.read = read
        self.key: Callable[[Any], Any] = attrgetter(*key)
        self.limited = limited


def column(description: str, *, name: str | None = None, admin: bool = False) -> Any:
    """A field that is the row's column of the same name."""
    return strawberry.field(description=description, name=name, metadata={"audience": "admin"} if admin else {})


def loaded(
    read: Read, *, key: str | tuple[str, ...], description: str, limited: bool = False, admin: bool = False
) -> Any:
    """A field loaded by key: one row, or with a `many` read a list; `limited` adds the argument `first`."""
    declared = Load(read, (key,) if isinstance(key, str) else key, limited=limited)
    metadata = {"load": declared, **({"audience": "admin"} if admin else {})}
    resolve = _resolve_limited(declared) if limited else _resolve(declared)
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


def _resolve(declared: Load) -> Callable[..., Any]:
    read, key_of = declared.read, declared.key

    def resolve(root: strawberry.Parent[Any], info: strawberry.Info):  # noqa: ANN202 - the annotation of the field decides
        key = key_of(root)
        return None if key is None else info.context.load(read, key)

    return resolve


def _resolve_limited(declared: Load) -> Callable[..., Any]:
    read, key_of = declared.read, declared.key

    def resolve(  # noqa: ANN202
        root: strawberry.Parent[Any],
        info: strawberry.Info,
        first: Annotated[
            int, strawberry.argument(description=f"How many at most, 1 to {MAX_PAGE}, from the first on.")
        ] = DEFAULT_PAGE,
    ):
        return info.context.load(read, key_of(root), limit=page_size(first))

    return resolve


def page_size(asked: int, name: str = "first") -> int:
    if not 1 <= asked <= MAX_PAGE:
        raise BadInput(f"{name}: ask for 1 to {MAX_PAGE} at once, not {asked}.")
    return asked
