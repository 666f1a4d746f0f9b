"""The operations of one WebSocket, after its client said who it is."""

import asyncio
from dataclasses import replace
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from customer_gql.core.errors import ErrorCode
from customer_gql.core.viewer import Viewer
from customer_gql.execution.error_masking import refusal_for_fault
from customer_gql.execution.http.endpoint import Endpoint
from customer_gql.execution.http.request_log import RequestLog
from customer_gql.execution.http.responses import refusal_error
from customer_gql.execution.preparation import GraphQLRequest, OperationRefused, PreparedOperation
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.telemetry import metrics
from customer_gql.execution.telemetry.faults import log_fault
from customer_gql.graph.context import Context

from .messages import CloseCode, Message, SocketRefused, read_message, read_operation, write_message
from .operation import LiveOperation
from .streams import LiveStreams, ServiceStops

_CLOSED: Final = (WebSocketDisconnect, RuntimeError)
"""What sending to a socket raises that is closed."""


class LiveConnection:
    """Runs several operations at a time, each in a task of its own."""

    def __init__(self, endpoint: Endpoint, streams: LiveStreams, socket: WebSocket, context: Context) -> None:
        self._endpoint = endpoint
        self._streams = streams
        self._socket = socket
        self._context = context
        self._by_id: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()
        """Those that the client completed too, until they have ended."""
        self._subscriptions: set[LiveOperation] = set()
        self._refused: asyncio.Future[SocketRefused] = asyncio.get_running_loop().create_future()

    def change_viewer(self, viewer: Viewer | None) -> None:
        """A viewer who lost a right goes on with the other operations; without a valid token with none."""
        if viewer is None:
            if not self._refused.done():
                self._refused.set_result(SocketRefused(CloseCode.UNAUTHORIZED, "Unauthorized"))
            return
        self._context.viewer = viewer
        for subscription in tuple(self._subscriptions):
            subscription.change_viewer(viewer)

    async def serve_operations(self) -> None:
        """Raises `SocketRefused` and `WebSocketDisconnect`."""
        while True:
            await self._handle_message(read_message(await self._receive_text()))

    async def close(self) -> None:
        tasks = tuple(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive_text(self) -> str | None:
        receiving = asyncio.ensure_future(self._socket.receive())
        try:
            await asyncio.wait([receiving, self._refused], return_when=asyncio.FIRST_COMPLETED)
            if self._refused.done():
                raise self._refused.result()
            message = receiving.result()
        finally:
            receiving.cancel()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | None = message.get("text")
        return text

    async def _handle_message(self, message: Message) -> None:
        match message.type:
            case "ping":
                await self._send("pong")
            case "pong":
                pass
            case "subscribe":
                await self._start_operation(message)
            case "complete":
                if (task := self._by_id.pop(message.id, None)) is not None:
                    task.cancel()
            case "connection_init":
                raise SocketRefused(CloseCode.TOO_MANY_INIT_REQUESTS, "Too many initialisation requests")
            case _:
                raise SocketRefused(CloseCode.INVALID_MESSAGE, "The type of the message is unknown.")

    async def _start_operation(self, message: Message) -> None:
        request = read_operation(message)
        if message.id in self._by_id:
            raise SocketRefused(CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {message.id} already exists")
        most = self._streams.limits.operations
        if len(self._by_id) >= most:
            text = f"A socket runs at most {most} operations at a time. Complete one of them first."
            error = {"message": text, "extensions": {"code": ErrorCode.RATE_LIMITED.value}}
            await self._send("error", message.id, [error])
            return
        task = self._by_id[message.id] = asyncio.create_task(self._run_operation(message.id, request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run_operation(self, id: str, request: GraphQLRequest) -> None:
        log = RequestLog(self._socket.url.path, viewer=self._context.viewer.kind.value)
        log.set_operation(request.operation_name)
        try:
            errors = await self._answer(id, request, log)
            self._release_id(id)  # the client may use it again once it is told
            if errors is None:
                await self._send("complete", id)
            else:
                log.outcome = errors[0]["extensions"]["code"]
                await self._send("error", id, errors)
        except (ServiceStops, *_CLOSED):
            log.outcome = self._describe_end()
        except asyncio.CancelledError:
            log.outcome = self._describe_end()
            raise
        finally:
            self._release_id(id)
            log.write_stream(1 if log.answers is None else log.answers)

    def _release_id(self, id: str) -> None:
        if self._by_id.get(id) is asyncio.current_task():
            del self._by_id[id]

    def _describe_end(self) -> str:
        return "SERVICE_STOPS" if self._streams.is_closing else "CLIENT_GONE"

    async def _answer(self, id: str, request: GraphQLRequest, log: RequestLog) -> list[Any] | None:
        """The errors that ended the operation. Raises `ServiceStops`, and what a closed socket raises."""
        context = replace(self._context)
        try:
            async with asyncio.timeout(self._endpoint.limits.seconds + 1):
                answer = await self._endpoint.answer_operation(request, context, log)
            if isinstance(answer, PreparedOperation):
                await self._follow(id, answer, context, log)
            elif "data" not in answer:
                errors: list[Any] = answer["errors"]
                return errors
            else:
                await self._send("next", id, answer)
        except OperationRefused as refused:
            return refused.errors
        except RequestRefused as refused:
            return [refusal_error(refused)]
        except (ServiceStops, *_CLOSED):
            raise
        except Exception as error:  # noqa: BLE001 - nothing of a fault leaves the process
            log_fault(error, log.request_id)
            return [refusal_error(refusal_for_fault(error), log.request_id)]
        return None

    async def _follow(self, id: str, prepared: PreparedOperation, context: Context, log: RequestLog) -> None:
        subscription = LiveOperation(self._streams, self._endpoint.preparation, prepared, context, log.request_id)
        self._subscriptions.add(subscription)
        answers = subscription.answers()
        try:
            async for answer in answers:
                metrics.live_answers.inc()
                await self._send("next", id, answer.body)
        finally:
            log.answers = subscription.sent
            self._subscriptions.discard(subscription)
            await answers.aclose()

    async def _send(self, kind: str, id: str | None = None, payload: Any = None) -> None:
        await self._socket.send_text(write_message(kind, id, payload))
