"""Events that a webhook gets once more, as a job (docs/domain/webhooks.md#webhooks-11)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Text, and_, any_, bindparam, select, true

from customer_gql.administration.event_feed.feed import read_feed_range
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Forbidden, Refusal, UserErrorCode
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import (
    AnySelect,
    Connection,
    compile_statement,
    execute_statement,
    fetch_rows,
    fetch_value,
)
from customer_gql.messaging.events.tables import domain_event as event
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult, RowSubject
from customer_gql.messaging.jobs.runs.parts import count_rows, store_parts
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome, job_part
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.messaging.webhooks.fan_out import IS_ASKED_FOR, insert_deliveries
from customer_gql.messaging.webhooks.tables import (
    WebhookContent,
    WebhookStatus,
    webhook,
)

from .writes import DISABLED, FOUND_NOTHING, lock_webhook

MAX_REPLAYED: Final = 1_000_000
_TYPE_NOT_SENT: Final = Refusal(
    "webhook.type_not_sent", "The webhook does not send events of this type. Add it to the webhook first."
)
_NOTHING_TO_REPLAY: Final = Refusal(
    "webhook.nothing_to_replay",
    "The feed has no event to send to this webhook. Choose an earlier `after` or other types.",
    UserErrorCode.NOT_ALLOWED,
)
_TOO_MANY_EVENTS: Final = Refusal(
    "webhook.too_many_events",
    "There are more than {limit} events. Replay them in parts: give `until`, or fewer types.",
    UserErrorCode.TOO_MANY,
)
_NOT_ASKED_FOR: Final = Refusal(
    "webhook.not_asked_for",
    "The webhook does not ask for this event any more: its types or websites were changed.",
    UserErrorCode.NOT_ALLOWED,
)
_IS_OF_WEBHOOK: Final = webhook.c.id == bindparam("webhook_id", type_=BigInteger())
_IS_CHOSEN: Final = event.c.id == any_(bindparam("event_ids", type_=ARRAY(BigInteger())))
_FIND_EVENTS: Final = compile_statement(
    select(event.c.id, event.c.customer_id, and_(*IS_ASKED_FOR).label("is_asked_for"))
    .select_from(event.join(webhook, true()))
    .where(_IS_OF_WEBHOOK, _IS_CHOSEN)
)
_DELIVER_AGAIN: Final = compile_statement(insert_deliveries(_IS_OF_WEBHOOK, _IS_CHOSEN))


async def replay_events(
    connection: Connection,
    id: int,
    *,
    after: str | None,
    until: str | None,
    types: Sequence[str] | None,
    key: str | None,
    by: Actor,
) -> int:
    """A job that sends the events after one cursor, up to and with another one; its id. Those that have no position yet are
    sent as new ones. Raises `BadInput` for a cursor that is lost, and `RuleError`."""
    stored = await lock_webhook(connection, id, by=by)
    if stored.status != WebhookStatus.ACTIVE.value:
        raise DISABLED(path=["id"])
    for place, name in enumerate(types or ()):
        if name not in stored.types:
            raise _TYPE_NOT_SENT(path=["types", str(place)])
    first, last = await read_feed_range(connection, after, until)
    chosen = _select_events(id, first, last, stored.types if types is None else types)

    async def freeze(connection: Connection, job_id: int) -> None:
        await store_parts(connection, job_part, job_id, chosen)
        count = await fetch_value(connection, count_rows(job_part, job_part.c.job_id == job_id))
        if not count:
            raise _NOTHING_TO_REPLAY(path=["after"])
        if count > MAX_REPLAYED:
            raise _TOO_MANY_EVENTS(path=["after"], limit=MAX_REPLAYED)

    asked = {"webhook_id": id, "after": after, "until": until, "types": None if types is None else sorted(types)}
    submission = Submission(
        REPLAY_WORK, {**asked, "content": stored.content}, "webhookReplay", freeze, key=key, body=asked
    )
    return (await submit_job(connection, submission, by=by)).job_id


def _select_events(webhook_id: int, after: int, until: int, types: Sequence[str]) -> AnySelect:
    return (
        select(event.c.id, event.c.position.label("place"))
        .select_from(event.join(webhook, webhook.c.id == webhook_id))
        .where(
            event.c.position > after,
            event.c.position <= until,
            event.c.type == any_(bindparam(None, list(types), type_=ARRAY(Text()))),
            *IS_ASKED_FOR,
        )
        .order_by(event.c.position)
        .limit(MAX_REPLAYED + 1)
    )


async def _deliver_again(
    connection: Connection, parameters: Mapping[str, Any], event_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """Make one more delivery of each event, as long as the webhook is there, active, asks for it and is reached."""
    id = parameters["webhook_id"]
    try:
        stored = await lock_webhook(connection, id, by=scope.by)
    except Forbidden:
        # It came to send profiles, and the job is of somebody who may not see them.
        raise FOUND_NOTHING(path=["id"]) from None
    if stored.status != WebhookStatus.ACTIVE.value:
        raise DISABLED(path=["id"])
    given = {"webhook_id": id, "event_ids": list(event_ids)}
    found = {row.id: row for row in await fetch_rows(connection, _FIND_EVENTS, **given)}
    await execute_statement(connection, _DELIVER_AGAIN, **given)
    return [_judge(found.get(event_id)) for event_id in event_ids]


def _judge(found: Any) -> RowResult:
    if found is None:
        return RowResult(None, RowOutcome.NOT_FOUND)
    if not found.is_asked_for:
        return RowResult(found.customer_id, RowOutcome.REFUSED, _NOT_ASKED_FOR())
    return RowResult(found.customer_id, RowOutcome.DONE)


def _permissions_to_replay(parameters: Mapping[str, Any]) -> frozenset[Permission]:
    is_personal = parameters["content"] == WebhookContent.PROFILE.value
    return frozenset({Permission.WEBHOOKS_MANAGE, *([Permission.CUSTOMERS_PII] if is_personal else [])})


REPLAY_WORK: Final = BatchWork(
    "webhooks.replay", JobKind.WEBHOOK_REPLAY, _permissions_to_replay, _deliver_again, subject=RowSubject.OWN
)
