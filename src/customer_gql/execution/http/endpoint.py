"""GraphQL over HTTP for one audience. Checks run in the order of their cost, the cheapest first."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from customer_gql.core.errors import ErrorCode
from customer_gql.core.viewer import GUEST, RequestOrigin, ViewerKind
from customer_gql.execution.error_masking import RETRY, has_unavailable_part, is_outage, refusal_for_fault
from customer_gql.execution.limits.admission import AdmissionGate
from customer_gql.execution.preparation import (
    REFUSAL_COST,
    GraphQLRequest,
    OperationRefused,
    Preparation,
    PreparedOperation,
    describe_cost,
    rate_limit_key,
)
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.run import run_document
from customer_gql.execution.telemetry import metrics
from customer_gql.execution.telemetry.faults import log_fault
from customer_gql.graph.context import Context
from customer_gql.security.hashing import HashingContext, HashingPool
from customer_gql.settings import AudienceSettings

from .caller import request_origin
from .deadlines import ClientDisconnected, Deadlines, run_until_disconnect
from .positions import describe_position
from .request import read_request
from .request_log import RequestLog
from .responses import (
    BEARER,
    GRAPHQL_JSON,
    EventResponse,
    GraphQLResponse,
    accepts_events_only,
    choose_media_type,
    refusal_response,
    state_ended_token,
)

_REPLAY_FACTOR: Final = 4  # what the reference executor takes beyond a plan, in costs of the document
# Of answers to GET: caches would keep them otherwise.
_NEVER_CACHED: Final = (b"cache-control", b"private, no-store")


class Answering(Protocol):
    """What is sent to a client, at once or bit by bit."""

    status: int
    headers: list[tuple[bytes, bytes]]

    async def send_to(self, send: Send) -> None: ...


class OpenContext(Protocol):
    def __call__(self, request: Request, origin: RequestOrigin, /, *, presumes: bool) -> Awaitable[Context]: ...


OpenStream = Callable[[Request, Receive, PreparedOperation, Context], Awaitable[Answering]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ASGI application for one path. `open_stream` answers subscriptions; None where there are none."""

    preparation: Preparation
    find_origin: Callable[[Request], Awaitable[RequestOrigin]]
    open_context: OpenContext
    gate: AdmissionGate
    token_gate: AdmissionGate
    hashing: HashingPool
    page: Callable[[Request], Awaitable[Response]] | None
    deadlines: Deadlines
    open_stream: OpenStream | None = None
    counted_operations: frozenset[str] = frozenset()

    @property
    def limits(self) -> AudienceSettings:
        return self.preparation.limits

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
        metrics.record_request(self.preparation.audience, log.outcome, seconds, log.cost)
        metrics.count_operation(self.preparation.audience, log.operation, log.outcome, self.counted_operations)
        log.write_line(status, seconds)

    async def _respond(self, scope: Scope, receive: Receive, accept: str, log: RequestLog) -> Answering:
        headers = dict(scope["headers"])
        request = await read_request(
            scope, headers, receive, max_bytes=self.limits.body_bytes, deadlines=self.deadlines
        )
        log.set_operation(request.operation_name)
        http_request = Request(scope)
        work = self._answer_request(http_request, request, accept, log)
        answer = await run_until_disconnect(receive, work, self.deadlines.sweep)
        if isinstance(answer, GraphQLResponse):
            return answer
        assert self.open_stream is not None
        return await self.open_stream(http_request, receive, *answer)

    async def _answer_request(
        self, http_request: Request, request: GraphQLRequest, accept: str, log: RequestLog
    ) -> GraphQLResponse | tuple[PreparedOperation, Context]:
        """The answer, or the subscription to open."""
        async with self.deadlines.of_answer():
            context = await self._open_context(http_request, presumes=self.preparation.is_frequent_query(request))
            log.viewer = context.viewer.kind.value
            answer = await self._answer_confirmed(request, context, log)
            if answer is None:  # the token means something else by now
                context = await self._open_context(http_request)
                log.viewer = context.viewer.kind.value
                answer = await self.answer_operation(request, context, log)
        if isinstance(answer, PreparedOperation):
            return answer, context
        response = self._build_response(answer, context, accept, log)
        response.headers += context.cookies.headers
        response.headers += await describe_position(context)
        return response

    async def _answer_confirmed(
        self, request: GraphQLRequest, context: Context, log: RequestLog
    ) -> dict[str, Any] | PreparedOperation | None:
        """The answer; None when the viewer was only presumed, and turned out to be another. So did then whatever was refused."""
        if context.confirm_viewer is None:
            return await self.answer_operation(request, context, log)
        try:
            answer = await self.answer_operation(request, context, log)
        except Exception:
            # What was refused has read nothing yet, so that the token costs a statement of its own.
            with self.token_gate.admit():
                holds = await context.confirm_viewer()
            if holds:
                raise
            return None
        return answer if await context.confirm_viewer() else None

    async def answer_operation(
        self, request: GraphQLRequest, context: Context, log: RequestLog
    ) -> dict[str, Any] | PreparedOperation:
        """The body of the answer, when there is a place for it; a subscription is prepared only. Raises `RequestRefused`."""
        caller = rate_limit_key(context.viewer, context.caller.address)
        guest = caller if context.viewer.kind is ViewerKind.GUEST else None
        try:
            with self.gate.admit(guest), HashingContext(self.hashing):
                return await self._execute(request, context, caller, log)
        except RequestRefused as refused:
            if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
                await self.preparation.take_cost(context.viewer, caller, REFUSAL_COST)
            raise

    def _build_response(self, body: dict[str, Any], context: Context, accept: str, log: RequestLog) -> GraphQLResponse:
        if context.viewer.token_has_ended and state_ended_token(body):
            log.outcome = ErrorCode.UNAUTHENTICATED.value
            return GraphQLResponse(401, body, choose_media_type(accept), BEARER)
        return _negotiate_response(body, accept, log)

    async def _open_context(self, http_request: Request, *, presumes: bool = False) -> Context:
        """Look tokens up apart from the work of the others, so that a full service still knows who is asking."""
        origin = request_origin(http_request)
        try:
            self.gate.require_place()
            with self.token_gate.admit():
                # A shopper's wrong token is charged to the shopper, not to the server that calls for all of them.
                origin = await self.find_origin(http_request)
                context = await self.open_context(http_request, origin, presumes=presumes)
        except RequestRefused:
            await self.preparation.take_cost(GUEST, rate_limit_key(GUEST, origin.address), REFUSAL_COST)
            raise
        if context.viewer.token_has_ended:
            await self.preparation.take_cost(GUEST, rate_limit_key(GUEST, origin.address), REFUSAL_COST)
        return context

    async def _execute(
        self, request: GraphQLRequest, context: Context, caller: str, log: RequestLog
    ) -> dict[str, Any] | PreparedOperation:
        """The body of the response, without `data` when nothing was executed; a subscription is prepared only."""
        preparation = self.preparation
        try:
            prepared = await preparation.prepare_operation(request, context)
        except OperationRefused as refused:
            log.cost = refused.cost
            return {"errors": refused.errors} | self._describe_cost(refused.cost)
        log.cost = prepared.cost
        if prepared.is_subscription:
            return prepared
        context.is_trusted = request.document_id is not None
        if prepared.is_query:
            context.read_from_replica()
        result = await run_document(
            preparation.schema, prepared.document, request.variables, request.operation_name, context
        )
        if context.is_replayed:
            more = min(_REPLAY_FACTOR * prepared.cost, prepared.left)
            await preparation.take_cost(context.viewer, caller, more)
        return preparation.build_body(result, log.request_id) | self._describe_cost(prepared.cost)

    def _describe_cost(self, cost: int | None) -> dict[str, Any]:
        described = describe_cost(cost, self.limits.cost)
        return {"extensions": described} if described else {}


def _negotiate_response(body: dict[str, Any], accept: str, log: RequestLog) -> GraphQLResponse:
    headers: Mapping[str, str] = {}
    if "errors" in body:
        log.outcome = body["errors"][0]["extensions"]["code"]
        if is_outage(body):
            return GraphQLResponse(503, {**body, "data": None}, choose_media_type(accept), RETRY)
        headers = RETRY if has_unavailable_part(body) else {}
    if accepts_events_only(accept):
        return EventResponse(body, headers)
    media_type = choose_media_type(accept)
    status = 400 if media_type == GRAPHQL_JSON and "data" not in body else 200
    return GraphQLResponse(status, body, media_type, headers)
