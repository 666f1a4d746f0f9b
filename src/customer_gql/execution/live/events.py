"""Subscriptions as server-sent events: the protocol of `graphql-sse` with a connection for each operation."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.types import Receive, Send

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.http.deadlines import ClientDisconnected, Sweep, run_until_disconnect
from customer_gql.execution.http.request_log import RequestLog
from customer_gql.execution.http.responses import BEARER, COMPLETE_EVENT, EVENT_STREAM, accepts_events, format_event
from customer_gql.execution.preparation import OperationRefused, Preparation, PreparedOperation
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.telemetry import metrics
from customer_gql.execution.telemetry.faults import log_fault
from customer_gql.graph.context import Context
from customer_gql.graph.roots import SIGN_IN_AS_STAFF

from .operation import LiveOperation
from .origins import require_allowed_origin
from .streams import LiveStreams, ServiceStops

_SILENT_SECONDS: Final = 12  # then a comment, so that no proxy takes the connection for dead
_COMMENT: Final = b":\n\n"
_CURSOR_LENGTH: Final = 512


@dataclass(frozen=True, slots=True)
class EventStreams:
    """Opens the streams of one endpoint."""

    streams: LiveStreams
    preparation: Preparation
    sweep: Sweep
    is_development: bool

    async def open_stream(
        self, request: Request, receive: Receive, prepared: PreparedOperation, context: Context
    ) -> "EventStream":
        """Raises `RequestRefused`."""
        origins = self.preparation.limits.cors_origins
        require_allowed_origin(request, origins, is_development=self.is_development)
        if not accepts_events(request.headers.get("accept", "")):
            message = "A subscription is answered by events: send `Accept: text/event-stream`, or open a WebSocket."
            raise RequestRefused(406, ErrorCode.BAD_USER_INPUT, message)
        if not context.viewer.is_staff_or_service:
            raise RequestRefused(401, ErrorCode.UNAUTHENTICATED, SIGN_IN_AS_STAFF, BEARER)
        context.resumes_after = _last_cursor(request)
        log = RequestLog(request.url.path, viewer=context.viewer.kind.value, cost=prepared.cost)
        log.set_operation(prepared.request.operation_name)
        operation = LiveOperation(self.streams, self.preparation, prepared, context, log.request_id)
        stack = ExitStack()
        stack.enter_context(self.streams.hold_place(context.viewer))
        stack.enter_context(self.streams.rights.watch(context, operation.change_viewer))
        return EventStream(operation, receive, self.sweep, stack, log)


class EventStream:
    """The answer: one event after another, until the source ends, the client hangs up or the service stops."""

    status = 200

    def __init__(
        self, operation: LiveOperation, receive: Receive, sweep: Sweep, place: ExitStack, log: RequestLog
    ) -> None:
        self.headers = [
            (b"content-type", f"{EVENT_STREAM}; charset=utf-8".encode()),
            (b"x-accel-buffering", b"no"),  # nginx would keep events back
        ]
        self._operation = operation
        self._receive = receive
        self._sweep = sweep
        self._place = place
        self._log = log

    async def send_to(self, send: Send) -> None:
        with self._place:
            try:
                await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
                await run_until_disconnect(self._receive, self._send_events(send), self._sweep)
            except ClientDisconnected:
                self._log.outcome = "CLIENT_GONE"
            finally:
                self._log.write_stream(self._operation.sent)

    async def _send_events(self, send: Send) -> None:
        await _send_bytes(send, _COMMENT)
        answers = self._operation.answers()
        try:
            await self._send_answers(send, answers)
            await _send_bytes(send, COMPLETE_EVENT)
        except OperationRefused as refused:
            self._log.outcome = refused.errors[0]["extensions"]["code"]
            await _send_bytes(send, format_event(orjson.dumps({"errors": refused.errors})) + COMPLETE_EVENT)
        except ServiceStops:
            self._log.outcome = "SERVICE_STOPS"  # not complete: the client connects to another process
        except Exception as error:  # noqa: BLE001 - nothing of a fault leaves the process
            self._log.outcome = ErrorCode.INTERNAL_SERVER_ERROR.value
            log_fault(error, self._log.request_id)
        finally:
            await answers.aclose()
        await send({"type": "http.response.body", "body": b""})

    async def _send_answers(self, send: Send, answers: Any) -> None:
        waiting: asyncio.Future[Any] = asyncio.ensure_future(anext(answers, None))
        try:
            while True:
                await asyncio.wait([waiting], timeout=_SILENT_SECONDS)
                if not waiting.done():
                    await _send_bytes(send, _COMMENT)
                    continue
                answer = waiting.result()
                if answer is None:
                    return
                metrics.live_answers.inc()
                await _send_bytes(send, format_event(orjson.dumps(answer.body), answer.cursor))
                waiting = asyncio.ensure_future(anext(answers, None))
        finally:
            if not waiting.done():
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)


async def _send_bytes(send: Send, content: bytes) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": True})


def _last_cursor(request: Request) -> str | None:
    """What a client that connects again has already; it stands in for the cursor of the document."""
    given = request.headers.get("last-event-id", "")
    if len(given) > _CURSOR_LENGTH:
        raise RequestRefused(400, ErrorCode.BAD_USER_INPUT, "Last-Event-ID is not the id of an event.")
    return given or None
