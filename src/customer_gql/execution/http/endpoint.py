"""GraphQL over HTTP: one audience's endpoint. What may cost something is asked for in the order of its price."""

import asyncio
import math
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from customer_gql.core.errors import ErrorCode, GraphError
from customer_gql.core.viewer import ViewerKind
from customer_gql.execution import error_masking
from customer_gql.execution.documents import Document, DocumentCache, InvalidDocument
from customer_gql.execution.limits.admission import AdmissionGate
from customer_gql.execution.limits.cost import CostCalculation, CostModel
from customer_gql.execution.limits.rate import RateBuckets
from customer_gql.execution.limits.size import QueryTooComplex
from customer_gql.execution.limits.trusted_documents import TrustedDocuments
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.run import run_document
from customer_gql.execution.telemetry import metrics
from customer_gql.graph.context import Context
from customer_gql.security.network import network_of
from customer_gql.settings import AudienceSettings

from .disconnects import run_until_disconnect
from .request import ClientDisconnected, GraphQLRequest, read_request
from .responses import GRAPHQL_JSON, JSON, GraphQLResponse, refusal_response

log = structlog.get_logger("request")
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
_INVALID_COST: Final = 20  # points; reading a document that is none takes about as long as a small answer


@dataclass(slots=True)
class RequestLog:
    """What the log tells of a request: nothing that was sent but a name made of letters."""

    path: str
    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    started: float = field(default_factory=time.perf_counter)
    operation: str | None = None
    viewer: str | None = None
    cost: int | None = None
    outcome: str = "OK"

    def write(self, status: int | None, seconds: float) -> None:
        told = {"operation": self.operation, "viewer": self.viewer, "cost": self.cost, "status": status}
        shown = {name: value for name, value in told.items() if value is not None}
        ms = round(seconds * 1000, 1)
        log.info("request", request_id=self.request_id, path=self.path, outcome=self.outcome, ms=ms, **shown)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ASGI application for one path."""

    audience: str
    schema: GraphQLSchema
    limits: AudienceSettings
    open_context: Callable[[Request], Awaitable[Context]]
    buckets: RateBuckets
    documents: DocumentCache
    costs: CostModel
    trusted: TrustedDocuments
    gate: AdmissionGate
    page: Callable[[], Response] | None
    explain: bool
    body_seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.page is not None and scope["method"] == "GET":
            accepted = Request(scope).headers.get("accept", "")
            if "text/html" in accepted:
                await self.page()(scope, receive, send)
                return
        line = RequestLog(scope["path"])
        try:
            answer = await self._answer(scope, receive, line)
        except ClientDisconnected:
            line.outcome = "CLIENT_GONE"
            self._close(line, None)
            return
        except RequestRefused as refused:
            line.outcome = refused.code.value
            answer = refusal_response(refused)
        except Exception as error:  # noqa: BLE001 - the last fence: nothing of a fault leaves the process
            refused = error_masking.refusal_for_fault(error)
            line.outcome = refused.code.value
            error_masking.log_fault(error, line.request_id)
            answer = refusal_response(refused, line.request_id)
        self._close(line, answer.status)
        await answer.send(send)

    def _close(self, line: RequestLog, status: int | None) -> None:
        seconds = time.perf_counter() - line.started
        metrics.record_request(self.audience, line.outcome, seconds, line.cost)
        line.write(status, seconds)

    async def _answer(self, scope: Scope, receive: Receive, line: RequestLog) -> GraphQLResponse:
        headers = dict(scope["headers"])
        asked = await read_request(
            scope["method"], headers, receive, max_bytes=self.limits.body_bytes, seconds=self.body_seconds
        )
        line.operation = _loggable_name(asked.operation_name)
        accept = headers.get(b"accept", b"").decode("latin-1")
        with self.gate:
            return await run_until_disconnect(receive, self._served(Request(scope), asked, accept, line))

    async def _served(self, request: Request, asked: GraphQLRequest, accept: str, line: RequestLog) -> GraphQLResponse:
        # A second more than a statement may take, so that the database ends what is too slow, and says so.
        async with asyncio.timeout(self.limits.seconds + 1):
            context = await self.open_context(request)
            line.viewer = context.viewer.kind.value
            extensions: dict[str, Any] = {}
            body = await self._executed(asked, context, rate_limit_key(request, context), extensions, line)
        if extensions:
            body["extensions"] = extensions
        return _negotiate_response(body, accept, line)

    async def _executed(
        self, asked: GraphQLRequest, context: Context, caller: str, extensions: dict[str, Any], line: RequestLog
    ) -> dict[str, Any]:
        """The answer's body; without `data` when nothing ran."""
        try:
            document = await self._document(asked, context, caller)
            operation = document.operation(asked.operation_name)
            line.cost = self.costs.of(document, operation, asked.variables or {})
            extensions["cost"] = context.cost = {"requested": line.cost, "limit": self.limits.cost}
            self._check_cost(document, operation, asked, line.cost)
        except InvalidDocument as invalid:
            return {"errors": error_masking.mask_document_errors(invalid.errors, explain=self.explain)}
        except GraphError as error:
            return {"errors": [error.formatted]}
        await self._take(context, caller, line.cost)
        result = await run_document(self.schema, document, asked.variables, asked.operation_name, context)
        return self._body(result, line.request_id)

    async def _document(self, asked: GraphQLRequest, context: Context, caller: str) -> Document:
        try:
            document = self.documents.get(self.trusted.text(asked))
        except (InvalidDocument, QueryTooComplex):
            await self._take(context, caller, _INVALID_COST)
            raise
        if document.introspects and not self.explain and context.viewer.kind is not ViewerKind.STAFF:
            raise InvalidDocument([GraphQLError("Introspection needs a staff token here.")])
        return document

    def _check_cost(
        self, document: Document, operation: OperationDefinitionNode, asked: GraphQLRequest, cost: int
    ) -> None:
        if cost <= self.limits.cost:
            return
        path, share = CostCalculation(self.costs, document, operation, asked.variables or {}).heaviest()
        raise QueryTooComplex(
            f"The document may cost {cost}, {cost - self.limits.cost} more than the {self.limits.cost} that are taken; "
            f"{share} of it at {'.'.join(path)}. Ask for smaller pages or fewer fields there.",
            cost=cost,
            limit=self.limits.cost,
            heaviest={"path": path, "cost": share},
        )

    async def _take(self, context: Context, caller: str, cost: int) -> None:
        rate = self.limits.guest_rate if context.viewer.kind is ViewerKind.GUEST else self.limits.rate
        level = await self.buckets.take(f"{self.audience}:{caller}", cost, size=self.limits.bucket, rate=rate)
        if level.wait:
            wait = math.ceil(level.wait)
            message = f"Too much was asked at once: this costs {cost}, {level.left} are left. Try again in {wait} s."
            raise RequestRefused(429, ErrorCode.RATE_LIMITED, message, {"Retry-After": str(wait)})

    def _body(self, result: ExecutionResult, request_id: str) -> dict[str, Any]:
        never_ran = result.data is None and all(not error.path for error in result.errors or ())
        body: dict[str, Any] = {} if never_ran else {"data": result.data}
        if result.errors:
            body["errors"], hidden = error_masking.mask_field_errors(result.errors, request_id, explain=self.explain)
            for fault in hidden:
                error_masking.log_fault(fault, request_id)
        return body


def rate_limit_key(request: Request, context: Context) -> str:
    """Whose bucket it is: the account's behind a valid token, else that of the address."""
    viewer = context.viewer
    if viewer.kind is ViewerKind.GUEST:
        return network_of(request.client.host if request.client else "")
    return f"{viewer.kind.value}:{viewer.staff_id or viewer.customer_id}"


def _negotiate_response(body: dict[str, Any], accept: str, line: RequestLog) -> GraphQLResponse:
    if "errors" in body:
        line.outcome = body["errors"][0]["extensions"]["code"]
        if error_masking.is_outage(body):
            return GraphQLResponse(503, {**body, "data": None}, JSON, {"Retry-After": "1"})
    modern = GRAPHQL_JSON in accept
    return GraphQLResponse(400 if modern and "data" not in body else 200, body, GRAPHQL_JSON if modern else JSON)


def _loggable_name(name: str | None) -> str | None:
    """A caller chooses the name, so only what can be one reaches the log."""
    return name if name and _NAME.fullmatch(name) else None
