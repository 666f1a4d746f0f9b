"""`PUT /files/uploads/{token}` and `PUT /admin/files/uploads/{token}`: a file that was announced. The URL is all that it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from customer_gql.graph.context import Context
from customer_gql.messaging.files.uploads import Chunks, UploadPlace, seconds_to_send

from .receiving import STATUSES, begin_receiving, receive_file

STOREFRONT_UPLOADS: Final = "/files/uploads"
ADMIN_UPLOADS: Final = "/admin/files/uploads"
OpenContext = Callable[[Request], Awaitable[Context]]


def make_place(open_context: OpenContext, *, pause_seconds: float) -> UploadPlace:
    return UploadPlace(_FileReceiver(open_context).receive, pause_seconds, STATUSES)


@dataclass(frozen=True, slots=True)
class _FileReceiver:
    open_context: OpenContext
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def receive(self, request: Request, chunks: Chunks) -> Response:
        context = await self.open_context(request)
        async with context.database.transaction() as connection:
            upload = await begin_receiving(connection, request.path_params["token"])
        async with asyncio.timeout(seconds_to_send(upload.size_bytes)):
            found = await receive_file(context.database, context.settings, upload, chunks, self.decoding)
        return JSONResponse({"name": found.name, "mediaType": found.media_type, "sizeBytes": found.size})
