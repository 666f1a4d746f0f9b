"""The secrets of a mail in the outbox: encrypted until it is sent or its link's time is over (docs/domain/mail.md#mail-4)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import orjson

from customer_gql.core.clock import read_clock
from customer_gql.database.statements import Row
from customer_gql.security.secret_keys import decrypt_text, encrypt_text
from customer_gql.settings import Settings

ENCRYPTED: Final = "encrypted"
# For a mail that names no end of its link; no link works longer.
LONGEST_LIFE: Final = dt.timedelta(hours=24)


class SecretsUnreadable(Exception):
    """No key of the settings fits."""


def encrypt_secrets(mail_id: int, secrets: Mapping[str, str]) -> str:
    """As the outbox stores them: readable only in development without keys."""
    text = orjson.dumps(secrets).decode()
    encrypted = encrypt_text(text, owner=mail_id)
    return text if encrypted is None else orjson.dumps({ENCRYPTED: encrypted}).decode()


def decrypt_secrets(row: Row, settings: Settings) -> dict[str, str]:
    stored: dict[str, str] = orjson.loads(row.secrets) if row.secrets else {}
    if ENCRYPTED not in stored:
        return stored
    text = decrypt_text(stored[ENCRYPTED], settings.secret_keys, owner=row.id)
    if text is None:
        raise SecretsUnreadable
    return orjson.loads(text)


def expiry_of(placeholders: Mapping[str, Any]) -> dt.datetime:
    """When the link of a mail stops working."""
    latest = read_clock() + LONGEST_LIFE
    try:
        stated = dt.datetime.fromisoformat(placeholders["expiresAt"])
    except (KeyError, TypeError, ValueError):
        return latest
    return stated if stated.tzinfo is not None else latest
