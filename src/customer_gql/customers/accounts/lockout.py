"""Lockout of customers: two counters for an account, independent of each other, with locks the shop configures.

Wrong passwords are counted wherever they are entered, refused sign-ins apart. Where an open session asks for the password,
a counter of the session decides: strangers' guesses do not keep its owner from changing the password
(docs/domain/sign-in.md#sign-in-6).
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.profile.tables import LockReason
from customer_gql.database.statements import Connection
from customer_gql.security import throttle
from customer_gql.security.throttle import Attempt, Lock
from customer_gql.settings import AudienceSettings
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import settings_at

PASSWORDS: Final = "password"
SIGN_INS: Final = "sign-in"
_FAILURES: Final = {
    PASSWORDS: Setting(
        "accounts.lockout_failures",
        10,
        GLOBAL,
        "Wrong passwords in a row that lock an account; 0 never.",
        at_least=0,
        at_most=1000,
        label="Wrong passwords until locked",
    ),
    SIGN_INS: Setting(
        "accounts.token_lockout_failures",
        6,
        GLOBAL,
        "Refused sign-ins in a row that close sign-in of an account; 0 never.",
        at_least=0,
        at_most=1000,
        label="Wrong sign-ins until locked",
    ),
}
_SECONDS: Final = {
    PASSWORDS: Setting(
        "accounts.lockout_seconds",
        600,
        GLOBAL,
        "Seconds for which too many wrong passwords lock an account; 0 never locks.",
        at_least=0,
        at_most=86_400,
        label="Lock after wrong passwords",
    ),
    SIGN_INS: Setting(
        "accounts.token_lockout_seconds",
        1800,
        GLOBAL,
        "Seconds for which too many refused sign-ins close sign-in; 0 never closes it.",
        at_least=0,
        at_most=86_400,
        label="Lock after wrong sign-ins",
    ),
}
_REASONS: Final = {PASSWORDS: LockReason.PASSWORD, SIGN_INS: LockReason.TOKEN}


@dataclass(frozen=True, slots=True)
class CountedAttempt(Attempt):
    """The counter whose pause is the longest, and whether this failure is the first in a row that locks."""

    reason: LockReason
    is_first_lock: bool


SETTINGS: Final = (*_FAILURES.values(), *_SECONDS.values())


def failure_key(email: str, scope: int, counter: str = PASSWORDS) -> bytes:
    return throttle.account_key(ViewerKind.CUSTOMER, counter, email, scope=scope)


def session_failure_key(session_id: int) -> bytes:
    return throttle.account_key(ViewerKind.CUSTOMER, "session", str(session_id))


def failure_keys(email: str, scope: int) -> list[bytes]:
    return [failure_key(email, scope, counter) for counter in _FAILURES]


async def count_attempt(connection: Connection, email: str, scope: int, *counters: str) -> CountedAttempt | None:
    """Count an attempt on an account as failed, by each counter in turn; None when one of them admits none yet."""
    shop = await settings_at(connection, *SETTINGS)
    counted: list[CountedAttempt] = []
    for counter in counters:
        lock = Lock(shop[_FAILURES[counter]], dt.timedelta(seconds=shop[_SECONDS[counter]]))
        attempt = await throttle.count_failure(connection, failure_key(email, scope, counter), lock)
        if attempt is None:
            return None
        is_first = attempt.count == _first_locking_failure(lock)
        counted.append(CountedAttempt(attempt.count, attempt.until, _REASONS[counter], is_first))
    longest = max(counted, key=lambda each: (each.until, each.count))
    return replace(longest, is_first_lock=any(each.is_first_lock for each in counted))


async def count_device_attempt(connection: Connection, device: bytes) -> Attempt | None:
    """Count an attempt on a known device as failed; the guesses of strangers are counted apart from it."""
    return await _count_apart(connection, throttle.device_key(ViewerKind.CUSTOMER, device))


async def count_session_attempt(connection: Connection, session_id: int) -> Attempt | None:
    """Count a password that is asked for in a session as wrong; nobody outside of the session delays its owner."""
    return await _count_apart(connection, session_failure_key(session_id))


async def _count_apart(connection: Connection, key: bytes) -> Attempt | None:
    shop = await settings_at(connection, *SETTINGS)
    lock = Lock(shop[_FAILURES[PASSWORDS]], dt.timedelta(seconds=shop[_SECONDS[PASSWORDS]]))
    return await throttle.count_failure(connection, key, lock)


def _first_locking_failure(lock: Lock) -> int:
    """From this failure in a row on the account is locked, for a second at least."""
    return min(lock.failures, throttle.FREE_FAILURES) if lock.failures and lock.duration else throttle.FREE_FAILURES


async def check_peer(connection: Connection, address: str, limits: AudienceSettings) -> None:
    """Count an attempt of a network address. Raises `RateLimited` beyond the limit, before any secret is
    looked at."""
    await throttle.count_address_attempt(connection, ViewerKind.CUSTOMER, address, limits)


async def forgive_peer(connection: Connection, address: str) -> None:
    """The attempt was right."""
    await throttle.take_back_address_attempt(connection, ViewerKind.CUSTOMER, address)
