"""Guesses at passwords and codes are counted in the database before they are looked at, so that no worker, no
spelling and no header buys one more. By account: five, then a pause that doubles from 1 s to 15 min, and after a
hundred in a row none until the password is set anew. By peer: 30 in five minutes. See docs/domain/staff-sign-in.md#staff-sign-in-2.
A lock never ends a session."""

import datetime as dt
import hashlib
from typing import Any, Final

from sqlalchemy import DateTime, Integer, Interval, and_, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.emails import normalised
from customer_gql.database.statements import Connection, execute, fetch_value
from customer_gql.staff.tables import staff_throttle as throttle

FREE: Final = 5
MOST: Final = 100
PEER_ATTEMPTS: Final = 30
PEER_WINDOW: Final = dt.timedelta(minutes=5)
_LONGEST: Final = dt.timedelta(minutes=15)
_UNTIL_RECOVERY: Final = dt.timedelta(days=36500)


def account_key(email: str) -> bytes:
    """Hashed, so that the table names nobody, and what was typed wrongly into the field least of all."""
    return hashlib.sha256(f"account:{normalised(email)}".encode()).digest()


def peer_key(address: str | None) -> bytes:
    return hashlib.sha256(f"peer:{address}".encode()).digest()


async def admitted(connection: Connection, email: str, address: str | None) -> bool:
    """Count one attempt, and say whether it may be looked at. Commit before looking."""
    by_peer = await _counted_by_peer(connection, peer_key(address))
    return await _counted_by_account(connection, account_key(email)) and by_peer


async def peer_admitted(connection: Connection, what: str, address: str | None) -> bool:
    """Count one use of something else that is open to everybody, as often as guesses may be made."""
    return await _counted_by_peer(connection, peer_key(f"{what} {address}"))


async def _counted_by_account(connection: Connection, key: bytes) -> bool:
    now = _time(dt.datetime.now(dt.UTC))
    attempts = throttle.c.attempts + 1
    doubled = func.power(literal(2, Integer()), func.least(attempts - FREE, 20)) * literal(
        dt.timedelta(seconds=1), Interval()
    )
    pause = case(
        (attempts < FREE, literal(dt.timedelta(0), Interval())),
        (attempts >= MOST, literal(_UNTIL_RECOVERY, Interval())),
        else_=func.least(doubled, literal(_LONGEST, Interval())),
    )
    counted = upsert(throttle).values(key=key, attempts=1, since=now, blocked_until=now)
    return await _passed(
        connection,
        counted.on_conflict_do_update(
            index_elements=["key"],
            set_={"attempts": attempts, "blocked_until": now + pause},
            where=throttle.c.blocked_until <= now,
        ),
    )


async def _counted_by_peer(connection: Connection, key: bytes) -> bool:
    moment = dt.datetime.now(dt.UTC)
    now, begin = _time(moment), _time(moment - PEER_WINDOW)
    over = throttle.c.since <= begin
    counted = upsert(throttle).values(key=key, attempts=1, since=now, blocked_until=now)
    return await _passed(
        connection,
        counted.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "attempts": case((over, 1), else_=throttle.c.attempts + 1),
                "since": case((over, now), else_=throttle.c.since),
                "blocked_until": now,
            },
            where=over | and_(throttle.c.attempts < PEER_ATTEMPTS),
        ),
    )


async def _passed(connection: Connection, counted: Any) -> bool:
    return await fetch_value(connection, counted.returning(throttle.c.attempts)) is not None


def _time(value: dt.datetime) -> Any:
    return literal(value, DateTime(timezone=True))


async def forgive(connection: Connection, email: str, address: str | None) -> None:
    """The attempt was right: the account counts from the start, the peer one less."""
    await forget(connection, email)
    less = update(throttle).where(throttle.c.key == peer_key(address), throttle.c.attempts > 0)
    await execute(connection, less.values(attempts=throttle.c.attempts - 1))


async def forget(connection: Connection, email: str) -> None:
    await execute(connection, delete(throttle).where(throttle.c.key == account_key(email)))


async def is_blocked(connection: Connection, email: str) -> bool:
    blocked = select(throttle.c.key).where(
        throttle.c.key == account_key(email), throttle.c.blocked_until > _time(dt.datetime.now(dt.UTC))
    )
    return await fetch_value(connection, blocked) is not None
