"""The highest possible cost of a valid document: its fields, each times the sizes of the pages it stands in.

Sizes come from literals, variables and defaults alike, so one list costs the same however its size is written. A size
above the largest page counts as the largest page, one below 1 as 1; the list itself refuses both. Each fragment is
computed once.
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

ASSUMED_LIST_SIZE: Final = 10  # of a list without a size argument; `metadata={"assumed": n}` on the field overrides it
_MAX_COSTS: Final = 200  # combinations of sizes whose cost is kept for one document
_SIZE_ARGUMENTS: Final = ("first", "last", "ids")


class SelectionCost(NamedTuple):
    """The part of a selection that counts once, and the part that counts for each node of the page around it."""

    once: int = 0
    each: int = 0


class FieldTraits(NamedTuple):
    """What the schema says about the size of a field."""

    type: Any
    is_list: bool
    is_composite: bool
    size_arguments: tuple[str, ...]
    assumed_size: int


@dataclass(slots=True)
class _DocumentCosts:
    variables: tuple[str, ...]
    by_sizes: dict[tuple[int | None, ...], int]


class CostModel:
    """Computes costs for one schema. A known document with known page sizes costs one dictionary lookup."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._traits: dict[tuple[str, str], FieldTraits] = {}

    def compute_cost(
        self, document: "Document", operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        name = operation.name.value if operation.name else None  # hashing a node would visit all of it
        known = document.costs.get(name)
        if known is not None:
            sizes = tuple([_variable_size(variable, operation, variables) for variable in known.variables])
            cost = known.by_sizes.get(sizes)
            if cost is not None:
                return cost
        calculation = CostCalculation(self, document, operation, variables)
        cost = calculation.total_cost()
        known = document.costs.setdefault(name, _DocumentCosts(tuple(sorted(calculation.used_variables)), {}))
        if len(known.by_sizes) < _MAX_COSTS:
            sizes = tuple([_variable_size(variable, operation, variables) for variable in known.variables])
            known.by_sizes[sizes] = cost
        return cost

    def traits_of(self, parent: Any, field: str) -> FieldTraits:
        key = (parent.name, field)
        known = self._traits.get(key)
        if known is None:
            known = self._traits[key] = self._look_up_traits(parent, field)
        return known

    def _look_up_traits(self, parent: Any, name: str) -> FieldTraits:
        field = self.schema.get_field(parent, name)
        assert field is not None, name
        nullable = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        named = get_named_type(nullable)
        # Lists of introspection have a fixed length and are answered from memory.
        is_introspection = named.name.startswith("__")
        assumed = 1 if is_introspection else int(str(metadata_of(field).get("assumed", ASSUMED_LIST_SIZE)))
        size_arguments = tuple(argument for argument in _SIZE_ARGUMENTS if _takes_size(field, argument))
        return FieldTraits(named, is_list_type(nullable), is_composite_type(named), size_arguments, assumed)


def _takes_size(field: GraphQLField, argument: str) -> bool:
    if argument not in field.args:
        return False
    argument_type = field.args[argument].type
    nullable = argument_type.of_type if isinstance(argument_type, GraphQLNonNull) else argument_type
    return is_list_type(nullable) == (argument == "ids")


class CostCalculation:
    """The cost of one operation with one set of variables."""

    def __init__(
        self, model: CostModel, document: "Document", operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        self._model = model
        self._fragments = document.fragments
        self._operation = operation
        self._variables = variables
        self._fragment_costs: dict[str, SelectionCost] = {}
        self.used_variables: set[str] = set()

    def total_cost(self) -> int:
        return self._cost_of_selections(self._operation.selection_set, self._root_type()).once

    def find_costliest_list(self) -> tuple[list[str], int]:
        """The path to the list that costs most, starting at the root, and its cost."""
        path: list[str] = []
        listed, cost, factor = 0, 0, 1
        fields = list(self._expand_fields(self._operation.selection_set, self._root_type()))
        page = 1
        while fields:
            costs = [(self._cost_of_field(field, parent), field, parent) for field, parent in fields]
            field_cost, field, parent = max(costs, key=lambda one: one[0].once + one[0].each * page)
            traits = self._model.traits_of(parent, field.name.value)
            cost_here = factor * (field_cost.once + field_cost.each * page)
            path.append(field.alias.value if field.alias else field.name.value)
            if traits.is_list or traits.size_arguments:
                listed, cost = len(path), cost_here
            if field_cost.each:
                factor *= page
            size = self._size_of_field(field, traits)
            page = 1 if traits.is_list else size
            factor *= size if traits.is_list and not field_cost.each else 1
            fields = list(self._expand_fields(field.selection_set, traits.type)) if field.selection_set else []
        return (path[:listed], cost) if listed else (path[:1], self.total_cost())

    def _root_type(self) -> Any:
        return self._model.schema.get_root_type(self._operation.operation)

    def _cost_of_selections(self, selection_set: SelectionSetNode | None, parent: Any) -> SelectionCost:
        once = each = 0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                cost = self._cost_of_field(selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                cost = self._cost_of_fragment(selection.name.value)
            else:
                inner = selection.selection_set  # pyright: ignore[reportAttributeAccessIssue]
                cost = self._cost_of_selections(inner, self._condition_type(selection, parent))
            once += cost.once
            each += cost.each
        return SelectionCost(once, each)

    def _cost_of_fragment(self, name: str) -> SelectionCost:
        known = self._fragment_costs.get(name)
        if known is None:
            definition = self._fragments[name]
            parent = self._condition_type(definition, None)
            known = self._fragment_costs[name] = self._cost_of_selections(definition.selection_set, parent)
        return known

    def _condition_type(self, node: Any, parent: Any) -> Any:
        return self._model.schema.get_type(node.type_condition.name.value) if node.type_condition else parent

    def _cost_of_field(self, field: FieldNode, parent: Any) -> SelectionCost:
        traits = self._model.traits_of(parent, field.name.value)
        if not traits.is_composite:
            return SelectionCost(1)
        inner = self._cost_of_selections(field.selection_set, traits.type)
        size = self._size_of_field(field, traits)
        if not traits.is_list:
            return SelectionCost(1 + inner.once + inner.each * size)
        items = inner.once + inner.each
        if not traits.size_arguments and _is_connection(parent):
            return SelectionCost(1, items)
        return SelectionCost(1 + items * size)

    def _size_of_field(self, field: FieldNode, traits: FieldTraits) -> int:
        """The number of nodes of the field's page, or of items of its list."""
        if not traits.size_arguments:
            return traits.assumed_size if traits.is_list else DEFAULT_PAGE
        given = {
            argument.name.value: argument.value
            for argument in field.arguments or ()
            if argument.name.value in _SIZE_ARGUMENTS
        }
        sizes = [self._size_of_value(value) for name, value in given.items() if name in traits.size_arguments]
        return max([size for size in sizes if size is not None], default=DEFAULT_PAGE)

    def _size_of_value(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            self.used_variables.add(value.name.value)
            return _variable_size(value.name.value, self._operation, self._variables)
        return _literal_size(value)

    def _expand_fields(self, selection_set: SelectionSetNode | None, parent: Any) -> Iterator[tuple[FieldNode, Any]]:
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                yield selection, parent
            elif isinstance(selection, FragmentSpreadNode):
                definition = self._fragments[selection.name.value]
                yield from self._expand_fields(definition.selection_set, self._condition_type(definition, None))
            else:
                inner = selection.selection_set  # pyright: ignore[reportAttributeAccessIssue]
                yield from self._expand_fields(inner, self._condition_type(selection, parent))


def _is_connection(parent: Any) -> bool:
    return "pageInfo" in getattr(parent, "fields", ())


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
        # Validation refuses a number of thousands of digits; `int` would refuse it first, as a fault.
        return _value_size(float(value.value)) if len(value.value) < 300 else MAX_PAGE
    return None if isinstance(value, NullValueNode) else 1
