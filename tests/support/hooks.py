"""Webhooks as tests make and look at them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from customer_gql.core.ids import decode_id

FIELDS = """id name url types format content websiteIds status disabledReason failureCount failingSince version"""
CREATE = f"""mutation C($input: WebhookCreateInput!) {{ webhookCreate(input: $input) {{
  webhook {{ {FIELDS} }} secret userErrors {{ code key params path }} }} }}"""
UPDATE = f"""mutation U($input: WebhookUpdateInput!) {{ webhookUpdate(input: $input) {{
  webhook {{ {FIELDS} }} userErrors {{ code key params path }} }} }}"""
ROTATE = """mutation R($input: WebhookSecretRotateInput!) { webhookSecretRotate(input: $input) {
  webhook { id } secret userErrors { code key params path } } }"""
TEST = """mutation T($input: WebhookTestInput!) { webhookTest(input: $input) {
  webhook { id } delivery { id type subjectId status } userErrors { code key params path } } }"""
DELETE = """mutation D($input: WebhookDeleteInput!) { webhookDelete(input: $input) {
  deletedId userErrors { code key params path } } }"""
RETRY = """mutation T($input: WebhookDeliveryRetryInput!) { webhookDeliveryRetry(input: $input) {
  deliveries { id status nextAttemptAt } userErrors { code key params path } } }"""
REPLAY = """mutation R($input: WebhookReplayInput!) { webhookReplay(input: $input) {
  job { id kind status totalCount } userErrors { code key params path } } }"""
LIST = f"{{ webhooks {{ {FIELDS} }} }}"
DELIVERIES = """query D($filter: WebhookDeliveryFilter, $first: Int) { webhooks { id deliveries(first: $first, filter: $filter) {
  totalCount nodes { id eventId type subjectId status occurredAt createdAt nextAttemptAt finishedAt data
    attempts { attemptedAt milliseconds statusCode error } } } } }"""


@dataclass
class Hooks:
    client: Any
    connection: Any

    async def create(self, url: str, *types: str, **more: Any) -> tuple[str, str]:
        """Id and secret."""
        given = {"name": "CRM", "url": url, "types": list(types or ["CUSTOMER_UPDATED"]), **more}
        made = (await self.client.data(CREATE, input=given))["webhookCreate"]
        assert made["userErrors"] == []
        return made["webhook"]["id"], made["secret"]

    async def update(self, id: str, **edits: Any) -> Any:
        done = (await self.client.data(UPDATE, input={"id": id, **edits}))["webhookUpdate"]
        assert done["userErrors"] == []
        return done["webhook"]

    async def rotate(self, id: str, hours: int) -> str:
        """The new secret."""
        done = (await self.client.data(ROTATE, input={"id": id, "overlapHours": hours}))["webhookSecretRotate"]
        assert done["userErrors"] == []
        return done["secret"]

    async def replay(self, id: str, **more: Any) -> str:
        """The id of the job."""
        made = (await self.client.data(REPLAY, input={"id": id, **more}))["webhookReplay"]
        assert made["userErrors"] == []
        return made["job"]["id"]

    async def show(self, id: str) -> Any:
        [found] = [one for one in (await self.client.data(LIST))["webhooks"] if one["id"] == id]
        return found

    async def deliveries(self, id: str, **filter: Any) -> list[Any]:
        """Oldest first."""
        listed = (await self.client.data(DELIVERIES, filter=filter or None, first=100))["webhooks"]
        [found] = [one["deliveries"]["nodes"] for one in listed if one["id"] == id]
        return found[::-1]

    async def make_due(self) -> None:
        """As if the pauses were over."""
        await self.connection.execute("UPDATE webhook_delivery SET next_attempt_at = now() WHERE status = 'PENDING'")
        await self.connection.execute("UPDATE webhook SET paused_until = NULL")

    async def waits(self, id: str, least: dt.timedelta, most: dt.timedelta) -> None:
        """The next attempt of the only delivery is so long after the last one; the time that passes meanwhile is on neither side."""
        found = await self.connection.fetchrow(
            "SELECT d.next_attempt_at - max(a.attempted_at) AS after_last, d.next_attempt_at - clock_timestamp() AS left"
            " FROM webhook_delivery d JOIN webhook_attempt a ON a.delivery_id = d.id WHERE d.webhook_id = $1 GROUP BY d.id",
            decode_id(id, "whk"),
        )
        assert least <= found.after_last, found
        assert found.left <= most, found
