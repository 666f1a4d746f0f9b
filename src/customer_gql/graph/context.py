"""What an operation runs with: who asks, the request's loads, and the way to a transaction."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import strawberry
from sqlalchemy.sql.base import Executable

from customer_gql.core.messages.catalogues import ENGLISH
from customer_gql.core.viewer import GUEST, RequestOrigin, Viewer
from customer_gql.database.background import Background, Work
from customer_gql.database.connecting.replica import ReplicaReader
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, Statement, fetch_rows
from customer_gql.loading.reads import Read
from customer_gql.loading.rounds import RequestLoads
from customer_gql.settings import Settings

from .cookies import Cookies


@dataclass(slots=True)
class Context:
    database: Database
    settings: Settings
    viewer: Viewer = GUEST
    # The token itself, by which somebody who follows a stream is looked up again.
    token: str | None = field(default=None, repr=False)
    # Names a customer who asked to be remembered on this device; it lets nobody in.
    persistent_token: str | None = field(default=None, repr=False)
    # Opens the cart of a guest.
    cart_token: str | None = field(default=None, repr=False)
    cost: dict[str, int] | None = None
    # The plan of the query met an error, or there is none: the reference executor answered, which takes longer.
    is_replayed: bool = False
    # The document is one of those that the shop's own clients send.
    is_trusted: bool = False
    caller: RequestOrigin = field(default_factory=RequestOrigin)
    cookies: Cookies = field(default_factory=Cookies)
    background: Background = field(default_factory=Background)
    # Cursor of the last event that a client which connects again has; it stands in for the argument of the document.
    resumes_after: str | None = None
    # Of messages that people read.
    language: str = ENGLISH
    # Lets the session of the token go on from now; None where nothing is to be recorded.
    record_use: Callable[[], None] | None = None
    # Where lists of queries are read, and how far it has to be at least.
    replica: ReplicaReader | None = None
    # Statements of this request that took too long, by their text: another executor that repeats them is told at once.
    canceled: dict[str, Exception] = field(default_factory=dict[str, Exception])
    # Whether the token still means what this request goes by; None where it was looked up before.
    confirm_viewer: Callable[[], Awaitable[bool]] | None = None
    # Transactions of this request that were committed.
    commits: int = 0
    # What was computed for several fields, by what asked for it; forgotten with what was read.
    computed: dict[Hashable, asyncio.Future[Any]] = field(
        default_factory=dict[Hashable, asyncio.Future[Any]], repr=False
    )
    loads: RequestLoads = field(init=False)

    def __post_init__(self) -> None:
        self.loads = RequestLoads(self.database)

    def load(self, read: Read, key: Any, **arguments: Any) -> asyncio.Future[Any]:
        """Read one key; keys asked for in the same tick go to the database as one statement."""
        return self.loads.load(read, key, **arguments)

    async def compute_once(self, key: Hashable, compute: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """What `compute` gives, once for all fields that ask for this key."""
        found = self.computed.get(key)
        if found is None:
            found = self.computed[key] = asyncio.create_task(compute())
            found.add_done_callback(_see_error)
        # Fields next to one that fails are cancelled, which must not take it from the others.
        return await asyncio.shield(found)

    async def start_again(self) -> None:
        """Forget all that was read and computed, errors included: another executor answers from the beginning."""
        computed = list(self.computed.values())
        self.computed.clear()
        for each in computed:
            each.cancel()
        await self.loads.reset()
        await asyncio.gather(*computed, return_exceptions=True)

    def later(self, key: Hashable, work: Work) -> None:
        """A write this answer does not wait for; see `background`."""
        self.background.put(self.database, key, work)

    def read_from_replica(self) -> None:
        """Of a query: nothing of it is written, and nothing decided by it."""
        if self.replica is not None:
            self.database = replace(self.database, replica=self.replica)

    async def fetch(self, statement: Executable | Statement, **values: Any) -> list[Row]:
        """Rows of a root list, read outside transactions."""
        async with self.database.reads.acquire() as connection:
            return await fetch_rows(connection, statement, **values)

    @asynccontextmanager
    async def transaction(self, *, dry_run: bool = False) -> AsyncGenerator[Connection]:
        """Commit on leaving; afterwards every read of this request starts again."""
        self.loads.begin_transaction()
        try:
            async with self.database.transaction(dry_run=dry_run) as connection:
                yield connection
            self.commits += 1
        finally:
            self.computed.clear()
            self.loads.end_transaction()


def _see_error(computed: asyncio.Future[Any]) -> None:
    """An error nobody is left to see is no second error."""
    if not computed.cancelled():
        computed.exception()


Info = strawberry.Info[Context, None]
