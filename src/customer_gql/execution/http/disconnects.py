"""Work nobody waits for ends: a client that goes away takes its statement along."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from starlette.types import Receive

from .request import ClientDisconnected

T = TypeVar("T")
_WATCHED_AFTER: Final = 0.05  # seconds; what is over sooner is not worth a watcher of its own


async def run_until_disconnect(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Raises `ClientGone` when the client hung up before the work was done; the work was cancelled then.

    Call it after the request's body was read: what is received then can only be the end of the connection.
    """
    worker = asyncio.current_task()
    assert worker is not None
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        worker.cancel()

    def start() -> None:
        watchers.append(loop.create_task(watch()))

    loop = asyncio.get_running_loop()
    watchers: list[asyncio.Task[None]] = []
    timer = loop.call_later(_WATCHED_AFTER, start)
    try:
        return await work
    except asyncio.CancelledError:
        if not gone:
            raise
        worker.uncancel()
        raise ClientDisconnected from None
    finally:
        timer.cancel()
        for watcher in watchers:
            watcher.cancel()
