from typing import Annotated, Any, Final

import strawberry

from customer_gql.administration.event_feed.types import wire_names
from customer_gql.administration.jobs.types import JobPayload
from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_id, parse_input_ids
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation
from customer_gql.messaging.webhooks.tables import webhook
from customer_gql.staff.reads import visible_within

from . import reads, writes
from .inputs import (
    WebhookCreateInput,
    WebhookDeleteInput,
    WebhookDeliveryRetryInput,
    WebhookReplayInput,
    WebhookSecretRotateInput,
    WebhookTestInput,
    WebhookUpdateInput,
)
from .replay import MAX_REPLAYED, replay_events
from .types import Webhook, WebhookDelivery, WebhookPayload

_WHO: Final = "For those who reach all websites of the webhook and, for the content `PROFILE`, have `customers.pii`."


@strawberry.type(description="A new webhook, with its secret.")
class WebhookCreatePayload(WebhookPayload):
    secret: str | None = strawberry.field(
        description="Secret that signs, for the libraries of Standard Webhooks. Shown only once; null when refused.",
        default=None,
    )


@strawberry.type(description="Result of `webhookUpdate`.")
class WebhookUpdatePayload(WebhookPayload):
    pass


@strawberry.type(description="Result of `webhookDelete`.")
class WebhookDeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="Id of the webhook that is gone; null when refused.", default=None
    )


@strawberry.type(description="A webhook with another secret.")
class WebhookSecretRotatePayload(WebhookPayload):
    secret: str | None = strawberry.field(
        description="The new secret. Shown only once; null when refused.", default=None
    )


@strawberry.type(description="Result of `webhookTest`.")
class WebhookTestPayload(WebhookPayload):
    delivery_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=WebhookDelivery | None,
        description="The delivery, which is sent within seconds: read it again from `webhook.deliveries`. Null when refused.",
    )
    async def delivery(self, info: Info) -> Any:
        return None if self.delivery_key is None else await info.context.load(reads.deliveries_by_id, self.delivery_key)


@strawberry.type(description="Result of `webhookDeliveryRetry`.")
class WebhookDeliveryRetryPayload(Payload):
    delivery_keys: strawberry.Private[tuple[int, ...]] = ()

    @strawberry.field(
        graphql_type=list[WebhookDelivery], description="The deliveries as stored now; empty when one was refused."
    )
    async def deliveries(self, info: Info) -> Any:
        # All are asked for before one is awaited, so that they are read in one round.
        loads = [info.context.load(reads.deliveries_by_id, key) for key in self.delivery_keys]
        return [await load for load in loads]


@strawberry.type(description="Result of `webhookReplay`.")
class WebhookReplayPayload(JobPayload):
    pass


@strawberry.type
class WebhookAdminQuery:
    @admin_field(
        permission=Permission.WEBHOOKS_MANAGE,
        graphql_type=list[Webhook],
        description=f"Webhooks whose websites the viewer reaches, oldest first; at most {writes.MAX_WEBHOOKS}.",
        assumed=10,
    )
    async def webhooks(self, info: Info) -> Any:
        known = visible_within(webhook.c.website_ids, info.context.viewer.website_ids)
        return await info.context.fetch(reads.WEBHOOKS.where(*known))

    @admin_field(
        permission=Permission.WEBHOOKS_MANAGE,
        graphql_type=Webhook | None,
        description="A webhook; null when it is unknown, or sends events of a website that the viewer does not reach.",
    )
    async def webhook(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the webhook.")]
    ) -> Any:
        key = decode_id(id, "whk")
        found = await info.context.fetch(
            reads.WEBHOOKS.where(
                webhook.c.id == key, *visible_within(webhook.c.website_ids, info.context.viewer.website_ids)
            )
        )
        return found[0] if found else None


@strawberry.type
class WebhookAdminMutation:
    @admin_mutation(
        permission=Permission.WEBHOOKS_MANAGE,
        exclusive=True,
        description="Have events sent to a program, beginning with later ones, at least once each. The host may have no address that "
        "is not public. The content `PROFILE` needs `customers.pii`. Writes the history of staff; undone by `webhookDelete`.",
    )
    async def webhook_create(self, info: Info, input: Annotated[WebhookCreateInput, INPUT]) -> WebhookCreatePayload:
        given: dict[str, Any] = {
            "name": input.name,
            "url": input.url,
            "types": wire_names(input.types),
            "format": input.format.value,
            "content": input.content.value,
        }
        by, settings = actor_of(info.context.viewer), info.context.settings
        async with info.context.transaction() as connection:
            id, secret = await writes.create_webhook(connection, given, input.website_ids, settings, by=by)
        return WebhookCreatePayload(webhook_key=id, secret=secret)

    @admin_mutation(
        permission=Permission.WEBHOOKS_MANAGE,
        exclusive=True,
        description="Change a webhook, disable it, or enable it again: then it begins with later events, and its failures are "
        f"forgotten. {_WHO} Writes the history of staff.",
    )
    async def webhook_update(self, info: Info, input: Annotated[WebhookUpdateInput, INPUT]) -> WebhookUpdatePayload:
        id, by = parse_input_id(input.id, "whk", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            await writes.update_webhook(connection, id, _edits_of(input), info.context.settings, by=by)
        return WebhookUpdatePayload(webhook_key=id)

    @admin_mutation(
        permission=Permission.WEBHOOKS_MANAGE,
        exclusive=True,
        description=f"Delete a webhook, its secrets and its deliveries. {_WHO} Writes the history of staff; cannot be undone.",
    )
    async def webhook_delete(self, info: Info, input: Annotated[WebhookDeleteInput, INPUT]) -> WebhookDeletePayload:
        id, by = parse_input_id(input.id, "whk", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            await writes.delete_webhook(connection, id, by=by)
        return WebhookDeletePayload(deleted_id=input.id)

    @admin_mutation(
        permission=Permission.WEBHOOKS_MANAGE,
        exclusive=True,
        description="Send an event of the type `webhook.test`, once: a failure is not counted and not tried again. `NOT_ALLOWED` for "
        f"a webhook that is disabled. {_WHO}",
    )
    async def webhook_test(self, info: Info, input: Annotated[WebhookTestInput, INPUT]) -> WebhookTestPayload:
        id, by = parse_input_id(input.id, "whk", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            delivery_id = await writes.queue_test(connection, id, by=by)
        return WebhookTestPayload(webhook_key=id, delivery_key=delivery_id)

    @admin_mutation(
        permission=Permission.WEBHOOKS_MANAGE,
        exclusive=True,
        description="Give a webhook another secret. The one until now signs beside it for the overlap, so that the receiver takes "
        f"either; older ones end at once. {_WHO} Writes the history of staff; cannot be undone.",
    )
    async def webhook_secret_rotate(
        self, info: Info, input: Annotated[WebhookSecretRotateInput, INPUT]
    ) -> WebhookSecretRotatePayload:
        id, by = parse_input_id(input.id, "whk", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            secret = await writes.rotate_secret(connection, id, input.overlap_hours, by=by)
        return WebhookSecretRotatePayload(webhook_key=id, secret=secret)

    @admin_mutation(
        permission=Permission.WEBHOOKS_MANAGE,
        description=f"Try dead deliveries again, beginning with the first of ten attempts; all of them, or none if one is refused. {_WHO}",
    )
    async def webhook_delivery_retry(
        self, info: Info, input: Annotated[WebhookDeliveryRetryInput, INPUT]
    ) -> WebhookDeliveryRetryPayload:
        ids, by = parse_input_ids(input.ids, "whd", ["ids"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            await writes.retry_deliveries(connection, ids, by=by)
        return WebhookDeliveryRetryPayload(delivery_keys=tuple(dict.fromkeys(ids)))

    @admin_mutation(
        permission=Permission.WEBHOOKS_MANAGE,
        exclusive=True,
        description="Send events of the feed to a webhook once more, as a job: those it missed while it was disabled, or lost. They keep "
        f"their `webhook-id` and wait behind what is due already. At most {MAX_REPLAYED:,} events at a time. `NOT_ALLOWED` for a "
        f"webhook that is disabled, or where there is nothing to send. {_WHO} Cannot be undone; `jobCancel` ends it.",
    )
    async def webhook_replay(self, info: Info, input: Annotated[WebhookReplayInput, INPUT]) -> WebhookReplayPayload:
        id, by = parse_input_id(input.id, "whk", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            job_id = await replay_events(
                connection,
                id,
                after=input.after,
                until=input.until,
                types=wire_names(input.types),
                key=input.idempotency_key,
                by=by,
            )
        return WebhookReplayPayload(job_key=job_id)


def _edits_of(input: WebhookUpdateInput) -> dict[str, Any]:
    """What is given, by column."""
    edits: dict[str, Any] = {}
    for name in ("name", "url", "website_ids"):
        if (given := getattr(input, name)) is not None:
            edits[name] = given.value
    for name in ("format", "content", "status"):
        if (given := getattr(input, name)) is not None:
            edits[name] = given.value.value
    if input.types is not None:
        edits["types"] = wire_names(input.types.value)
    return edits


ADMIN_QUERIES: Final = (WebhookAdminQuery,)
ADMIN_MUTATIONS: Final = (WebhookAdminMutation,)
