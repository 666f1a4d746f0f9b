"""Plans by document and operation: compiled at first use, the last used kept."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from graphql import (
    DirectiveNode,
    DocumentNode,
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
from customer_gql.graph.context import Context

from .arguments import Variables
from .compiling import Compiler, Unplanned
from .running import Place, Running
from .selecting import Selection

T = TypeVar("T")
KEPT: Final = 1000
KEPT_VARIANTS: Final = 32
OWN_STATEMENTS_AFTER = 2  # runs: a document that is sent once shall not fill the server with prepared statements
_ROOT: Final = [Place(None, None)]  # pyright: ignore


class Plan:
    """What an operation shows, from its root on."""

    __slots__ = ("_runs", "_selection")

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._runs = 0

    async def data(self, context: Context, variables: VariableValues) -> dict[str, Any]:
        """The answer's data, whole and without an error; raises where the reference executor has to answer."""
        self._runs += 1
        run = Running(context, variables, again=self._runs > OWN_STATEMENTS_AFTER)
        try:
            shown = self._selection.complete(run, [None], _ROOT)
            await run.finish()
        except BaseException:
            run.abandon()
            raise
        return shown[0]


class Operation:
    """An operation of a document with its plans: one for each way its `@include` and `@skip` can turn out."""

    __slots__ = ("_conditions", "_plans", "_schema", "_variables", "definition", "fragments")

    def __init__(self, schema: GraphQLSchema, document: Document, definition: OperationDefinitionNode) -> None:
        self._schema = schema
        self.definition = definition
        self.fragments = {
            node.name.value: node for node in document.ast.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._conditions = _conditions(document.ast)
        self._variables = Variables(schema, definition.variable_definitions or ())
        self._plans: OrderedDict[Any, Any] = OrderedDict()

    def variables(self, given: Mapping[str, Any] | None) -> VariableValues | None:
        """Coerced; None when they do not fit, which the reference executor tells."""
        return self._variables.coerced(given or {})

    def plan(self, variables: VariableValues) -> Plan | None:
        """None for what plans do not cover."""
        return self._kept(self._way(variables), lambda: Plan(self._compiler(variables).root()))

    def payload(
        self, kind: GraphQLObjectType, details: Sequence[FieldDetails], variables: VariableValues
    ) -> Selection | None:
        """What a root field's selection shows of its object."""
        way = (id(details[0].node), *self._way(variables))
        return self._kept(way, lambda: self._compiler(variables).below(kind, details))

    def _way(self, variables: VariableValues) -> tuple[Any, ...]:
        return tuple(variables.coerced.get(name) for name in self._conditions)

    def _compiler(self, variables: VariableValues) -> Compiler:
        return Compiler(self._schema, self.fragments, self.definition, variables)

    def _kept(self, way: tuple[Any, ...], compiled: Callable[[], T]) -> T | None:
        if way in self._plans:
            return self._plans[way]
        try:
            plan = compiled()
        except (Unplanned, GraphQLError, RecursionError):
            plan = None
        self._plans[way] = plan
        if len(self._plans) > KEPT_VARIANTS:
            self._plans.popitem(last=False)
        return plan


class Plans:
    """The operations seen last."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._operations: OrderedDict[tuple[GraphQLSchema, Document, str | None], Operation] = OrderedDict()

    def operation(self, schema: GraphQLSchema, document: Document, name: str | None) -> Operation:
        key = (schema, document, name)
        known = self._operations.get(key)
        if known is not None:
            self._operations.move_to_end(key)
            return known
        operation = self._operations[key] = Operation(schema, document, document.operation(name))
        if len(self._operations) > self._kept:
            self._operations.popitem(last=False)
        return operation


def _conditions(ast: DocumentNode) -> tuple[str, ...]:
    """The variables that decide which fields an operation has."""
    names: dict[str, None] = {}

    class Conditions(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            if node.name.value in {"skip", "include"}:
                names.update(
                    (argument.value.name.value, None)
                    for argument in node.arguments or ()
                    if isinstance(argument.value, VariableNode)
                )

    visit(ast, Conditions())
    return tuple(names)
