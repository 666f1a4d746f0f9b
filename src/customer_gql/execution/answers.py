"""An answer on its way out: status, JSON, and the few headers that differ from answer to answer."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.types import Send

from customer_gql.core.errors import ErrorCode

GRAPHQL_JSON: Final = "application/graphql-response+json"
JSON: Final = "application/json"


class Refused(Exception):
    """The request ends before its document runs."""

    def __init__(self, status: int, code: ErrorCode, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def answer(self, request_id: str | None = None) -> "Answer":
        extensions = {"code": self.code.value, **({"requestId": request_id} if request_id else {})}
        return Answer(
            self.status, {"errors": [{"message": self.message, "extensions": extensions}]}, JSON, self.headers
        )


class Answer:
    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: Any, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.body = orjson.dumps(body)
        self.headers = [
            (b"content-type", f"{media_type}; charset=utf-8".encode()),
            (b"content-length", str(len(self.body)).encode()),
            *[(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        ]

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})
