"""Keys by which callers repeat a request without doing it again."""

import hashlib
from typing import Any, Final

import orjson

from customer_gql.core.errors import Refusal

MAX_KEY: Final = 128

_KEY_INVALID: Final = Refusal("idempotency_key.invalid", "Enter a key of 1 to {limit} printable characters.")


def validate_idempotency_key(key: str) -> None:
    if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
        raise _KEY_INVALID(path=["idempotencyKey"], limit=MAX_KEY)


def hash_input(body: Any) -> int:
    """A number of 64 bits by which the input of a repeat is compared; `body` is JSON."""
    return int.from_bytes(hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()[:8], signed=True)
