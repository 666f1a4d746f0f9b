"""What is asked of reads, and reading it: everything that was asked for at one time is one statement."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from customer_gql.database.distribution.forms import are_forms_distributed
from customer_gql.database.statements import Connection, end_statement

from .merging import REFUSED_STATEMENTS, are_asked_often, fetch_merged
from .reads import Read


class BatchLoad:
    """What one request asks of one read with one set of arguments: what is found, and what waits for the round.

    Every key that was ever asked for is in `found`; those in `unread` have nothing there yet.
    """

    __slots__ = ("arguments", "error", "found", "futures", "name", "read", "unread", "waiting")

    def __init__(self, name: Any, read: Read, arguments: Mapping[str, Any]) -> None:
        self.name = name
        self.read = read
        self.arguments = arguments
        self.found: dict[Any, Any] = {}
        self.error: Exception | None = None
        self.futures: dict[Any, asyncio.Future[Any]] = {}
        self.unread: set[Any] = set()
        self.waiting: list[Any] = []

    def take_keys(self) -> list[Any]:
        keys, self.waiting = self.waiting, []
        return keys

    def resolve_keys(self, keys: list[Any], its: Mapping[Any, Any]) -> None:
        """What was found of each key, and maybe of others that another request asked for."""
        found = self.found
        if len(its) == len(keys):
            found.update(its)
        else:
            found.update([(key, its[key]) for key in keys])
        self.unread.difference_update(keys)
        for future, key in self._open_futures(keys):
            future.set_result(found[key])

    def fail_keys(self, keys: list[Any], error: Exception) -> None:
        self.error = error
        for key in keys:
            del self.found[key]
        self.unread.difference_update(keys)
        for future, _ in self._open_futures(keys):
            future.set_exception(error)
            future.exception()  # an error nobody is left to see is no second error

    def cancel_keys(self, keys: list[Any]) -> None:
        for future, _ in self._open_futures(keys):
            future.cancel()

    def _open_futures(self, keys: list[Any]) -> list[tuple[asyncio.Future[Any], Any]]:
        futures = self.futures
        return [(futures[key], key) for key in keys if key in futures and not futures[key].done()] if futures else []


LoadPart = tuple[BatchLoad, list[Any]]
"""Something asked for, and the keys of it that are still to be read."""

FoundRows = dict[Any, Any]
"""Of each key the row, or with `many` the rows."""


async def read_parts(connection: Connection, parts: Sequence[LoadPart]) -> list[FoundRows | Exception]:
    """What was found for each part; an error for one that the database refuses as it stands."""
    if len(parts) > 1 and _should_merge(parts):
        statements = [(asked.read.statement, asked.read.arguments(keys, asked.arguments)) for asked, keys in parts]
        try:
            answers = await fetch_merged(connection, statements)
        except REFUSED_STATEMENTS:
            pass  # one of them is at fault; alone, it takes no other along
        else:
            return [
                asked.read.grouped(keys, map(asked.read.row_of, rows))
                for (asked, keys), rows in zip(parts, answers, strict=True)
            ]
    return [await _read_alone(connection, asked, keys) for asked, keys in parts]


def _should_merge(parts: Sequence[LoadPart]) -> bool:
    """Narrowed reads belong to a document that comes often. A distributed database cannot take rows as values."""
    if are_forms_distributed():
        return False
    reads = [asked.read for asked, _ in parts]
    return any(read.is_narrowed for read in reads) or are_asked_often(tuple([read.statement for read in reads]))


async def _read_alone(connection: Connection, asked: BatchLoad, keys: list[Any]) -> FoundRows | Exception:
    try:
        rows = await connection.fetch(asked.read.statement.sql, *asked.read.arguments(keys, asked.arguments))
    except REFUSED_STATEMENTS as error:
        await end_statement(connection)
        return error
    return asked.read.grouped(keys, rows)
