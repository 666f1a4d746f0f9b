"""A response on its way out: status, JSON, and the few headers that differ from one response to another."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.types import Send

from customer_gql.core.errors import ErrorCode
from customer_gql.core.viewer import TOKEN_HAS_ENDED
from customer_gql.execution.refusal import RequestRefused

GRAPHQL_JSON: Final = "application/graphql-response+json"
JSON: Final = "application/json"


BEARER: Final = {"WWW-Authenticate": "Bearer"}


class GraphQLResponse:
    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: Any, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.body = orjson.dumps(body)
        self.headers = [
            (b"content-type", f"{media_type}; charset=utf-8".encode()),
            (b"content-length", str(len(self.body)).encode()),
            *[(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        ]

    async def send_to(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


def choose_media_type(accept: str) -> str:
    return GRAPHQL_JSON if GRAPHQL_JSON in accept else JSON


def refusal_response(refused: RequestRefused, request_id: str | None = None, accept: str = "") -> GraphQLResponse:
    """The response to a refused request: one error with its code."""
    extensions: dict[str, Any] = {"code": refused.code.value, **({"requestId": request_id} if request_id else {})}
    if refused.code is ErrorCode.RATE_LIMITED:
        extensions["retryAfter"] = int(refused.headers["Retry-After"])
    body = {"errors": [{"message": refused.message, "extensions": extensions}]}
    return GraphQLResponse(refused.status, body, choose_media_type(accept), refused.headers)


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
