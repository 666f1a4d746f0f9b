"""A second server in a process, for those who watch it, beside what the process is for."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from socket import socket
from typing import Any

import uvicorn
from starlette.applications import Starlette


class _WithoutSignals(uvicorn.Server):
    """The process ends it, not a signal."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def serving_beside(app: Starlette, listening: socket) -> AsyncGenerator[None]:
    """Serve an application while the context is open."""
    options: dict[str, Any] = {"lifespan": "off", "ws": "none", "log_config": None, "access_log": False}
    server = _WithoutSignals(uvicorn.Config(app, server_header=False, **options))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await running
