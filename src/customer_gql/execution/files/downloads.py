"""Files by HTTP: `GET /admin/files/{id}` with the token of somebody who may read it, or a link that works once
(docs/domain/files.md#files-6). Whatever is wrong is 404, so that nobody learns which files there are."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import BadInput, ErrorCode
from customer_gql.core.ids import decode_id, encode_id
from customer_gql.core.viewer import Viewer
from customer_gql.customers.attribute_files.reads import find_value_file
from customer_gql.customers.attributes.uploads.links import ADMIN_PATH, STOREFRONT_PATH
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row
from customer_gql.execution.error_masking import refusal_for_fault
from customer_gql.execution.http.caller import request_origin
from customer_gql.execution.http.contexts import open_download_context, open_storefront_context
from customer_gql.execution.http.request_log import RequestLog
from customer_gql.execution.http.responses import refusal_response
from customer_gql.execution.http.security_headers import cors_middleware
from customer_gql.execution.limits.admission import AdmissionGate
from customer_gql.execution.preparation import REFUSAL_COST, rate_limit_key
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.telemetry import metrics
from customer_gql.execution.telemetry.faults import log_fault
from customer_gql.graph.context import Context
from customer_gql.messaging.files.links import use_link
from customer_gql.messaging.files.reads import find_readable_file
from customer_gql.messaging.files.storages import FileContentMissing
from customer_gql.messaging.files.store import FileStore
from customer_gql.settings import Settings
from customer_gql.staff.audit.writes import record_staff_event

FILES_PATH: Final = "/admin/files"
AT_ONCE: Final = 20
"""Files that one process sends at one time."""
_COST: Final = 2 * REFUSAL_COST
_NOT_FOUND: Final = "There is no such file, or it is not for you. A link works once: make another one."
_SANDBOX: Final = "default-src 'none'; sandbox"
TakeCost = Callable[[Viewer, str, int], Awaitable[int]]
FindFile = Callable[[Connection, Request, Viewer], Awaitable[tuple[Row, Viewer] | None]]
OpenContext = Callable[[Settings, Request], Awaitable[Context]]


def file_routes(settings: Settings, take_cost: TakeCost) -> list[Route]:
    gate = AdmissionGate(AT_ONCE)
    paths: dict[str, FindFile] = {
        f"{FILES_PATH}/links/{{token}}": _find_linked,
        f"{ADMIN_PATH}/{{link}}": _find_of_value,
        f"{FILES_PATH}/{{id}}": _find_own,
    }
    return [
        Route(path, FileEndpoint(settings, take_cost, gate, find, open_download_context))
        for path, find in paths.items()
    ]


def own_file_routes(settings: Settings, take_cost: TakeCost) -> list[Route]:
    """Files of customers, for themselves."""
    find = FileEndpoint(settings, take_cost, AdmissionGate(AT_ONCE), _find_of_value, _open_storefront, "/files")
    middleware = cors_middleware(settings, settings.storefront, methods=("GET",))
    return [Route(f"{STOREFRONT_PATH}/{{link}}", find, middleware=middleware)]


async def _open_storefront(settings: Settings, request: Request) -> Context:
    return await open_storefront_context(settings, request, request_origin(request))


async def _find_own(connection: Connection, request: Request, viewer: Viewer) -> tuple[Row, Viewer] | None:
    try:
        file_id = decode_id(request.path_params["id"], "fil")
    except BadInput:
        return None
    file = await find_readable_file(connection, file_id, viewer)
    return None if file is None else (file, viewer)


async def _find_linked(connection: Connection, request: Request, viewer: Viewer) -> tuple[Row, Viewer] | None:
    link = await use_link(connection, request.path_params["token"], viewer)
    file = None if link is None else await find_readable_file(connection, link.file_id, link.viewer)
    return None if file is None or link is None else (file, link.viewer)


async def _find_of_value(connection: Connection, request: Request, viewer: Viewer) -> tuple[Row, Viewer] | None:
    return await find_value_file(connection, request.path_params["link"], viewer)


@dataclass(frozen=True, slots=True)
class FileEndpoint:
    """An ASGI application for one path that leads to files. A request holds its place at the gate as long as it is answered."""

    settings: Settings
    take_cost: TakeCost
    gate: AdmissionGate
    find_file: FindFile
    open_context: OpenContext
    shown_path: str = FILES_PATH
    """In the log; the path of a link is a secret."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        log = RequestLog(self.shown_path)
        try:
            self.gate.require_place()
        except RequestRefused as refused:
            await self._refuse(refused, log, send)
            return
        with self.gate.admit():
            try:
                response = await self._open_file(Request(scope, receive), log)
            except RequestRefused as refused:
                await self._refuse(refused, log, send)
            except Exception as error:  # noqa: BLE001 - nothing of a fault leaves the process
                log_fault(error, log.request_id)
                await self._refuse(refusal_for_fault(error), log, send)
            else:
                self._record_request(log, 200)
                await response(scope, receive, send)

    async def _refuse(self, refused: RequestRefused, log: RequestLog, send: Send) -> None:
        log.outcome = refused.code.value
        self._record_request(log, refused.status)
        await refusal_response(refused, log.request_id).send_to(send)

    def _record_request(self, log: RequestLog, status: int) -> None:
        seconds = time.perf_counter() - log.started
        metrics.record_request("files", log.outcome, seconds, None)
        log.write_line(status, seconds)

    async def _open_file(self, request: Request, log: RequestLog) -> StreamingResponse:
        """Raises `RequestRefused`."""
        if request.method != "GET":  # a HEAD would use a link up
            raise RequestRefused(405, ErrorCode.BAD_USER_INPUT, "Files are for GET.", {"Allow": "GET"})
        async with asyncio.timeout(self.settings.admin.seconds + 1):
            context = await self.open_context(self.settings, request)
            log.viewer = context.viewer.kind.value
            await self.take_cost(context.viewer, rate_limit_key(context.viewer, context.caller.address), _COST)
            async with context.database.transaction() as connection:
                found = await self.find_file(connection, request, context.viewer)
                if found is not None:
                    await self._record(connection, *found, address=context.caller.address)
            if found is None:
                raise RequestRefused(404, ErrorCode.BAD_USER_INPUT, _NOT_FOUND)
            return await self._stream(context.database, found[0])

    async def _record(self, connection: Connection, file: Row, viewer: Viewer, *, address: str) -> None:
        if not viewer.is_staff_or_service:
            return
        by = actor_of(replace(viewer, address=address or None))
        changes = {"name": (None, file.name), "sizeBytes": (None, file.size_bytes), "rowCount": (None, file.row_count)}
        subject = encode_id("fil", file.id)
        await record_staff_event(connection, "FILE_DOWNLOADED", by=by, subject=subject, changes=changes)

    async def _stream(self, database: Database, file: Row) -> StreamingResponse:
        """The first part is read before the answer begins, so that missing content is a 404 and not a truncated file."""
        parts = aiter(FileStore(database, self.settings).read(file))
        try:
            first = await anext(parts, b"")
        except FileContentMissing as missing:
            raise RequestRefused(404, ErrorCode.BAD_USER_INPUT, _NOT_FOUND) from missing
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Length": str(file.size_bytes),
            "Accept-Ranges": "none",
            "Content-Security-Policy": _SANDBOX,
            "Cache-Control": "private, no-store",
        }
        return StreamingResponse(_with_first(first, parts), media_type=file.media_type, headers=headers)


async def _with_first(first: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in parts:
        yield part
