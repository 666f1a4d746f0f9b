"""Functions generated for one selection: a loop over rows with a single dict display, the fastest Python has for this.

The generated source contains positions, attribute names of our own types and fixed words, nothing else. Whatever comes
from a document, such as an alias, is a constant that the source refers to by number.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from types import CodeType
from typing import Any

from customer_gql.database.statements import Row
from customer_gql.graph.access.guards import OwnRecord
from customer_gql.loading.merging import MergedRow

AttributeAccess = Callable[[str], str]
BatchFunction = Callable[[Sequence[Any]], list[dict[str, Any]]]


class Constants:
    """The values a generated function refers to besides its rows."""

    __slots__ = ("named",)

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}

    def __call__(self, value: Any) -> str:
        """The name of a new constant."""
        name = f"c{len(self.named)}"
        self.named[name] = value
        return name


FieldExpression = Callable[[AttributeAccess, Constants], str]
"""Writes the expression of one field; how an attribute is accessed depends on the class of the objects."""
NamedExpression = tuple[str, FieldExpression]
"""With the name of the field in the answer."""


def generate_function(fields: Sequence[NamedExpression], source_class: type) -> BatchFunction:
    """A function that turns objects of one class into dicts of the answer."""
    constants = Constants()
    access = ClassAccess(source_class)
    items = ", ".join(f"{constants(name)}: {expression(access, constants)}" for name, expression in fields)
    source = f"def make(rows):\n return [{{{items}}} for r in rows]\n"
    exec(_compile_source(source), constants.named)  # noqa: S102 - the module docstring says what the source may contain
    # Its globals are these names: left among them it would be a cycle, which the rare collections of a service free late.
    return constants.named.pop("make")


@lru_cache(maxsize=2000)
def _compile_source(source: str) -> CodeType:
    return compile(source, "<plan>", "exec")


class ClassAccess:
    """Writes the access to an attribute of the objects of one class."""

    __slots__ = ("source_class",)

    def __init__(self, source_class: type) -> None:
        self.source_class = source_class

    def __call__(self, name: str) -> str:
        assert name.isidentifier(), name
        if issubclass(self.source_class, MergedRow):
            return f"r[{self.source_class.columns.index(name)}]"
        return f"r[{name!r}]" if self.source_class is Row else f"r.{name}"


def make_getter(names: Sequence[str], source_class: type) -> Callable[[Any], Any]:
    """Reads one attribute, or a tuple of several."""
    if issubclass(source_class, MergedRow):
        return itemgetter(*[source_class.columns.index(name) for name in names])
    return itemgetter(*names) if source_class is Row else attrgetter(*names)


def placeholder_expression(_access: AttributeAccess, _constants: Constants) -> str:
    """Reserves the place of a deferred field, so that the answer keeps the order of the document."""
    return "None"


def own_expression(expression: FieldExpression) -> FieldExpression:
    """The expression of a field that only the viewer's own record shows."""

    def write_expression(access: AttributeAccess, constants: Constants) -> str:
        is_own = isinstance(access, ClassAccess) and access.source_class is OwnRecord
        return expression(access, constants) if is_own else "None"

    return write_expression


def null_expression(_access: AttributeAccess, _constants: Constants) -> str:
    """A personal fact that is no text, for viewers who may not see it."""
    return "None"
