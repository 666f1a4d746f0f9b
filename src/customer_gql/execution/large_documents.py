"""Work on large documents beside the event loop, which answers everybody else meanwhile.

To parse, validate and compile the widest document takes the time of a hundred small requests. It happens in one thread: the
interpreter takes turns between it and the loop, so that a small request waits for a few milliseconds at most.
"""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
AT_ONCE: Final = 800
"""Characters of a document that is parsed and compiled at once: to wait for a thread would take longer."""
SWITCH_SECONDS: Final = 0.001
"""Turns of the interpreter between threads. With the default of 5 ms, a request that writes and waits several times would lose
one such turn each time."""
_thread: Final = ThreadPoolExecutor(1, thread_name_prefix="documents")


def take_short_turns() -> None:
    """Call once in a service."""
    sys.setswitchinterval(SWITCH_SECONDS)


def is_large(text: str) -> bool:
    return len(text) > AT_ONCE


async def run_beside_loop(work: Callable[[], T]) -> T:
    """What the work gives or raises. It may touch nothing that the loop changes. Work nobody waits for any more is left out."""
    return await asyncio.wrap_future(_thread.submit(work))
