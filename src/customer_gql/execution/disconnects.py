"""Work nobody waits for ends: a client that goes away takes its statement along."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from .envelope import ClientGone

T = TypeVar("T")


async def until_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
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

    watcher = asyncio.create_task(watch())
    try:
        return await work
    except asyncio.CancelledError:
        if not gone:
            raise
        worker.uncancel()
        raise ClientGone from None
    finally:
        watcher.cancel()
