"""Mutations: the reference executor runs the root fields, in turn and once each; what a payload shows is a plan's."""

from typing import Any

from graphql import GraphQLObjectType
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path

from .cache import Operation
from .running import Place, Running


class PayloadExecutor(Executor[Any]):
    """The reference executor, but for the selection of a root field's object."""

    def __init__(self, *positional: Any, planned: Operation, **named: Any) -> None:
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
        return self._payload(return_type, field_details_list, info, path, result, position_context)

    async def _payload(
        self, kind: GraphQLObjectType, details: list[FieldDetails], info: Any, path: Path, result: Any, position: Any
    ) -> Any:
        selection = self._planned.payload(kind, details, self.variable_values)
        if selection is not None:
            run = Running(self.context_value, self.variable_values)
            try:
                shown = selection.complete(run, [result], [Place(info, path)])
                await run.finish()
            except Exception:  # noqa: BLE001 - the mutation was done; only its payload is read again
                run.abandon()
                await self.context_value.loads.restart()
            else:
                return shown[0]
        value = super().complete_object_value(kind, details, info, path, result, position)
        return await value if self.is_awaitable(value) else value
