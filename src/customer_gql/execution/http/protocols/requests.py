"""Limits that only the HTTP protocol can enforce: size of headers, time to receive a request, clients that do not read.

The parser itself refuses Content-Length beside Transfer-Encoding, bare line feeds and folded headers. This module
limits the rest: the size and number of headers and trailers, a missing Host header, and time.
"""

import asyncio
from functools import partial
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from customer_gql.execution.http.security_headers import HEADERS
from customer_gql.settings import Settings

from .connections import ConnectionLimit

_WIRE_BYTES_PER_BODY_BYTE: Final = 8  # upper bound: even a chunk of one byte takes only six


class GuardedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, settings: Settings, limit: ConnectionLimit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settings = settings
        self._limit = limit
        self._received = 0  # bytes of the current message
        self._body_bytes = 0
        self._header_bytes = 0
        self._header_count = 0
        self._reading_headers = True
        self._refused = False
        self._is_upgraded = False
        self._receive_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        if self._limit.admits(len(self.connections)):
            self._start_receive_timer()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer("_receive_timer")
        self._stop_timer("_write_timer")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._received += len(data)
        super().data_received(data)
        if self._is_upgraded or self._refused or self.transport.is_closing():
            return
        if self._reading_headers and self._received > self._settings.header_bytes:
            self._refuse_request(431, "The headers are too large.")
        elif self._received > 2 * self._settings.header_bytes + _WIRE_BYTES_PER_BODY_BYTE * self._body_bytes:
            self._refuse_request(431, "The trailers are too large.")
        elif not self._received:
            self._stop_timer("_receive_timer")
        elif self._receive_timer is None:
            self._start_receive_timer()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reading_headers = True
        self._header_bytes = self._header_count = self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._header_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value) + 4
        self._header_count += 1
        if self._header_bytes > self._settings.header_bytes or self._header_count > self._settings.header_count:
            self._refuse_request(431, "The headers are too large or too many.")
        elif self._reading_headers:  # later headers are trailers, which nothing reads
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._reading_headers = False
        if self._refused:
            return
        assert self.parser is not None
        hosts = sum(1 for name, _ in self.headers if name == b"host")
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() != "1.0"):
            self._refuse_request(400, "Send one Host header.")
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

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - its message names the parser
        self._refuse_request(400, "The request is not valid HTTP.")

    def handle_websocket_upgrade(self) -> None:
        """From here on another protocol has the connection, with limits of its own."""
        self._stop_timer("_receive_timer")
        self._stop_timer("_write_timer")
        if self._refused:
            return
        self._is_upgraded = True
        super().handle_websocket_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """A request for an unsupported upgrade is served like any other."""

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self.loop.call_later(self._settings.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_timer("_write_timer")
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():
            self._write_timer = self.loop.call_later(self._settings.write_seconds, self.transport.abort)

    def _start_receive_timer(self) -> None:
        self._stop_timer("_receive_timer")
        self._receive_timer = self.loop.call_later(self._settings.request_seconds, self._on_receive_timeout)

    def _on_receive_timeout(self) -> None:
        self._receive_timer = None
        if self.cycle is not None and not self.cycle.response_complete:
            self._start_receive_timer()  # a response is being sent; the rest of the next request may wait for it
        else:
            self._refuse_request(408, f"The request was not received within {self._settings.request_seconds:g} s.")

    def _refuse_request(self, status: int, message: str) -> None:
        """Respond and close, without the application. While another response is being sent, just close."""
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

    def _stop_timer(self, timer: str) -> None:
        handle = getattr(self, timer)
        if handle is not None:
            handle.cancel()
            setattr(self, timer, None)


def protocol_factory(settings: Settings, limit: ConnectionLimit) -> Any:
    """What uvicorn calls for each connection."""
    return partial(GuardedProtocol, settings, limit)
