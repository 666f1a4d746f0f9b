"""How often a password may be guessed, counted in the database for every process together.

An attempt is counted before it is evaluated, in the statement that allows it: of any number of guesses made at once
only the allowed ones reach the password. Success forgets the count.
"""

import datetime as dt
import hashlib
import ipaddress
from typing import Any, Final

from sqlalchemy import DateTime, case, delete, func, literal
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.db import Connection, Row, execute, fetch_one
from customer_gql.core.errors import RateLimited

from .tables import throttle

FREE_FAILURES: Final = 5
LONGEST_WAIT: Final = dt.timedelta(minutes=15)
# After so many failures in a row only the owner's mailbox or staff open the account again (NIST 800-63B).
MOST_FAILURES: Final = 100
_UNTIL_RECOVERY: Final = dt.timedelta(days=3650)
PER_ADDRESS: Final = 30
ADDRESS_WINDOW: Final = dt.timedelta(minutes=5)


def account_key(email_normalised: str, scope: int) -> bytes:
    return _key("account", str(scope), email_normalised)


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


async def reserve(connection: Connection, key: bytes) -> Row | None:
    """Count an attempt on an account as failed; None when none may be made yet. The row says what comes of failing."""
    now = dt.datetime.now(dt.UTC)
    count = throttle.c.count + 1
    insert = upsert(throttle).values(key_hash=key, count=1, until=now)
    return await fetch_one(
        connection,
        insert.on_conflict_do_update(
            index_elements=["key_hash"],
            set_={"count": count, "until": _wait(count, now)},
            where=throttle.c.until <= _time(now),
        ).returning(throttle.c.count, throttle.c.until),
    )


def _wait(count: Any, now: dt.datetime) -> Any:
    """5 failures are free, then a second, doubling to 15 minutes."""
    steps = [(count == FREE_FAILURES + step, _time(now + dt.timedelta(seconds=2**step))) for step in range(10)]
    return case(
        (count < FREE_FAILURES, _time(now)),
        *steps,
        (count < MOST_FAILURES, _time(now + LONGEST_WAIT)),
        else_=_time(now + _UNTIL_RECOVERY),
    )


def _time(moment: dt.datetime) -> Any:
    return literal(moment, DateTime(timezone=True))


async def forget(connection: Connection, key: bytes) -> None:
    await execute(connection, delete(throttle).where(throttle.c.key_hash == key))


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
