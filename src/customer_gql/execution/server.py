"""uvicorn on a socket that was bound before anything else was started."""

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp


class PortTaken(Exception):
    """The address cannot be listened on; the sentence says what to do."""


def bound(host: str, port: int) -> socket.socket:
    """Listening early tells a taken port before a database was started for nothing."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        raise PortTaken(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another port.") from None
    return listening


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._on_ready is not None:
            self._on_ready()


def serve(app: ASGIApp, listening: socket.socket, on_ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, finish what runs, and return so that the caller can stop what it started."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=25,
    )
    signal.signal(signal.SIGTERM, _leave)
    server = _Server(config, on_ready)
    try:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listening]))
    except KeyboardInterrupt:
        pass
    if not server.started:
        raise SystemExit(1)


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    # uvicorn raises the signal again when it is done; dying of it would leave the embedded database running.
    raise SystemExit(0)
