"""What a valid document may cost at most: its fields, each times the sizes of the pages it stands in.

Sizes are resolved from literals, variables and defaults alike, so one list costs the same however its size is written.
A size that the list would refuse counts as the largest it takes. Each fragment is weighed once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graphql import (
    FieldNode,
    FloatValueNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)

from customer_gql.loading.pages import DEFAULT_PAGE, MAX_PAGE

from .size import metadata_of

if TYPE_CHECKING:
    from customer_gql.execution.documents import Document

ASSUMED_LIST_SIZE: Final = (
    10  # items of a list that takes no size; `metadata={"assumed": n}` on the field says otherwise
)
_MAX_COSTS: Final = 200  # sizes asked for with one document
_PAGE_ARGUMENTS: Final = ("first", "last")
_SIZE_ARGUMENTS: Final = (*_PAGE_ARGUMENTS, "ids")


class SelectionCost(NamedTuple):
    """Of a selection: what counts once, and what counts for each node of the page around it."""

    once: int = 0
    each: int = 0


class FieldTraits(NamedTuple):
    """What the schema tells of a field."""

    type: Any
    is_list: bool
    composite: bool
    sized: tuple[str, ...]
    assumed: int


@dataclass(slots=True)
class _DocumentCosts:
    variables: tuple[str, ...]
    by_sizes: dict[tuple[int | None, ...], int]


class CostModel:
    """The costs of one schema's documents. A known document with known page sizes costs a look into a dictionary."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._kinds: dict[tuple[str, str], FieldTraits] = {}

    def of(self, document: "Document", operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
        name = operation.name.value if operation.name else None  # a node's hash would walk all of it
        known = document.costs.get(name)
        if known is not None:
            sizes = tuple([_variable_size(variable, operation, variables) for variable in known.variables])
            cost = known.by_sizes.get(sizes)
            if cost is not None:
                return cost
        weighing = CostCalculation(self, document, operation, variables)
        cost = weighing.total()
        known = document.costs.setdefault(name, _DocumentCosts(tuple(sorted(weighing.used)), {}))
        if len(known.by_sizes) < _MAX_COSTS:
            sizes = tuple([_variable_size(variable, operation, variables) for variable in known.variables])
            known.by_sizes[sizes] = cost
        return cost

    def kind(self, parent: Any, field: str) -> FieldTraits:
        key = (parent.name, field)
        known = self._kinds.get(key)
        if known is None:
            known = self._kinds[key] = self._looked_up(parent, field)
        return known

    def _looked_up(self, parent: Any, name: str) -> FieldTraits:
        field = self.schema.get_field(parent, name)
        assert field is not None, name
        kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        named = get_named_type(kind)
        # The lists of introspection are as long as the schema has them, and answered from memory.
        assumed = 1 if named.name.startswith("__") else int(str(metadata_of(field).get("assumed", ASSUMED_LIST_SIZE)))
        sized = tuple(argument for argument in _SIZE_ARGUMENTS if _takes_size(field, argument))
        return FieldTraits(named, is_list_type(kind), is_composite_type(named), sized, assumed)


def _takes_size(field: GraphQLField, argument: str) -> bool:
    if argument not in field.args:
        return False
    kind = field.args[argument].type
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind) == (argument == "ids")


class CostCalculation:
    """One operation with one set of variables."""

    def __init__(
        self, costs: CostModel, document: "Document", operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        self._costs = costs
        self._fragments = document.fragments
        self._operation = operation
        self._variables = variables
        self._known: dict[str, SelectionCost] = {}
        self.used: set[str] = set()

    def total(self) -> int:
        return self._selections(self._operation.selection_set, self._root()).once

    def heaviest(self) -> tuple[list[str], int]:
        """The path to the list that costs most, from the root on, and what it costs."""
        path: list[str] = []
        listed, cost, factor = 0, 0, 1
        fields = list(self._fields(self._operation.selection_set, self._root()))
        page = 1
        while fields:
            weighed = [(self._field(field, parent), field, parent) for field, parent in fields]
            weight, field, parent = max(weighed, key=lambda one: one[0].once + one[0].each * page)
            kind = self._costs.kind(parent, field.name.value)
            here = factor * (weight.once + weight.each * page)
            path.append(field.alias.value if field.alias else field.name.value)
            if kind.is_list or kind.sized:
                listed, cost = len(path), here
            if weight.each:
                factor *= page
            size = self._size(field, kind)
            page = 1 if kind.is_list else size
            factor *= size if kind.is_list and not weight.each else 1
            fields = list(self._fields(field.selection_set, kind.type)) if field.selection_set else []
        return (path[:listed], cost) if listed else (path[:1], self.total())

    def _root(self) -> Any:
        return self._costs.schema.get_root_type(self._operation.operation)

    def _selections(self, selection_set: SelectionSetNode | None, parent: Any) -> SelectionCost:
        once = each = 0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                weight = self._field(selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                weight = self._fragment(selection.name.value)
            else:
                weight = self._selections(selection.selection_set, self._on(selection, parent))  # pyright: ignore[reportAttributeAccessIssue]
            once += weight.once
            each += weight.each
        return SelectionCost(once, each)

    def _fragment(self, name: str) -> SelectionCost:
        known = self._known.get(name)
        if known is None:
            definition = self._fragments[name]
            known = self._known[name] = self._selections(definition.selection_set, self._on(definition, None))
        return known

    def _on(self, node: Any, parent: Any) -> Any:
        return self._costs.schema.get_type(node.type_condition.name.value) if node.type_condition else parent

    def _field(self, field: FieldNode, parent: Any) -> SelectionCost:
        kind = self._costs.kind(parent, field.name.value)
        if not kind.composite:
            return SelectionCost(1)
        inner = self._selections(field.selection_set, kind.type)
        size = self._size(field, kind)
        if not kind.is_list:
            return SelectionCost(1 + inner.once + inner.each * size)
        items = inner.once + inner.each
        if not kind.sized and _is_page(parent):
            return SelectionCost(1, items)
        return SelectionCost(1 + items * size)

    def _size(self, field: FieldNode, kind: FieldTraits) -> int:
        """How many nodes the page of this field has, or how many items the list."""
        if not kind.sized:
            return kind.assumed if kind.is_list else DEFAULT_PAGE
        given = {
            argument.name.value: argument.value
            for argument in field.arguments or ()
            if argument.name.value in _SIZE_ARGUMENTS
        }
        sizes = [self._given(value) for name, value in given.items() if name in kind.sized]
        return max([size for size in sizes if size is not None], default=DEFAULT_PAGE)

    def _given(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            self.used.add(value.name.value)
            return _variable_size(value.name.value, self._operation, self._variables)
        return _literal_size(value)

    def _fields(self, selection_set: SelectionSetNode | None, parent: Any) -> Iterator[tuple[FieldNode, Any]]:
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                yield selection, parent
            elif isinstance(selection, FragmentSpreadNode):
                definition = self._fragments[selection.name.value]
                yield from self._fields(definition.selection_set, self._on(definition, None))
            else:
                yield from self._fields(selection.selection_set, self._on(selection, parent))  # pyright: ignore[reportAttributeAccessIssue]


def _is_page(kind: Any) -> bool:
    return "pageInfo" in getattr(kind, "fields", ())


def _variable_size(name: str, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int | None:
    if name in variables:
        return _value_size(variables[name])
    for definition in operation.variable_definitions or ():
        if definition.variable.name.value == name and definition.default_value:
            return _literal_size(definition.default_value)
    return None


def _value_size(value: Any) -> int | None:
    if isinstance(value, list):
        return min(len(value), MAX_PAGE)
    if isinstance(value, (int, float)):
        return max(1, min(int(value), MAX_PAGE))
    return None if value is None else 1


def _literal_size(value: ValueNode) -> int | None:
    if isinstance(value, ListValueNode):
        return min(len(value.values), MAX_PAGE)
    if isinstance(value, (IntValueNode, FloatValueNode)):
        # A number of thousands of digits is refused by validation; int() would refuse it first, as a fault.
        return _value_size(float(value.value)) if len(value.value) < 300 else MAX_PAGE
    return None if isinstance(value, NullValueNode) else 1
