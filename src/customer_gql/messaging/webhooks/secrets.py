"""Secrets that webhooks are signed with, two of them while one replaces the other (docs/domain/webhooks.md#webhooks-6)."""

import base64
import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, insert, or_, select, update
from standardwebhooks import Webhook

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection, execute_statement, fetch_rows
from customer_gql.security.secret_keys import decrypt_text, encrypt_text
from customer_gql.settings import Settings

from .tables import webhook_secret

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32


class SecretUnreadable(Exception):
    """No key of CUSTOMER_GQL_SECRET_KEYS fits any secret of a webhook."""


class WebhookGone(Exception):
    """It was deleted, and its secrets with it."""


async def add_secret(connection: Connection, webhook_id: int) -> str:
    """A new secret, which is shown once."""
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    id = new_id()
    stored = encrypt_text(secret, owner=id) or secret
    await execute_statement(connection, insert(webhook_secret).values(id=id, webhook_id=webhook_id, secret=stored))
    return secret


async def replace_secret(connection: Connection, webhook_id: int, *, overlap: dt.timedelta) -> str:
    """A new secret. The one before signs beside it for a while, and those before that no longer."""
    now = read_clock()
    of_webhook = webhook_secret.c.webhook_id == webhook_id
    is_current = webhook_secret.c.expires_at.is_(None)
    # Deleted, because a worker that read the clock a moment before would still take an end that is set now for one to come.
    await execute_statement(connection, delete(webhook_secret).where(of_webhook, ~is_current))
    current = update(webhook_secret).where(of_webhook, is_current).values(expires_at=now + overlap)
    await execute_statement(connection, current)
    return await add_secret(connection, webhook_id)


async def load_signers(connection: Connection, webhook_id: int, settings: Settings) -> Sequence[Webhook]:
    """Those that sign now, the newest first. Raises `SecretUnreadable` and `WebhookGone`."""
    is_valid = or_(webhook_secret.c.expires_at.is_(None), webhook_secret.c.expires_at > read_clock())
    rows = await fetch_rows(
        connection,
        select(webhook_secret)
        .where(webhook_secret.c.webhook_id == webhook_id, is_valid)
        .order_by(webhook_secret.c.id.desc()),
    )
    if not rows:
        raise WebhookGone
    readable = [secret for row in rows if (secret := _read_secret(row.secret, row.id, settings)) is not None]
    if not readable:
        raise SecretUnreadable
    # One that cannot be read does not keep the one that replaced it from signing.
    return [Webhook(secret) for secret in readable]


def _read_secret(stored: str, id: int, settings: Settings) -> str | None:
    return stored if stored.startswith(_PREFIX) else decrypt_text(stored, settings.secret_keys, owner=id)


def sign_message(signers: Sequence[Webhook], message_id: str, at: dt.datetime, body: str) -> dict[str, str]:
    """The headers of Standard Webhooks: every signature that is valid now stands in one of them."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signer.sign(message_id, at, body) for signer in signers),
    }
