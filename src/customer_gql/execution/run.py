"""Running a valid document: the one way from a document to its answer."""

import inspect
from typing import Any, Final

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, MiddlewareManager, OperationType, execute

from customer_gql.execution.plans.cache import Operation, Plans
from customer_gql.execution.plans.payloads import PayloadExecutor
from customer_gql.graph.context import Context

from . import error_masking
from .documents import Document
from .masking import guards

PLANS: Final = Plans()


async def run(
    schema: GraphQLSchema, document: Document, variables: dict[str, Any] | None, name: str | None, context: Context
) -> ExecutionResult:
    """The answer as data and errors. An error before the first field has no path, and data is None."""
    try:
        kind = document.operation(name).operation
    except GraphQLError as error:
        return ExecutionResult(None, [error])
    guarded = guards(context.viewer)
    plans = guarded is None and getattr(context.settings, "compiled_plans", True)
    planned = PLANS.operation(schema, document, name) if plans else None
    try:
        if planned is not None and kind is OperationType.QUERY:
            data = await by_plan(planned, variables, context)
            if data is not None:
                return ExecutionResult(data, None)
        by_payload = planned if kind is OperationType.MUTATION else None
        return await _referred(schema, document, variables, name, context, by_payload, guarded)
    finally:
        await context.loads.close()


async def by_plan(operation: Operation, given: dict[str, Any] | None, context: Context) -> dict[str, Any] | None:
    """The data of a query without any error; None where the reference executor has to answer."""
    variables = operation.variables(given)
    plan = None if variables is None else operation.plan(variables)
    if plan is None or variables is None:
        return None
    try:
        return await plan.data(context, variables)
    except Exception as error:
        # Whatever it is, the reference executor meets it too and tells it with its path.
        if error_masking.is_away(error):
            raise  # asking a database again that does not answer only makes everybody wait twice
        await context.loads.restart()
        return None


async def _referred(
    schema: GraphQLSchema,
    document: Document,
    variables: dict[str, Any] | None,
    name: str | None,
    context: Context,
    planned: Operation | None,
    guarded: MiddlewareManager | None,
) -> ExecutionResult:
    payloads: dict[str, Any] = {} if planned is None else {"executor_class": PayloadExecutor, "planned": planned}
    result = execute(
        schema,
        document.ast,
        context_value=context,
        variable_values=variables,
        operation_name=name,
        middleware=guarded,
        **payloads,
    )
    if inspect.isawaitable(result):
        result = await result
    assert isinstance(result, ExecutionResult)
    return result
