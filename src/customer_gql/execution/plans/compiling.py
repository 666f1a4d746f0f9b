"""From a valid document to a plan, with the variables that decide what `@include` and `@skip` leave of it."""

from collections.abc import Sequence
from typing import Any, Final

from graphql import (
    GraphQLError,
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
from strawberry.types.field import StrawberryField

from customer_gql.graph.connections import Paged
from customer_gql.graph.fields import Load
from customer_gql.graph.nodes import Node, NodeId
from customer_gql.graph.scalars import Amount

from .answering import Answer, Scene
from .arguments import Arguments
from .completing import Abstract, Checked, Completer, Leaf, ListOf, Some, checks_itself
from .fields import Counted, Loaded, ObjectColumn, PagesOf, Resolved, selection_of
from .leaves import shown_by, text_of
from .resolving import resolver_of
from .selecting import Later, Selection, Taken, nothing
from .values import amount_text, id_text, money_text
from .writing import Access, Constants, Text

MAX_FIELDS: Final = 2000
_BACK: Final = "strawberry-definition"
_IS_ROW: Final = Node.is_type_of.__func__  # pyright: ignore


class Unplanned(Exception):
    """The document holds something that plans do not cover; the reference executor answers it."""


class Compiler:
    """Compiles the selections of one operation. Raises `Unplanned`, or what made it impossible."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: dict[str, Any],
        operation: OperationDefinitionNode,
        variables: VariableValues,
    ) -> None:
        self.schema = schema
        self._fragments = {name: FragmentDetails(node) for name, node in fragments.items()}
        self._operation = operation
        self._variables = variables
        self._scene = Scene(schema, fragments, operation)
        self._left = MAX_FIELDS

    def root(self) -> Selection:
        kind = self.schema.get_root_type(self._operation.operation)
        if kind is None or self._operation.directives:
            raise Unplanned
        collected = collect_fields(self.schema, self._fragments, self._variables, kind, self._operation)
        return self._selection(kind, collected.grouped_field_set)

    def below(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> Selection:
        """What the field's selection shows of a type."""
        return self._selection(kind, self._collected(kind, details))

    def _collected(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> dict[str, list[FieldDetails]]:
        collected = collect_subfields(
            self.schema, self._fragments, self._variables, self._operation, kind, list(details)
        )
        if collected.new_defer_usages:
            raise Unplanned
        return collected.grouped_field_set

    def _selection(self, kind: GraphQLObjectType, fields: dict[str, list[FieldDetails]]) -> Selection:
        self._left -= len(fields)
        if self._left < 0:
            raise Unplanned
        part = _Part(self, kind)
        for name, details in fields.items():
            part.add(name, details)
        return part.selection()

    def completer(self, kind: GraphQLOutputType, details: Sequence[FieldDetails]) -> Completer:
        if is_non_null_type(kind):
            return self._nullable(kind.of_type, details, nullable=False)
        return self._nullable(kind, details, nullable=True)

    def _nullable(self, kind: Any, details: Sequence[FieldDetails], *, nullable: bool) -> Completer:
        if is_leaf_type(kind):
            return Leaf(shown_by(kind, nullable=nullable))
        if is_list_type(kind):
            return Some(ListOf(self.completer(kind.of_type, details)), nullable=nullable)
        if is_abstract_type(kind):
            types = {
                possible.name: self._object(possible, details) for possible in self.schema.get_possible_types(kind)
            }
            return Some(Abstract(kind, types), nullable=nullable)
        return Some(self._object(kind, details), nullable=nullable)

    def _object(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> Completer:
        selection = self.below(kind, details)
        return Checked(selection, kind.is_type_of) if checks_itself(kind, _IS_ROW) else selection  # pyright: ignore

    def money_fields(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> list[tuple[str, Text]]:
        """What of a money is shown; it has two fields, and neither asks anybody."""
        fields: list[tuple[str, Text]] = []
        for name, of_name in self._collected(kind, details).items():
            field_name = of_name[0].node.name.value
            if field_name == "amount":
                fields.append((name, amount_text))
            elif field_name == "currency":
                fields.append((name, _leaf(_nullable_of(kind.fields["currency"]), "currency", nullable=False)))
            else:
                fields.append((name, _typename(kind)))
        return fields

    def answer(
        self, name: str, details: Sequence[FieldDetails], parent: GraphQLObjectType, field: GraphQLField
    ) -> Answer:
        node = details[0].node
        try:
            arguments = Arguments(field, node)
        except GraphQLError:
            raise Unplanned from None
        nodes = [detail.node for detail in details]
        return Answer(name, nodes, parent, self.completer(field.type, details), arguments, self._scene)


class _Part:
    """A selection while it is compiled."""

    def __init__(self, compiler: Compiler, kind: GraphQLObjectType) -> None:
        self._compiler = compiler
        self._kind = kind
        self._fields: list[tuple[str, Text]] = []
        self._later: list[Later] = []
        self._wanted: set[str] = set()
        self._everything = False
        self._placed = False

    def selection(self) -> Selection:
        wanted = None if self._everything else frozenset(self._wanted)
        return Selection(self._fields, self._later, wanted, placed=self._placed)

    def add(self, name: str, details: Sequence[FieldDetails]) -> None:
        field_name = details[0].node.name.value
        if field_name == "__typename":
            self._fields.append((name, _typename(self._kind)))
            return
        field = self._kind.fields.get(field_name)
        declared = field.extensions.get(_BACK) if field else None
        if field is None or not isinstance(declared, StrawberryField):
            raise Unplanned
        # An extension, as a permission is, has a say in what the field gives: then only its resolver tells.
        said = {} if declared.extensions else declared.metadata
        text = self._text(field, declared, said, details)
        self._fields.append((name, text or nothing))
        if text is None:
            answer = self._compiler.answer(name, details, self._kind, field)
            later = _later(answer, declared, said, self._compiler.schema)
            self._later.append(later)
            self._wanted.update(later.takes)
            self._everything = self._everything or isinstance(later, Resolved)
            self._placed = self._placed or answer.completer.placed or isinstance(later, Resolved)

    def _text(
        self, field: GraphQLField, declared: StrawberryField, said: Any, details: Sequence[FieldDetails]
    ) -> Text | None:
        """Of a field that the object itself answers at once."""
        kind = _nullable_of(field)
        nullable = kind is field.type
        if isinstance(said.get("id"), NodeId):
            self._wanted.update(said["id"].columns)
            return id_text(said["id"])
        if isinstance(said.get("money"), Amount):
            self._wanted.update(said["money"].columns)
            return money_text(said["money"], self._compiler.money_fields(kind, details), nullable=nullable)
        if not declared.is_basic_field or not is_leaf_type(kind):
            return None
        self._wanted.add(declared.python_name)
        return _leaf(kind, declared.python_name, nullable=nullable)


def _typename(kind: GraphQLObjectType) -> Text:
    return lambda _access, constants: constants(kind.name)


def _leaf(leaf: Any, attribute: str, *, nullable: bool) -> Text:
    def text(access: Access, constants: Constants) -> str:
        return text_of(leaf, access(attribute), constants, nullable=nullable)

    return text


def _later(answer: Answer, declared: StrawberryField, said: Any, schema: GraphQLSchema) -> Later:
    load = said.get("load")
    if isinstance(load, Paged):
        return PagesOf(answer, load, Taken(*load.columns), counts=_counts(answer.completer))
    if isinstance(load, Load):
        return Loaded(answer, load, Taken(*load.columns))
    if said.get("counted"):
        return Counted(answer)
    if declared.is_basic_field:
        return ObjectColumn(answer, Taken(declared.python_name))
    return Resolved(answer, resolver_of(schema, answer.definition, declared))


def _nullable_of(field: GraphQLField) -> Any:
    return field.type.of_type if is_non_null_type(field.type) else field.type


def _counts(completer: Completer) -> bool:
    """Whether a selection of pages counts."""
    selection = selection_of(completer)
    return selection is not None and selection.has(Counted)
