"""A driver that owns two databases and sends each statement to the one that its distribution key leads to.

It stands in for a distributed database as far as keys go: a row of a customer is in one of the two, by a hash of the key, and is
found by a statement that names the key alone. A statement without one is refused. Whole tables are in both, and those of one
machine are in the first. What else such a database refuses, the rules of `rules` know; it is not Citus.
"""

import json
import zlib
from collections.abc import Sequence
from typing import Any, ClassVar

import asyncpg

from customer_gql.database.statements import Row
from customer_gql.database.transactions import MarkingConnection

from .routes import Key, Route, find_route
from .statements import find_unaccepted

COUNT = 2


class NotRouted(Exception):
    """The statement names no key, or asks for what cannot be put together from parts."""


def find_machine(key: Any) -> int:
    return zlib.crc32(key if isinstance(key, bytes) else str(key).encode()) % COUNT


def split_arguments(route: Route, arguments: Sequence[Any], machine: int) -> list[Any] | None:
    """The arguments for one machine, with those of its keys; None where it has none of them."""
    given, has_any = list(arguments), False
    for key in route.keys:
        value = arguments[key.parameter - 1]
        if key.form == "one":
            if value is None or find_machine(value) != machine:
                return None
            has_any = True
        elif key.form == "array":
            kept = [place for place, one in enumerate(value) if find_machine(one) == machine]
            has_any = has_any or bool(kept)
            aligned = next((group for group in route.together if key.parameter in group), {key.parameter})
            for number in aligned:
                given[number - 1] = [arguments[number - 1][place] for place in kept]
        else:
            rows = _rows(value, key, machine)
            has_any = has_any or bool(rows)
            given[key.parameter - 1] = json.dumps(rows)
    return given if has_any else None


def _rows(value: str, key: Key, machine: int) -> list[Any]:
    return [row for row in json.loads(value) if find_machine(row[key.field]) == machine]


class RoutingConnection(MarkingConnection):
    """The first database, with a connection to the second one beside it."""

    second_url: ClassVar[str] = ""
    refused: ClassVar[list[str]] = []
    ran: ClassVar[list[int]] = [0, 0]
    """Statements with a key, by machine."""

    async def _machines(self) -> "list[Any]":
        other = getattr(self, "_other", None)
        if other is None:
            other = self._other = await asyncpg.connect(self.second_url, record_class=Row, statement_cache_size=0)
        return [super(), other]

    async def _run(self, method: str, query: str, arguments: Sequence[Any], named: Any) -> list[Any]:
        route, machines = find_route(query), await self._machines()
        if route.place == "first":
            return [await getattr(machines[0], method)(query, *arguments, **named)]
        if route.place == "everywhere":
            return [await getattr(one, method)(query, *arguments, **named) for one in machines][:1]
        if route.place == "refused":
            return await self._ask_all(method, query, arguments, named, machines)
        parts = [(number, split_arguments(route, arguments, number)) for number in range(COUNT)]
        asked = [(number, part) for number, part in parts if part is not None]
        if not asked:  # keys of nobody
            asked = [(0, list(arguments))]
        if (len(asked) > 1 and route.is_whole) or (route.writes_local and asked != [(0, asked[0][1])]):
            self.refused.append(query)
            raise NotRouted(f"rows of several machines cannot be put together in: {query}")
        for number, _ in asked:
            self.ran[number] += 1
        return [await getattr(machines[number], method)(query, *part, **named) for number, part in asked]

    async def _ask_all(
        self, method: str, query: str, arguments: Sequence[Any], named: Any, machines: Sequence[Any]
    ) -> list[Any]:
        """What stands on the list of statements that ask every machine on purpose."""
        route = find_route(query)
        if route.is_whole or find_unaccepted({query}, "accepted"):
            self.refused.append(query)
            raise NotRouted(f"no distribution key in: {query}")
        return [await getattr(one, method)(query, *arguments, **named) for one in machines]

    async def fetch(self, query: str, *arguments: Any, **named: Any) -> Any:
        return [row for rows in await self._run("fetch", query, arguments, named) for row in rows]

    async def fetchrow(self, query: str, *arguments: Any, **named: Any) -> Any:
        rows = await self.fetch(query, *arguments, **named)
        return rows[0] if rows else None

    async def fetchval(self, query: str, *arguments: Any, **named: Any) -> Any:
        row = await self.fetchrow(query, *arguments, **named)
        return None if row is None else row[0]

    async def execute(self, query: str, *arguments: Any, **named: Any) -> Any:
        tags = await self._run("execute", query, arguments, named)
        if len(tags) == 1 or not tags[0][-1].isdigit():
            return tags[0]
        return f"{tags[0].rpartition(' ')[0]} {sum(int(tag.rpartition(' ')[2]) for tag in tags)}"

    def cursor(self, query: str, *arguments: Any, **named: Any) -> Any:
        """Of what the first machine has alone: rows of several are not put together while they come."""
        if find_route(query).place not in ("first", "everywhere"):
            self.refused.append(query)
            raise NotRouted(f"rows of several machines cannot be read by a cursor: {query}")
        return super().cursor(query, *arguments, **named)

    async def close(self, *, timeout: float | None = None) -> None:
        await self._close_other()
        await super().close(timeout=timeout)

    def terminate(self) -> None:
        if getattr(self, "_other", None) is not None:
            self._other.terminate()
        super().terminate()

    async def _close_other(self) -> None:
        if getattr(self, "_other", None) is not None:
            await self._other.close()
