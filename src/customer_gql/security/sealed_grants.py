"""Grants that can be handed out once more to the token that they were exchanged for, and to nothing else.

The key is derived from the presented token, of which only the SHA-256 is stored: without the token, what is stored is
unreadable. Both the tokens inside and the token outside are random, so none can be computed from another.
"""

import base64
import datetime as dt
from typing import Any, Final

import orjson
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .sessions import SessionGrant

_PURPOSE: Final = b"customer-gql refresh token successor"


def seal_grant(grant: SessionGrant, *, presented: str) -> bytes:
    content: dict[str, Any] = {
        "owner_id": grant.owner_id,
        "access_token": grant.access_token,
        "expires_at": grant.expires_at,
        "refresh_token": grant.refresh_token,
        "session_expires_at": grant.session_expires_at,
    }
    return _cipher(presented).encrypt(orjson.dumps(content))


def open_grant(sealed: bytes, *, presented: str) -> SessionGrant | None:
    """The grant; None when it was sealed for another token."""
    try:
        content = orjson.loads(_cipher(presented).decrypt(sealed))
    except InvalidToken:
        return None
    for name in ("expires_at", "session_expires_at"):
        content[name] = dt.datetime.fromisoformat(content[name])
    return SessionGrant(**content)


def _cipher(presented: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(presented.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
