"""One subscription of one client: its events, each answered by plans and the executor like a query."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any, NamedTuple

from graphql import ExecutionResult, GraphQLError

from customer_gql.core.errors import GraphError, Unauthenticated
from customer_gql.core.viewer import TOKEN_HAS_ENDED, Viewer
from customer_gql.execution.limits.size import metadata_of
from customer_gql.execution.preparation import OperationRefused, Preparation, PreparedOperation, rate_limit_key
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.run import answer_event, open_source
from customer_gql.graph.context import Context
from customer_gql.graph.live import LiveEvent, require_follower

from .streams import LiveStreams


class LiveAnswer(NamedTuple):
    """What a client is sent of one event."""

    body: dict[str, Any]
    cursor: str | None


class LiveOperation:
    """Runs a prepared subscription. A client that is slow is paid and read for less often, and finds what is newest then."""

    def __init__(
        self,
        streams: LiveStreams,
        preparation: Preparation,
        prepared: PreparedOperation,
        context: Context,
        request_id: str,
    ) -> None:
        self._streams = streams
        self._preparation = preparation
        self._prepared = prepared
        self._context = context
        self._request_id = request_id
        self._ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self.sent = 0

    def change_viewer(self, viewer: Viewer | None) -> None:
        """Go on with the rights that the viewer has now, or end."""
        if viewer is None:
            self.end(Unauthenticated(TOKEN_HAS_ENDED))
            return
        self._context.viewer = viewer
        try:
            self._require_follower()
        except GraphError as refused:
            self.end(refused)

    def end(self, reason: Exception) -> None:
        if not self._ended.done():
            self._ended.set_result(reason)

    async def answers(self) -> AsyncGenerator[LiveAnswer]:
        """Raises `OperationRefused` where the stream cannot begin or go on, and `ServiceStops`."""
        self._streams.running.add(self)
        source: AsyncGenerator[Any] | None = None
        try:
            source = await self._open_source()
            while True:
                if self.sent:
                    await self._pay_event()
                event = await self._next_event(source)
                if event is None:
                    return
                body = await self._answer_event(event.value)
                self.sent += 1
                yield LiveAnswer(body, event.cursor)
        except GraphError as refused:
            raise OperationRefused([{"message": refused.message, "extensions": refused.extensions}]) from None
        finally:
            self._streams.running.discard(self)
            if source is not None:
                await source.aclose()

    async def _open_source(self) -> AsyncGenerator[Any]:
        self._require_follower()
        prepared, request = self._prepared, self._prepared.request
        source = await open_source(
            self._preparation.schema, prepared.document, request.variables, request.operation_name, self._context
        )
        if isinstance(source, ExecutionResult):
            raise OperationRefused(self._mask_errors(source))
        return source

    def _require_follower(self) -> None:
        # Validation lets one root field through, without conditions.
        [name] = self._prepared.document.root_fields(self._prepared.operation)
        root = self._preparation.schema.subscription_type
        assert root is not None
        require_follower(metadata_of(root.fields[name]), self._context.viewer)

    async def _next_event(self, source: AsyncGenerator[Any]) -> LiveEvent | None:
        """None when there are no more. Raises what ended the stream instead."""
        waiting = asyncio.ensure_future(anext(source, None))
        try:
            await asyncio.wait([waiting, self._ended], return_when=asyncio.FIRST_COMPLETED)
            if self._ended.done():
                raise self._ended.result()  # noqa: TRY301 - what ended the stream takes the way of its other errors
            return waiting.result()
        except (GraphError, OperationRefused):
            raise
        except Exception as error:
            if self._ended.done():
                raise
            located = GraphQLError(str(error), original_error=error)
            raise OperationRefused(self._mask_errors(ExecutionResult(None, [located]))) from None
        finally:
            if not waiting.done():
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)

    async def _answer_event(self, event: Any) -> dict[str, Any]:
        prepared, request = self._prepared, self._prepared.request
        # Of its own for each event, so that nothing that was read before is told again.
        context = replace(self._context, canceled={}, record_use=None, is_replayed=False)
        async with self._streams.slots:
            try:
                async with asyncio.timeout(self._preparation.limits.seconds + 1):
                    result = await answer_event(
                        self._preparation.schema,
                        prepared.document,
                        request.variables,
                        request.operation_name,
                        context,
                        event,
                    )
            except TimeoutError as error:
                result = ExecutionResult(None, [GraphQLError("", original_error=error)])
        return self._preparation.build_body(result, self._request_id)

    async def _pay_event(self) -> None:
        """The first event is paid for with the request. A viewer who has used up their rate waits for the next one."""
        viewer = self._context.viewer
        caller = rate_limit_key(viewer, self._context.caller.address)
        while not self._ended.done():
            try:
                await self._preparation.take_cost(viewer, caller, self._prepared.cost)
            except RequestRefused as refused:
                await asyncio.wait([self._ended], timeout=int(refused.headers["Retry-After"]))
            else:
                return

    def _mask_errors(self, result: ExecutionResult) -> list[dict[str, Any]]:
        errors: list[dict[str, Any]] = self._preparation.build_body(result, self._request_id)["errors"]
        return errors
