"""Passwords: argon2id in threads of their own, and what may be chosen as one.

NFC is the one form a password is hashed in, for ever: another form would lock out whoever has an accent in theirs.
"""

import asyncio
import os
import re
import unicodedata
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from customer_gql.core.errors import RuleError, Unavailable, UserErrorCode
from customer_gql.websites.configuration import GLOBAL, Setting

T = TypeVar("T")
MINIMUM_LENGTH: Final = Setting(
    "accounts.minimum_password_length", 12, GLOBAL, "Code points a new password has at least.", at_least=8, at_most=64
)
LONGEST: Final = 256
QUEUE: Final = 50
_hasher: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Of no password anybody knows; verified where there is no account, so that its absence takes as long.
_DUMMY: Final = _hasher.hash(os.urandom(32))


class Pool:
    """Threads for hashing. A hash takes a core for tens of milliseconds, so beyond a short queue the answer is no."""

    def __init__(self, threads: int | None = None, queue: int = QUEUE) -> None:
        threads = threads or os.cpu_count() or 1
        self._limit = threads + queue
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._running = 0

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        if self._running >= self._limit:
            raise Unavailable("Too many people are signing in at this moment. Try again.")
        self._running += 1
        future = self._executor.submit(work, *arguments)
        loop = asyncio.get_running_loop()
        # Counted until the thread is done with it, even when the one who asked has gone.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        return await asyncio.wrap_future(future)

    def _done(self) -> None:
        self._running -= 1


_pool: Final = Pool()


async def hashed(password: str) -> str:
    return await _pool.run(_hasher.hash, _encoded(password))


async def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password; without a stored one it takes as long and is not."""
    found = await _pool.run(_verified, stored or _DUMMY, _encoded(password))
    return found and stored is not None


def is_outdated(stored: str) -> bool:
    """Hashed with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _verified(stored: str, password: bytes) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _encoded(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode()


def check_length(password: str, path: list[str]) -> None:
    """What is longer than any password is refused before it costs anything."""
    if len(unicodedata.normalize("NFC", password)) > LONGEST:
        raise RuleError(f"A password has at most {LONGEST} characters.", path=path, code=UserErrorCode.TOO_LONG)


def check_new(password: str, *, minimum: int, about: Collection[str], path: list[str]) -> None:
    """A new password is long enough and none that guessers try first. No rule asks for kinds of characters.

    `about` are texts that everybody knows of this account: the shop, the owner's name and address.
    """
    check_length(password, path)
    text = unicodedata.normalize("NFC", password)
    if len(text) < minimum:
        raise RuleError(f"A password has at least {minimum} characters.", path=path)
    if _is_common(text.casefold()):
        raise RuleError("This password is one of those that are tried first. Choose another.", path=path)
    if _is_about(text.casefold(), about):
        raise RuleError("Do not make the password of the shop's name, your name or your address.", path=path)


def _is_common(text: str) -> bool:
    core = _core(text)
    whole = _unrepeated(text)
    return len(whole) < 5 or _is_sequence(text) or bool({text, whole, core, _unrepeated(core)} & _common())


def _is_sequence(text: str) -> bool:
    """Each character as far from the last as every other: `1234567890123`, `abcdefghijkl`."""
    return len({(ord(following) - ord(character)) % 10 for character, following in pairwise(text)}) == 1


def _core(text: str) -> str:
    """Without the digits and signs people put around a word: `password2024!` is `password`."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _unrepeated(text: str) -> str:
    """The part of which the text is a repetition: `abcabcabcabc` is `abc`."""
    return text[: (text + text).find(text, 1)]


@cache
def _common() -> frozenset[str]:
    """30,000 passwords of known leaks, from the estimator's list; loaded when first asked for."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])


def _is_about(text: str, about: Collection[str]) -> bool:
    """Little is left when the words everybody knows are taken away."""
    words = {word for known in about for word in re.findall(r"[^\W\d_]{4,}", known.casefold())}
    left = text
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != text and len(_core(left)) < 4
