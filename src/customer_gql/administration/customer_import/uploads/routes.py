"""`PUT /admin/imports/{id}/file`: the file of an import, by its owner. What is refused comes as JSON with code, key and path."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from customer_gql.administration.customer_import.reading.refusals import UPLOADED
from customer_gql.administration.customer_import.runs.work import IMPORT_NOT_FOUND
from customer_gql.administration.customer_import.types import UPLOAD_PATH
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import BadInput, ErrorCode, RuleError
from customer_gql.core.ids import decode_id
from customer_gql.core.messages.negotiation import choose_language
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Context

from .receiving import find_own_upload, receive_upload

MOST_UPLOADS: Final = 4
"""Uploads that one process takes at a time."""
_SLOWEST: Final = 64 * 1024
"""Bytes a second; an upload that is slower takes too long in the end."""
_LEAST_SECONDS: Final = 60.0
_STATUSES: Final = {IMPORT_NOT_FOUND.key: HTTPStatus.NOT_FOUND, UPLOADED.key: HTTPStatus.CONFLICT}

OpenContext = Callable[[Request], Awaitable[Context]]


class UploadEndpoint:
    """`pause_seconds` is how long the client may send nothing."""

    def __init__(self, open_context: OpenContext, *, pause_seconds: float) -> None:
        self._open_context = open_context
        self._pause_seconds = pause_seconds
        self._running = 0

    async def answer(self, request: Request) -> Response:
        if self._running >= MOST_UPLOADS:
            return _refuse(503, ErrorCode.UNAVAILABLE, "Too many uploads at a time. Try again in a moment.", retry="5")
        self._running += 1
        try:
            return await self._receive(request)
        except RuleError as refused:
            return _refuse_rule(refused, request)
        except TimeoutError:
            return _refuse(408, ErrorCode.BAD_USER_INPUT, "The file was not received in time. Upload it again.")
        finally:
            self._running -= 1

    async def _receive(self, request: Request) -> Response:
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            return _refuse(415, ErrorCode.BAD_USER_INPUT, "Send the file without Content-Encoding.")
        context = await self._open_context(request)
        viewer = context.viewer
        if not viewer.is_staff_or_service:
            return _refuse(401, ErrorCode.UNAUTHENTICATED, "Sign in as staff to upload a file.")
        if Permission.CUSTOMERS_IMPORT not in viewer.permissions:
            message = f"The permission {Permission.CUSTOMERS_IMPORT} is missing."
            return _refuse(403, ErrorCode.FORBIDDEN, message)
        try:
            import_id = decode_id(request.path_params["id"], "cim")
        except BadInput:
            raise IMPORT_NOT_FOUND(path=["id"]) from None
        by = actor_of(viewer)
        async with context.database.reads.acquire() as connection:
            imported = await find_own_upload(connection, import_id, by)
        async with asyncio.timeout(_LEAST_SECONDS + imported.size_bytes / _SLOWEST):
            chunks = self._read_chunks(request)
            status = await receive_upload(context.database, context.settings, imported, chunks, by=by)
        return JSONResponse({"id": request.path_params["id"], "status": status.value})

    async def _read_chunks(self, request: Request) -> AsyncIterator[bytes]:
        stream = request.stream()
        while True:
            try:
                chunk = await asyncio.wait_for(anext(stream, None), self._pause_seconds)
            except ClientDisconnect:
                raise TimeoutError from None
            if chunk is None:
                return
            yield chunk


def _refuse_rule(refused: RuleError, request: Request) -> Response:
    accepted = request.headers.get("accept-language", "")
    status = _STATUSES.get(refused.key, HTTPStatus.BAD_REQUEST)
    told = {
        "key": refused.key,
        "params": refused.params,
        "path": refused.path,
        "userErrorCode": refused.code.value,
    }
    return _refuse(int(status), ErrorCode.BAD_USER_INPUT, refused.message_in(choose_language(accepted)), told)


def _refuse(
    status: int, code: ErrorCode, message: str, told: dict[str, Any] | None = None, *, retry: str | None = None
) -> Response:
    headers = {"Connection": "close"} | ({} if retry is None else {"Retry-After": retry})
    body = {"errors": [{"message": message, "extensions": {"code": code.value, **(told or {})}}]}
    return JSONResponse(body, status, headers)


__all__ = ["UPLOAD_PATH", "UploadEndpoint"]
