"""How often a password may be guessed, counted in the database for every process together.

An attempt is counted before it is evaluated, in the statement that allows it: of any number of guesses made at once
only the allowed ones reach the password. Success forgets the count.

Two counters run for an account, independent of each other (docs/domain/sign-in.md#sign-in-6): wrong passwords, wherever they are given, and
refused sign-ins. So who is kept from signing in by a stranger's guesses still changes the password on a live session.
"""

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import DateTime, case, delete, func, literal
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.errors import RateLimited
from customer_gql.database.statements import Connection, Row, among, execute, fetch_one
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import settings_at

from .tables import throttle

PASSWORDS: Final = "password"
TOKENS: Final = "token"
_FAILURES: Final = {
    PASSWORDS: Setting(
        "accounts.lockout_failures", 10, GLOBAL, "Wrong passwords in a row that lock an account; 0 never.", at_least=0
    ),
    TOKENS: Setting(
        "accounts.token_lockout_failures", 6, GLOBAL, "Refused sign-ins in a row that close it; 0 never.", at_least=0
    ),
}
_SECONDS: Final = {
    PASSWORDS: Setting(
        "accounts.lockout_seconds", 600, GLOBAL, "How long that lasts; 0 never locks.", at_least=0, at_most=86_400
    ),
    TOKENS: Setting(
        "accounts.token_lockout_seconds",
        1800,
        GLOBAL,
        "How long that lasts; 0 never locks.",
        at_least=0,
        at_most=86_400,
    ),
}
SETTINGS: Final = (*_FAILURES.values(), *_SECONDS.values())
FREE_FAILURES: Final = 5
LONGEST_WAIT: Final = dt.timedelta(minutes=15)
# After so many failures in a row only the owner's mailbox or staff open the account again (NIST 800-63B).
MOST_FAILURES: Final = 100
_UNTIL_RECOVERY: Final = dt.timedelta(days=3650)
PER_ADDRESS: Final = 30
ADDRESS_WINDOW: Final = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What comes of it when it fails."""

    count: int
    until: dt.datetime


def account_key(email_normalised: str, scope: int, counter: str = PASSWORDS) -> bytes:
    return _key("account", counter, str(scope), email_normalised)


def account_keys(email_normalised: str, scope: int) -> list[bytes]:
    return [account_key(email_normalised, scope, counter) for counter in _FAILURES]


def address_key(purpose: str, address: str) -> bytes:
    return _key("address", purpose, network(address))


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()


def network(address: str) -> str:
    """An IPv4 address, or the /64 an IPv6 address is from: whoever has one has all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


async def reserve(connection: Connection, email_normalised: str, scope: int, *counters: str) -> Attempt | None:
    """Count an attempt on an account as failed, by each counter in turn; None when one allows none yet."""
    shop = await settings_at(connection, *SETTINGS)
    found: list[Row] = []
    for counter in counters:
        key = account_key(email_normalised, scope, counter)
        row = await _count(connection, key, shop[_FAILURES[counter]], dt.timedelta(seconds=shop[_SECONDS[counter]]))
        if row is None:
            return None
        found.append(row)
    return Attempt(max(row.count for row in found), max(row.until for row in found))


async def _count(connection: Connection, key: bytes, failures: int, lock: dt.timedelta) -> Row | None:
    now = dt.datetime.now(dt.UTC)
    count = throttle.c.count + 1
    insert = upsert(throttle).values(key_hash=key, count=1, until=now)
    return await fetch_one(
        connection,
        insert.on_conflict_do_update(
            index_elements=["key_hash"],
            set_={"count": count, "until": _wait(count, now, failures, lock)},
            where=throttle.c.until <= _time(now),
        ).returning(throttle.c.count, throttle.c.until),
    )


def _wait(count: Any, now: dt.datetime, failures: int, lock: dt.timedelta) -> Any:
    """5 failures are free, then a second, doubling to 15 minutes; every so many lock for longer."""
    doubling = _doubling(count, now)
    if not failures or not lock:
        return doubling
    return case((count % failures == 0, func.greatest(doubling, _time(now + lock))), else_=doubling)


def _doubling(count: Any, now: dt.datetime) -> Any:
    steps = [(count == FREE_FAILURES + step, _time(now + dt.timedelta(seconds=2**step))) for step in range(10)]
    return case(
        (count < FREE_FAILURES, _time(now)),
        *steps,
        (count < MOST_FAILURES, _time(now + LONGEST_WAIT)),
        else_=_time(now + _UNTIL_RECOVERY),
    )


def _time(moment: dt.datetime) -> Any:
    return literal(moment, DateTime(timezone=True))


async def forget(connection: Connection, keys: Sequence[bytes]) -> None:
    await execute(connection, delete(throttle).where(among(throttle.c.key_hash, keys)))


async def allowed(connection: Connection, key: bytes, *, limit: int, window: dt.timedelta) -> bool:
    """Count one more within the window; whether it is within the limit."""
    now = dt.datetime.now(dt.UTC)
    over = throttle.c.until <= _time(now)
    insert = upsert(throttle).values(key_hash=key, count=1, until=now + window)
    counted = await fetch_one(
        connection,
        insert.on_conflict_do_update(
            index_elements=["key_hash"],
            set_={
                "count": case((over, 1), else_=func.least(throttle.c.count + 1, 1_000_000)),
                "until": case((over, insert.excluded.until), else_=throttle.c.until),
            },
        ).returning(throttle.c.count),
    )
    assert counted is not None
    return counted.count <= limit


async def check_address(connection: Connection, address: str) -> None:
    """30 attempts in 5 minutes from one peer address, whatever they try."""
    if not await allowed(connection, address_key("attempt", address), limit=PER_ADDRESS, window=ADDRESS_WINDOW):
        raise RateLimited("Too many attempts came from this address. Try again in some minutes.")
