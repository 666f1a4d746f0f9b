"""`PUT /admin/imports/{id}/file`: the file of an import, by its owner."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from customer_gql.administration.customer_import.reading.refusals import UPLOADED
from customer_gql.administration.customer_import.runs.work import IMPORT_NOT_FOUND
from customer_gql.administration.customer_import.types import UPLOAD_PATH
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import BadInput, ErrorCode
from customer_gql.core.ids import decode_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Context
from customer_gql.messaging.files.uploads import Chunks, UploadPlace, refuse_upload, seconds_to_send

from .receiving import find_own_upload, receive_upload

_STATUSES: Final = {IMPORT_NOT_FOUND.key: HTTPStatus.NOT_FOUND, UPLOADED.key: HTTPStatus.CONFLICT}

OpenContext = Callable[[Request], Awaitable[Context]]


def make_import_place(open_context: OpenContext, *, pause_seconds: float) -> UploadPlace:
    return UploadPlace(_ImportReceiver(open_context).receive, pause_seconds, _STATUSES)


@dataclass(frozen=True, slots=True)
class _ImportReceiver:
    open_context: OpenContext

    async def receive(self, request: Request, chunks: Chunks) -> Response:
        context = await self.open_context(request)
        viewer = context.viewer
        if not viewer.is_staff_or_service:
            return refuse_upload(401, ErrorCode.UNAUTHENTICATED, "Sign in as staff to upload a file.")
        if Permission.CUSTOMERS_IMPORT not in viewer.permissions:
            message = f"The permission {Permission.CUSTOMERS_IMPORT} is missing."
            return refuse_upload(403, ErrorCode.FORBIDDEN, message)
        try:
            import_id = decode_id(request.path_params["id"], "cim")
        except BadInput:
            raise IMPORT_NOT_FOUND(path=["id"]) from None
        by = actor_of(viewer)
        async with context.database.reads.acquire() as connection:
            imported = await find_own_upload(connection, import_id, by)
        async with asyncio.timeout(seconds_to_send(imported.size_bytes)):
            status = await receive_upload(context.database, context.settings, imported, chunks, by=by)
        return JSONResponse({"id": request.path_params["id"], "status": status.value})


__all__ = ["UPLOAD_PATH", "make_import_place"]
