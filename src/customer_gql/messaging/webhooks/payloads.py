"""What is sent: the event, and for some webhooks the profile of the customer as it is stored now (docs/domain/webhooks.md#webhooks-5)."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson

from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection
from customer_gql.messaging.events.reads import describe_event
from customer_gql.settings import Settings

from .tables import WebhookContent, WebhookFormat

WEBHOOK_PROFILES: Final[list[Callable[[Connection, int, Websites], Awaitable[dict[str, Any] | None]]]] = []
"""How a slice above describes a customer of these websites; None for one who is gone or on another website."""
CONTENT_TYPES: Final = {
    WebhookFormat.STANDARD: "application/json",
    WebhookFormat.CLOUDEVENTS: "application/cloudevents+json",
}


def encode_message_id(event_id: int) -> str:
    """The same however often it is sent."""
    return encode_id("dev", event_id)


async def build_body(connection: Connection, webhook: Any, delivery: Any, settings: Settings) -> str:
    data: dict[str, Any] = {"subjectId": delivery.subject, **describe_event(delivery)}
    if webhook.content == WebhookContent.PROFILE.value:
        websites = None if webhook.website_ids is None else frozenset(webhook.website_ids)
        data["customer"] = await _describe_customer(connection, delivery.customer_id, websites)
    occurred_at = delivery.occurred_at.isoformat().replace("+00:00", "Z")
    if WebhookFormat(webhook.format) is WebhookFormat.STANDARD:
        told = {"type": delivery.type, "timestamp": occurred_at, "data": data}
    else:
        told = {
            "specversion": "1.0",
            "id": encode_message_id(delivery.event_id),
            "source": settings.admin_url or settings.storefront_url,
            "type": delivery.type,
            "subject": delivery.subject,
            "time": occurred_at,
            "datacontenttype": "application/json",
            "data": data,
        }
    return orjson.dumps(told).decode()


async def _describe_customer(connection: Connection, customer_id: int | None, websites: Websites) -> Any:
    if customer_id is None:
        return None
    [describe] = WEBHOOK_PROFILES
    return await describe(connection, customer_id, websites)
