"""From a valid document to a plan, with the variables that decide what `@include` and `@skip` leave of it."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    VariableNode,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry.types.field import StrawberryField

from customer_gql.core.ids import Node, NodeId
from customer_gql.core.loading import Load
from customer_gql.core.pagination import Paged
from customer_gql.core.scalars import Amount

from .completing import Abstract, Checked, Completer, Leaf, ListOf, Some, checks_itself
from .fields import Answer, Counted, Loaded, ObjectColumn, PagesOf, Resolved, Scene
from .leaves import column_of
from .running import Arguments
from .selecting import Columns, Later, Selection, Show
from .values import ids, moneys

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
        self._schema = schema
        self._fragments = {name: FragmentDetails(node) for name, node in fragments.items()}
        self._operation = operation
        self._variables = variables
        self._scene = Scene(schema, fragments, operation)
        self._left = MAX_FIELDS

    def root(self) -> Selection:
        kind = self._schema.get_root_type(self._operation.operation)
        if kind is None or self._operation.directives:
            raise Unplanned
        collected = collect_fields(self._schema, self._fragments, self._variables, kind, self._operation)
        return self._selection(kind, collected.grouped_field_set)

    def below(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> Selection:
        """What the field's selection shows of a type."""
        collected = collect_subfields(
            self._schema, self._fragments, self._variables, self._operation, kind, list(details)
        )
        if collected.new_defer_usages:
            raise Unplanned
        return self._selection(kind, collected.grouped_field_set)

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
            return Leaf(column_of(kind, nullable=nullable))
        if is_list_type(kind):
            return Some(ListOf(self.completer(kind.of_type, details)), nullable=nullable)
        if is_abstract_type(kind):
            types = {
                possible.name: self._object(possible, details) for possible in self._schema.get_possible_types(kind)
            }
            return Some(Abstract(kind, types), nullable=nullable)
        return Some(self._object(kind, details), nullable=nullable)

    def _object(self, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> Completer:
        selection = self.below(kind, details)
        return Checked(selection, kind.is_type_of) if checks_itself(kind, _IS_ROW) else selection  # pyright: ignore

    def answer(
        self, name: str, details: Sequence[FieldDetails], parent: GraphQLObjectType, field: GraphQLField
    ) -> Answer:
        node = details[0].node
        try:
            arguments = Arguments(field, node, varies=_varies(node))
        except GraphQLError:
            raise Unplanned from None
        nodes = [detail.node for detail in details]
        return Answer(name, nodes, parent, self.completer(field.type, details), arguments, self._scene)


class _Part:
    """A selection while it is compiled: which attributes it takes of its objects, and what it does with them."""

    def __init__(self, compiler: Compiler, kind: GraphQLObjectType) -> None:
        self._compiler = compiler
        self._kind = kind
        self._wanted: dict[str, int] = {}
        self._shows: list[tuple[str, Show | None]] = []
        self._later: list[Later] = []
        self._placed = False

    def selection(self) -> Selection:
        return Selection(list(self._wanted), self._shows, self._later, placed=self._placed)

    def add(self, name: str, details: Sequence[FieldDetails]) -> None:
        field_name = details[0].node.name.value
        if field_name == "__typename":
            shown = self._kind.name
            self._shows.append((name, lambda columns: [shown] * len(columns[-1])))
            return
        field = self._kind.fields.get(field_name)
        declared = field.extensions.get(_BACK) if field else None
        if field is None or not isinstance(declared, StrawberryField):
            raise Unplanned
        self._add_field(name, details, field, declared)

    def _add_field(
        self, name: str, details: Sequence[FieldDetails], field: GraphQLField, declared: StrawberryField
    ) -> None:
        said = {} if declared.extensions else declared.metadata
        show = self._show(field, declared, said, details)
        self._shows.append((name, show))
        if show is not None:
            return
        answer = self._compiler.answer(name, details, self._kind, field)
        later = self._start(answer, declared, said)
        self._later.append(later)
        self._placed = self._placed or answer.completer.placed or isinstance(later, Resolved)

    def _show(
        self, field: GraphQLField, declared: StrawberryField, said: Any, details: Sequence[FieldDetails]
    ) -> Show | None:
        """A field that the object's own columns answer at once."""
        if isinstance(said.get("id"), NodeId):
            return ids(said["id"], self._columns(said["id"].columns))
        if isinstance(said.get("money"), Amount):
            kind: Any = field.type.of_type if is_non_null_type(field.type) else field.type
            selection = self._compiler.below(kind, details)
            taken = self._columns(said["money"].columns)
            return moneys(said["money"], taken, selection, nullable=kind is field.type)
        if not declared.is_basic_field:
            return None
        kind: Any = field.type.of_type if is_non_null_type(field.type) else field.type
        if not is_leaf_type(kind):
            return None
        convert = column_of(kind, nullable=kind is field.type)
        position = self._column(declared.python_name)
        return lambda columns: convert(columns[position])

    def _start(self, answer: Answer, declared: StrawberryField, said: Any) -> Later:
        load = said.get("load")
        if isinstance(load, Paged):
            return PagesOf(answer, load, self._keys(load.columns), counts=_counts(answer.completer))
        if isinstance(load, Load):
            return Loaded(answer, load, self._keys(load.columns))
        if said.get("counted"):
            return Counted(answer)
        if declared.is_basic_field:
            return ObjectColumn(answer, self._column(declared.python_name))
        assert answer.definition.resolve is not None
        return Resolved(answer, answer.definition.resolve)

    def _column(self, name: str) -> int:
        return self._wanted.setdefault(name, len(self._wanted))

    def _columns(self, names: Sequence[str]) -> Callable[[Columns], list[Sequence[Any]]]:
        positions = [self._column(name) for name in names]
        return lambda columns: [columns[position] for position in positions]

    def _keys(self, names: Sequence[str]) -> Callable[[Columns], Sequence[Any]]:
        if len(names) == 1:
            position = self._column(names[0])
            return lambda columns: columns[position]
        taken = self._columns(names)
        return lambda columns: list(zip(*taken(columns), strict=True))


def _varies(node: Any) -> bool:
    """Whether a variable stands in an argument, however deep."""
    if isinstance(node, VariableNode):
        return True
    if isinstance(node, ListValueNode):
        return any(map(_varies, node.values))
    if isinstance(node, ObjectValueNode):
        return any(_varies(field.value) for field in node.fields)
    return isinstance(node, FieldNode) and any(_varies(argument.value) for argument in node.arguments or ())


def _counts(completer: Completer) -> bool:
    """Whether a selection of pages counts."""
    return isinstance(completer, Some) and isinstance(completer.inside, Selection) and completer.inside.has(Counted)
