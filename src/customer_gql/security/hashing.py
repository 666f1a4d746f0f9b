"""Hashing and verifying passwords: argon2id off the event loop, in a pool of threads of each endpoint.

The endpoint chooses the pool for a whole request, so that no door that hashes can forget to, and wrong passwords at one
endpoint never queue in front of those of the other.
"""

import asyncio
import os
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from functools import cache
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from customer_gql.core.errors import Unavailable

T = TypeVar("T")
MAX_LENGTH: Final = 256  # characters; longer ones are refused, never cut
MAX_WAITING: Final = 50
CORES: Final = os.cpu_count() or 1
# The least that OWASP advises; some 30 ms of a core.
MEMORY_KIB: Final = 19_456
PASSES: Final = 2


class _HashCost:
    """How hashes are made now. One that was made with another cost is made again when its password is given."""

    def __init__(self, memory_kib: int, passes: int) -> None:
        self.hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        # What is verified when there is no account or no password, so that this takes as long as a wrong one.
        self.dummy = self.hasher.hash(os.urandom(16))


# Once for each cost: the dummy takes as long to make as any hash.
_make_cost = cache(_HashCost)
_cost = _make_cost(MEMORY_KIB, PASSES)


def set_cost(*, memory_kib: int, passes: int) -> None:
    """Hash with this cost from now on, in this process."""
    global _cost  # noqa: PLW0603 - one cost for one process, set when it starts
    _cost = _make_cost(memory_kib, passes)


class HashingPool:
    """Work beyond what waits already is refused at once: each hash costs 19 MiB and some 30 ms of a core."""

    def __init__(self, threads: int, waiting: int = MAX_WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._limit = threads + waiting
        self._lock = threading.Lock()
        self._taken = 0

    async def run(self, work: Callable[[], T]) -> T:
        with self._lock:
            if self._taken >= self._limit:
                raise Unavailable("Too many people sign in right now. Try again in a moment.")
            self._taken += 1
        job = self._threads.submit(work)
        # Told by the job itself: a request that was given up leaves its work in the queue.
        job.add_done_callback(self._leave)
        return await asyncio.wrap_future(job)

    def _leave(self, _job: Future[T]) -> None:
        with self._lock:
            self._taken -= 1


_process_pool: Final = HashingPool(CORES)  # outside requests, as on the command line
_current_pool: Final = ContextVar("hashing_pool", default=_process_pool)


class HashingContext:
    """Whatever is hashed by this task until the context ends is hashed in this pool."""

    __slots__ = ("_before", "_pool")

    def __init__(self, pool: HashingPool) -> None:
        self._pool = pool

    def __enter__(self) -> None:
        self._before = _current_pool.set(self._pool)

    def __exit__(self, *_: object) -> None:
        _current_pool.reset(self._before)


def normalize_password(password: str) -> str:
    """NFC, so that one key press is one password on every keyboard. Fixed for ever: hashes depend on it."""
    return unicodedata.normalize("NFC", password)


async def hash_password(password: str) -> str:
    """The hash to store. Raises `Unavailable` when too many wait already."""
    text = normalize_password(password)
    assert len(text) <= MAX_LENGTH, "the caller refuses longer passwords with a rule of its own"
    return await _current_pool.get().run(lambda: _cost.hasher.hash(text))


async def verify_password(password: str, hash: str | None) -> bool:
    """Whether it is the password of the hash; without a hash False, after as much work."""
    text = normalize_password(password)
    if len(text) > MAX_LENGTH:
        text, hash = "", None
    right = await _current_pool.get().run(lambda: _matches_hash(text, hash or _cost.dummy))
    return right and hash is not None


def needs_rehash(hash: str) -> bool:
    """The hash was made with other parameters than today's; make a new one while the password is at hand."""
    return _cost.hasher.check_needs_rehash(hash)


def _matches_hash(text: str, hash: str) -> bool:
    try:
        return _cost.hasher.verify(hash, text)
    except (VerificationError, InvalidHashError):
        return False
