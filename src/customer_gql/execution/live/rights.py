"""What those who follow may do now: looked up again and again, because a stream outlives the request that opened it."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import structlog

from customer_gql.core.viewer import Viewer
from customer_gql.database.pools import Database
from customer_gql.graph.context import Context
from customer_gql.security.sessions import AuthenticatedSession

log: Final = structlog.get_logger("rights")
FindSession = Callable[[Database, str], Awaitable[AuthenticatedSession | None]]
TellViewer = Callable[[Viewer | None], None]
"""Is told the viewer as it is now; None when the token was revoked or has ended."""


@dataclass(frozen=True, slots=True, eq=False)
class _Watched:
    token: str
    database: Database
    address: str | None
    tell: TellViewer


class RightsWatch:
    """Looks up every token once for all its streams; nothing while there are none."""

    __slots__ = ("_find_session", "_seconds", "_task", "_watched")

    def __init__(self, find_session: FindSession, seconds: float) -> None:
        self._find_session = find_session
        self._seconds = seconds
        self._watched: set[_Watched] = set()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watch(self, context: Context, tell: TellViewer) -> Generator[None]:
        watched = _Watched(context.token or "", context.database, context.viewer.address, tell)
        self._watched.add(watched)
        if self._task is None:
            self._task = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            self._watched.discard(watched)
            if not self._watched and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self._look_once()
            except Exception as error:  # noqa: BLE001 - a database that is away for a while ends no stream, and gives no events
                log.warning("rights not read", kind=type(error).__name__)

    async def _look_once(self) -> None:
        databases = {watched.token: watched.database for watched in self._watched}
        sessions = await asyncio.gather(*[self._find_session(database, token) for token, database in databases.items()])
        found = dict(zip(databases, sessions, strict=True))
        for watched in tuple(self._watched):
            if watched.token in found:
                session = found[watched.token]
                watched.tell(None if session is None else replace(session.viewer, address=watched.address))
