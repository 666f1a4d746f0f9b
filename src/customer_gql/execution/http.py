"""GraphQL over HTTP: POST with JSON, the answer's media type negotiated, one log line for each request."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog
from graphql import GraphQLSchema
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from customer_gql.core.context import Context
from customer_gql.core.errors import ErrorCode

from . import faults
from .documents import Documents, Invalid
from .run import run

log = structlog.get_logger("request")
GRAPHQL_JSON: Final = "application/graphql-response+json"
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")


class Refused(Exception):
    """The request ends before its document is looked at."""

    def __init__(self, status: int, code: ErrorCode, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


@dataclass(frozen=True, slots=True)
class Asked:
    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One audience's endpoint, an ASGI application."""

    schema: GraphQLSchema
    documents: Documents
    open_context: Callable[[Request], Awaitable[Context]]
    page: Callable[[], Response] | None
    explain: bool
    max_body: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        started = time.perf_counter()
        request_id = secrets.token_hex(8)
        line: dict[str, Any] = {"request_id": request_id, "path": request.url.path, "operation": None}
        try:
            response = await self._answer(request, request_id, line)
        except Refused as refused:
            response = _refusal(refused)
            line["outcome"] = refused.code.value
        except ClientDisconnect:
            log.info("request", **line, outcome="CLIENT_GONE")
            return
        except Exception as error:  # noqa: BLE001 - the last fence: nothing of a fault leaves the process
            response = _refusal(_fault(error, request_id))
            line["outcome"] = ErrorCode.INTERNAL_SERVER_ERROR.value
            log_fault(error, request_id)
        line.setdefault("outcome", "OK")
        log.info("request", **line, status=response.status_code, ms=round((time.perf_counter() - started) * 1000, 1))
        await response(scope, receive, send)

    async def _answer(self, request: Request, request_id: str, line: dict[str, Any]) -> Response:
        if request.method == "GET" and self.page is not None and "text/html" in request.headers.get("accept", ""):
            return self.page()
        asked = await _read(request, self.max_body)
        line["operation"] = _loggable(asked.operation_name)
        context = await self.open_context(request)
        body = await self._executed(asked, context, request_id)
        if "errors" in body:
            line["outcome"] = body["errors"][0]["extensions"]["code"]
        never_ran = "data" not in body
        modern = GRAPHQL_JSON in request.headers.get("accept", "")
        return _json(body, 400 if modern and never_ran else 200, GRAPHQL_JSON if modern else "application/json")

    async def _executed(self, asked: Asked, context: Context, request_id: str) -> dict[str, Any]:
        """The answer's body; without `data` when nothing ran."""
        try:
            document = self.documents.get(asked.query)
        except Invalid as invalid:
            return {"errors": faults.of_document(invalid.errors, explain=self.explain)}
        result = await run(self.schema, document, asked.variables, asked.operation_name, context)
        never_ran = result.data is None and all(not error.path for error in result.errors or [])
        body: dict[str, Any] = {} if never_ran else {"data": result.data}
        if result.errors:
            body["errors"], hidden = faults.of_fields(result.errors, request_id)
            for fault in hidden:
                log_fault(fault, request_id)
        return body


async def _read(request: Request, max_body: int) -> Asked:
    if request.method != "POST":
        raise Refused(405, ErrorCode.BAD_USER_INPUT, "Send a POST request.", {"Allow": "POST"})
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, ErrorCode.BAD_USER_INPUT, "Send the content type application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_body:
            raise Refused(413, ErrorCode.BAD_USER_INPUT, f"Send at most {max_body} bytes.", {"Connection": "close"})
    return _envelope(bytes(body))


def _envelope(body: bytes) -> Asked:
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, ErrorCode.BAD_USER_INPUT, "The body is not JSON.") from None
    if not isinstance(sent, dict):
        raise Refused(400, ErrorCode.BAD_USER_INPUT, "The body has to be one JSON object; batches are not taken.")
    query, variables, name = sent.get("query"), sent.get("variables"), sent.get("operationName")
    if not isinstance(query, str):
        raise Refused(400, ErrorCode.BAD_USER_INPUT, "`query` has to be a string: the document.")
    if variables is not None and not isinstance(variables, dict):
        raise Refused(400, ErrorCode.BAD_USER_INPUT, "`variables` has to be an object or null.")
    if name is not None and not isinstance(name, str):
        raise Refused(400, ErrorCode.BAD_USER_INPUT, "`operationName` has to be a string or null.")
    return Asked(query, variables, name)


def _loggable(name: str | None) -> str | None:
    """A caller chooses the name, so only what can be one reaches the log."""
    return name if name and _NAME.fullmatch(name) else None


def _fault(error: Exception, request_id: str) -> Refused:
    if faults.is_away(error):
        return Refused(503, ErrorCode.UNAVAILABLE, "The service cannot answer right now.", {"Retry-After": "1"})
    return Refused(500, ErrorCode.INTERNAL_SERVER_ERROR, f"Something went wrong on our side ({request_id}).")


def log_fault(error: Exception, request_id: str) -> None:
    """Where it happened, but not its message: a message may quote what a customer sent or what a table holds."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("fault", request_id=request_id, kind=type(error).__name__, at=frames[-6:])


def _refusal(refused: Refused) -> Response:
    body = {"errors": [{"message": refused.message, "extensions": {"code": refused.code.value}}]}
    return _json(body, refused.status, "application/json", refused.headers)


def _json(body: Any, status: int, media_type: str, headers: dict[str, str] | None = None) -> Response:
    safe = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Response(
        orjson.dumps(body), status, media_type=f"{media_type}; charset=utf-8", headers={**safe, **(headers or {})}
    )
