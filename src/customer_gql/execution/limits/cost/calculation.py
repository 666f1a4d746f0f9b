"""The cost of one operation with one set of variables, by the rules of docs/cost.md."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graphql import FieldNode, FragmentSpreadNode, OperationDefinitionNode, SelectionSetNode

from customer_gql.loading.grids.filters import MAX_CLAUSES, MAX_VALUES
from customer_gql.loading.grids.pages import MAX_FACETS
from customer_gql.loading.pages import DEFAULT_PAGE

from .sizes import VALUES_OF_A_CLAUSE, RequestedSizes
from .traits import REQUEST_COST, FieldTraits, SchemaTraits

if TYPE_CHECKING:
    from customer_gql.execution.documents import Document

FREE_SCALARS: Final = 10  # of each object
_SCALARS_PER_POINT: Final = 10
_MOST_CLAUSES: Final = MAX_CLAUSES + MAX_VALUES // VALUES_OF_A_CLAUSE  # a filter with more is refused
COUNTED_IDS: Final = 100  # of an input; a worker does what more of them ask for


class SelectedField(NamedTuple):
    """A field where it stands in the document. `once` is counted once, whatever stands around it; `each` for each
    parent. `size` is the number of objects in its list; 1 for a single object."""

    name: str
    is_list: bool
    once: int
    each: int
    size: int
    fields: "Sequence[SelectedField]" = ()


class _Places(NamedTuple):
    """The nodes that the answer merges into one field, and whether `@skip` and `@include` leave each of them in."""

    parent: Any
    nodes: list[tuple[FieldNode, bool]]


_Selections = Sequence[tuple[SelectionSetNode, bool]]


class CostCalculation:
    """Left-out fields are computed too and not counted, so that every variable that decides a cost is known."""

    def __init__(
        self,
        traits: SchemaTraits,
        document: "Document",
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._traits = traits
        self._fragments = document.fragments
        self._operation = operation
        self.sizes = RequestedSizes(operation, variables)

    def total_cost(self) -> int:
        return REQUEST_COST + sum(field.once + field.each for field in self._select_roots())

    def find_costliest_list(self) -> tuple[list[str], int]:
        """The path to the list that costs most, starting at the root, and its cost."""
        path: list[str] = []
        listed, cost, parents = 0, 0, 1
        fields = self._select_roots()
        while fields:
            field = max(fields, key=lambda one: one.once + one.each * parents)
            path.append(field.name)
            if field.is_list:
                listed, cost = len(path), field.once + field.each * parents
            parents *= field.size
            fields = field.fields
        return (path[:listed], cost) if listed else (path[:1], self.total_cost())

    def _select_roots(self) -> Sequence[SelectedField]:
        root = self._traits.schema.get_root_type(self._operation.operation)
        return self._select_fields([(self._operation.selection_set, True)], root, DEFAULT_PAGE)[0]

    def _select_fields(self, selections: _Selections, parent: Any, page: int) -> tuple[Sequence[SelectedField], int]:
        """The objects and lists in these selections of one object, and the number of its scalars."""
        found: list[SelectedField] = []
        scalars = 0
        for places in self._merge_fields(selections, parent).values():
            traits = self._traits.traits_of(places.parent, places.nodes[0][0].name.value)
            field = self._select_field(places.nodes, traits, page)
            if not any(included for _, included in places.nodes):
                continue
            scalars += not traits.is_composite
            if traits.is_composite or field.once:
                found.append(field)
        return found, scalars

    def _select_field(self, nodes: list[tuple[FieldNode, bool]], traits: FieldTraits, page: int) -> SelectedField:
        node = nodes[0][0]
        name = node.alias.value if node.alias else node.name.value
        size = page if traits.takes_page else self._find_size(node, traits)
        entries = self._count_entries(node, traits.entries) if traits.entries else 0
        if traits.entries == "ids":  # none are sent where a filter selects
            entries = min(entries or COUNTED_IDS, COUNTED_IDS)
        clauses = self._count_clauses(node) if traits.per_clause else 0
        columns = self._count_columns(node) if traits.per_column else 0
        inner = [(node.selection_set, included) for node, included in nodes if node.selection_set]
        page = entries if traits.entries == "ids" else clauses if traits.is_matched else size
        fields, scalars = self._select_fields(inner, traits.type, page)
        given = traits.per_entry * entries + traits.per_clause * clauses + traits.per_column * columns
        once = traits.base + given + sum(field.once for field in fields)
        if not traits.is_composite:
            return SelectedField(name, False, once, 0, 1)
        each = 1 + _cost_of_scalars(scalars) + sum(field.each for field in fields) + clauses * traits.is_matched
        size = (columns if traits.per_column else size) if traits.is_list else 1
        return SelectedField(name, traits.is_list or bool(traits.size_arguments), once, each * size, size, fields)

    def _find_size(self, node: FieldNode, traits: FieldTraits) -> int:
        """The number of objects of the field's page, or of items of its list."""
        if not traits.size_arguments:
            return traits.assumed_size if traits.is_list else DEFAULT_PAGE
        sizes = [
            self.sizes.find_size(argument.value)
            for argument in node.arguments or ()
            if argument.name.value in traits.size_arguments
        ]
        return max([size for size in sizes if size is not None], default=DEFAULT_PAGE)

    def _count_entries(self, node: FieldNode, name: str) -> int:
        return sum(self.sizes.count_entries(argument.value, name) for argument in node.arguments or ())

    def _count_clauses(self, node: FieldNode) -> int:
        given = [argument.value for argument in node.arguments or () if argument.name.value == "filter"]
        return min(sum(map(self.sizes.count_clauses, given)), _MOST_CLAUSES)

    def _count_columns(self, node: FieldNode) -> int:
        given = [argument.value for argument in node.arguments or () if argument.name.value == "columns"]
        return min(sum(self.sizes.find_size(one) or 0 for one in given), MAX_FACETS)

    def _merge_fields(self, selections: _Selections, parent: Any) -> dict[tuple[str, str], _Places]:
        """By name in the answer and type: fields of different types in one place are counted as if each were there."""
        merged: dict[tuple[str, str], _Places] = {}
        for selection_set, included in selections:
            for node, owner, is_in in self._expand_fields(selection_set, parent, included):
                key = (node.alias.value if node.alias else node.name.value, owner.name)
                merged.setdefault(key, _Places(owner, [])).nodes.append((node, is_in))
        return merged

    def _expand_fields(
        self, selection_set: SelectionSetNode, parent: Any, included: bool
    ) -> Iterator[tuple[FieldNode, Any, bool]]:
        for selection in selection_set.selections:
            is_in = self._is_included(selection) and included
            if isinstance(selection, FieldNode):
                yield selection, parent, is_in
                continue
            fragment = self._fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
            condition = fragment.type_condition  # pyright: ignore[reportAttributeAccessIssue]
            inner = fragment.selection_set  # pyright: ignore[reportAttributeAccessIssue]
            owner = self._traits.schema.get_type(condition.name.value) if condition else parent
            yield from self._expand_fields(inner, owner, is_in)

    def _is_included(self, node: Any) -> bool:
        """Unless a directive leaves it out for certain."""
        included = True
        for directive in node.directives or ():
            name = directive.name.value
            if name not in ("skip", "include"):
                continue
            condition = self.sizes.find_flag(directive.arguments[0].value)
            if condition is (name == "skip"):
                included = False
        return included


def _cost_of_scalars(scalars: int) -> int:
    """Each further ten after the free ones, and the rest of less than ten, cost one."""
    return -(-max(0, scalars - FREE_SCALARS) // _SCALARS_PER_POINT)
