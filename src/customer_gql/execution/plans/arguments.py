"""Arguments of a field and variables of an operation, with all that does not depend on a request done in advance."""

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

NO_VARIABLES: Final = VariableValues({}, {})


class GaveUp(Exception):
    """The plan met what only the reference executor answers exactly: a null or a value that does not fit."""


class Arguments:
    """The arguments of one field of a document; `constant` when they hold no variable."""

    __slots__ = ("_bare", "_fixed", "constant", "definition", "node")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self.definition = definition
        self.node = node
        varying = [argument for argument in node.arguments or () if varies(argument.value)]
        self.constant: dict[str, Any] | None = None if varying else get_argument_values(definition, node)
        self._bare: list[tuple[str, str, bool]] | None = None
        self._fixed: dict[str, Any] = {}
        if varying and all(isinstance(argument.value, VariableNode) for argument in varying):
            self._prepare(varying)

    def _prepare(self, varying: Sequence[Any]) -> None:
        """Where an argument is a variable and nothing else, its value is the variable's."""
        args = self.definition.args
        names = {argument.name.value for argument in varying}
        kept = [argument for argument in self.node.arguments or () if argument.name.value not in names]
        optional = {name: argument for name, argument in args.items() if name not in names}
        rest = GraphQLField(self.definition.type, args=optional)
        self._fixed = get_argument_values(rest, FieldNode(name=self.node.name, arguments=tuple(kept)))
        self._fixed |= {
            args[name].out_name or name: default
            for name in names
            if (default := coerce_default_value(args[name])) is not Undefined
        }
        self._bare = [
            (
                args[argument.name.value].out_name or argument.name.value,
                argument.value.name.value,
                is_non_null_type(args[argument.name.value].type),
            )
            for argument in varying
        ]

    def values(self, variables: VariableValues) -> Mapping[str, Any]:
        if self._bare is None:
            return get_argument_values(self.definition, self.node, variables)
        values = dict(self._fixed)
        for name, variable, needed in self._bare:
            if variable in variables.coerced:
                value = variables.coerced[variable]
                if value is None and needed:
                    raise GaveUp
                values[name] = value
            elif needed and name not in values:
                raise GaveUp
        return values


def varies(node: Any) -> bool:
    """Whether a variable stands in a value, however deep."""
    if isinstance(node, VariableNode):
        return True
    if isinstance(node, ListValueNode):
        return any(map(varies, node.values))
    return isinstance(node, ObjectValueNode) and any(varies(field.value) for field in node.fields)


class Variables:
    """The variables of an operation. Scalars and enums, which most are, need not be looked up in the schema again."""

    __slots__ = ("_declared", "_leaves", "_schema")

    def __init__(self, schema: GraphQLSchema, declared: Sequence[VariableDefinitionNode]) -> None:
        self._schema = schema
        self._declared = declared
        signatures = [get_variable_signature(schema, node) for node in declared]
        leaves = [signature for signature in signatures if _is_leaf(signature)]
        self._leaves: list[Any] | None = leaves if len(leaves) == len(signatures) else None

    def coerced(self, given: Mapping[str, Any]) -> VariableValues | None:
        """None when they do not fit, which the reference executor tells."""
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


def _is_leaf(signature: Any) -> bool:
    if not isinstance(signature, GraphQLVariableSignature):
        return False
    kind: Any = signature.type
    return is_leaf_type(kind.of_type if is_non_null_type(kind) else kind)
