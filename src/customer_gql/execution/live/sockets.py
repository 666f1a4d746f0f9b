"""WebSockets of the admin endpoint: who may open one, and who it is that did."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from customer_gql.core.viewer import GUEST
from customer_gql.execution.error_masking import refusal_for_fault
from customer_gql.execution.http.caller import request_origin
from customer_gql.execution.http.endpoint import Endpoint
from customer_gql.execution.http.responses import refusal_response
from customer_gql.execution.preparation import REFUSAL_COST, rate_limit_key
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.telemetry.faults import log_fault
from customer_gql.graph.context import Context
from customer_gql.security.network import network_of

from .connection import LiveConnection
from .messages import SUBPROTOCOL, CloseCode, SocketRefused, read_authorization, read_message, write_message
from .origins import require_allowed_origin
from .streams import LiveStreams

OpenSocketContext = Callable[[HTTPConnection, str | None], Awaitable[Context | None]]
_REASON_BYTES: Final = 123


@dataclass(frozen=True, slots=True)
class SocketEndpoint:
    """An ASGI application for the sockets of one path."""

    endpoint: Endpoint
    streams: LiveStreams
    open_context: OpenSocketContext
    is_development: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.receive()  # the request to connect
        try:
            origins = self.endpoint.limits.cors_origins
            require_allowed_origin(socket, origins, is_development=self.is_development)
            self.streams.require_open()
            await self._charge_caller(socket)
            with self.streams.entrance.admit(network_of(request_origin(socket).address)):
                context = await self._let_in(socket)
        except RequestRefused as refused:
            await refusal_response(refused).deny_socket(send)
            return
        except WebSocketDisconnect:
            return
        if context is not None:
            await self._serve(socket, context)

    async def _let_in(self, socket: WebSocket) -> Context | None:
        """The context of who opened the socket; None when it was closed."""
        if SUBPROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            await close_socket(socket, CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
            return None
        await socket.accept(SUBPROTOCOL)
        try:
            async with asyncio.timeout(self.streams.limits.init_seconds):
                return await self._authenticate(socket, await _wait_for_init(socket))
        except TimeoutError:
            await close_socket(socket, CloseCode.INIT_TIMEOUT, "Connection initialisation timeout")
        except SocketRefused as refused:
            await close_socket(socket, refused.code, refused.reason)
        except RequestRefused as refused:
            await close_socket(socket, CloseCode.TRY_AGAIN_LATER, refused.message)
        except WebSocketDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - nothing of a fault leaves the process
            log_fault(error, "socket")
            await close_socket(socket, CloseCode.TRY_AGAIN_LATER, refusal_for_fault(error).message)
        return None

    async def _authenticate(self, socket: WebSocket, authorization: str | None) -> Context:
        context = await self.open_context(socket, authorization)
        if context is None:
            await self._charge_caller(socket)
            raise SocketRefused(CloseCode.UNAUTHORIZED, "Unauthorized")
        return context

    async def _charge_caller(self, socket: WebSocket) -> None:
        """What a socket takes until it is known who opened it, and a token that does not work. Raises `RequestRefused`."""
        key = rate_limit_key(GUEST, request_origin(socket).address)
        await self.endpoint.preparation.take_cost(GUEST, key, REFUSAL_COST)

    async def _serve(self, socket: WebSocket, context: Context) -> None:
        connection = LiveConnection(self.endpoint, self.streams, socket, context)
        try:
            with (
                self.streams.hold_place(context.viewer),
                self.streams.rights.watch(context, connection.change_viewer),
            ):
                await socket.send_text(write_message("connection_ack"))
                await connection.serve_operations()
        except RequestRefused as refused:
            await close_socket(socket, CloseCode.TRY_AGAIN_LATER, refused.message)
        except SocketRefused as refused:
            await close_socket(socket, refused.code, refused.reason)
        except WebSocketDisconnect:
            pass
        finally:
            await connection.close()


async def _wait_for_init(socket: WebSocket) -> str | None:
    """The authorization of `connection_init`."""
    while True:
        message = read_message(await receive_text(socket))
        if message.type == "connection_init":
            return read_authorization(message.payload)
        if message.type == "ping":
            await socket.send_text(write_message("pong"))
        elif message.type != "pong":
            raise SocketRefused(CloseCode.UNAUTHORIZED, "Unauthorized")


async def receive_text(socket: WebSocket) -> str | None:
    """None for a message of bytes. Raises `WebSocketDisconnect`."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    return message.get("text")


async def close_socket(socket: WebSocket, code: CloseCode, reason: str) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):  # it is closed already
        await socket.close(code, reason.encode()[:_REASON_BYTES].decode(errors="ignore"))
