"""Samples of webhooks for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id, new_id
from customer_gql.messaging.webhooks.tables import webhook, webhook_delivery
from support.calls import about, by_input
from support.customers import put

HOOK = {"name": "CRM", "url": "https://crm.example.com/hook", "types": ["CUSTOMER_UPDATED"]}


async def make_webhook(connection: Any, **given: Any) -> int:
    id = new_id()
    values = {"id": id, "name": "CRM", "url": "https://crm.example.com/hook", "types": ["customer.updated"]}
    values |= {"format": "STANDARD", "content": "THIN", "starts_after": 1 << 60, **given}
    await put(connection, webhook, **values)
    return id


async def make_delivery(connection: Any, webhook_id: int, **given: Any) -> int:
    id = await connection.fetchval("SELECT nextval('webhook_delivery_id_seq')")
    now = await connection.fetchval("SELECT now()")
    values = {"id": id, "webhook_id": webhook_id, "event_id": new_id(), "type": "customer.updated", "subject": "cus_1"}
    values |= {"actor": "SYSTEM", "occurred_at": now, "next_attempt_at": now, "created_at": now, **given}
    if values.get("status", "PENDING") != "PENDING":
        values["finished_at"] = now
    await put(connection, webhook_delivery, **values)
    return id


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    id = await make_webhook(connection, website_ids=[customer.website_id])
    delivery = await make_delivery(connection, id, status="DEAD", website_id=customer.website_id)
    return {"whk": encode_id("whk", id), "whd": encode_id("whd", delivery)}


CALLS = {
    "webhook": [lambda ids: {"id": ids["whk"]}],
    "webhookCreate": [by_input(lambda ids: {**HOOK, "websiteIds": [ids["web"]]})],
    "webhookUpdate": [about("whk", name="ERP"), by_input(lambda ids: {"id": ids["whk"], "websiteIds": [ids["web"]]})],
    "webhookDelete": [about("whk")],
    "webhookTest": [about("whk")],
    "webhookSecretRotate": [about("whk")],
    "webhookDeliveryRetry": [by_input(lambda ids: {"ids": [ids["whd"]]})],
    "webhookReplay": [about("whk")],
}
UNRECORDED = dict.fromkeys(CALLS.keys() - {"webhook"}, "of the shop, not of a customer")
NOT_PERSONAL = {
    "Webhook.name": "of a program",
    "Webhook.url": "of a program",
    "WebhookAttempt.error": "in our words",
}
