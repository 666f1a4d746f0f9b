"""Lists that slices declare, in which a lower slice looks things up."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Index = TypeVar("Index")


class Joined(Mapping[str, T], Generic[T]):
    """What all slices declare of one kind, by name. `schema/slices.py` joins it before a process does any work.

    Looking before that raises, because a part of the list would mislead.
    """

    def __init__(self, what: str, name_of: Callable[[T], str]) -> None:
        self._what = what
        self._name_of = name_of
        self._items: dict[str, T] = {}
        self._indexes: dict[Callable[..., Any], Any] = {}

    def join(self, items: Iterable[T]) -> None:
        self._indexes.clear()
        for item in items:
            name = self._name_of(item)
            assert name not in self._items, f"two {self._what} are named {name}"
            self._items[name] = item

    def index(self, make: Callable[[Collection[T]], Index]) -> Index:
        """What `make` gives for all of them; it is called once."""
        if make not in self._indexes:
            self._indexes[make] = make(self._joined().values())
        return self._indexes[make]

    def _joined(self) -> dict[str, T]:
        if not self._items:
            raise RuntimeError(f"No {self._what} are known yet: call `join_declarations` of `schema.slices` first.")
        return self._items

    def __getitem__(self, name: str) -> T:
        return self._joined()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._joined())

    def __len__(self) -> int:
        return len(self._joined())
