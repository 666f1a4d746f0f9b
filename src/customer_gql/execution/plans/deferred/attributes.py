"""Fields that are attributes of the object, and the attributes that a selection needs of its objects."""

from graphql import get_nullable_type, is_object_type

from customer_gql.execution.plans.running.run import PlanRun
from customer_gql.execution.plans.selections.completers import Completer, Leaf, ListOf, Nullable
from customer_gql.execution.plans.selections.document_field import DocumentField
from customer_gql.execution.plans.selections.selection import AttributeGetter, ObjectBatch, Selection
from customer_gql.loading.reads import Read


class AttributeField:
    """An attribute of the object that has a selection of its own, or is not a plain leaf."""

    __slots__ = ("field", "getter")

    def __init__(self, field: DocumentField, getter: AttributeGetter) -> None:
        self.field = field
        self.getter = getter

    @property
    def attributes(self) -> tuple[str, ...]:
        return self.getter.names

    def resolve_batch(self, run: PlanRun, batch: ObjectBatch) -> None:
        self.field.write_values(run, batch, self.getter.read_batch(batch))


def selection_of_object(completer: Completer) -> Selection | None:
    """The selection of a field that returns one object."""
    inner = completer.inner if isinstance(completer, Nullable) else completer
    return inner if isinstance(inner, Selection) else None


def narrow_read(read: Read, run: PlanRun, completer: Completer, *required: str) -> Read:
    """The read without the columns that the document does not need."""
    attributes = selected_attributes(completer, run)
    return read if attributes is None else read.narrowed(attributes | set(required))


def is_written(selection: Selection, run: PlanRun) -> bool:
    """Whether the database writes the objects of the selection in this run."""
    return run.is_written and selection.written is not None and selection.written.covers_whole(selection, run)


def writes_something(selection: Selection, run: PlanRun) -> bool:
    """Whether the database writes the objects, or some of their fields."""
    return is_written(selection, run) or selection.has_written_fields(run)


def needed_attributes(field: DocumentField, run: PlanRun) -> frozenset[str] | None:
    """The attributes needed of the object a field returns, or of the nodes of its connection; None when unknown."""
    selection = selection_of_object(field.completer)
    if selection is None:
        return None
    inner = get_nullable_type(field.definition.type)
    is_connection = is_object_type(inner) and "pageInfo" in inner.fields
    # What a connection tells of the whole list, its resolvers ask the page for.
    return _needed_attributes(selection, run, frozenset() if is_connection else selection.attributes)


def selected_attributes(completer: Completer, run: PlanRun) -> frozenset[str] | None:
    """The attributes needed of the objects a field returns, or of the nodes of its page; None when unknown."""
    while isinstance(completer, Nullable | ListOf):
        completer = completer.inner if isinstance(completer, Nullable) else completer.item
    if isinstance(completer, Leaf):
        return frozenset()
    return _needed_attributes(completer, run, completer.attributes) if isinstance(completer, Selection) else None


def _needed_attributes(selection: Selection, run: PlanRun, attributes: frozenset[str] | None) -> frozenset[str] | None:
    """These attributes, and those of the objects below that are attributes themselves; None when one is unknown."""
    if is_written(selection, run):
        assert selection.written is not None
        return frozenset(selection.written.columns)
    for field in selection.deferred:
        nested = (
            selected_attributes(field.field.completer, run) if isinstance(field, AttributeField) else frozenset[str]()
        )
        attributes = None if attributes is None or nested is None else attributes | nested
    return attributes
