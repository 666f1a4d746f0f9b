"""Ids: 63-bit integers inside, prefixed opaque strings outside.

A key is time-ordered (milliseconds, then a counter that starts at a random place). The application makes it, because
the sequence of a distributed table does not run on every node. The public id of a row that a customer owns also carries the
customer's key, so that any id is one keyed lookup on the node that holds its owner.

Every key in an id may have 63 bits, in every table; a test compares the reads with this.
"""

import re
import secrets
import threading
import time
from typing import Final

from .errors import BadInput

EPOCH_MS: Final = 1_704_067_200_000  # 2024-01-01; 41 bits of milliseconds last until 2093
COUNTER_BITS: Final = 22
_SHAPE: Final = re.compile(r"([a-z]{3})_((?:[0-9a-f]{16}){1,3})")
_lock: Final = threading.Lock()
_last = 0


def new_id() -> int:
    """A new key, greater than every key this process made before.

    Two processes make the same key only if they pick the same of 4 million places in the same millisecond; the primary
    key then refuses the second row.
    """
    return new_ids(1)[0]


def new_ids(count: int) -> range:
    """So many new keys at once, one after the other: what takes longest about a key is its random place."""
    global _last  # noqa: PLW0603 - one counter for the process
    fresh = (int(time.time() * 1000) - EPOCH_MS) << COUNTER_BITS | secrets.randbits(COUNTER_BITS - 2)
    with _lock:
        first = max(fresh, _last + 1)
        _last = first + count - 1
    return range(first, first + count)


def encode_id(prefix: str, *keys: int) -> str:
    if len(keys) == 1:
        return f"{prefix}_{keys[0]:016x}"
    return f"{prefix}_" + "".join(f"{key:016x}" for key in keys)


def encode_id_in_sql(prefix: str, *keys: str) -> str:
    """The SQL expression of the same public id, for keys that are SQL expressions."""
    return f"'{prefix}_' || " + " || ".join(f"lpad(to_hex({key}), 16, '0')" for key in keys)


def prefix_of(value: str) -> str:
    match = _SHAPE.fullmatch(value)
    if not match:
        raise BadInput(f"{_shorten_value(value)} is not a valid id.")
    return match[1]


def decode_id(value: str, prefix: str) -> int:
    """The key inside a public id with one key; `BadInput` for a malformed id or one of another kind."""
    return decode_keys(value, prefix, 1)[0]


def decode_keys(value: str, prefix: str, count: int) -> tuple[int, ...]:
    """The keys inside a public id with several; `BadInput` as for `decode_id`."""
    match = _SHAPE.fullmatch(value)
    if not match or match[1] != prefix or len(match[2]) != 16 * count:
        raise BadInput(f"{_shorten_value(value)} is not a valid id of the form {prefix}_….")
    keys = tuple(int(match[2][i : i + 16], 16) for i in range(0, 16 * count, 16))
    if any(key >= 1 << 63 for key in keys):
        raise BadInput(f"{_shorten_value(value)} is not a valid id.")
    return keys


def _shorten_value(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:57] + "…")
