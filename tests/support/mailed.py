"""The secrets of mails in the outbox, as tests read them: decrypted under the keys of the tests' services."""

from typing import Any

import orjson
from cryptography.fernet import Fernet

SECRET_KEYS = Fernet.generate_key().decode()
NEWEST = "SELECT id, secrets FROM mail_outbox WHERE recipient = $1 AND template = $2 ORDER BY id DESC LIMIT 1"


def mailed_token(row: Any) -> Any:
    """The token in a mail's link; None for a mail without one."""
    if row is None or not row["secrets"]:
        return None
    stored = orjson.loads(row["secrets"])
    if "encrypted" in stored:
        owner, _, text = Fernet(SECRET_KEYS).decrypt(stored["encrypted"].encode()).decode().partition(":")
        assert owner == str(row["id"])
        stored = orjson.loads(text)
    return stored.get("token")


async def newest_token(connection: Any, recipient: str, template: str) -> Any:
    return mailed_token(await connection.fetchrow(NEWEST, recipient, template))
