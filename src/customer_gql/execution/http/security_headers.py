"""Around every answer of the service: the hosts it is asked under, and headers that tell browsers to do nothing clever.

A service that is about to end closes each connection with its answer, so that no request is sent to a closed door.
"""

from collections.abc import Sequence
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.refusal import RequestRefused

from .responses import refusal_response

HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)


class SecurityHeaders:
    """An ASGI application around another. Without hosts it may be asked under any."""

    def __init__(self, app: ASGIApp, allowed_hosts: Sequence[str] = ()) -> None:
        self.app = app
        self.allowed = frozenset(host.lower().encode() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                given = {name for name, _ in headers}
                headers += [header for header in HEADERS if header[0] not in given]
                if scope["app"].state.draining and b"connection" not in given:
                    headers.append((b"connection", b"close"))
            await send(message)

        if self.allowed and not self._is_ours(scope):
            refused = RequestRefused(
                400, ErrorCode.BAD_USER_INPUT, "The Host header names none of this service's hosts."
            )
            await refusal_response(refused).send(fenced)
            return
        await self.app(scope, receive, fenced)

    def _is_ours(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and _strip_port(hosts[0].lower()) in self.allowed


def _strip_port(host: bytes) -> bytes:
    name, colon, port = host.rpartition(b":")
    return name if colon and port.isdigit() else host
