"""From what a field gives to what the answer shows, for all values of a level at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

from graphql import GraphQLAbstractType, GraphQLObjectType
from graphql.pyutils import Path, is_awaitable

from .arguments import GaveUp
from .leaves import Show
from .running import Place, Places, Running


class Completer(Protocol):
    """`placed` completers have to know where each value stands, because a resolver below them is told."""

    placed: bool

    def complete(self, run: Running, values: Sequence[Any], places: Places, /) -> Sequence[Any]: ...


class Leaf:
    __slots__ = ("placed", "show")

    def __init__(self, show: Show) -> None:
        self.show = show
        self.placed = False

    def complete(self, _run: Running, values: Sequence[Any], _places: Places) -> Sequence[Any]:
        return list(map(self.show, values))


class Some:
    """Values that may be null, or must not: what is inside sees those that are there."""

    __slots__ = ("inside", "nullable", "placed")

    def __init__(self, inside: Completer, *, nullable: bool) -> None:
        self.inside = inside
        self.nullable = nullable
        self.placed = inside.placed

    def complete(self, run: Running, values: Sequence[Any], places: Places) -> Sequence[Any]:
        if None not in values:
            return self.inside.complete(run, values, places)
        if not self.nullable:
            raise GaveUp
        if len(values) == 1:
            return values
        there = [value for value in values if value is not None]
        if places is not None:
            places = [place for place, value in zip(places, values, strict=True) if value is not None]
        shown = iter(self.inside.complete(run, there, places))
        return [None if value is None else next(shown) for value in values]


class ListOf:
    __slots__ = ("item", "placed")

    def __init__(self, item: Completer) -> None:
        self.item = item
        self.placed = item.placed

    def complete(self, run: Running, values: Sequence[Any], places: Places) -> Sequence[Any]:
        if not {list, tuple}.issuperset(map(type, values)):
            raise GaveUp
        items = values[0] if len(values) == 1 else list(chain.from_iterable(values))
        shown = self.item.complete(run, items, None if places is None else _item_places(values, places))
        if len(values) == 1:
            return [list(shown)]
        lists: list[list[Any]] = []
        start = 0
        for value in values:
            end = start + len(value)
            lists.append(list(shown[start:end]))
            start = end
        return lists


def _item_places(values: Sequence[Any], places: Sequence[Place]) -> list[Place]:
    return [
        Place(place.info, Path(place.path, i, None))
        for value, place in zip(values, places, strict=True)
        for i in range(len(value))
    ]


class Checked:
    """Objects of a type that tells by itself whether a value is one."""

    __slots__ = ("inside", "is_type_of", "placed")

    def __init__(self, inside: Completer, is_type_of: Callable[..., Any]) -> None:
        self.inside = inside
        self.is_type_of = is_type_of
        self.placed = True

    def complete(self, run: Running, values: Sequence[Any], places: Places) -> Sequence[Any]:
        assert places is not None
        for value, place in zip(values, places, strict=True):
            verdict = self.is_type_of(value, place.info)
            if is_awaitable(verdict) or not verdict:
                raise GaveUp
        return self.inside.complete(run, values, places)


class Abstract:
    """Values of an interface or union, each completed as the type it says it has."""

    __slots__ = ("placed", "type", "types")

    def __init__(self, kind: GraphQLAbstractType, types: Mapping[str, Completer]) -> None:
        self.type = kind
        self.types = types
        self.placed = True

    def complete(self, run: Running, values: Sequence[Any], places: Places) -> Sequence[Any]:
        assert places is not None
        resolve = self.type.resolve_type
        assert resolve is not None
        alike: dict[Any, list[int]] = defaultdict(list)
        for i, (value, place) in enumerate(zip(values, places, strict=True)):
            alike[resolve(value, place.info, self.type)].append(i)
        shown: list[Any] = [None] * len(values)
        for name, positions in alike.items():
            if not isinstance(name, str) or name not in self.types:
                raise GaveUp
            results = self.types[name].complete(run, [values[i] for i in positions], [places[i] for i in positions])
            for i, result in zip(positions, results, strict=True):
                shown[i] = result
        return shown


def checks_itself(kind: GraphQLObjectType, known: Callable[..., Any]) -> bool:
    """Whether a value has to be asked about; rows never are, the field says what they are."""
    return kind.is_type_of is not None and getattr(kind.is_type_of, "__func__", None) is not known
