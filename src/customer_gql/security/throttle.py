"""Limits on guesses at passwords and codes, counted in the database for all processes together.

An attempt is counted before it is evaluated, by the statement that admits it: of any number of parallel guesses only
the admitted ones reach the password. Commit the count before looking at the secret. Customers and staff have counters
of their own, named by the identity in the key (docs/domain/sign-in.md#sign-in-4).

What one network address may try is limited too (docs/domain/sign-in.md#sign-in-5). Its attempt is taken back when it was
right: an office, or a server that calls for its shoppers, signs in as often as it likes. That answer says how long to
wait, because an address is no account, so the limit reveals nothing.
"""

import datetime as dt
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from prometheus_client import Counter
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Interval,
    LargeBinary,
    any_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.clock import read_clock
from customer_gql.core.errors import RateLimited
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.expired_rows import expires
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    delete_rows,
    execute_statement,
    fetch_one,
    fetch_row,
    fetch_rows,
)
from customer_gql.settings import AudienceSettings

from .network import network_of
from .tables import throttle

FREE_FAILURES: Final = 5
LONGEST_PAUSE: Final = dt.timedelta(minutes=15)
# Wrong passwords are in a row however slowly they come; after a month without one the count starts from zero.
_FAILURE_RETENTION: Final = dt.timedelta(days=30)
EXPIRED_FAILURES: Final = expires(throttle, "until", kept=_FAILURE_RETENTION)
_ADDRESS_ATTEMPT: Final = "attempt"
RESET_REQUESTS: Final = "reset"
"""Counter of a network address for mails with reset links."""
_refusals: Final = Counter("customer_gql_throttle_refusals", "Attempts refused because too many came before.")
_TOO_MANY_FROM_ADDRESS: Final = "Too many attempts came from this network address."


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt: the failures in a row and the end of the pause, should it fail."""

    count: int
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Lock:
    """Every `failures` failures in a row close the account for `duration`, beyond the doubling pauses."""

    failures: int
    duration: dt.timedelta


def account_key(identity: ViewerKind, counter: str, email: str, *, scope: int = 0) -> bytes:
    return _key(identity, "account", counter, str(scope), normalize_email(email))


def peer_key(identity: ViewerKind, counter: str, address: str | None) -> bytes:
    return _key(identity, "peer", counter, network_of(address or ""))


def device_key(identity: ViewerKind, device: bytes) -> bytes:
    """Failures on one known device, named by the SHA-256 of its token."""
    return _key(identity, "device", device.hex())


def write_key(customer_id: int, counter: str) -> bytes:
    """What a customer did, of one kind."""
    return _key(ViewerKind.CUSTOMER, counter, str(customer_id))


def _key(identity: ViewerKind, *parts: str) -> bytes:
    return counter_key(identity.value, *parts)


def counter_key(counter: str, *parts: str) -> bytes:
    """Hashed, so that the table names nobody, not even what was typed into the wrong field."""
    return hashlib.sha256("\0".join([counter, *parts]).encode()).digest()


async def count_failure(connection: Connection, key: bytes, lock: Lock | None = None) -> Attempt | None:
    """Count an attempt on an account as failed; None, and not counted, while its pause lasts."""
    now, failures, duration = read_clock(), 0, dt.timedelta()
    if lock is not None:
        failures, duration = lock.failures, lock.duration
    first_until = now + duration if failures == 1 else now
    values = {"key": key, "now": now, "first_until": first_until, "failures": failures, "duration": duration}
    counted = await fetch_one(connection, _COUNT_FAILURE, **values)
    return None if counted is None else Attempt(counted.count, counted.until)


def _end_of_pause(count: Any) -> ColumnElement[Any]:
    """No pause for the first failures; then a second, doubling to a quarter of an hour. It always ends by itself:
    otherwise a stranger's guesses would close an account for good."""
    seconds: Any = case(
        (count < literal_column(str(FREE_FAILURES)), literal_column("interval '0'", Interval())),
        *[
            (
                count == literal_column(str(FREE_FAILURES + step)),
                literal_column(f"interval '{2**step} seconds'", Interval()),
            )
            for step in range(10)
        ],
        else_=literal_column(f"interval '{LONGEST_PAUSE.total_seconds():.0f} seconds'", Interval()),
    )
    # A lock of no failures never is: the remainder of a division by null is null.
    locks = count % func.nullif(bindparam("failures", type_=Integer()), literal_column("0")) == literal_column("0")
    longest = func.greatest(seconds, bindparam("duration", type_=Interval()))
    return _now + case((locks, longest), else_=seconds)


def _count_one_failure() -> Statement:
    given = {
        "key_hash": bindparam("key", type_=LargeBinary()),
        "count": literal_column("1", Integer()),
        "until": bindparam("first_until", type_=DateTime(timezone=True)),
    }
    count: Any = throttle.c.count + literal_column("1", Integer())
    return compile_statement(
        upsert(throttle)
        .values(given)
        .on_conflict_do_update(
            index_elements=["key_hash"],
            set_={"count": count, "until": _end_of_pause(count)},
            where=throttle.c.until <= _now,
        )
        .returning(throttle.c.count, throttle.c.until)
    )


_now: Any = bindparam("now", type_=DateTime(timezone=True))
_COUNT_FAILURE: Final = _count_one_failure()


class Budget(NamedTuple):
    """How often something may happen in a window."""

    key: bytes
    limit: int
    window: dt.timedelta


_budget: Any = (
    func.unnest(
        bindparam("keys", type_=ARRAY(LargeBinary())),
        bindparam("limits", type_=ARRAY(Integer())),
        bindparam("windows", type_=ARRAY(Interval())),
    )
    .table_valued(column("key_hash", LargeBinary), column("most", Integer), column("span", Interval))
    .render_derived(name="budget")
)
_is_over = throttle.c.until <= _now


def _count_budgets() -> Statement:
    """One more for each key, in their order, so that two who count the same ones wait for each other."""
    one: Any = literal_column("1", Integer())
    first = select(_budget.c.key_hash, one, _now + _budget.c.span).order_by(_budget.c.key_hash)
    insert = upsert(throttle).from_select(["key_hash", "count", "until"], first)
    stored: Any = literal_column("throttle.key_hash", LargeBinary())
    most = select(_budget.c.most).where(_budget.c.key_hash == stored).scalar_subquery()
    counted = insert.on_conflict_do_update(
        index_elements=["key_hash"],
        set_={
            "count": case((_is_over, one), else_=throttle.c.count + one),
            "until": case((_is_over, insert.excluded.until), else_=throttle.c.until),
        },
        where=or_(_is_over, throttle.c.count < most),
    )
    return compile_statement(counted.returning(throttle.c.key_hash))


async def count_each_within(connection: Connection, budgets: Sequence[Budget]) -> list[bool]:
    """Count one more of each since its window began, in one statement; which of them are within their limits. What is beyond
    one is not counted."""
    values = {
        "keys": [budget.key for budget in budgets],
        "limits": [budget.limit for budget in budgets],
        "windows": [budget.window for budget in budgets],
    }
    counted = {row.key_hash for row in await fetch_rows(connection, _COUNT_BUDGETS, now=read_clock(), **values)}
    return [budget.key in counted for budget in budgets]


_COUNT_BUDGETS: Final = _count_budgets()


async def count_within(connection: Connection, key: bytes, *, limit: int, window: dt.timedelta) -> bool:
    """Count one more since the window began; whether it is within the limit. What is beyond it is not counted."""
    [is_within] = await count_each_within(connection, [Budget(key, limit, window)])
    return is_within


async def require_within(connection: Connection, key: bytes, *, limit: int, window: dt.timedelta, message: str) -> None:
    """Count one more since the window began. Raises `RateLimited` with the seconds to wait beyond the limit."""
    if await count_within(connection, key, limit=limit, window=window):
        return
    now = read_clock()
    counted = await fetch_row(connection, throttle, {"key_hash": key})
    wait = max(1, math.ceil(((now if counted is None else counted.until) - now).total_seconds()))
    _refusals.inc()
    raise RateLimited(f"{message} Try again in {wait} s.", retryAfter=wait)


async def forget_failures(connection: Connection, keys: Sequence[bytes]) -> None:
    await delete_rows(connection, throttle, {"key_hash": list(keys)})


async def counted_failures(connection: Connection, keys: Sequence[bytes]) -> list[Row]:
    """Count and end of the pause of those accounts that have failures."""
    return await fetch_rows(connection, _COUNTED, keys=list(keys))


_COUNTED: Final = compile_statement(
    select(throttle.c.key_hash, throttle.c.count, throttle.c.until).where(
        throttle.c.key_hash == any_(bindparam("keys", type_=ARRAY(LargeBinary())))
    )
)
_TAKE_BACK: Final = compile_statement(
    update(throttle)
    .where(throttle.c.key_hash == bindparam("key", type_=LargeBinary()), throttle.c.count > literal_column("0"))
    .values(count=throttle.c.count - literal_column("1", Integer()))
)


async def count_address_attempt(
    connection: Connection,
    identity: ViewerKind,
    address: str | None,
    limits: AudienceSettings,
    *,
    counter: str = _ADDRESS_ATTEMPT,
) -> None:
    """Count an attempt from a network address, whatever it tries. Raises `RateLimited` beyond the limit."""
    window = dt.timedelta(seconds=limits.address_seconds)
    key = peer_key(identity, counter, address)
    await require_within(connection, key, limit=limits.address_attempts, window=window, message=_TOO_MANY_FROM_ADDRESS)


async def most_failures(
    connection: Connection, identity: ViewerKind, address: str | None, keys: Sequence[bytes]
) -> int:
    """The largest count of failures in a row by these keys, and of what the network address tried in the window."""
    peers = [peer_key(identity, counter, address) for counter in (_ADDRESS_ATTEMPT, RESET_REQUESTS)]
    counted, now = await fetch_rows(connection, _COUNTED, keys=[*keys, *peers]), read_clock()
    return max((row.count for row in counted if row.key_hash not in peers or row.until > now), default=0)


async def take_back_address_attempt(
    connection: Connection, identity: ViewerKind, address: str | None, *, counter: str = _ADDRESS_ATTEMPT
) -> None:
    """The attempt was right, so it does not count against the others behind the same address."""
    await take_back(connection, [peer_key(identity, counter, address)])


async def take_back(connection: Connection, keys: Sequence[bytes]) -> None:
    """One less of each, in the order in which `count_each_within` counts them."""
    for key in sorted(keys):
        await execute_statement(connection, _TAKE_BACK, key=key)
