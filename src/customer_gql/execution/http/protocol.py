"""What only the HTTP protocol can see: how large headers grow, how long a request takes to arrive, who does not read.

The parser itself refuses Content-Length beside Transfer-Encoding, bare line feeds and folded headers. What it does not
limit is limited here: the size and number of headers and trailers, a missing Host, and time.
"""

import asyncio
from functools import partial
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from customer_gql.settings import Settings

from .security_headers import HEADERS

_MAX_CHUNK_OVERHEAD: Final = 8  # bytes for one of the body: even a chunk of one byte takes no more than six


class GuardedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, settings: Settings, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settings = settings
        self._received = 0  # of the message that is arriving
        self._body_bytes = 0
        self._header_bytes = 0
        self._header_count = 0
        self._in_head = True
        self._refused = False
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop("_deadline")
        self._stop("_unread")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._received += len(data)
        super().data_received(data)
        if self._refused or self.transport.is_closing():
            return
        if self._in_head and self._received > self._settings.header_bytes:
            self._refuse(431, "The headers are too large.")
        elif self._received > 2 * self._settings.header_bytes + _MAX_CHUNK_OVERHEAD * self._body_bytes:
            self._refuse(431, "The trailers are too large.")
        elif not self._received:
            self._stop("_deadline")
        elif self._deadline is None:
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._header_bytes = self._header_count = self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._header_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value) + 4
        self._header_count += 1
        if self._header_bytes > self._settings.header_bytes or self._header_count > self._settings.header_count:
            self._refuse(431, "The headers are too large or too many.")
        elif self._in_head:  # later ones are trailers, which nothing reads
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._refused:
            return
        assert self.parser is not None
        hosts = sum(1 for name, _ in self.headers if name == b"host")
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() != "1.0"):
            self._refuse(400, "Send one Host header.")
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._received = 0
        if not self._refused:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - its words name the parser
        self._refuse(400, "This is not HTTP as this service takes it.")

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade that is not taken is a request like any other."""

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(self._settings.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop("_unread")
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():
            self._unread = self.loop.call_later(self._settings.write_seconds, self.transport.abort)

    def _wait(self) -> None:
        self._stop("_deadline")
        self._deadline = self.loop.call_later(self._settings.request_seconds, self._late)

    def _late(self) -> None:
        self._deadline = None
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait()  # an answer is under way; the rest of the next request may well wait for it
        else:
            self._refuse(408, f"The request was not received within {self._settings.request_seconds:g} s.")

    def _refuse(self, status: int, message: str) -> None:
        """Answer and close, without the application. When one is under way the connection just ends."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": "BAD_USER_INPUT"}}]})
            length = str(len(body)).encode()
            headers = (
                *self.server_state.default_headers,
                *HEADERS,
                (b"content-type", b"application/json; charset=utf-8"),
                (b"content-length", length),
                (b"connection", b"close"),
            )
            lines = [STATUS_LINE[status], *(name + b": " + value + b"\r\n" for name, value in headers), b"\r\n"]
            self.transport.write(b"".join(lines) + body)
        self.transport.close()

    def _stop(self, timer: str) -> None:
        running = getattr(self, timer)
        if running is not None:
            running.cancel()
            setattr(self, timer, None)


def protocol_factory(settings: Settings) -> Any:
    """The class uvicorn makes one of for each connection."""
    return partial(GuardedProtocol, settings)
