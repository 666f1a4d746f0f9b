"""Checks the Host header of every request and every WebSocket, and adds security headers to every response.

A service that is shutting down closes each connection after its response, so that no further request is sent on it.
"""

from collections.abc import Sequence
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.refusal import RequestRefused
from customer_gql.settings import AudienceSettings, Settings
from customer_gql.settings.browsers import GRAPH_EXPOSED_HEADERS, GRAPH_HEADERS, LOOPBACK_ORIGIN

from .responses import refusal_response

HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)

_STARTS: Final = ("http.response.start", "websocket.http.response.start")


class SecurityHeaders:
    """Wraps an ASGI application. Without `allowed_hosts` every host is accepted."""

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str] = ()) -> None:
        self.app = app
        self.allowed_hosts = frozenset(host.lower().encode() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                headers = message["headers"] = list(message.get("headers", ()))
                given = [name for name, _ in headers]
                headers.extend([header for header in HEADERS if header[0] not in given])
                if scope["app"].state.draining and b"connection" not in given:
                    headers.append((b"connection", b"close"))
            await send(message)

        if self.allowed_hosts and not self._is_allowed_host(scope):
            message = "The Host header does not name a host of this service."
            refused = RequestRefused(400, ErrorCode.BAD_USER_INPUT, message)
            accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
            response = refusal_response(refused, accept=accept)
            await (response.deny_socket if scope["type"] == "websocket" else response.send_to)(send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)

    def _is_allowed_host(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and _strip_port(hosts[0].lower()) in self.allowed_hosts


def _strip_port(host: bytes) -> bytes:
    name, colon, port = host.rpartition(b":")
    return name if colon and port.isdigit() else host


def cors_middleware(
    settings: Settings, audience: AudienceSettings, methods: Sequence[str] = ("GET", "POST")
) -> list[Middleware]:
    """What lets pages of other origins call an endpoint. Never with cookies: those are for the endpoint's own origin."""
    is_development = settings.environment == "development"
    if not audience.cors_origins and not is_development:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=audience.cors_origins,
            allow_origin_regex=LOOPBACK_ORIGIN if is_development else None,
            allow_methods=methods,
            allow_headers=[*GRAPH_HEADERS, *settings.cors_headers],
            expose_headers=[*GRAPH_EXPOSED_HEADERS, *settings.cors_exposed_headers],
            max_age=600,
        )
    ]
