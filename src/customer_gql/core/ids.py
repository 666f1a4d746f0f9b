"""Ids: 63-bit integers inside, prefixed opaque strings outside.

A key is time-ordered (milliseconds, then a counter that starts anywhere), made by the application because a sequence
of a distributed table cannot be drawn on every machine. The public id of something a customer owns carries the
customer's key too, so that any id is one keyed lookup on the machine that holds its owner.
"""

import re
import secrets
import threading
import time

from .errors import BadInput

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01; 41 bits of milliseconds last until 2093


_COUNTER_BITS = 22


_lock = threading.Lock()


_last = 0


def new_id() -> int:
    """A fresh key, greater than every key this process made before. A clash with another process breaks the
    primary key, never a row: two of them must pick the same of 4 million places in the same millisecond."""
    global _last  # noqa: PLW0603 - one counter for the process is the point
    fresh = (int(time.time() * 1000) - _EPOCH_MS) << _COUNTER_BITS | secrets.randbits(_COUNTER_BITS - 2)
    with _lock:
        _last = fresh if fresh > _last else _last + 1
        return _last


def encode_id(prefix: str, *parts: int) -> str:
    return f"{prefix}_" + "".join(f"{part:016x}" for part in parts)


_SHAPE = re.compile(r"([a-z]{3})_((?:[0-9a-f]{16}){1,3})")


def prefix_of(value: str) -> str:
    match = _SHAPE.fullmatch(value)
    if not match:
        raise BadInput(f"{_shorten_value(value)} is not an id of this graph.")
    return match[1]


def decode_keys(value: str, prefix: str, parts: int = 1) -> tuple[int, ...]:
    """The keys inside a public id; `BadInput` for a malformed id or one of another kind."""
    match = _SHAPE.fullmatch(value)
    if not match or match[1] != prefix or len(match[2]) != 16 * parts:
        raise BadInput(f"{_shorten_value(value)} is not an id of the kind {prefix}_….")
    keys = tuple(int(match[2][i : i + 16], 16) for i in range(0, 16 * parts, 16))
    if any(key >= 1 << 63 for key in keys):
        raise BadInput(f"{_shorten_value(value)} is not an id of this graph.")
    return keys


def decode_one(value: str, prefix: str) -> int:
    return decode_keys(value, prefix)[0]


def decode_small(value: str, prefix: str) -> int:
    """The same for tables with 32-bit keys; what cannot be one of theirs becomes -1, which is unknown everywhere."""
    key = decode_one(value, prefix)
    return key if key < 1 << 31 else -1


def _shorten_value(value: str) -> str:
    return repr(value if len(value) <= 60 else value[:57] + "…")
