"""A response on its way out: status, JSON, and the few headers that differ from one response to another."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.types import Send

from customer_gql.core.errors import ErrorCode
from customer_gql.core.viewer import TOKEN_HAS_ENDED
from customer_gql.execution.plans.statements.written import encode_written
from customer_gql.execution.refusal import RequestRefused

GRAPHQL_JSON: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"
_ANY_JSON: Final = ("json", "*/*", "application/*")

BEARER: Final = {"WWW-Authenticate": "Bearer"}


class GraphQLResponse:
    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: Any, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.body = orjson.dumps(body, default=encode_written)
        self.headers = [
            (b"content-type", f"{media_type}; charset=utf-8".encode()),
            (b"content-length", str(len(self.body)).encode()),
            *[(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        ]

    async def send_to(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})

    async def deny_socket(self, send: Send) -> None:
        """Answer a request to open a WebSocket."""
        await send({"type": "websocket.http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "websocket.http.response.body", "body": self.body})


class EventResponse(GraphQLResponse):
    """The one answer of an operation that is no subscription, for a client that takes events alone."""

    def __init__(self, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(200, body, EVENT_STREAM, headers)
        self.body = format_event(self.body) + COMPLETE_EVENT
        self.headers = [(name, value) for name, value in self.headers if name != b"content-length"]
        self.headers.append((b"content-length", str(len(self.body)).encode()))


COMPLETE_EVENT: Final = b"event: complete\ndata:\n\n"


def format_event(answer: bytes, cursor: str | None = None) -> bytes:
    """An event of the protocol of `graphql-sse`. JSON has no line breaks of its own; `cursor` is what the stream resumes after."""
    place = b"" if cursor is None else b"id: " + cursor.encode() + b"\n"
    return place + b"event: next\ndata: " + answer + b"\n\n"


def accepts_events(accept: str) -> bool:
    return EVENT_STREAM in accept.lower()


def accepts_events_only(accept: str) -> bool:
    """Whether a client that takes events takes no JSON."""
    return accepts_events(accept) and not any(name in accept.lower() for name in _ANY_JSON)


def choose_media_type(accept: str) -> str:
    return GRAPHQL_JSON if GRAPHQL_JSON in accept else JSON


def refusal_response(refused: RequestRefused, request_id: str | None = None, accept: str = "") -> GraphQLResponse:
    """The response to a refused request: one error with its code."""
    body = {"errors": [refusal_error(refused, request_id)]}
    return GraphQLResponse(refused.status, body, choose_media_type(accept), refused.headers)


def refusal_error(refused: RequestRefused, request_id: str | None = None) -> dict[str, Any]:
    extensions: dict[str, Any] = {"code": refused.code.value, **({"requestId": request_id} if request_id else {})}
    if refused.code is ErrorCode.RATE_LIMITED:
        extensions["retryAfter"] = int(refused.headers["Retry-After"])
    return {"message": refused.message, "extensions": extensions}


def state_ended_token(body: dict[str, Any]) -> bool:
    """Whether the token that ended is why nothing was answered; the body then says so, whatever was asked.

    Errors of other kinds are kept as they are: they hold for every caller.
    """
    data = body.get("data") or {}
    if any(value is not None for name, value in data.items() if name != "__typename"):
        return False
    if not body.get("errors"):
        body["errors"] = [{"message": TOKEN_HAS_ENDED, "extensions": {"code": ErrorCode.UNAUTHENTICATED.value}}]
    return {error["extensions"]["code"] for error in body["errors"]} == {ErrorCode.UNAUTHENTICATED.value}
