"""What becomes of a delivery and its webhook after an attempt, in one transaction (docs/domain/webhooks.md#webhooks-4)."""

import datetime as dt
import email.utils
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import func, insert, null, select, update

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection, execute_statement, fetch_one
from customer_gql.messaging.jobs.work import Tools

from .tables import (
    TEST_TYPE,
    DeliveryStatus,
    WebhookDisabledReason,
    WebhookStatus,
    webhook,
    webhook_attempt,
    webhook_delivery as delivery,
)

log = structlog.get_logger("webhooks")
PAUSES: Final = tuple(
    dt.timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 64_800, 79_200)
)
"""Between ten attempts; 71 hours and a half."""
ATTEMPTS: Final = len(PAUSES) + 1
JITTER: Final = 0.2
FAILING: Final = dt.timedelta(days=5)
_LONGEST_PAUSE: Final = dt.timedelta(seconds=60)
_LONGEST_RETRY_AFTER: Final = dt.timedelta(days=1)
_GONE: Final = 410
ON_WEBHOOK_DISABLED: Final[list[Callable[[Connection, Any], Awaitable[object]]]] = []
"""What slices above do when a webhook is disabled because of its receiver, in the transaction that disables it."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """`error` says in our words why it failed; None for one that was taken."""

    at: dt.datetime
    milliseconds: int
    status_code: int | None
    error: str | None
    retry_after: str | None = None


async def store_outcome(tools: Tools, sent_to: Any, row: Any, attempt: DeliveryAttempt) -> None:
    """`sent_to` is the webhook as it was when the attempt began: what a former address answers does not count for the
    present one."""
    async with tools.database.transaction() as connection:
        # Before the delivery, as those lock it who change a webhook and its deliveries.
        receiver = await fetch_one(connection, select(webhook).where(webhook.c.id == sent_to.id).with_for_update())
        if receiver is None:
            return
        is_present = receiver.url == sent_to.url
        mine = await _finish_attempt(connection, row, attempt, is_present=is_present)
        kept = {"attempted_at": attempt.at, "milliseconds": attempt.milliseconds, "status_code": attempt.status_code}
        values = {"delivery_id": row.id, "id": new_id(), **kept, "error": attempt.error}
        await execute_statement(connection, insert(webhook_attempt).values(values))
        if is_present and row.type != TEST_TYPE:
            await _judge_receiver(connection, receiver, attempt)
    log.info(
        "delivery attempted",
        delivery=row.id,
        webhook=receiver.id,
        attempt=row.attempts,
        status=attempt.status_code,
        ms=attempt.milliseconds,
        outcome="DELIVERED" if attempt.error is None else "FAILED",
        is_mine=mine,
    )


async def _finish_attempt(connection: Connection, row: Any, attempt: DeliveryAttempt, *, is_present: bool) -> bool:
    """Whether the delivery was this worker's still. One that was taken by the receiver is done, even if another one has it by now."""
    pending = update(delivery).where(delivery.c.id == row.id, delivery.c.status == DeliveryStatus.PENDING.value)
    if attempt.error is None:
        values = {"status": DeliveryStatus.DELIVERED.value, "finished_at": func.clock_timestamp()}
        return bool(await execute_statement(connection, pending.values(values)))
    mine = pending.where(delivery.c.attempts == row.attempts)
    now = read_clock()
    if row.type == TEST_TYPE or (is_present and row.attempts >= ATTEMPTS):
        values = {"status": DeliveryStatus.DEAD.value, "finished_at": func.clock_timestamp()}
    elif not is_present:
        # The present address has all its attempts.
        values = {"attempts": 0, "next_attempt_at": now}
    else:
        values = {"next_attempt_at": now + choose_pause(row.attempts, attempt.retry_after, now)}
    return bool(await execute_statement(connection, mine.values(values)))


def choose_pause(attempts: int, retry_after: str | None, now: dt.datetime) -> dt.timedelta:
    """After so many attempts, with a jitter so that what failed together does not come back together; not before the receiver
    wants it."""
    pause = PAUSES[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - needs no cryptography
    return max(pause, parse_retry_after(retry_after, now))


def parse_retry_after(given: str | None, now: dt.datetime) -> dt.timedelta:
    """Seconds or a date of HTTP; a day at most, and nothing where it is neither."""
    none = dt.timedelta()
    if given is None:
        return none
    if given.isascii() and given.isdigit() and len(given) < 10:
        return min(dt.timedelta(seconds=int(given)), _LONGEST_RETRY_AFTER)
    try:
        at = email.utils.parsedate_to_datetime(given)
    except (ValueError, TypeError, OverflowError):
        return none
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(none, min(at - now, _LONGEST_RETRY_AFTER))


async def _judge_receiver(connection: Connection, receiver: Any, attempt: DeliveryAttempt) -> None:
    change = update(webhook).where(webhook.c.id == receiver.id)
    if attempt.error is None:
        # A pause stays: nothing is sent during one, so what succeeds then was sent before the receiver asked for it.
        if receiver.failure_count:
            await execute_statement(connection, change.values(failure_count=0, failing_since=null()))
        return
    now = read_clock()
    since = receiver.failing_since or attempt.at
    reason = None
    if attempt.status_code == _GONE:
        reason = WebhookDisabledReason.GONE
    elif now - since >= FAILING:
        reason = WebhookDisabledReason.FAILING
    values: dict[str, Any] = {
        "failure_count": receiver.failure_count + 1,
        "failing_since": since,
        "paused_until": now + _pause_receiver(receiver.failure_count, attempt.retry_after, now),
    }
    if reason is not None and receiver.status == WebhookStatus.ACTIVE.value:
        values |= {"status": WebhookStatus.DISABLED.value, "disabled_reason": reason.value}
    stored = await fetch_one(connection, change.values(values).returning(webhook))
    if "status" in values:
        log.warning("webhook disabled", webhook=receiver.id, reason=reason.value if reason else None)
        for tell in ON_WEBHOOK_DISABLED:
            await tell(connection, stored)


def _pause_receiver(failures: int, retry_after: str | None, now: dt.datetime) -> dt.timedelta:
    """One that fails is asked less often, whatever else is due for it; the first failure may be about one delivery."""
    growing = min(dt.timedelta(seconds=2 ** min(failures, 10)), _LONGEST_PAUSE) if failures else dt.timedelta()
    return max(growing, parse_retry_after(retry_after, now))
