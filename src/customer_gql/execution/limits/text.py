"""Bounds of every text in a request, and of the nesting of values, checked before anything looks at them.

A text has at most `MAX_TEXT` code points, or four times the limit that its input field or argument declares with
`metadata={"longest": n}`; up to there the field's own rule answers with `TOO_LONG`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_input_object_type,
    type_from_ast,
    visit,
)

from customer_gql.core.errors import BadInput
from customer_gql.core.text import MAX_TEXT, find_text_fault

_TIMES_LONGER: Final = 4
MAX_NESTING: Final = 32  # of a value, in a body or in a document; the deepest filter needs a third of it


class VariableLimit(NamedTuple):
    """The declared type of a variable, and the most code points it may have as a text of its own."""

    name: str
    type: Any
    limit: int


VariableLimits = Mapping[str | None, Sequence[VariableLimit]]
"""By the name of the operation, so that nothing about a document is found out again for each request."""


class TextLimits:
    """The bounds of one schema's texts."""

    __slots__ = ("_schema",)

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def validate_literals(self, ast: DocumentNode) -> VariableLimits:
        """Check the texts inside a valid document, and find the bounds of its variables. Raises `BadInput`."""
        type_info = TypeInfo(self._schema)
        visitor = _LiteralVisitor(type_info)
        visit(ast, TypeInfoVisitor(type_info, visitor))
        operations = [node for node in ast.definitions if isinstance(node, OperationDefinitionNode)]
        return {
            node.name.value if node.name else None: [
                self._limit_of_variable(definition, visitor.variable_limits)
                for definition in node.variable_definitions or ()
            ]
            for node in operations
        }

    def _limit_of_variable(self, definition: VariableDefinitionNode, limits: Mapping[str, int]) -> VariableLimit:
        name = definition.variable.name.value
        return VariableLimit(name, type_from_ast(self._schema, definition.type), limits.get(name, MAX_TEXT))


def validate_variable_texts(limits: Sequence[VariableLimit], given: Mapping[str, Any]) -> None:
    """Raises `BadInput` that names the first text out of bounds. Values of a wrong type are left to coercion."""
    for name, declared, longest in limits:
        if name in given:
            for path, text, limit in _texts(given[name], declared, f"${name}", longest):
                _validate_text(text, limit, path)


class _LiteralVisitor(Visitor):
    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self._type_info = type_info
        self._limits: list[int] = [MAX_TEXT]
        self._nesting = 0
        self.variable_limits: dict[str, int] = {}

    def enter_list_value(self, *_: Any) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise BadInput(f"A value of the document is nested deeper than {MAX_NESTING} levels.")

    def leave_list_value(self, *_: Any) -> None:
        self._nesting -= 1

    enter_object_value, leave_object_value = enter_list_value, leave_list_value

    def enter_argument(self, *_: Any) -> None:
        self._limits.append(_limit_of(self._type_info.get_argument()))

    def leave_argument(self, *_: Any) -> None:
        self._limits.pop()

    def enter_object_field(self, node: Any, *_: Any) -> None:
        parent = get_named_type(self._type_info.get_parent_input_type())
        fields = parent.fields if is_input_object_type(parent) else {}
        self._limits.append(_limit_of(fields[node.name.value]) if node.name.value in fields else self._limits[-1])

    def leave_object_field(self, *_: Any) -> None:
        self._limits.pop()

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        _validate_text(node.value, self._limits[-1], "a text of the document")

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        name = node.name.value
        self.variable_limits[name] = max(self._limits[-1], self.variable_limits.get(name, MAX_TEXT))


def _texts(value: Any, kind: Any, path: str, limit: int) -> Iterator[tuple[str, str, int]]:
    """Every text inside a variable's value, with its path and bound; keys of free JSON are texts too."""
    if isinstance(value, str):
        yield path, value, limit
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _texts(item, kind, f"{path}[{i}]", limit)
    elif isinstance(value, dict):
        named: Any = None if kind is None else get_named_type(kind)
        fields = named.fields if is_input_object_type(named) else {}
        for name, item in value.items():
            field = fields.get(name)
            yield path, name, MAX_TEXT
            yield from _texts(
                item, None if field is None else field.type, f"{path}.{name[:60]}", _limit_of(field) if field else limit
            )


def _limit_of(declared: Any) -> int:
    """The bound of an argument or input field of the schema."""
    definition = None if declared is None else declared.extensions.get("strawberry-definition")
    longest = getattr(definition, "metadata", {}).get("longest")
    return MAX_TEXT if longest is None else max(MAX_TEXT, _TIMES_LONGER * longest)


def _validate_text(text: str, limit: int, path: str) -> None:
    fault = find_text_fault(text, limit)
    if fault is not None:
        raise BadInput(f"{path}: {fault}")
