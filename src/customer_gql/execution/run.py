"""Runs a valid document: the only way from a document to its answer."""

import inspect
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    create_source_event_stream,
    execute,
)

from customer_gql.execution.plans.cache import PlannedOperation, find_operation
from customer_gql.execution.plans.payloads import PayloadExecutor
from customer_gql.graph.access.guards import field_guards, missing_permissions
from customer_gql.graph.context import Context

from .documents import Document
from .error_masking import is_unavailable


async def run_document(
    schema: GraphQLSchema, document: Document, variables: dict[str, Any] | None, name: str | None, context: Context
) -> ExecutionResult:
    """The answer as data and errors. An error before the first field has no path, and data is None."""
    try:
        kind = document.find_operation(name).operation
    except GraphQLError as error:
        return ExecutionResult(None, [error])
    planned = find_operation(schema, document, name) if context.settings.compiled_plans else None
    try:
        if planned is not None and kind is OperationType.QUERY:
            answer = await run_planned_query(planned, variables, context)
            if answer is not None:
                return _sort_errors(answer)
            context.is_replayed = True
        with_payload_plans = planned if kind is OperationType.MUTATION else None
        answer = await _run_reference_executor(schema, document, variables, name, context, with_payload_plans)
        return _sort_errors(answer)
    finally:
        await context.loads.close()


async def open_source(
    schema: GraphQLSchema, document: Document, variables: dict[str, Any] | None, name: str | None, context: Context
) -> AsyncGenerator[Any] | ExecutionResult:
    """The events of a subscription, or the errors that prevent it."""
    executor = Executor.build(
        schema, document.ast, context_value=context, raw_variable_values=variables, operation_name=name
    )
    if isinstance(executor, list):
        return ExecutionResult(None, executor)
    source: Any = create_source_event_stream(executor)
    return await source if inspect.isawaitable(source) else source


async def answer_event(
    schema: GraphQLSchema,
    document: Document,
    variables: dict[str, Any] | None,
    name: str | None,
    context: Context,
    event: Any,
) -> ExecutionResult:
    """The selection of a subscription on the record of one event, planned like a payload."""
    planned = find_operation(schema, document, name) if context.settings.compiled_plans else None
    try:
        answer = await _run_reference_executor(schema, document, variables, name, context, planned, root=event)
        return _sort_errors(answer)
    finally:
        await context.loads.close()


async def run_planned_query(
    operation: PlannedOperation, given: dict[str, Any] | None, context: Context
) -> ExecutionResult | None:
    """The answer to a query, whose errors are fields refused to its viewer; None where the reference executor has to
    answer."""
    variables = operation.coerce_variables(given)
    missing = missing_permissions(context.viewer)
    plan = None if variables is None else await operation.find_plan(variables, missing)
    if plan is None or variables is None:
        return None
    try:
        answer = await plan.compute_answer(context, variables)
    except Exception as error:
        # Whatever the error is, the reference executor meets it too and reports it with its path.
        if is_unavailable(error):
            raise  # asking a database again that does not respond would only double the wait
        await context.start_again()
        return None
    operation.runs += 1
    return answer


async def _run_reference_executor(
    schema: GraphQLSchema,
    document: Document,
    variables: dict[str, Any] | None,
    name: str | None,
    context: Context,
    planned: PlannedOperation | None,
    *,
    root: Any = None,
) -> ExecutionResult:
    payloads: dict[str, Any] = {} if planned is None else {"executor_class": PayloadExecutor, "planned": planned}
    result = execute(
        schema,
        document.ast,
        root_value=root,
        context_value=context,
        variable_values=variables,
        operation_name=name,
        middleware=field_guards(missing_permissions(context.viewer)),
        **payloads,
    )
    if inspect.isawaitable(result):
        result = await result
    assert isinstance(result, ExecutionResult)
    return result


def _sort_errors(answer: ExecutionResult) -> ExecutionResult:
    """In the order of the answer, whatever order they were met in."""
    if answer.errors and len(answer.errors) > 1:
        answer.errors.sort(key=lambda error: _place_in_answer(answer.data, error.path or ()))
    return answer


def _place_in_answer(data: Any, path: Sequence[str | int]) -> list[int]:
    place: list[int] = []
    for step in path:
        if isinstance(step, int):
            place.append(step)
            data = data[step] if isinstance(data, list) else None
        else:
            place.append(list(data).index(step) if isinstance(data, dict) and step in data else -1)
            data = data.get(step) if isinstance(data, dict) else None
    return place
