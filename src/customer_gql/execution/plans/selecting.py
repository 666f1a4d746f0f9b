"""Objects of one type, a level at a time: what they hold themselves at once, the rest with later rounds."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from graphql.pyutils import Path

from .running import Places, Running
from .writing import Make, Text, getter_of, written


class Later(Protocol):
    """A field whose values come with a later round, or are completed by a selection of their own.

    `takes` are the attributes it takes of an object.
    """

    @property
    def takes(self) -> tuple[str, ...]: ...

    def start(self, run: Running, level: "Level") -> None: ...


class Taken:
    """What of each object a later field needs: one attribute, or a tuple of several."""

    __slots__ = ("_getters", "names")

    def __init__(self, *names: str) -> None:
        self.names = names
        self._getters: dict[type, Callable[[Any], Any]] = {}

    def of(self, level: "Level") -> list[Any]:
        getter = self._getters.get(level.kind)
        if getter is None:
            getter = self._getters[level.kind] = getter_of(self.names, level.kind)
        return list(map(getter, level.sources))


class Level:
    """The objects of one selection in one run; `out` is what the answer shows of them, in their order."""

    __slots__ = ("kind", "out", "paths", "sources")

    def __init__(self, sources: Sequence[Any], kind: type, paths: list[Path] | None, out: list[dict[str, Any]]) -> None:
        self.sources = sources
        self.kind = kind
        self.paths = paths
        self.out = out

    def fill(self, name: str, values: Sequence[Any]) -> None:
        for shown, value in zip(self.out, values, strict=True):
            shown[name] = value


class Selection:
    """What of a type is shown: fields that are written into one function, and later ones."""

    __slots__ = ("_fields", "_makes", "later", "placed", "wanted")

    def __init__(
        self, fields: Sequence[tuple[str, Text]], later: Sequence[Later], wanted: frozenset[str] | None, *, placed: bool
    ) -> None:
        """`wanted` are the attributes it takes of an object; None when a resolver is given the object itself."""
        self.wanted = wanted
        self._fields = tuple(fields)
        self.later = tuple(later)
        self._makes: dict[type, Make] = {}
        self.placed = placed

    def complete(self, run: Running, values: Sequence[Any], places: Places) -> list[dict[str, Any]]:
        if not values:
            return []
        kind = type(values[0])
        if len(values) > 1 and len(set(map(type, values))) > 1:
            kind = object  # several kinds have nothing in common but their attributes
        make = self._makes.get(kind)
        if make is None:
            make = self._makes[kind] = written(self._fields, kind)
        out = make(values)
        if self.later:
            level = Level(values, kind, None if places is None else [place.path for place in places], out)
            for field in self.later:
                field.start(run, level)
        return out

    def keyed_by(self, columns: tuple[str, ...]) -> list[Any]:
        """The loads whose key is these columns of the object."""
        return [field for field in self.later if getattr(field, "keys", None) and field.keys.names == columns]  # pyright: ignore

    def has(self, kind: type) -> bool:
        return any(isinstance(field, kind) for field in self.later)


def nothing(_access: Any, _constants: Any) -> str:
    """Holds the place of a later field, so that the answer keeps the document's order."""
    return "None"
