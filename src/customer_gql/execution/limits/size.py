"""The size of a document, measured before it is validated.

Each fragment is measured once and counted wherever it is spread, so the work is linear in the length of the document
while the figures are those of the expanded document. They bound the work of validation.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

from customer_gql.core.errors import QueryTooComplex
from customer_gql.settings import AudienceSettings

INTROSPECTION: Final = frozenset({"__schema", "__type"})
# Validation compares all fields of one name and place with each other; clients that merge fragments repeat a few.
MAX_REPEATS: Final = 50


class DocumentSize(NamedTuple):
    """The figures of a selection set, or of a whole operation."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def add_sibling(self, other: "DocumentSize") -> "DocumentSize":
        return DocumentSize(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


class DocumentMeasurement:
    """The sizes of a document's operations and fragments, unused ones included, because validation visits them all."""

    def __init__(self, ast: DocumentNode) -> None:
        self._fragments = fragments_of(ast)
        self._fragment_sizes: dict[str, DocumentSize | None] = {}
        self._spread: set[str] = set()
        self._definitions = ast.definitions
        self.uses_introspection = False

    def validate_limits(self, limits: AudienceSettings) -> None:
        """Raises `QueryTooComplex` at the first definition over a limit, or `GraphQLError` for a cycle of fragments."""
        for definition in self._definitions:
            if isinstance(definition, FragmentDefinitionNode):
                _validate_size(self._measure_fragment(definition.name.value), limits)
            elif isinstance(definition, OperationDefinitionNode):
                variables = sum(_count_directives(variable) for variable in definition.variable_definitions or ())
                own = DocumentSize(directives=_count_directives(definition) + variables)
                _validate_size(own.add_sibling(self._measure_selections(definition.selection_set)), limits)
        # After the sizes, which bound what is expanded here. A fragment that is spread is looked at where it is spread.
        for definition in self._definitions:
            name = definition.name.value if isinstance(definition, FragmentDefinitionNode) else None
            if name not in self._spread and isinstance(definition, (FragmentDefinitionNode, OperationDefinitionNode)):
                self._validate_repeats([definition.selection_set])

    def _validate_repeats(self, selection_sets: Sequence[SelectionSetNode]) -> None:
        """Raises `QueryTooComplex` for a field that these selections, which are merged into one answer, repeat too often."""
        by_name: dict[str, list[FieldNode]] = {}
        for selection_set in selection_sets:
            for field in self._expand_selections(selection_set):
                by_name.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
        for name, fields in by_name.items():
            if len(fields) > MAX_REPEATS:
                message = (
                    f"The document asks for {name[:60]} {len(fields)} times in one place; the limit is {MAX_REPEATS}."
                )
                raise QueryTooComplex(message, limit=MAX_REPEATS)
            if inner := [field.selection_set for field in fields if field.selection_set]:
                self._validate_repeats(inner)

    def _expand_selections(self, selection_set: SelectionSetNode) -> Iterator[FieldNode]:
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, FragmentSpreadNode):
                if definition := self._fragments.get(selection.name.value):
                    yield from self._expand_selections(definition.selection_set)
            else:
                yield from self._expand_selections(selection.selection_set)  # pyright: ignore[reportAttributeAccessIssue]

    def _measure_fragment(self, name: str) -> DocumentSize:
        if name in self._fragment_sizes:
            known = self._fragment_sizes[name]
            if known is None:
                # Validation reports this too, but follows every path through a cycle of fragments first.
                raise GraphQLError(f"Cannot spread fragment '{name}' within itself.", self._fragments[name])
            return known
        definition = self._fragments.get(name)
        if definition is None:
            return DocumentSize()
        self._fragment_sizes[name] = None
        size = self._measure_selections(definition.selection_set)
        # A validation rule bounds the nesting of introspection, which is deeper than our own graph.
        depth = 0 if definition.type_condition.name.value.startswith("__") else size.depth
        size = size._replace(depth=depth, directives=size.directives + _count_directives(definition))
        self._fragment_sizes[name] = size
        return size

    def _measure_selections(self, selection_set: SelectionSetNode | None) -> DocumentSize:
        total = DocumentSize()
        for selection in selection_set.selections if selection_set else ():
            total = total.add_sibling(self._measure_selection(selection))
        return total

    def _measure_selection(self, selection: SelectionNode) -> DocumentSize:
        directives = _count_directives(selection)
        if isinstance(selection, FragmentSpreadNode):
            self._spread.add(selection.name.value)
            inner = self._measure_fragment(selection.name.value)
            return inner._replace(directives=inner.directives + directives)
        inner = self._measure_selections(getattr(selection, "selection_set", None))
        if not isinstance(selection, FieldNode):
            return inner._replace(directives=inner.directives + directives)
        depth = inner.depth
        if selection.name.value in INTROSPECTION:
            self.uses_introspection, depth = True, 0
        aliases = 0 if selection.alias is None else 1
        return DocumentSize(depth + 1, inner.fields + 1, inner.aliases + aliases, inner.directives + directives)


def _validate_size(size: DocumentSize, limits: AudienceSettings) -> None:
    for name, found, limit in (
        ("fields", size.fields, limits.fields),
        ("levels", size.depth, limits.depth),
        ("aliases", size.aliases, limits.aliases),
        ("directives", size.directives, limits.directives),
    ):
        if found > limit:
            shown = found if found < 1_000_000 else "more than a million"
            raise QueryTooComplex(f"The document has {shown} {name}; the limit is {limit}.", limit=limit)


def validate_mutations(
    operation: OperationDefinitionNode,
    root: GraphQLObjectType,
    fragments: Mapping[str, FragmentDefinitionNode],
    limits: AudienceSettings,
) -> None:
    """Few mutations in one request, and an exclusive one only by itself: a document cannot make many attempts."""
    names: list[str] = []
    for name in _root_field_names(operation.selection_set, fragments):
        names.append(name)
        if len(names) > limits.mutations:
            message = f"A document may contain at most {limits.mutations} mutations."
            raise QueryTooComplex(message, limit=limits.mutations)
    for name in names:
        if len(names) > 1 and name in root.fields and metadata_of(root.fields[name]).get("exclusive"):
            raise QueryTooComplex(f"{name} must be the only mutation of its document.", limit=1)


def _root_field_names(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            if selection.name.value != "__typename":
                yield selection.name.value
        elif isinstance(selection, FragmentSpreadNode):
            yield from _root_field_names(fragments[selection.name.value].selection_set, fragments)
        else:
            yield from _root_field_names(selection.selection_set, fragments)  # pyright: ignore[reportAttributeAccessIssue]


def metadata_of(field: object) -> Mapping[str, object]:
    """The `metadata` that a field was declared with in strawberry."""
    declared = getattr(field, "extensions", {}).get("strawberry-definition")
    return getattr(declared, "metadata", None) or {}


def fragments_of(ast: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)}


def is_mutation(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.MUTATION


def _count_directives(node: object) -> int:
    return len(getattr(node, "directives", None) or ())
