"""Finds the region of a country that somebody means (docs/domain/addresses.md#addresses-9)."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from .region_aliases import ALIASES
from .regions import Region, Regions, fold, is_latin, loose_keys
from .subdivisions import official_names, spoken_names

_SUGGESTIONS: Final = 3


class RegionIndex:
    """The regions of one country by every spelling of them; those of other levels give way to those to choose from."""

    __slots__ = ("_by_key",)

    def __init__(self, regions: Regions) -> None:
        levels = (regions.listed, regions.others)
        tiers = [(level, spell) for level in levels for spell in (_codes, _main_names, _other_names)]
        tiers += [(level, spell) for spell in (_official_names, _translations) for level in levels]
        self._by_key: Mapping[str, Region] = {}
        for level, spell in tiers:
            self._by_key = _index(level, spell) | self._by_key

    def find(self, text: str) -> tuple[Region, str] | None:
        """The region that is meant, and its name in the script of the text."""
        keys = (fold(text), *loose_keys(text))
        region = next((found for key in keys if (found := self._by_key.get(key)) is not None), None)
        return None if region is None else (region, _name_as_typed(region, text))

    def suggest(self, text: str) -> list[str]:
        """Names of the regions that are spelt most like the text."""
        close = difflib.get_close_matches(fold(text), self._by_key, n=2 * _SUGGESTIONS, cutoff=0.6)
        names = dict.fromkeys(_name_as_typed(self._by_key[key], text) for key in close)
        return list(names)[:_SUGGESTIONS]


def _index(regions: Sequence[Region], spell: Callable[[Region], Iterable[str]]) -> dict[str, Region]:
    """What two regions share means neither of them, as in Hsinchu City and Hsinchu County."""
    exact: dict[str, Region | None] = {}
    loose: dict[str, Region | None] = {}
    for region in regions:
        for spelling in spell(region):
            for found, keys in ((exact, [fold(spelling)]), (loose, loose_keys(spelling))):
                found.update({key: region if found.get(key, region) is region else None for key in keys})
    return {key: region for key, region in (loose | exact).items() if region is not None and key}


def _codes(region: Region) -> Iterator[str]:
    for code in (region.code, region.former_code):
        if code is not None:
            yield from (code, code.partition("-")[2])
    yield region.key


def _main_names(region: Region) -> Iterator[str]:
    yield from (region.name, region.local_name)


def _other_names(region: Region) -> Iterator[str]:
    yield from region.names
    yield from ALIASES.get(region.code or "", ())


def _official_names(region: Region) -> Iterator[str]:
    if region.code is not None and region.listed_name is not None:
        yield from official_names(region.code.partition("-")[0], region.listed_name)


def _translations(region: Region) -> Iterator[str]:
    if region.listed_name is not None:
        yield from spoken_names(region.listed_name)


def _name_as_typed(region: Region, text: str) -> str:
    typed = text.casefold()
    same = (name for name in region.names if name.casefold() == typed)
    return next(same, region.name if is_latin(text) else region.local_name)
