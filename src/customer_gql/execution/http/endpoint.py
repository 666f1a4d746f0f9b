"""GraphQL over HTTP for one audience. Checks run in the order of their cost, the cheapest first."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from customer_gql.core.errors import ErrorCode, GraphError, QueryTooComplex
from customer_gql.core.viewer import GUEST, RequestOrigin, Viewer, ViewerKind
from customer_gql.execution.documents import Document, DocumentCache, InvalidDocument
from customer_gql.execution.error_masking import (
    RETRY,
    has_unavailable_part,
    is_outage,
    mask_document_errors,
    mask_field_errors,
    refusal_for_fault,
)
from customer_gql.execution.limits.admission import AdmissionGate
from customer_gql.execution.limits.cost.model import CostModel
from customer_gql.execution.limits.document_text import DocumentTexts
from customer_gql.execution.limits.parse_cost import compute_body_cost, compute_parse_cost
from customer_gql.execution.limits.rate import RateBuckets
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.run import run_document
from customer_gql.execution.telemetry import metrics
from customer_gql.execution.telemetry.faults import log_fault
from customer_gql.graph.context import Context
from customer_gql.graph.rates import rate_of
from customer_gql.security.hashing import HashingContext, HashingPool
from customer_gql.security.network import network_of
from customer_gql.settings import AudienceSettings

from .caller import request_origin
from .disconnects import run_until_disconnect
from .request import ClientDisconnected, GraphQLRequest, read_request
from .request_log import RequestLog
from .responses import BEARER, GRAPHQL_JSON, GraphQLResponse, choose_media_type, refusal_response, state_ended_token

_REPLAY_FACTOR: Final = 4  # what the reference executor takes beyond a plan, in costs of the document
_REFUSAL_COST: Final = 150  # points of a request that was refused before its document ran
# Of answers to GET: caches would keep them otherwise.
_NEVER_CACHED: Final = (b"cache-control", b"private, no-store")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ASGI application for one path."""

    audience: str
    schema: GraphQLSchema
    limits: AudienceSettings
    find_origin: Callable[[Request], Awaitable[RequestOrigin]]
    open_context: Callable[[Request, RequestOrigin], Awaitable[Context]]
    buckets: RateBuckets
    documents: DocumentCache
    costs: CostModel
    texts: DocumentTexts
    gate: AdmissionGate
    token_gate: AdmissionGate
    hashing: HashingPool
    page: Callable[[Request], Awaitable[Response]] | None
    explain: bool
    body_seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.page is not None and scope["method"] == "GET":
            accepted = Request(scope).headers.get("accept", "")
            if "text/html" in accepted:
                page = await self.page(Request(scope))
                await page(scope, receive, send)
                return
        log = RequestLog(scope["path"])
        accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
        try:
            response = await self._respond(scope, receive, accept, log)
        except ClientDisconnected:
            log.outcome = "CLIENT_GONE"
            self._record_request(log, None)
            return
        except RequestRefused as refused:
            log.outcome = refused.code.value
            response = refusal_response(refused, accept=accept)
        except Exception as error:  # noqa: BLE001 - nothing of a fault leaves the process
            refused = refusal_for_fault(error)
            log.outcome = refused.code.value
            log_fault(error, log.request_id)
            response = refusal_response(refused, log.request_id, accept)
        self._record_request(log, response.status)
        response.headers.append((b"x-request-id", log.request_id.encode()))
        if scope["method"] == "GET":
            response.headers.append(_NEVER_CACHED)
        await response.send_to(send)

    def _record_request(self, log: RequestLog, status: int | None) -> None:
        seconds = time.perf_counter() - log.started
        metrics.record_request(self.audience, log.outcome, seconds, log.cost)
        log.write_line(status, seconds)

    async def _respond(self, scope: Scope, receive: Receive, accept: str, log: RequestLog) -> GraphQLResponse:
        headers = dict(scope["headers"])
        request = await read_request(
            scope, headers, receive, max_bytes=self.limits.body_bytes, seconds=self.body_seconds
        )
        log.set_operation(request.operation_name)
        return await run_until_disconnect(receive, self._answer_request(Request(scope), request, accept, log))

    async def _answer_request(
        self, http_request: Request, request: GraphQLRequest, accept: str, log: RequestLog
    ) -> GraphQLResponse:
        # A second more than the time limit of a statement, so that the database ends a slow one and reports it.
        async with asyncio.timeout(self.limits.seconds + 1):
            context = await self._open_context(http_request)
            log.viewer = context.viewer.kind.value
            caller = rate_limit_key(context.viewer, context.caller.address)
            extensions: dict[str, Any] = {}
            try:
                guest = caller if context.viewer.kind is ViewerKind.GUEST else None
                with self.gate.admit(guest), HashingContext(self.hashing):
                    body = await self._execute(request, context, caller, extensions, log)
            except RequestRefused as refused:
                if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
                    await self._take_cost(context.viewer, caller, _REFUSAL_COST)
                raise
        if extensions:
            body["extensions"] = extensions
        response = self._build_response(body, context, accept, log)
        response.headers += context.cookies.headers
        return response

    def _build_response(self, body: dict[str, Any], context: Context, accept: str, log: RequestLog) -> GraphQLResponse:
        if context.viewer.token_has_ended and state_ended_token(body):
            log.outcome = ErrorCode.UNAUTHENTICATED.value
            return GraphQLResponse(401, body, choose_media_type(accept), BEARER)
        return _negotiate_response(body, accept, log)

    async def _open_context(self, http_request: Request) -> Context:
        """Look tokens up apart from the work of the others, so that a full service still knows who is asking."""
        origin = request_origin(http_request)
        try:
            self.gate.require_place()
            with self.token_gate.admit():
                # A shopper's wrong token is charged to the shopper, not to the server that calls for all of them.
                origin = await self.find_origin(http_request)
                context = await self.open_context(http_request, origin)
        except RequestRefused:
            await self._take_cost(GUEST, rate_limit_key(GUEST, origin.address), _REFUSAL_COST)
            raise
        if context.viewer.token_has_ended:
            await self._take_cost(GUEST, rate_limit_key(GUEST, origin.address), _REFUSAL_COST)
        return context

    async def _execute(
        self, request: GraphQLRequest, context: Context, caller: str, extensions: dict[str, Any], log: RequestLog
    ) -> dict[str, Any]:
        """The body of the response; without `data` when nothing was executed."""
        try:
            text = self.texts.choose_text(request.query, request.document_id, request.persisted_hash)
        except GraphError as unknown:
            await self._take_cost(context.viewer, caller, _REFUSAL_COST)
            return {"errors": [{"message": unknown.message, "extensions": unknown.extensions}]}
        # Parsing and validating is paid for whatever it finds; of a document that was parsed before, the refusal is.
        refusal_cost = _REFUSAL_COST if self.documents.has_document(text) else 0
        first_cost = compute_body_cost(request.size)
        if not refusal_cost:
            first_cost += compute_parse_cost(text, max_tokens=self.limits.tokens)
        if first_cost:
            # Never more than a part of the bucket: a document within the other limits can always be sent.
            await self._take_cost(context.viewer, caller, min(first_cost, self.limits.bucket // 4))
        try:
            document = self._load_document(text, context.viewer)
            self.texts.persist_text(request.query, request.persisted_hash)
            operation = document.find_operation(request.operation_name)
            _validate_method(request, operation)
            document.validate_variables(operation, request.variables)
            log.cost = self.costs.compute_cost(document, operation, request.variables or {})
            extensions["cost"] = context.cost = {"requested": log.cost, "limit": self.limits.cost}
            self._validate_cost(document, operation, request, log.cost)
        except InvalidDocument as invalid:
            await self._take_cost(context.viewer, caller, refusal_cost)
            return {"errors": mask_document_errors(invalid.errors, explain=self.explain)}
        except GraphError as error:
            await self._take_cost(context.viewer, caller, refusal_cost)
            return {"errors": [{"message": error.message, "extensions": error.extensions}]}
        left = await self._take_cost(context.viewer, caller, log.cost)
        if context.record_use is not None and not document.asks_only(operation, "viewer"):
            context.record_use()
        result = await run_document(self.schema, document, request.variables, request.operation_name, context)
        if context.is_replayed:
            await self._take_cost(context.viewer, caller, min(_REPLAY_FACTOR * log.cost, left))
        return self._build_body(result, log.request_id)

    def _load_document(self, text: str, viewer: Viewer) -> Document:
        document = self.documents.load_document(text)
        if document.uses_introspection and not self.explain and viewer.kind is not ViewerKind.STAFF:
            raise InvalidDocument([GraphQLError("Introspection requires a staff token.")])
        return document

    def _validate_cost(
        self, document: Document, operation: OperationDefinitionNode, request: GraphQLRequest, cost: int
    ) -> None:
        limit = self.limits.cost
        if cost <= limit:
            return
        path, share = self.costs.find_costliest_list(document, operation, request.variables or {})
        raise QueryTooComplex(
            f"Query cost {cost} exceeds the limit of {limit}. "
            f"{'.'.join(path)} costs {share}: request smaller pages or fewer fields there.",
            cost=cost,
            limit=limit,
            heaviest={"path": path, "cost": share},
        )

    async def _take_cost(self, viewer: Viewer, caller: str, cost: int) -> int:
        """What is left in the bucket. Raises `RequestRefused` when the cost does not fit in."""
        rate = rate_of(viewer, self.limits)
        level = await self.buckets.take_cost(f"{self.audience}:{caller}", cost, size=self.limits.bucket, rate=rate)
        if level.wait:
            wait = math.ceil(level.wait)
            message = (
                f"Rate limit exceeded: the request costs {cost}, and {level.left} are left. Try again in {wait} s."
            )
            raise RequestRefused(429, ErrorCode.RATE_LIMITED, message, {"Retry-After": str(wait)})
        return level.left

    def _build_body(self, result: ExecutionResult, request_id: str) -> dict[str, Any]:
        never_ran = result.data is None and all(not error.path for error in result.errors or ())
        body: dict[str, Any] = {} if never_ran else {"data": result.data}
        if result.errors:
            body["errors"], faults = mask_field_errors(result.errors, request_id, explain=self.explain)
            for fault in faults:
                log_fault(fault, request_id)
        return body


def _validate_method(request: GraphQLRequest, operation: OperationDefinitionNode) -> None:
    """Anything may repeat a GET request: a cache, a browser that restores its tabs, a link in a page of strangers."""
    if request.is_get and operation.operation is not OperationType.QUERY:
        message = f"A {operation.operation.value} needs a POST request."
        raise RequestRefused(405, ErrorCode.BAD_USER_INPUT, message, {"Allow": "POST"})


def rate_limit_key(viewer: Viewer, address: str) -> str:
    """Whose bucket pays: the account or service of a valid token, otherwise the address."""
    if viewer.kind is ViewerKind.GUEST:
        return network_of(address)
    own_id = {
        ViewerKind.CUSTOMER: viewer.customer_id,
        ViewerKind.STAFF: viewer.staff_id,
        ViewerKind.SERVICE: viewer.service_id,
    }[viewer.kind]
    return f"{viewer.kind.value}:{own_id}"


def _negotiate_response(body: dict[str, Any], accept: str, log: RequestLog) -> GraphQLResponse:
    headers: Mapping[str, str] = {}
    if "errors" in body:
        log.outcome = body["errors"][0]["extensions"]["code"]
        if is_outage(body):
            return GraphQLResponse(503, {**body, "data": None}, choose_media_type(accept), RETRY)
        headers = RETRY if has_unavailable_part(body) else {}
    media_type = choose_media_type(accept)
    status = 400 if media_type == GRAPHQL_JSON and "data" not in body else 200
    return GraphQLResponse(status, body, media_type, headers)
