"""Objects of one type, a level at a time: their columns are taken together, turned, and become dicts."""

from collections.abc import Callable, Sequence
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import Any, Protocol

from graphql.pyutils import Path

from customer_gql.core.db import Row
from customer_gql.core.merging import MergedRow

from .leaves import Column
from .running import GaveUp, Places, Running

Columns = Sequence[Column]
Show = Callable[[Columns], Column]


class Later(Protocol):
    """A field whose values come with a later round, or from values of its own level."""

    def start(self, run: Running, level: "Level") -> None: ...


class Level:
    """The objects of one selection in one run; `out` is what the answer shows of them, in their order."""

    __slots__ = ("columns", "out", "paths", "sources")

    def __init__(
        self, sources: Sequence[Any], columns: Columns, paths: list[Path] | None, out: list[dict[str, Any]]
    ) -> None:
        self.sources = sources
        self.columns = columns
        self.paths = paths
        self.out = out

    def fill(self, name: str, values: Sequence[Any]) -> None:
        for shown, value in zip(self.out, values, strict=True):
            shown[name] = value


class Selection:
    """What of a type is shown. `wanted` are the attributes it takes of each object."""

    __slots__ = ("_getters", "_later", "_names", "_shows", "placed", "wanted")

    def __init__(
        self, wanted: Sequence[str], shows: Sequence[tuple[str, Show | None]], later: Sequence[Later], *, placed: bool
    ) -> None:
        self.wanted = tuple(wanted)
        self._names = tuple(name for name, _ in shows)
        self._shows = tuple(show or _nothing for _, show in shows)
        self._later = tuple(later)
        self._getters: dict[type, Callable[[Any], tuple[Any, ...]]] = {}
        self.placed = placed

    def complete(self, run: Running, values: Sequence[Any], places: Places) -> list[dict[str, Any]]:
        if not values:
            return []
        columns = self._columns(values)
        out = self._shown(columns)
        if self._later:
            level = Level(values, columns, None if places is None else [place.path for place in places], out)
            for field in self._later:
                field.start(run, level)
        return out

    def of_columns(self, **columns: Column) -> list[dict[str, Any]]:
        """The same of objects that were never made, whose every field is a column."""
        if self._later:
            raise GaveUp
        given = [columns[name] for name in self.wanted]
        return self._shown((*given, next(iter(columns.values()))))

    def has(self, kind: type) -> bool:
        return any(isinstance(field, kind) for field in self._later)

    def _shown(self, columns: Columns) -> list[dict[str, Any]]:
        if not self._names:
            return [{} for _ in columns[-1]]
        shown = [show(columns) for show in self._shows]
        return list(map(dict, map(zip, repeat(self._names), zip(*shown, strict=True))))

    def _columns(self, sources: Sequence[Any]) -> Columns:
        # The last column holds the objects themselves: it gives every level a length.
        if not self.wanted:
            return (sources,)
        kinds = set(map(type, sources))
        kind = kinds.pop() if len(kinds) == 1 else object
        getter = self._getters.get(kind)
        if getter is None:
            getter = self._getters[kind] = _getter(self.wanted, kind)
        return (*zip(*map(getter, sources), strict=True), sources)


def _nothing(columns: Columns) -> Column:
    return [None] * len(columns[-1])


def _getter(wanted: tuple[str, ...], kind: type) -> Callable[[Any], tuple[Any, ...]]:
    if issubclass(kind, MergedRow):
        places = [kind.columns.index(name) for name in wanted]
        return itemgetter(*places) if len(places) > 1 else _one(itemgetter(*places))
    get = itemgetter(*wanted) if kind is Row else attrgetter(*wanted)
    return get if len(wanted) > 1 else _one(get)


def _one(get: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda source: (get(source),)
