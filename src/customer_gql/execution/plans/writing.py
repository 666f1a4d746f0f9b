"""Functions written for one selection: a loop over rows with one dict display, which is as fast as Python gets.

The text holds positions, attribute names of our own types and fixed words, nothing else. Whatever comes from a
document, as an alias does, is a constant the text knows by a number.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter
from types import CodeType
from typing import Any

from customer_gql.database.statements import Row
from customer_gql.loading.merging import MergedRow

Access = Callable[[str], str]
Make = Callable[[Sequence[Any]], list[dict[str, Any]]]


class Constants:
    """What a written function knows besides its rows."""

    __slots__ = ("named",)

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}

    def __call__(self, value: Any) -> str:
        name = f"c{len(self.named)}"
        self.named[name] = value
        return name


Text = Callable[[Access, Constants], str]
"""The expression of one field: how its attributes are reached differs with the kind of object."""


def written(fields: Sequence[tuple[str, Text]], kind: type) -> Make:
    """A function that shows objects of one kind."""
    constants = Constants()
    access = access_to(kind)
    items = ", ".join(f"{constants(name)}: {text(access, constants)}" for name, text in fields)
    source = f"def make(rows):\n return [{{{items}}} for r in rows]\n"
    exec(_compiled(source), constants.named)  # noqa: S102 - see above for what the text may hold
    return constants.named["make"]


@lru_cache(maxsize=2000)
def _compiled(source: str) -> CodeType:
    return compile(source, "<plan>", "exec")


def access_to(kind: type) -> Access:
    def access(name: str) -> str:
        assert name.isidentifier(), name
        if issubclass(kind, MergedRow):
            return f"r[{kind.columns.index(name)}]"
        return f"r[{name!r}]" if kind is Row else f"r.{name}"

    return access


def getter_of(names: Sequence[str], kind: type) -> Callable[[Any], Any]:
    """One attribute, or a tuple of several."""
    if issubclass(kind, MergedRow):
        return itemgetter(*[kind.columns.index(name) for name in names])
    return itemgetter(*names) if kind is Row else attrgetter(*names)
