"""The mail about a webhook that was disabled because of its receiver (docs/domain/webhooks.md#webhooks-4)."""

from pathlib import Path
from typing import Any, Final

from customer_gql.core.clock import read_clock
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.messaging.mail.kinds import MailKind, Sender, staff_page_path
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.messaging.webhooks.tables import WebhookDisabledReason
from customer_gql.staff.reads import select_holders

_SAMPLES: Final = {
    "name": "Grace Hopper",
    "at": "2026-01-02T03:04:00+00:00",
    "webhook": "CRM",
    "isGone": "yes",
}
WEBHOOK_DISABLED: Final = MailKind(
    "webhook_disabled",
    "Notice that a webhook was disabled because its receiver failed for five days, or said that it is gone.",
    Sender.GENERAL,
    staff_page_path("webhooks", "/admin/webhooks", "where staff see webhooks"),
    _SAMPLES,
    Path(__file__).parent / "mails",
    for_staff=True,
)


async def notify_webhook_managers(connection: Connection, webhook: Any) -> None:
    """Tell everybody who manages webhooks and reaches all websites of this one."""
    told = {
        "at": read_clock().replace(microsecond=0).isoformat(),
        "webhook": webhook.name,
        "isGone": "yes" if webhook.disabled_reason == WebhookDisabledReason.GONE.value else "",
    }
    for one in await fetch_rows(connection, select_holders(Permission.WEBHOOKS_MANAGE, webhook.website_ids)):
        await queue_mail(
            connection, template=WEBHOOK_DISABLED.name, recipient=one.email, placeholders={"name": one.name, **told}
        )
