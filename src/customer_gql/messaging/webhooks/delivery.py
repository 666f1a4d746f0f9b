"""Deliveries are sent by any number of workers at once: a row belongs to the worker that took it (docs/domain/webhooks.md#webhooks-3).

Taking one counts an attempt and moves the next one beyond the lease, in a transaction of its own; then it is sent; then its
outcome is stored. A worker that is killed in between leaves a delivery that comes up again after the lease, with the same id:
the receiver gets it at least once.
"""

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    and_,
    any_,
    bindparam,
    column,
    delete,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    update,
)

from customer_gql.core.clock import read_clock
from customer_gql.core.telemetry.spans import span
from customer_gql.database.statements import Row, Statement, compile_statement, execute_statement, fetch_rows
from customer_gql.messaging.jobs.work import Tools

from .outcomes import DeliveryAttempt, store_outcome
from .payloads import CONTENT_TYPES, build_body, encode_message_id
from .secrets import SecretUnreadable, WebhookGone, load_signers, sign_message
from .sending import ATTEMPT_SECONDS, NotSent, send_request
from .tables import (
    IS_KEPT,
    TEST_TYPE,
    DeliveryStatus,
    WebhookFormat,
    WebhookStatus,
    webhook,
    webhook_delivery as delivery,
)

log = structlog.get_logger("webhooks")
LEASE: Final = dt.timedelta(seconds=4 * ATTEMPT_SECONDS)
MORE_AT_ONCE: Final = 32
"""Requests of one process beyond the first to each receiver, which nobody else takes the place of. There are few receivers."""
AT_ONCE_TO_ONE: Final = 4
"""Requests of one process to one receiver; one that fails gets one at a time."""
_WAIT_SECONDS: Final = 0.5
_is_pending = delivery.c.status == DeliveryStatus.PENDING.value
_now: Any = func.clock_timestamp()
_is_due = and_(_is_pending, delivery.c.next_attempt_at <= _now)
_is_test = delivery.c.type == literal_column(f"'{TEST_TYPE}'")
_is_paused = func.coalesce(webhook.c.paused_until > _now, false())


def _has_due(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(delivery.c.id).where(delivery.c.webhook_id == webhook.c.id, _is_due, *more).exists()


# A test does not wait for the end of a pause: somebody looks whether the receiver is well again.
_READY: Final = compile_statement(
    select(webhook, _is_paused.label("is_paused")).where(
        webhook.c.status == WebhookStatus.ACTIVE.value,
        or_(and_(not_(_is_paused), _has_due()), and_(_is_paused, _has_due(_is_test))),
    )
)
_asked = (
    func.unnest(bindparam("webhook_ids", type_=ARRAY(BigInteger())), bindparam("free", type_=ARRAY(Integer())))
    .table_valued(column("webhook_id", BigInteger), column("free", Integer))
    .render_derived(name="asked")
)


def _take(*more: ColumnElement[bool]) -> Statement:
    of_one = (
        select(delivery.c.id)
        .where(delivery.c.webhook_id == _asked.c.webhook_id, _is_due, *more)
        .order_by(delivery.c.next_attempt_at)
        .limit(_asked.c.free)
        .with_for_update(skip_locked=True)
        .lateral("of_one")
    )
    due = select(of_one.c.id).select_from(_asked.join(of_one, true())).cte("due")
    return compile_statement(
        update(delivery)
        .where(delivery.c.id == due.c.id, webhook.c.id == delivery.c.webhook_id)
        .values(attempts=delivery.c.attempts + 1, next_attempt_at=_now + literal(LEASE))
        .returning(delivery, IS_KEPT.label("is_kept"))
    )


_TAKE: Final = _take()
_TAKE_TESTS: Final = _take(_is_test)
_FORGET: Final = compile_statement(
    delete(delivery).where(delivery.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger()))))
)


@dataclass(slots=True)
class Deliverer:
    """What one worker is sending. A receiver that hangs keeps its own requests waiting, and no others."""

    tools: Tools
    tasks: dict[asyncio.Task[None], int]

    async def take(self) -> int:
        """Begin to send what is due and has room; how many."""
        async with self.tools.database.writes.acquire() as connection:
            ready = await fetch_rows(connection, _READY)
            asked = self._share_room(ready)
            taken: list[Row] = []
            for is_paused, statement in ((False, _TAKE), (True, _TAKE_TESTS)):
                ids = [one.id for one in ready if one.id in asked and one.is_paused is is_paused]
                if ids:
                    taken += await fetch_rows(connection, statement, webhook_ids=ids, free=[asked[id] for id in ids])
            if lost := [row.id for row in taken if not row.is_kept]:
                await execute_statement(connection, _FORGET, ids=lost)
        by_id = {one.id: one for one in ready}
        for row in sorted((row for row in taken if row.is_kept), key=lambda row: row.id):
            task = asyncio.create_task(self._send(by_id[row.webhook_id], row))
            self.tasks[task] = row.webhook_id
            task.add_done_callback(self.tasks.pop)
        return len(taken)

    def _share_room(self, ready: Sequence[Row]) -> dict[int, int]:
        """How many more each receiver gets, those with none left out. One is always for each, however slow the others are; of the
        rest those with the fewest under way get theirs first."""
        under_way = Counter(self.tasks.values())
        room = MORE_AT_ONCE - sum(count - 1 for count in under_way.values())
        shares: dict[int, int] = {}
        for one in sorted(ready, key=lambda one: under_way[one.id]):
            most = 1 if one.failure_count or one.is_paused else AT_ONCE_TO_ONE
            first = 0 if under_way[one.id] else 1
            more = max(min(most - under_way[one.id] - first, room), 0)
            room -= more
            if first + more:
                shares[one.id] = first + more
        return shares

    async def _send(self, receiver: Row, row: Row) -> None:
        """A fault of the database leaves the delivery to the worker that takes it when the lease is over."""
        try:
            with span("delivery", attempt=row.attempts):
                attempt = await attempt_delivery(self.tools, receiver, row)
                await store_outcome(self.tools, receiver, row, attempt)
        except Exception as error:  # noqa: BLE001 - one delivery must not take the others along
            log.warning("delivery interrupted", delivery=row.id, webhook=receiver.id, error=type(error).__name__)


async def deliver_events(tools: Tools) -> int:
    """Send what is due until nothing is, or the worker stops. For a `Poll`."""
    deliverer = Deliverer(tools, {})
    count = 0
    try:
        while True:
            taken = 0 if tools.stop.is_set() else await deliverer.take()
            count += taken
            if not taken and not deliverer.tasks:
                return count
            if not taken:
                await asyncio.wait(deliverer.tasks, timeout=_WAIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        for task in list(deliverer.tasks):
            task.cancel()
        raise
    except Exception:
        # The database does not answer. What is under way keeps its ten seconds, and is stored if it answers again.
        if deliverer.tasks:
            await asyncio.wait(deliverer.tasks)
        raise


async def attempt_delivery(tools: Tools, receiver: Any, row: Any) -> DeliveryAttempt:
    """Send a delivery once. Not in a transaction, because it may take ten seconds."""
    begun, now = time.monotonic(), read_clock()
    status_code, retry_after, error = None, None, None
    try:
        async with tools.database.writes.acquire() as connection:
            body = await build_body(connection, receiver, row, tools.settings)
            signers = await load_signers(connection, receiver.id, tools.settings)
        headers = {
            "content-type": CONTENT_TYPES[WebhookFormat(receiver.format)],
            "user-agent": "customer-gql",
            **sign_message(signers, encode_message_id(row.event_id), now, body),
        }
        answer = await send_request(receiver.url, headers, body, tools.settings)
        status_code, retry_after = answer.status_code, answer.retry_after
    except SecretUnreadable:
        error = "The secret cannot be decrypted with CUSTOMER_GQL_SECRET_KEYS. Give the webhook another one."
    except WebhookGone:
        error = "The webhook was deleted."
    except NotSent as not_sent:
        error = str(not_sent)
    milliseconds = int((time.monotonic() - begun) * 1000)
    return DeliveryAttempt(now, milliseconds, status_code, error or _judge(status_code), retry_after)


def _judge(status_code: int | None) -> str | None:
    assert status_code is not None
    if 200 <= status_code < 300:
        return None
    if 300 <= status_code < 400:
        return f"The answer was {status_code}. Redirects are not followed: enter the address that it leads to."
    return f"The answer was {status_code}."
