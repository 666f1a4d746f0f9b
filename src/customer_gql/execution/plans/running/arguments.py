"""Arguments of a field and variables of an operation; whatever does not depend on the request is computed in advance."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    VariableDefinitionNode,
    VariableNode,
    is_leaf_type,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_argument_values, get_variable_values
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_value

from customer_gql.execution.plans.errors import FallBack

NO_VARIABLES: Final = VariableValues({}, {})


class FieldArguments:
    """The arguments of one field of a document; `constant` when they contain no variable."""

    __slots__ = ("_fixed", "_variable_arguments", "constant", "definition", "node")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self.definition = definition
        self.node = node
        varying = [argument for argument in node.arguments or () if contains_variable(argument.value)]
        self.constant: dict[str, Any] | None = None if varying else get_argument_values(definition, node)
        self._variable_arguments: list[tuple[str, str, bool]] | None = None
        self._fixed: dict[str, Any] = {}
        if varying and all(isinstance(argument.value, VariableNode) for argument in varying):
            self._prepare_variables(varying)

    def _prepare_variables(self, varying: Sequence[Any]) -> None:
        """An argument that is just a variable has the variable's value; all other values are fixed."""
        args = self.definition.args
        names = {argument.name.value for argument in varying}
        fixed = [argument for argument in self.node.arguments or () if argument.name.value not in names]
        optional = {name: argument for name, argument in args.items() if name not in names}
        rest = GraphQLField(self.definition.type, args=optional)
        self._fixed = get_argument_values(rest, FieldNode(name=self.node.name, arguments=tuple(fixed)))
        self._fixed |= {
            args[name].out_name or name: default
            for name in names
            if (default := coerce_default_value(args[name])) is not Undefined
        }
        self._variable_arguments = [
            (
                args[argument.name.value].out_name or argument.name.value,
                argument.value.name.value,
                is_non_null_type(args[argument.name.value].type),
            )
            for argument in varying
        ]

    def coerce_values(self, variables: VariableValues) -> Mapping[str, Any]:
        """The argument values of one request. Raises `FallBack` for a null where the argument is required."""
        if self._variable_arguments is None:
            return get_argument_values(self.definition, self.node, variables)
        values = dict(self._fixed)
        for name, variable, required in self._variable_arguments:
            if variable in variables.coerced:
                value = variables.coerced[variable]
                if value is None and required:
                    raise FallBack
                values[name] = value
            elif required and name not in values:
                raise FallBack
        return values


def contains_variable(node: Any) -> bool:
    """Whether a value contains a variable at any depth."""
    if isinstance(node, VariableNode):
        return True
    if isinstance(node, ListValueNode):
        return any(map(contains_variable, node.values))
    return isinstance(node, ObjectValueNode) and any(contains_variable(field.value) for field in node.fields)


class OperationVariables:
    """The variables of an operation. Scalars and enums, the usual case, are coerced without asking the schema again."""

    __slots__ = ("_declared", "_leaves", "_schema")

    def __init__(self, schema: GraphQLSchema, declared: Sequence[VariableDefinitionNode]) -> None:
        self._schema = schema
        self._declared = declared
        signatures = [get_variable_signature(schema, node) for node in declared]
        leaves = [signature for signature in signatures if _is_leaf_variable(signature)]
        self._leaves: list[Any] | None = leaves if len(leaves) == len(signatures) else None

    def coerce_values(self, given: Mapping[str, Any]) -> VariableValues | None:
        """None when a value is invalid; the reference executor then reports the error."""
        if not self._declared:
            return NO_VARIABLES
        if self._leaves is None:
            values = get_variable_values(self._schema, self._declared, dict(given), max_errors=1)
            return values if isinstance(values, VariableValues) else None
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature in self._leaves:
            name = signature.name
            if name in given:
                sources[name] = VariableValueSource(signature, given[name])
                value = coerce_input_value(given[name], signature.type)
            else:
                sources[name] = VariableValueSource(signature)
                value = coerce_default_value(signature)
                if value is Undefined and not isinstance(signature.type, GraphQLNonNull):
                    continue
            if value is Undefined:
                return None
            coerced[name] = value
        return VariableValues(sources, coerced)


def _is_leaf_variable(signature: Any) -> bool:
    if not isinstance(signature, GraphQLVariableSignature):
        return False
    kind: Any = signature.type
    return is_leaf_type(kind.of_type if is_non_null_type(kind) else kind)
