import strawberry

from customer_gql.administration.event_feed.types import EventTypeEnum
from customer_gql.administration.jobs.operations import KEY_DESCRIPTION
from customer_gql.graph.fields import column
from customer_gql.messaging.webhooks.tables import WebhookContent, WebhookFormat, WebhookStatus
from customer_gql.messaging.webhooks.urls import MAX_URL

from . import writes

_NAME = f"Name for people, at most {writes.MAX_NAME} characters."
_URL = (
    f"Where to send events, at most {MAX_URL} characters: https, without user name, and no address of a network that is not "
    "public. Redirects are not followed."
)
_TYPES = "Types of the events to send, at least one."
_WEBSITES = "Ids of the websites whose events are sent, each reached by the caller; those of the caller when null."


@strawberry.input(description="A new webhook.")
class WebhookCreateInput:
    name: str = column(_NAME)
    url: str = column(_URL, longest=MAX_URL)
    types: list[EventTypeEnum] = column(_TYPES)  # pyright: ignore[reportInvalidTypeForm]
    format: WebhookFormat = strawberry.field(description="Form of what is sent.", default=WebhookFormat.STANDARD)
    content: WebhookContent = strawberry.field(
        description="What is sent of an event. `PROFILE` needs `customers.pii`.", default=WebhookContent.THIN
    )
    website_ids: list[strawberry.ID] | None = strawberry.field(description=_WEBSITES, default=None)


@strawberry.input(description="What to change of a webhook; what is left out stays.")
class WebhookUpdateInput:
    id: strawberry.ID = column("Id of the webhook.")
    name: strawberry.Maybe[str] = column(_NAME)
    url: strawberry.Maybe[str] = column(_URL, longest=MAX_URL)
    types: strawberry.Maybe[list[EventTypeEnum]] = column(_TYPES)  # pyright: ignore[reportInvalidTypeForm]
    format: strawberry.Maybe[WebhookFormat] = column("Form of what is sent.")
    content: strawberry.Maybe[WebhookContent] = column("What is sent of an event. `PROFILE` needs `customers.pii`.")
    website_ids: strawberry.Maybe[list[strawberry.ID] | None] = column(
        f"{_WEBSITES} Deliveries of websites that it loses are deleted, and those of jobs with them."
    )
    status: strawberry.Maybe[WebhookStatus] = column(
        "`DISABLED` stops it, `ACTIVE` lets it begin again with later events. Deliveries that are pending wait meanwhile."
    )


@strawberry.input(description="The webhook to delete.")
class WebhookDeleteInput:
    id: strawberry.ID = column("Id of the webhook.")


@strawberry.input(description="The webhook to test.")
class WebhookTestInput:
    id: strawberry.ID = column("Id of the webhook.")


@strawberry.input(description="The webhook to give another secret.")
class WebhookSecretRotateInput:
    id: strawberry.ID = column("Id of the webhook.")
    overlap_hours: int = strawberry.field(
        description=f"Hours for which the secret until now signs too, 0 to {writes.MAX_OVERLAP_HOURS}.", default=24
    )


@strawberry.input(description="Deliveries to try again.")
class WebhookDeliveryRetryInput:
    ids: list[strawberry.ID] = column(f"Ids of dead deliveries, at most {writes.MAX_RETRIED}.")


@strawberry.input(description="Events to send to a webhook once more.")
class WebhookReplayInput:
    id: strawberry.ID = column("Id of the webhook.")
    after: str | None = strawberry.field(
        description="Cursor of `events` after which the replay begins. By default it begins with the oldest event that is kept.",
        default=None,
    )
    until: str | None = strawberry.field(
        description="Cursor of the last event to send; by default the newest one.", default=None
    )
    types: list[EventTypeEnum] | None = strawberry.field(  # pyright: ignore[reportInvalidTypeForm]
        description="Types of events to send. The webhook must send each of them; by default all that it sends.",
        default=None,
    )
    idempotency_key: str | None = strawberry.field(description=KEY_DESCRIPTION, default=None)
