"""Answers of the database that a process keeps for a moment, because everybody asks for them and they hardly ever change.

They depend on settings and store views alone. A change of one by this process empties them at once; one by another process is
seen after `KEPT_SECONDS` at the latest.
"""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from customer_gql.database.pools import Database

T = TypeVar("T")
KEPT_SECONDS: Final = 5.0
_UNSETTLED_SECONDS: Final = 10.0
"""After a change nothing is kept for so long: its transaction has yet to commit, and reads still find the former value."""
_MOST_KEPT: Final = 1_000


class _Kept:
    __slots__ = ("answers", "settled_at")

    def __init__(self) -> None:
        self.answers: WeakKeyDictionary[object, dict[Hashable, tuple[float, Any]]] = WeakKeyDictionary()
        self.settled_at = 0.0


_kept: Final = _Kept()


async def read_kept(database: Database, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
    """What `read` gives, now or up to `KEPT_SECONDS` ago. `key` names the read and its arguments. None is not kept."""
    answers = _kept.answers.setdefault(database.reads, {})
    found = answers.get(key)
    if found is not None and time.monotonic() < found[0]:
        return found[1]
    began = time.monotonic()
    answer = await read()
    if answer is not None and began >= _kept.settled_at:
        if len(answers) >= _MOST_KEPT:
            answers.clear()
        answers[key] = (began + KEPT_SECONDS, answer)
    return answer


async def forget_kept(*_changed: object) -> None:
    """After a change of a setting or a store view, in the transaction that makes it."""
    _kept.answers.clear()
    _kept.settled_at = time.monotonic() + _UNSETTLED_SECONDS


def settle_kept() -> None:
    """Keep answers again at once, where it is known that no change is under way."""
    _kept.settled_at = 0.0
