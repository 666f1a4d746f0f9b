"""Running a valid document: the one way from a document to its answer."""

import inspect
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute

from customer_gql.core.context import Context

from .documents import Document


async def run(
    schema: GraphQLSchema, document: Document, variables: dict[str, Any] | None, name: str | None, context: Context
) -> ExecutionResult:
    """The answer as data and errors. An error before the first field has no path, and data is None."""
    try:
        document.operation(name)
    except GraphQLError as error:
        return ExecutionResult(None, [error])
    try:
        result = execute(schema, document.ast, context_value=context, variable_values=variables, operation_name=name)
        if inspect.isawaitable(result):
            result = await result
    finally:
        await context.loads.close()
    assert isinstance(result, ExecutionResult)
    return result
