"""How many objects an argument asks for: from literals, variables and defaults alike.

A size above the largest page counts as the largest page, one below 1 as 1; the list itself refuses both.
"""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    BooleanValueNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
)

from customer_gql.loading.pages import MAX_PAGE

COUNTED_LISTS: Final = ("ids", "addresses")
"""Names of the lists in an input that a mutation costs by."""

VALUES_OF_A_CLAUSE: Final = 10
"""Further values of a list that cost as much as a clause."""

_ABSENT: Final = object()
_LOGIC: Final = ("and", "or", "not")  # of filters; each other field is a column


class RequestedSizes:
    """The sizes of one operation with one set of variables, which are as the client sent them."""

    def __init__(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._defaults = {
            definition.variable.name.value: definition.default_value
            for definition in operation.variable_definitions or ()
            if definition.default_value
        }
        self.used: set[str] = set()
        """Names of the variables that decided a size or a condition."""

    def find_size(self, node: ValueNode) -> int | None:
        """Objects of a page or of a list of ids; None where the argument asks for none."""
        given = self._resolve_value(node)
        return _size_of_literal(given) if isinstance(given, ValueNode) else _size_of_value(given)

    def count_entries(self, node: ValueNode, name: str) -> int:
        """Entries of the lists with this name anywhere in an input."""
        given = self._resolve_value(node)
        if isinstance(given, ObjectValueNode):
            return sum(
                (self.find_size(field.value) or 0)
                if field.name.value == name
                else self.count_entries(field.value, name)
                for field in given.fields
            )
        return _count_entries_of_value(given, name)

    def count_clauses(self, node: ValueNode) -> int:
        """Operators of the columns in a filter, and what their lists of values count for."""
        given = self._resolve_value(node)
        if isinstance(given, ListValueNode):
            return sum(map(self.count_clauses, given.values))
        if not isinstance(given, ObjectValueNode):
            return count_clauses_of_value(given)
        return sum(
            self.count_clauses(field.value) if field.name.value in _LOGIC else self._count_operators(field.value)
            for field in given.fields
        )

    def _count_operators(self, node: ValueNode) -> int:
        given = self._resolve_value(node)
        if isinstance(given, ListValueNode):  # entries of `attributes`
            return sum(map(self._count_members, given.values))
        if not isinstance(given, ObjectValueNode):
            return _count_operators_of_value(given)
        return sum(_clauses_of_list(self._count_items(field.value)) for field in given.fields)

    def _count_members(self, node: ValueNode) -> int:
        given = self._resolve_value(node)
        if not isinstance(given, ObjectValueNode):
            return _count_members_of_value(given)
        return sum(self._count_operators(field.value) for field in given.fields)

    def _count_items(self, node: ValueNode) -> int:
        given = self._resolve_value(node)
        return len(given.values) if isinstance(given, ListValueNode) else _count_list(given)

    def find_flag(self, node: ValueNode) -> bool | None:
        """The condition of `@skip` or `@include`; None for what the coercion of variables will refuse."""
        given = self._resolve_value(node)
        if isinstance(given, BooleanValueNode):
            return given.value
        return given if isinstance(given, bool) else None

    def _resolve_value(self, node: ValueNode) -> Any:
        """The value of a variable, its default or None; any other node itself."""
        if not isinstance(node, VariableNode):
            return node
        name = node.name.value
        self.used.add(name)
        given = self._variables.get(name, _ABSENT)
        return self._defaults.get(name) if given is _ABSENT else given


def variable_key(variables: Mapping[str, Any], name: str) -> Any:
    """What the cost depends on of a variable; equal keys have equal costs."""
    given = variables.get(name, _ABSENT)
    if given is _ABSENT or given is None:
        return given
    if isinstance(given, bool):
        return str(given)
    if isinstance(given, dict):
        entries = tuple(_count_entries_of_value(given, name) for name in COUNTED_LISTS)
        return ("entries", entries, count_clauses_of_value(given), _count_operators_of_value(given))
    size = _size_of_value(given)
    return ("list", size, count_clauses_of_value(given), _count_list(given)) if isinstance(given, list) else size


def _count_entries_of_value(value: Any, name: str) -> int:
    if not isinstance(value, dict):
        return 0
    return sum(
        (_size_of_value(inner) or 0) if field == name else _count_entries_of_value(inner, name)
        for field, inner in value.items()
    )


def count_clauses_of_value(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(count_clauses_of_value, value))
    return sum(
        count_clauses_of_value(inner) if name in _LOGIC else _count_operators_of_value(inner)
        for name, inner in (value.items() if isinstance(value, dict) else ())
    )


def _count_operators_of_value(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_count_members_of_value, value))
    return sum(_clauses_of_list(_count_list(inner)) for inner in value.values()) if isinstance(value, dict) else 0


def _count_members_of_value(value: Any) -> int:
    return sum(map(_count_operators_of_value, value.values())) if isinstance(value, dict) else 0


def _count_list(value: Any) -> int:
    return len(value) if isinstance(value, list) else 0


def _clauses_of_list(values: int) -> int:
    """What an operator counts for, which compares with so many values."""
    return 1 + values // VALUES_OF_A_CLAUSE


def _size_of_value(value: Any) -> int | None:
    if isinstance(value, list):
        return min(len(value), MAX_PAGE)
    if isinstance(value, (int, float)):
        return max(1, min(int(value), MAX_PAGE))
    return None if value is None else 1


def _size_of_literal(value: ValueNode) -> int | None:
    if isinstance(value, ListValueNode):
        return min(len(value.values), MAX_PAGE)
    if isinstance(value, (IntValueNode, FloatValueNode)):
        # Validation refuses a number of thousands of digits; `int` would refuse it first, as a fault.
        return _size_of_value(float(value.value)) if len(value.value) < 300 else MAX_PAGE
    return None if isinstance(value, NullValueNode) else 1
