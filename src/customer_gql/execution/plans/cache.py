"""Plans of the operations of a document: compiled at first use, and kept with the document."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues

from customer_gql.execution.documents import Document
from customer_gql.execution.large_documents import run_beside_loop
from customer_gql.execution.plans.compiling.compiler import OperationCompiler
from customer_gql.execution.plans.running.arguments import OperationVariables
from customer_gql.execution.plans.running.run import PlanRun, Position
from customer_gql.execution.plans.selections.selection import Selection
from customer_gql.execution.plans.statements import frequency
from customer_gql.execution.plans.statements.frequency import WritingState
from customer_gql.graph.context import Context
from customer_gql.settings import Settings

from .errors import NotPlannable

T = TypeVar("T")
MAX_VARIANTS: Final = 32
OWN_STATEMENTS_AFTER = 20  # runs: others would fill the server with prepared statements that hardly anybody uses
FREQUENT_AFTER = 50
"""Runs of a query from which on the token of a request is read with its first rows."""
_ROOT_POSITION: Final = [Position(None, None)]  # pyright: ignore


def _can_write_statements(settings: Settings) -> bool:
    """Without prepared statements the database would read the long text of one each time; a distributed one would not take it."""
    return settings.generated_statements and settings.prepared_statements and not settings.distributed


class OperationPlan:
    """Answers an operation, from its root type down."""

    __slots__ = ("_runs", "_selection", "_writing")

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._runs = 0
        self._writing = WritingState()

    async def compute_answer(self, context: Context, variables: VariableValues) -> ExecutionResult:
        """The complete answer, whose errors are refused fields; raises where the reference executor has to answer."""
        self._runs += 1
        run = PlanRun(context, variables, is_repeated=self._runs > OWN_STATEMENTS_AFTER)
        is_frequent = context.is_trusted or self._runs > frequency.FREQUENT_AFTER
        if is_frequent and _can_write_statements(context.settings):
            return await self._writing.write_or_read(run, self._run_once)
        return await self._run_once(run)

    async def _run_once(self, run: PlanRun) -> ExecutionResult:
        try:
            data = self._selection.complete_values(run, [None], _ROOT_POSITION)
            await run.run_rounds()
        except BaseException:
            run.close_coroutines()
            raise
        return ExecutionResult(data[0], [error for error, _ in run.errors] or None)


class PlannedOperation:
    """An operation of a document with its plans, one for each outcome of its `@include` and `@skip` directives and each set of
    permissions that a viewer lacks."""

    __slots__ = (
        "__weakref__",
        "_conditions",
        "_is_large",
        "_plans",
        "_schema",
        "_variables",
        "definition",
        "fragments",
        "runs",
    )

    def __init__(self, schema: GraphQLSchema, document: Document, definition: OperationDefinitionNode) -> None:
        self._schema = schema
        self._is_large = document.is_large
        self.runs = 0
        self.definition = definition
        self.fragments = {
            node.name.value: node for node in document.ast.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._conditions = _condition_variables(document.ast)
        self._variables = OperationVariables(schema, definition.variable_definitions or ())
        self._plans: OrderedDict[Any, Any] = OrderedDict()

    def coerce_variables(self, given: Mapping[str, Any] | None) -> VariableValues | None:
        """None when a value is invalid; the reference executor then reports the error."""
        return self._variables.coerce_values(given or {})

    async def find_plan(self, variables: VariableValues, missing: frozenset[str]) -> OperationPlan | None:
        """The plan for viewers who lack these permissions; None when plans do not support the operation."""
        variant = (missing, *self._condition_values(variables))

        def compile_plan() -> OperationPlan:
            return OperationPlan(self._create_compiler(variables, missing).compile_root())

        return await self._compile_once(variant, compile_plan)

    async def find_payload_selection(
        self,
        payload_type: GraphQLObjectType,
        details: Sequence[FieldDetails],
        variables: VariableValues,
        missing: frozenset[str],
    ) -> Selection | None:
        """The selection of one root field of a mutation."""
        variant = (id(details[0].node), missing, *self._condition_values(variables))

        def compile_payload() -> Selection:
            return self._create_compiler(variables, missing).compile_selection(payload_type, details)

        return await self._compile_once(variant, compile_payload)

    def _condition_values(self, variables: VariableValues) -> tuple[Any, ...]:
        return tuple(variables.coerced.get(name) for name in self._conditions)

    def _create_compiler(self, variables: VariableValues, missing: frozenset[str]) -> OperationCompiler:
        return OperationCompiler(self._schema, self.fragments, self.definition, variables, missing)

    async def _compile_once(self, variant: tuple[Any, ...], compile_plan: Callable[[], T]) -> T | None:
        if variant in self._plans:
            return self._plans[variant]
        attempt = partial(_try_to_compile, compile_plan)
        plan = await run_beside_loop(attempt) if self._is_large else attempt()
        # What another request has compiled meanwhile knows how often it ran.
        plan = self._plans.setdefault(variant, plan)
        if len(self._plans) > MAX_VARIANTS:
            self._plans.popitem(last=False)
        return plan


def _try_to_compile(compile_plan: Callable[[], T]) -> T | None:
    try:
        return compile_plan()
    except (NotPlannable, GraphQLError, RecursionError):
        return None


def find_operation(schema: GraphQLSchema, document: Document, name: str | None) -> PlannedOperation:
    """The operation with its plans, which are kept as long as the document is."""
    known = document.plans.get(name)
    if known is None:
        known = document.plans[name] = PlannedOperation(schema, document, document.find_operation(name))
    return known


def is_frequent_query(document: Document, name: str | None) -> bool:
    """Whether it is a query whose plans have run often."""
    planned = document.plans.get(name)
    return planned is not None and planned.runs >= FREQUENT_AFTER


def _condition_variables(ast: DocumentNode) -> tuple[str, ...]:
    """The variables that decide which fields an operation has."""
    names: dict[str, None] = {}

    class ConditionVisitor(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            if node.name.value in {"skip", "include"}:
                names.update(
                    (argument.value.name.value, None)
                    for argument in node.arguments or ()
                    if isinstance(argument.value, VariableNode)
                )

    visit(ast, ConditionVisitor())
    return tuple(names)
