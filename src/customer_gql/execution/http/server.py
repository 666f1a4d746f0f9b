"""Runs uvicorn on a socket that was bound before anything else was started."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Generator
from types import FrameType
from typing import NoReturn

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from customer_gql.execution.large_documents import take_short_turns
from customer_gql.settings import Settings

from .gc import freeze_gc
from .protocols.connections import raise_file_limit
from .protocols.requests import protocol_factory
from .protocols.sockets import socket_protocol_factory

log = structlog.get_logger()


class PortTaken(Exception):
    """The service cannot listen on the address; the message says what to do."""


def bind_socket(host: str, port: int) -> socket.socket:
    """Listening early reports a taken port before a database is started in vain."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        raise PortTaken(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another address or port.") from None
    return listening


class _KnownFaults:
    """The application, keeping the error that ended its start: uvicorn would only log a traceback and exit."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self.fault: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def send_without_traceback(message: Message) -> None:
            await send({**message, "message": ""} if message["type"] == "lifespan.startup.failed" else message)

        try:
            await self._app(scope, receive, send_without_traceback)
        except BaseException as error:
            self.fault = error
            raise


class _DrainingServer(uvicorn.Server):
    def __init__(self, app: Starlette, config: uvicorn.Config, on_ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._app = app
        self._on_ready = on_ready
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        with _quiet_uvicorn():
            await super().startup(sockets=sockets)
        self._loop = asyncio.get_running_loop()
        if self.started:
            freeze_gc()
            take_short_turns()
            if self._on_ready is not None:
                self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM report "not ready" for `unready_seconds`, so that load balancers stop sending, then stop
        listening."""
        settings: Settings = self._app.state.settings
        was_draining = getattr(self._app.state, "draining", False)
        self._app.state.draining = True
        stop_listening = super().handle_exit
        if self._loop is not None and not was_draining:
            self._loop.call_soon_threadsafe(self._log_stop, settings.unready_seconds if sig == signal.SIGTERM else 0)
        if sig != signal.SIGTERM or was_draining or self._loop is None or not settings.unready_seconds:
            stop_listening(sig, frame)
            return
        loop = self._loop
        loop.call_soon_threadsafe(lambda: loop.call_later(settings.unready_seconds, stop_listening, sig, None))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams end first: each would otherwise keep the process until it is killed."""
        self._app.state.streams.close()
        await super().shutdown(sockets)

    def _log_stop(self, unready_seconds: float) -> None:
        log.info("stopping", unready_seconds=unready_seconds, drain_seconds=self.config.timeout_graceful_shutdown)


@contextlib.contextmanager
def _quiet_uvicorn() -> Generator[None]:
    """A start that fails is told by the error itself."""
    logger = logging.getLogger("uvicorn.error")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def serve_app(app: Starlette, listening: socket.socket, on_ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, finish running requests, and return so that the caller can stop what it started.

    Raises what ended the start of the application.
    """
    settings: Settings = app.state.settings
    known, limit = _KnownFaults(app), raise_file_limit()
    config = uvicorn.Config(
        known,
        loop="uvloop",
        http=protocol_factory(settings, limit),
        ws=socket_protocol_factory(settings),
        ws_max_size=settings.live.frame_bytes,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=limit.most,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=settings.drain_seconds,
    )
    signal.signal(signal.SIGTERM, _exit_cleanly)
    server = _DrainingServer(app, config, on_ready)
    try:
        with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listening]))
    finally:
        if server.started:
            log.info("stopped")
    if not server.started:
        raise known.fault or SystemExit(1)


def _exit_cleanly(_signal: int, _frame: FrameType | None) -> NoReturn:
    # uvicorn raises the signal again when it is done; dying of it would leave the embedded database running.
    raise SystemExit(0)
