"""Cancels work whose client has disconnected, together with its database statement."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from starlette.types import Receive

from .request import ClientDisconnected

T = TypeVar("T")
_WATCH_AFTER_SECONDS: Final = 0.05  # shorter requests are not worth a watcher of their own


async def run_until_disconnect(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Raises `ClientDisconnected` when the client hung up before the work was done; the work was cancelled then.

    Call it after the request's body was read: the next message can only be the end of the connection.
    """
    worker = asyncio.current_task()
    assert worker is not None
    disconnected = False

    async def watch_connection() -> None:
        nonlocal disconnected
        while (await receive())["type"] != "http.disconnect":
            pass
        disconnected = True
        worker.cancel()

    def start_watcher() -> None:
        watchers.append(loop.create_task(watch_connection()))

    loop = asyncio.get_running_loop()
    watchers: list[asyncio.Task[None]] = []
    timer = loop.call_later(_WATCH_AFTER_SECONDS, start_watcher)
    try:
        return await work
    except asyncio.CancelledError:
        if not disconnected:
            raise
        worker.uncancel()
        raise ClientDisconnected from None
    finally:
        timer.cancel()
        for watcher in watchers:
            watcher.cancel()
