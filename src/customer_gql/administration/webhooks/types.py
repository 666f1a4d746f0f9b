import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from customer_gql.administration.event_feed.types import EventTypeEnum, name_event_type
from customer_gql.core.errors import Forbidden
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.inputs import InputField, choice_input, choose_values, make_input
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.events.reads import describe_event
from customer_gql.messaging.webhooks.payloads import encode_message_id
from customer_gql.messaging.webhooks.tables import (
    TEST_TYPE,
    DeliveryStatus,
    WebhookContent,
    WebhookDisabledReason,
    WebhookFormat,
    WebhookStatus,
)

from . import reads

graph_enum(
    WebhookFormat,
    "Form of what a webhook sends. Both are signed as Standard Webhooks has it.",
    {
        "STANDARD": "Standard Webhooks: `application/json` with `type`, `timestamp` and `data`.",
        "CLOUDEVENTS": "CloudEvents 1.0 in structured mode: `application/cloudevents+json`.",
    },
)
graph_enum(
    WebhookContent,
    "What a webhook sends of an event.",
    {
        "THIN": "Ids and names of fields; the receiver reads the rest from the graph.",
        "PROFILE": "Besides, the profile of the customer as stored when it is sent. It takes `customers.pii` to choose.",
    },
)
graph_enum(
    WebhookStatus,
    "Whether a webhook sends.",
    {
        "ACTIVE": "Events are sent.",
        "DISABLED": "Nothing is sent. Pending deliveries wait, and events of this time get none; `webhookReplay` sends them later.",
    },
)
graph_enum(
    WebhookDisabledReason,
    "Why a webhook is disabled.",
    {
        "REQUESTED": "Somebody disabled it.",
        "GONE": "The receiver answered 410.",
        "FAILING": "Every attempt failed for five days.",
    },
)
graph_enum(
    DeliveryStatus,
    "What became of a delivery.",
    {
        "PENDING": "It is due, or tried again later.",
        "DELIVERED": "The receiver took it: it answered with a status from 200 to 299.",
        "DEAD": "Ten attempts failed, or the only one of a test. `webhookDeliveryRetry` begins again, except for a test.",
    },
    name="WebhookDeliveryStatus",
)


@strawberry.type(description="One request to the receiver of a webhook.")
class WebhookAttempt:
    attempted_at: dt.datetime = column("Time of the request.")
    milliseconds: int = column("Duration until the answer, or until it failed.")
    status_code: int | None = column("Status of the answer; null where there was none.")
    error: str | None = column("Why it failed, in English; null for one that the receiver took.")


@strawberry.type(description="An event on its way to a webhook, or what became of it.")
class WebhookDelivery:
    occurred_at: dt.datetime = column("Time of the event.")
    created_at: dt.datetime = column("Time at which it was made for the webhook.")
    status: DeliveryStatus = column("What became of it.")
    finished_at: dt.datetime | None = column("Time at which it was delivered or given up; null while it is pending.")
    attempts: list[WebhookAttempt] = loaded(
        reads.attempts_by_delivery,
        key="id",
        description=f"Requests until now, oldest first; at most {reads.SHOWN_ATTEMPTS}.",
        assumed=3,
    )

    @strawberry.field(description="Id of the delivery. Starts with `whd_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("whd", self.id))

    @strawberry.field(description="Id of the event, which is sent as `webhook-id`.")
    def event_id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_message_id(self.event_id))

    @strawberry.field(
        description="Type of the event; null for that of `webhookTest`, or of another version of the service."
    )
    def type(self: Any) -> EventTypeEnum | None:  # pyright: ignore[reportInvalidTypeForm]
        return EventTypeEnum.__members__.get(name_event_type(self.type))

    @strawberry.field(description="Id of what the event is about.")
    def subject_id(self: Any) -> strawberry.ID:
        return strawberry.ID(self.subject)

    @strawberry.field(description="What is told of the event besides.")
    def data(self: Any) -> JSON:  # pyright: ignore[reportInvalidTypeForm]
        told: Any = describe_event(self)
        return told

    @strawberry.field(description="Time of the next attempt; null when none is to come.")
    def next_attempt_at(self: Any) -> dt.datetime | None:
        return self.next_attempt_at if self.status == DeliveryStatus.PENDING.value else None


WebhookDeliveryFilter: Any = make_input(
    "WebhookDeliveryFilter",
    "Deliveries to show. All fields that are given have to hold.",
    {
        "status": InputField(choice_input(DeliveryStatus) | None, "What became of the delivery."),
        "type": InputField(choice_input(EventTypeEnum) | None, "Type of the event."),
    },
)


def _choose_deliveries(filter: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    given = filter or {}
    types = choose_values(EventTypeEnum, given.get("type"))
    tests = [] if given.get("type") else [TEST_TYPE]
    return {"statuses": tuple(choose_values(DeliveryStatus, given.get("status"))), "types": (*types, *tests)}


@strawberry.type(
    description="A place to which events are sent. It belongs to the shop and outlives who made it. It is seen by those who reach "
    "all of its websites."
)
class Webhook:
    name: str = column("Name for people.")
    url: str = column("Where events are sent.")
    format: WebhookFormat = column("Form of what is sent.")
    content: WebhookContent = column("What is sent of an event.")
    status: WebhookStatus = column("Whether it sends.")
    disabled_reason: WebhookDisabledReason | None = column("Why it is disabled; null while it is active.")
    failure_count: int = column("Number of attempts that failed since the last one that did not.")
    failing_since: dt.datetime | None = column("Time of the first of these; null for none.")
    version: int = column("Grows with each change.")
    created_at: dt.datetime = column("Time at which it was made.")

    @strawberry.field(description="Id of the webhook. Starts with `whk_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("whk", self.id))

    @strawberry.field(description="Types of the events that are sent.")
    def types(self: Any) -> list[EventTypeEnum]:  # pyright: ignore[reportInvalidTypeForm]
        known = EventTypeEnum.__members__
        return [known[name] for name in map(name_event_type, self.types) if name in known]

    @strawberry.field(description="Ids of the websites whose events are sent; null for all.")
    def website_ids(self: Any) -> list[strawberry.ID] | None:
        return None if self.website_ids is None else [strawberry.ID(encode_id("web", id)) for id in self.website_ids]

    @strawberry.field(
        graphql_type=Connection[WebhookDelivery] | None,
        description="What was sent and what is to be, newest first. Of the content `PROFILE` for those with `customers.pii`; null "
        "with an error for others.",
    )
    async def deliveries(
        self: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            WebhookDeliveryFilter | None,  # pyright: ignore
            strawberry.argument(description="Deliveries to show; all by default."),
        ] = None,
    ) -> Any:
        needed = Permission.CUSTOMERS_PII
        if self.content == WebhookContent.PROFILE.value and needed not in info.context.viewer.permissions:
            raise Forbidden(f"The permission {needed} is missing.", permission=needed)
        window = make_window(first, after, last, before)
        return await reads.deliveries_by_webhook.load(info.context, self.id, window, **_choose_deliveries(filter))


@strawberry.type(description="Result of a mutation of a webhook.")
class WebhookPayload(Payload):
    webhook_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=Webhook | None, description="The webhook as stored now; null when refused.")
    async def webhook(self, info: Info) -> Any:
        return None if self.webhook_key is None else await info.context.load(reads.webhooks_by_id, self.webhook_key)
