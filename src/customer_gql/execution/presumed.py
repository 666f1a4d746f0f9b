"""The token of a frequent query is read by the statement that reads the first rows of its answer.

A process remembers what a token meant last, and presumes that it still does (docs/adr/0030-tokens-read-with-the-answer.md). What the
row says is compared with that before anything is answered. Where it says something else, all that was read is dropped, and
the request starts again with the token looked up first.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary

from customer_gql.database.pools import Database
from customer_gql.loading.reads import Read
from customer_gql.loading.requests import BatchLoad
from customer_gql.loading.rounds import RequestLoads
from customer_gql.security.sessions import AuthenticatedSession

_MOST: Final = 1_000
"""Tokens of one audience that are remembered; those used longest ago are forgotten."""
TokenLookup = tuple[Read, Callable[[Any, bytes], AuthenticatedSession]]


class KnownSessions:
    """What tokens meant when they were read last, by the hash of the token and the website that the request named."""

    _by_pool: ClassVar[WeakKeyDictionary[object, "KnownSessions"]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._sessions: OrderedDict[Hashable, AuthenticatedSession] = OrderedDict()

    @classmethod
    def for_database(cls, database: Database) -> "KnownSessions":
        known = cls._by_pool.get(database.reads)
        if known is None:
            known = cls._by_pool[database.reads] = cls()
        return known

    def find(self, key: Hashable) -> AuthenticatedSession | None:
        return self._sessions.get(key)

    def note(self, key: Hashable, session: AuthenticatedSession | None) -> None:
        """What was just read. A session that more than its row decides about is not remembered."""
        self._sessions.pop(key, None)
        if session is not None and session.is_of_row:
            self._sessions[key] = session
            if len(self._sessions) > _MOST:
                self._sessions.popitem(last=False)


class Presumption:
    """A request that goes by what is remembered of its token, which is read with the first rows that the request asks for."""

    __slots__ = ("_asked", "_key", "_known", "_loads", "_lookup", "_session")

    def __init__(
        self,
        known: KnownSessions,
        key: Hashable,
        session: AuthenticatedSession,
        lookup: TokenLookup,
        loads: RequestLoads,
    ) -> None:
        self._known = known
        self._key = key
        self._session = session
        self._lookup = lookup
        self._loads = loads
        self._asked: BatchLoad = loads.join_next_round(lookup[0], session.token_hash)

    async def holds(self) -> bool:
        """Whether the token still lets in the same one, with the same rights. Where its row was not read, it does not."""
        token_hash = self._session.token_hash
        await self._loads.read_joining()
        row = None if self._asked.unread else self._asked.found.get(token_hash)
        if row is not None and self._lookup[1](row, token_hash) == self._session:
            return True
        self._known.note(self._key, None)
        return False
