"""Webhooks are made, changed and deleted by those who reach all their websites (docs/domain/webhooks.md#webhooks-7)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, insert, null, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import CollectedErrors, Forbidden, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.permissions import Permission
from customer_gql.core.text import validate_line
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)
from customer_gql.messaging.events.event_types import EVENT_TYPES
from customer_gql.messaging.events.numbering import number_all_events
from customer_gql.messaging.webhooks.fan_out import wait_for_fan_out
from customer_gql.messaging.webhooks.secrets import add_secret, replace_secret
from customer_gql.messaging.webhooks.tables import (
    IS_KEPT,
    TEST_TYPE,
    DeliveryStatus,
    WebhookContent,
    WebhookDisabledReason,
    WebhookStatus,
    delivery_number,
    webhook,
    webhook_delivery,
    webhook_secret,
)
from customer_gql.messaging.webhooks.urls import validate_webhook_url
from customer_gql.settings import Settings
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.roles.scopes import is_visible_to, validate_websites

from .reads import COUNT_OF_WEBHOOKS, ONE_WEBHOOK

MAX_WEBHOOKS: Final = 50
MAX_NAME: Final = 100
MAX_OVERLAP_HOURS: Final = 7 * 24
MAX_RETRIED: Final = 100
FOUND_NOTHING: Final = Refusal("webhook.not_found", "There is no such webhook.", UserErrorCode.NOT_FOUND)
_TOO_MANY: Final = Refusal(
    "webhook.limit_reached", "There are {limit} webhooks, the maximum. Delete one first.", UserErrorCode.LIMIT_REACHED
)
_NO_TYPES: Final = Refusal("webhook.no_types", "Name at least one type of event.", UserErrorCode.REQUIRED)
_OVERLAP_OUT_OF_RANGE: Final = Refusal("webhook.overlap_out_of_range", "The overlap has 0 to {maximum!s} hours.")
DISABLED: Final = Refusal("webhook.disabled", "The webhook is disabled. Enable it first.", UserErrorCode.NOT_ALLOWED)
_DELIVERY_NOT_FOUND: Final = Refusal(
    "webhook.delivery_not_found", "There is no such delivery that failed for good.", UserErrorCode.NOT_FOUND
)
_TOO_MANY_DELIVERIES: Final = Refusal(
    "webhook.too_many_deliveries", "Retry at most {limit} deliveries at once.", UserErrorCode.TOO_MANY
)
_COLUMNS: Final = ("name", "url", "types", "format", "content", "website_ids", "status")


async def create_webhook(
    connection: Connection,
    given: Mapping[str, Any],
    website_ids: Sequence[str] | None,
    settings: Settings,
    *,
    by: Actor,
) -> tuple[int, str]:
    """Its id, and the secret, which is shown once. It begins with events that are committed after this."""
    values = await _validate_values(connection, {**given, "website_ids": website_ids}, settings, by=by)
    _require_pii(values, by=by)
    await lock_record(connection, "webhook")
    if await fetch_value(connection, COUNT_OF_WEBHOOKS) >= MAX_WEBHOOKS:
        raise _TOO_MANY(limit=MAX_WEBHOOKS)
    id = new_id()
    # Nobody gives positions until this is committed, so a reader of later ones sees the webhook.
    values["starts_after"] = await number_all_events(connection)
    await execute_statement(connection, insert(webhook).values(id=id, **values))
    secret = await add_secret(connection, id)
    await _record_webhook_event(
        connection, "WEBHOOK_CREATED", id, {name: (None, values.get(name)) for name in _COLUMNS}, by=by
    )
    return id, secret


async def update_webhook(
    connection: Connection, id: int, edits: Mapping[str, Any], settings: Settings, *, by: Actor
) -> list[str]:
    """Store what is given and differs; the columns that changed."""
    stored = await lock_webhook(connection, id, by=by)
    values = await _validate_values(connection, edits, settings, by=by)
    _require_pii({**dict(stored), **values}, by=by)
    changed = {name: value for name, value in values.items() if stored[name] != value}
    if not changed:
        return []
    if changed.get("status") == WebhookStatus.ACTIVE.value:
        changed |= {"disabled_reason": None, "failure_count": 0, "failing_since": None, "paused_until": None}
        changed["starts_after"] = await number_all_events(connection)
    elif "status" in changed:
        changed["disabled_reason"] = WebhookDisabledReason.REQUESTED.value
    if "url" in changed:
        changed |= {"failure_count": 0, "failing_since": None, "paused_until": None}
    if "website_ids" in changed and _loses_websites(stored, changed["website_ids"]):
        # Deliveries that are being made for the websites until now come first, and the next ones are made for those that it keeps.
        await wait_for_fan_out(connection)
        changed["narrowed_at_delivery"] = delivery_number.next_value()
    await execute_statement(
        connection, update(webhook).where(webhook.c.id == id).values(**changed, version=webhook.c.version + 1)
    )
    told = {name: (stored[name], changed[name]) for name in _COLUMNS if name in changed}
    await _record_webhook_event(connection, "WEBHOOK_CHANGED", id, told, by=by)
    return list(told)


def _loses_websites(stored: Row, website_ids: Sequence[int] | None) -> bool:
    """Its deliveries of these are not seen and not sent any more: it is seen by those who do not reach them."""
    return website_ids is not None and (stored.website_ids is None or not set(stored.website_ids) <= set(website_ids))


async def delete_webhook(connection: Connection, id: int, *, by: Actor) -> None:
    """What is under way to it may still arrive. Its deliveries are not seen any more, and are purged in time."""
    stored = await lock_webhook(connection, id, by=by)
    await execute_statement(connection, delete(webhook_secret).where(webhook_secret.c.webhook_id == id))
    await execute_statement(connection, delete(webhook).where(webhook.c.id == id))
    await _record_webhook_event(
        connection, "WEBHOOK_DELETED", id, {name: (stored[name], None) for name in _COLUMNS}, by=by
    )


async def rotate_secret(connection: Connection, id: int, overlap_hours: int, *, by: Actor) -> str:
    await lock_webhook(connection, id, by=by)
    if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
        raise _OVERLAP_OUT_OF_RANGE(path=["overlapHours"], maximum=MAX_OVERLAP_HOURS)
    secret = await replace_secret(connection, id, overlap=dt.timedelta(hours=overlap_hours))
    await _record_webhook_event(connection, "WEBHOOK_SECRET_ROTATED", id, {}, by=by)
    return secret


async def queue_test(connection: Connection, id: int, *, by: Actor) -> int:
    """The delivery of an event about nothing, which is tried once."""
    stored = await lock_webhook(connection, id, by=by)
    if stored.status != WebhookStatus.ACTIVE.value:
        raise DISABLED(path=["id"])
    now = read_clock()
    values: dict[str, Any] = {
        "id": delivery_number.next_value(),
        "webhook_id": id,
        "event_id": new_id(),
        "type": TEST_TYPE,
        "subject": encode_id("whk", id),
    }
    values |= {"actor": by.kind.value, "actor_id": by.id, "occurred_at": now, "next_attempt_at": now}
    return await fetch_value(connection, insert(webhook_delivery).values(values).returning(webhook_delivery.c.id))


async def retry_deliveries(connection: Connection, ids: Sequence[int], *, by: Actor) -> None:
    """Try dead deliveries again, beginning with the first attempt; all of them or none."""
    if len(ids) > MAX_RETRIED:
        raise _TOO_MANY_DELIVERIES(path=["ids"], limit=MAX_RETRIED)
    seen = select(webhook_delivery).join(webhook, webhook.c.id == webhook_delivery.c.webhook_id).where(IS_KEPT)
    rows = await fetch_rows(connection, seen.where(equals_any(webhook_delivery.c.id, list(ids))))
    found = {row.id: row for row in rows if row.status == DeliveryStatus.DEAD.value and row.type != TEST_TYPE}
    reached = set[int]()
    for webhook_id in sorted({row.webhook_id for row in found.values()}):
        stored = await fetch_one(connection, ONE_WEBHOOK, id=webhook_id)
        if stored is not None and is_visible_to(by, stored.website_ids):
            _require_pii(stored, by=by)
            reached.add(webhook_id)
    refused = CollectedErrors()
    for place, id in enumerate(ids):
        with refused.collecting():
            if id not in found or found[id].webhook_id not in reached:
                raise _DELIVERY_NOT_FOUND(path=["ids", str(place)])
    refused.raise_collected()
    now = read_clock()
    again = {"status": DeliveryStatus.PENDING.value, "attempts": 0, "next_attempt_at": now, "finished_at": null()}
    is_dead = webhook_delivery.c.status == DeliveryStatus.DEAD.value
    await execute_statement(
        connection,
        update(webhook_delivery).where(equals_any(webhook_delivery.c.id, list(found)), is_dead).values(again),
    )


async def lock_webhook(connection: Connection, id: int, *, by: Actor) -> Row:
    """Raises the same for a webhook that is unknown and for one that the actor does not reach."""
    stored = await fetch_one(connection, ONE_WEBHOOK, id=id)
    if stored is None or not is_visible_to(by, stored.website_ids):
        raise FOUND_NOTHING(path=["id"])
    _require_pii(stored, by=by)
    return stored


def _require_pii(values: Mapping[str, Any] | Any, *, by: Actor) -> None:
    is_personal = values["content"] == WebhookContent.PROFILE.value
    if is_personal and by.viewer is not None and Permission.CUSTOMERS_PII not in by.viewer.permissions:
        needed = Permission.CUSTOMERS_PII
        raise Forbidden(f"The permission {needed} is missing, which the content PROFILE needs.", permission=needed)


async def _validate_values(
    connection: Connection, given: Mapping[str, Any], settings: Settings, *, by: Actor
) -> dict[str, Any]:
    """The columns as they are stored. Raises `RuleErrors` with everything that does not fit."""
    values, refused = dict(given), CollectedErrors()
    if "name" in given:
        with refused.collecting():
            values["name"] = validate_line(given["name"], ["name"], MAX_NAME, required=True)
    if "url" in given:
        with refused.collecting():
            values["url"] = validate_webhook_url(given["url"], settings)
    if "types" in given:
        with refused.collecting():
            values["types"] = [name for name in EVENT_TYPES if name in given["types"]]
            if not values["types"]:
                raise _NO_TYPES(path=["types"])
    if "website_ids" in given:
        with refused.collecting():
            values["website_ids"] = await _validate_websites(connection, given["website_ids"], by=by)
    refused.raise_collected()
    return values


async def _validate_websites(connection: Connection, ids: Sequence[str] | None, *, by: Actor) -> list[int] | None:
    """Without any named, those of the actor."""
    if ids is not None:
        return await validate_websites(connection, ids, by)
    reached = None if by.viewer is None else by.viewer.website_ids
    return None if reached is None else sorted(reached)


async def _record_webhook_event(connection: Connection, kind: str, id: int, changes: Changes, *, by: Actor) -> None:
    told = {"website_ids": "websiteIds"}
    named = {told.get(name, name): tuple(map(_describe_value, (name, name), pair)) for name, pair in changes.items()}
    kept = {name: (pair[0], pair[1]) for name, pair in named.items() if pair[0] != pair[1]}
    await record_staff_event(connection, kind, by=by, subject=encode_id("whk", id), changes=kept)


def _describe_value(name: str, value: Any) -> Any:
    if name == "url" and value is not None:
        return value.partition("?")[0]  # a query is often a secret
    return [encode_id("web", one) for one in value] if name == "website_ids" and value is not None else value
