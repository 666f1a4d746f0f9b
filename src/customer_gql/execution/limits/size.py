"""How large a document is, measured before it is validated.

Fragments are measured once each and counted wherever they are spread, so the work is linear in the document's length
while the figures are those of the document written out. What validation does is bounded by these figures.
"""

from collections.abc import Iterator, Mapping
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

from customer_gql.core.errors import ErrorCode, GraphError
from customer_gql.settings import AudienceSettings

INTROSPECTION: Final = frozenset({"__schema", "__type"})


class QueryTooComplex(GraphError):
    """The document is larger than this audience may send; the sentence says by how much."""

    code = ErrorCode.QUERY_TOO_COMPLEX


class DocumentSize(NamedTuple):
    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: "DocumentSize") -> "DocumentSize":
        return DocumentSize(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


class DocumentMeasurement:
    """The shapes of one document's operations and fragments; used or not, because validation looks at all of them."""

    def __init__(self, ast: DocumentNode) -> None:
        self._fragments = fragments_of(ast)
        self._known: dict[str, DocumentSize | None] = {}
        self._definitions = ast.definitions
        self.introspects = False

    def check(self, limits: AudienceSettings) -> None:
        """Refuse at the first definition that crosses a limit. Raises `TooComplex`, or `GraphQLError` for a cycle."""
        for definition in self._definitions:
            if isinstance(definition, FragmentDefinitionNode):
                _validate_size(self._fragment(definition.name.value), limits)
            elif isinstance(definition, OperationDefinitionNode):
                variables = sum(_count_directives(variable) for variable in definition.variable_definitions or ())
                own = DocumentSize(directives=_count_directives(definition) + variables)
                _validate_size(own.beside(self._selections(definition.selection_set)), limits)

    def _fragment(self, name: str) -> DocumentSize:
        if name in self._known:
            known = self._known[name]
            if known is None:
                # Validation says so too, but walks each way around a circle of fragments before.
                raise GraphQLError(f"Cannot spread fragment '{name}' within itself.", self._fragments[name])
            return known
        definition = self._fragments.get(name)
        if definition is None:
            return DocumentSize()
        self._known[name] = None
        shape = self._selections(definition.selection_set)
        # What introspection can nest is bounded by a validation rule, and deeper than our own graph is.
        depth = 0 if definition.type_condition.name.value.startswith("__") else shape.depth
        shape = shape._replace(depth=depth, directives=shape.directives + _count_directives(definition))
        self._known[name] = shape
        return shape

    def _selections(self, selection_set: SelectionSetNode | None) -> DocumentSize:
        total = DocumentSize()
        for selection in selection_set.selections if selection_set else ():
            total = total.beside(self._selection(selection))
        return total

    def _selection(self, selection: SelectionNode) -> DocumentSize:
        directives = _count_directives(selection)
        if isinstance(selection, FragmentSpreadNode):
            inner = self._fragment(selection.name.value)
            return inner._replace(directives=inner.directives + directives)
        inner = self._selections(getattr(selection, "selection_set", None))
        if not isinstance(selection, FieldNode):
            return inner._replace(directives=inner.directives + directives)
        depth = inner.depth
        if selection.name.value in INTROSPECTION:
            self.introspects, depth = True, 0
        renamed = 0 if selection.alias is None else 1
        return DocumentSize(depth + 1, inner.fields + 1, inner.aliases + renamed, inner.directives + directives)


def _validate_size(shape: DocumentSize, limits: AudienceSettings) -> None:
    for what, asked, most in (
        ("fields", shape.fields, limits.fields),
        ("levels", shape.depth, limits.depth),
        ("aliases", shape.aliases, limits.aliases),
        ("directives", shape.directives, limits.directives),
    ):
        if asked > most:
            shown = asked if asked < 1_000_000 else "more than a million"
            raise QueryTooComplex(f"The document has {shown} {what}; {most} are taken.", limit=most)


def validate_mutations(
    operation: OperationDefinitionNode,
    root: GraphQLObjectType,
    fragments: Mapping[str, FragmentDefinitionNode],
    limits: AudienceSettings,
) -> None:
    """Few changes in one request, and those that could be guessed at or hurt most alone."""
    names: list[str] = []
    for name in _root_field_names(operation.selection_set, fragments):
        names.append(name)
        if len(names) > limits.mutations:
            raise QueryTooComplex(f"A document may hold at most {limits.mutations} mutations.", limit=limits.mutations)
    for name in names:
        if len(names) > 1 and name in root.fields and metadata_of(root.fields[name]).get("exclusive"):
            raise QueryTooComplex(f"{name} has to be the only mutation of its document.", limit=1)


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
    """What was declared on a field with strawberry's `metadata`."""
    declared = getattr(field, "extensions", {}).get("strawberry-definition")
    return getattr(declared, "metadata", None) or {}


def fragments_of(ast: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)}


def is_mutation(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.MUTATION


def _count_directives(node: object) -> int:
    return len(getattr(node, "directives", None) or ())
