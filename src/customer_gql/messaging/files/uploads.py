"""Files that are sent by one `PUT` whose body is the file. What is refused comes as JSON with code, key and path."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from customer_gql.core.errors import ErrorCode, RuleError
from customer_gql.core.messages.negotiation import choose_language

MOST_UPLOADS: Final = 4
"""Uploads that one process takes at a time at one place."""
_SLOWEST: Final = 64 * 1024
"""Bytes a second; an upload that is slower takes too long in the end."""
_LEAST_SECONDS: Final = 60.0
Chunks = AsyncIterator[bytes]


@dataclass(slots=True)
class UploadPlace:
    """One path that files are sent to. `pause_seconds` is how long the client may send nothing, `statuses` are those of refusals
    by key, where it is not 400."""

    receive: Callable[[Request, Chunks], Awaitable[Response]]
    pause_seconds: float
    statuses: Mapping[str, HTTPStatus] = field(default_factory=dict)
    _running: int = 0

    async def answer(self, request: Request) -> Response:
        if self._running >= MOST_UPLOADS:
            return refuse_upload(503, ErrorCode.UNAVAILABLE, "Too many uploads at a time. Try again in a moment.", "5")
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            return refuse_upload(415, ErrorCode.BAD_USER_INPUT, "Send the file without Content-Encoding.")
        self._running += 1
        try:
            return await self.receive(request, self._read_chunks(request))
        except RuleError as refused:
            return self._refuse_rule(refused, request)
        except TimeoutError:
            return refuse_upload(408, ErrorCode.BAD_USER_INPUT, "The file was not received in time. Upload it again.")
        finally:
            self._running -= 1

    async def _read_chunks(self, request: Request) -> Chunks:
        stream = request.stream()
        while True:
            try:
                chunk = await asyncio.wait_for(anext(stream, None), self.pause_seconds)
            except ClientDisconnect:
                raise TimeoutError from None
            if chunk is None:
                return
            yield chunk

    def _refuse_rule(self, refused: RuleError, request: Request) -> Response:
        accepted = request.headers.get("accept-language", "")
        status = self.statuses.get(refused.key, HTTPStatus.BAD_REQUEST)
        told = {
            "key": refused.key,
            "params": refused.params,
            "path": refused.path,
            "userErrorCode": refused.code.value,
        }
        message = refused.message_in(choose_language(accepted))
        return refuse_upload(int(status), ErrorCode.BAD_USER_INPUT, message, told=told)


def seconds_to_send(size: int) -> float:
    """How long a file of so many bytes may take."""
    return _LEAST_SECONDS + size / _SLOWEST


def refuse_upload(
    status: int, code: ErrorCode, message: str, retry: str | None = None, told: Mapping[str, Any] | None = None
) -> Response:
    headers = {"Connection": "close"} | ({} if retry is None else {"Retry-After": retry})
    body = {"errors": [{"message": message, "extensions": {"code": code.value, **(told or {})}}]}
    return JSONResponse(body, status, headers)
