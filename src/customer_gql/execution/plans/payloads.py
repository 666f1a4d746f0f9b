"""Mutations: the reference executor runs the root fields, one after another and once each; plans answer the payloads."""

from typing import Any

from graphql import GraphQLObjectType
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path

from customer_gql.execution.plans.running.run import PlanRun, Position
from customer_gql.graph.access.guards import missing_permissions
from customer_gql.graph.context import Context

from .cache import PlannedOperation


class PayloadExecutor(Executor[Any]):
    """The reference executor, except for the selection of a root field's payload."""

    context_value: Context

    def __init__(self, *positional: Any, planned: PlannedOperation, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._planned = planned

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if path.prev is not None or return_type.is_type_of is not None:
            return super().complete_object_value(return_type, field_details_list, info, path, result, position_context)
        return self._complete_payload(return_type, field_details_list, info, path, result, position_context)

    async def _complete_payload(
        self, kind: GraphQLObjectType, details: list[FieldDetails], info: Any, path: Path, result: Any, position: Any
    ) -> Any:
        missing = missing_permissions(self.context_value.viewer)
        selection = await self._planned.find_payload_selection(kind, details, self.variable_values, missing)
        if selection is not None:
            run = PlanRun(self.context_value, self.variable_values)
            try:
                payload = selection.complete_values(run, [result], [Position(info, path)])
                await run.run_rounds()
            except Exception:  # noqa: BLE001 - the mutation was done; only its payload is read again
                run.close_coroutines()
                await self.context_value.start_again()
            else:
                for error, place in run.errors:
                    self.collected_errors.add(error, place)
                return payload[0]
        value = super().complete_object_value(kind, details, info, path, result, position)
        return await value if self.is_awaitable(value) else value
