"""Running a valid document: the one way from a document to its answer."""

import inspect
from typing import Any, Final

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType, execute

from customer_gql.core.context import Context

from .documents import Document
from .plans.cache import Plans

PLANS: Final = Plans()


async def run(
    schema: GraphQLSchema, document: Document, variables: dict[str, Any] | None, name: str | None, context: Context
) -> ExecutionResult:
    """The answer as data and errors. An error before the first field has no path, and data is None."""
    try:
        operation = document.operation(name)
    except GraphQLError as error:
        return ExecutionResult(None, [error])
    try:
        if operation.operation is OperationType.QUERY and getattr(context.settings, "compiled_plans", True):
            data = await _planned(schema, document, variables, name, context)
            if data is not None:
                return ExecutionResult(data, None)
        return await _referred(schema, document, variables, name, context)
    finally:
        await context.loads.close()


async def _planned(
    schema: GraphQLSchema, document: Document, given: dict[str, Any] | None, name: str | None, context: Context
) -> dict[str, Any] | None:
    """The data of a query without any error; None where the reference executor has to answer."""
    operation = PLANS.operation(schema, document, name)
    variables = operation.variables(given)
    plan = None if variables is None else operation.plan(variables)
    if plan is None or variables is None:
        return None
    try:
        return await plan.data(context, variables)
    except Exception:  # noqa: BLE001 - whatever it is, the reference executor meets it too and tells it with its path
        await context.loads.restart()
        return None


async def _referred(
    schema: GraphQLSchema, document: Document, variables: dict[str, Any] | None, name: str | None, context: Context
) -> ExecutionResult:
    result = execute(schema, document.ast, context_value=context, variable_values=variables, operation_name=name)
    if inspect.isawaitable(result):
        result = await result
    assert isinstance(result, ExecutionResult)
    return result
