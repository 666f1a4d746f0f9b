"""Compiles a valid document to a plan, for one outcome of its `@include` and `@skip` directives."""

from collections.abc import Sequence
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from customer_gql.execution.plans.errors import NotPlannable
from customer_gql.execution.plans.generated.functions import NamedExpression
from customer_gql.execution.plans.generated.leaves import AttributeExpression
from customer_gql.execution.plans.generated.objects import TypenameExpression, amount_expression
from customer_gql.execution.plans.selections.completers import (
    Abstract,
    Completer,
    Leaf,
    ListOf,
    Nullable,
    TypeChecked,
    has_own_type_check,
)
from customer_gql.execution.plans.selections.document_field import DocumentField, OperationInfo
from customer_gql.execution.plans.selections.selection import Selection
from customer_gql.graph.access.guards import is_closed_type
from customer_gql.graph.nodes import Node

from .selection_compiler import SelectionCompiler, compile_arguments, nullable_type

MAX_FIELDS: Final = 2000
_ROW_TYPE_CHECK: Final = Node.is_type_of.__func__  # pyright: ignore


class OperationCompiler:
    """Compiles the selections of one operation. Raises `NotPlannable`, or the error that prevented compilation."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, Any],
        operation: OperationDefinitionNode,
        variables: VariableValues,
        missing: frozenset[str],
    ) -> None:
        """`missing` are the permissions, of those that guard fields, that the viewers of this plan lack."""
        self.schema = schema
        self.missing = missing
        self._fragments = {name: FragmentDetails(node) for name, node in fragments.items()}
        self._operation = operation
        self._variables = variables
        self._operation_info = OperationInfo(schema, fragments, operation)
        self._fields_left = MAX_FIELDS

    def compile_root(self) -> Selection:
        root_type = self.schema.get_root_type(self._operation.operation)
        if root_type is None or self._operation.directives:
            raise NotPlannable
        collected = collect_fields(self.schema, self._fragments, self._variables, root_type, self._operation)
        return self._compile_fields(root_type, collected.grouped_field_set)

    def compile_selection(self, object_type: GraphQLObjectType, details: Sequence[FieldDetails]) -> Selection:
        """The selection set of a field, as it applies to one object type."""
        return self._compile_fields(object_type, self._collect_subfields(object_type, details))

    def _collect_subfields(
        self, object_type: GraphQLObjectType, details: Sequence[FieldDetails]
    ) -> dict[str, list[FieldDetails]]:
        collected = collect_subfields(
            self.schema, self._fragments, self._variables, self._operation, object_type, list(details)
        )
        if collected.new_defer_usages:
            raise NotPlannable
        return collected.grouped_field_set

    def _compile_fields(self, object_type: GraphQLObjectType, fields: dict[str, list[FieldDetails]]) -> Selection:
        self._fields_left -= len(fields)
        if self._fields_left < 0:
            raise NotPlannable
        compiler = SelectionCompiler(self, object_type)
        for name, details in fields.items():
            compiler.add_field(name, details)
        return compiler.build_selection()

    def compile_completer(self, output_type: GraphQLOutputType, details: Sequence[FieldDetails]) -> Completer:
        if is_non_null_type(output_type):
            return self._compile_inner_completer(output_type.of_type, details, nullable=False)
        return self._compile_inner_completer(output_type, details, nullable=True)

    def _compile_inner_completer(
        self, inner_type: Any, details: Sequence[FieldDetails], *, nullable: bool
    ) -> Completer:
        if is_leaf_type(inner_type):
            return Leaf(inner_type, nullable=nullable)
        if is_list_type(inner_type):
            return Nullable(ListOf(self.compile_completer(inner_type.of_type, details)), nullable=nullable)
        if is_abstract_type(inner_type):
            by_type = {
                possible.name: self._compile_object_completer(possible, details)
                for possible in self.schema.get_possible_types(inner_type)
                if not is_closed_type(possible, self.missing)
            }
            return Nullable(Abstract(inner_type, by_type), nullable=nullable)
        return Nullable(self._compile_object_completer(inner_type, details), nullable=nullable)

    def _compile_object_completer(self, object_type: GraphQLObjectType, details: Sequence[FieldDetails]) -> Completer:
        selection = self.compile_selection(object_type, details)
        if has_own_type_check(object_type, _ROW_TYPE_CHECK):
            return TypeChecked(selection, object_type.is_type_of)  # pyright: ignore
        return selection

    def money_expressions(
        self, money_type: GraphQLObjectType, details: Sequence[FieldDetails]
    ) -> list[NamedExpression]:
        """The selected fields of `Money`, which has two and needs no read for either."""
        expressions: list[NamedExpression] = []
        for name, field_details in self._collect_subfields(money_type, details).items():
            field_name = field_details[0].node.name.value
            if field_name == "amount":
                expressions.append((name, amount_expression))
            elif field_name == "currency":
                leaf = nullable_type(money_type.fields["currency"])
                expressions.append((name, AttributeExpression(leaf, "currency", nullable=False)))
            else:
                expressions.append((name, TypenameExpression(money_type)))
        return expressions

    def compile_field(
        self, name: str, details: Sequence[FieldDetails], parent: GraphQLObjectType, field: GraphQLField
    ) -> DocumentField:
        arguments = compile_arguments(field, details[0].node)
        nodes = [detail.node for detail in details]
        completer = self.compile_completer(field.type, details)
        return DocumentField(name, nodes, parent, completer, arguments, self._operation_info)
