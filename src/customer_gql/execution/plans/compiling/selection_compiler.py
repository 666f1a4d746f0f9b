"""Compiles one selection set: the fields that the object itself answers, and the deferred ones."""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    is_leaf_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.types.field import StrawberryField

from customer_gql.execution.plans.deferred.attributes import AttributeField, selection_of_object
from customer_gql.execution.plans.deferred.loads import CountField, LoadField, PageField
from customer_gql.execution.plans.deferred.refused import RefusedField
from customer_gql.execution.plans.deferred.resolved import ResolverField
from customer_gql.execution.plans.errors import NotPlannable
from customer_gql.execution.plans.generated.functions import (
    FieldExpression,
    NamedExpression,
    null_expression,
    own_expression,
    placeholder_expression,
)
from customer_gql.execution.plans.generated.leaves import AttributeExpression, MaskedExpression
from customer_gql.execution.plans.generated.objects import IdExpression, MoneyExpression, TypenameExpression
from customer_gql.execution.plans.running.arguments import FieldArguments
from customer_gql.execution.plans.selections.completers import Completer, Masked
from customer_gql.execution.plans.selections.document_field import DocumentField
from customer_gql.execution.plans.selections.selection import AttributeGetter, DeferredField, Selection
from customer_gql.execution.plans.statements.written import WrittenObjects
from customer_gql.graph.access.guards import find_guard
from customer_gql.graph.connections import WINDOW_ARGUMENTS, DeclaredPages
from customer_gql.graph.fields import DeclaredLoad
from customer_gql.graph.nodes import NodeId
from customer_gql.graph.scalars import DeclaredMoney

from .resolvers import choose_resolver

_STRAWBERRY_FIELD: Final = "strawberry-definition"


class FieldCompiler(Protocol):
    """Compiles what lies below a field, see `OperationCompiler`."""

    schema: GraphQLSchema
    missing: frozenset[str]

    def money_expressions(
        self, money_type: GraphQLObjectType, details: Sequence[FieldDetails]
    ) -> list[NamedExpression]: ...

    def compile_field(
        self, name: str, details: Sequence[FieldDetails], parent: GraphQLObjectType, field: GraphQLField
    ) -> DocumentField: ...


class SelectionCompiler:
    """Collects the fields of one selection set."""

    def __init__(self, compiler: FieldCompiler, object_type: GraphQLObjectType) -> None:
        self._compiler = compiler
        self._object_type = object_type
        self._expressions: list[NamedExpression] = []
        self._deferred: list[DeferredField] = []
        self._attributes: set[str] = set()
        self._needs_whole_object = False
        self._needs_positions = False

    def build_selection(self) -> Selection:
        written = self._find_written()
        if written is not None:
            self._attributes.update(written.columns)
        attributes = None if self._needs_whole_object else frozenset(self._attributes)
        return Selection(
            self._expressions,
            self._deferred,
            attributes,
            needs_positions=self._needs_positions,
            written=written,
        )

    def _find_written(self) -> WrittenObjects | None:
        """Objects that load something: what an object has itself is written as fast from its row."""
        field = self._object_type.fields.get("id")
        declared = field.extensions.get(_STRAWBERRY_FIELD) if field else None
        node_id = declared.metadata.get("id") if isinstance(declared, StrawberryField) else None
        if isinstance(node_id, NodeId) and node_id.is_written and self._deferred:
            return WrittenObjects(node_id)
        return None

    def add_field(self, name: str, details: Sequence[FieldDetails]) -> None:
        field_name = details[0].node.name.value
        if field_name == "__typename":
            self._expressions.append((name, TypenameExpression(self._object_type)))
            return
        field = self._object_type.fields.get(field_name)
        declared = field.extensions.get(_STRAWBERRY_FIELD) if field else None
        if field is None or not isinstance(declared, StrawberryField):
            raise NotPlannable
        # An extension, such as a permission check, may change the result: then only the field's resolver can answer.
        metadata = {} if declared.extensions else declared.metadata
        guard = find_guard(self._object_type, field_name)
        refused = guard.refused_permission(self._compiler.missing)
        if refused is not None:
            opens = guard.refused_permission(self._compiler.missing, is_own=True) is None
            self._add_refused(name, details, field, refused, declared if opens else None)
            return
        is_masked = guard.is_masked(self._compiler.missing)
        if is_masked and not guard.is_text:
            self._expressions.append((name, null_expression))
            return
        expression = self._object_expression(field, declared, metadata, details)
        if expression is not None:
            self._expressions.append((name, MaskedExpression(expression) if is_masked else expression))
            return
        self._expressions.append((name, placeholder_expression))
        compiled = self._compiler.compile_field(name, details, self._object_type, field)
        if is_masked:
            compiled.completer = Masked(compiled.completer)
        self._add_deferred(compiled, declared, metadata)

    def _add_refused(
        self,
        name: str,
        details: Sequence[FieldDetails],
        field: GraphQLField,
        permission: str,
        declared_for_owner: StrawberryField | None,
    ) -> None:
        if is_non_null_type(field.type):
            raise NotPlannable  # the null would take the object along, and maybe the list that it is in
        nodes = [detail.node for detail in details]
        refused = RefusedField(name, nodes, self._object_type, compile_arguments(field, nodes[0]), permission)
        expression = placeholder_expression
        if declared_for_owner is not None:
            metadata = {} if declared_for_owner.extensions else declared_for_owner.metadata
            own = self._object_expression(field, declared_for_owner, metadata, details)
            if own is not None:
                expression = own_expression(own)
                refused.open_for_owner(None)
            else:
                compiled = self._compiler.compile_field(name, details, self._object_type, field)
                refused.open_for_owner(self._create_deferred(compiled, declared_for_owner, metadata))
        self._expressions.append((name, expression))
        self._deferred.append(refused)
        self._needs_positions = True

    def _add_deferred(self, field: DocumentField, declared: StrawberryField, metadata: Any) -> None:
        self._deferred.append(self._create_deferred(field, declared, metadata))

    def _create_deferred(self, field: DocumentField, declared: StrawberryField, metadata: Any) -> DeferredField:
        deferred = _create_deferred(field, declared, metadata, self._compiler.schema)
        self._attributes.update(deferred.attributes)
        if isinstance(deferred, ResolverField):
            self._needs_whole_object = self._needs_positions = True
        self._needs_positions = self._needs_positions or field.completer.needs_positions
        return deferred

    def _object_expression(
        self, field: GraphQLField, declared: StrawberryField, metadata: Any, details: Sequence[FieldDetails]
    ) -> FieldExpression | None:
        """The expression of a field that the object itself answers; None for a deferred field."""
        inner_type = nullable_type(field)
        nullable = inner_type is field.type
        if isinstance(node_id := metadata.get("id"), NodeId):
            self._attributes.update(node_id.columns)
            return IdExpression(node_id)
        if isinstance(money := metadata.get("money"), DeclaredMoney):
            self._attributes.update(money.columns)
            return MoneyExpression(money, self._compiler.money_expressions(inner_type, details), nullable=nullable)
        if not declared.is_basic_field or not is_leaf_type(inner_type):
            return None
        self._attributes.add(declared.python_name)
        return AttributeExpression(inner_type, declared.python_name, nullable=nullable)


def _create_deferred(
    field: DocumentField, declared: StrawberryField, metadata: Any, schema: GraphQLSchema
) -> DeferredField:
    load = metadata.get("load")
    given = {argument.name.value for argument in field.nodes[0].arguments or ()}
    if isinstance(load, DeclaredPages) and given <= WINDOW_ARGUMENTS:
        return PageField(field, load, AttributeGetter(*load.columns), counts=_selects_count(field.completer))
    if isinstance(load, DeclaredLoad) and not isinstance(load, DeclaredPages):
        return LoadField(field, load, AttributeGetter(*load.columns))
    if metadata.get("counted"):
        return CountField(field)
    if declared.is_basic_field:
        return AttributeField(field, AttributeGetter(declared.python_name))
    return ResolverField(field, choose_resolver(schema, field.definition, declared, given))


def compile_arguments(field: GraphQLField, node: FieldNode) -> FieldArguments:
    try:
        return FieldArguments(field, node)
    except GraphQLError:
        raise NotPlannable from None


def nullable_type(field: GraphQLField) -> Any:
    """The type of a field without its non-null wrapper."""
    return field.type.of_type if is_non_null_type(field.type) else field.type


def _selects_count(completer: Completer) -> bool:
    """Whether the selection of a connection contains `totalCount`."""
    selection = selection_of_object(completer)
    return selection is not None and selection.contains_field(CountField)
