"""States and provinces: their ISO 3166-2 codes and their names in each script.

Which ones an address may choose from, the address data of a country say; where they list none, it is the first level of ISO
3166-2. Codes are those that ISO has now, also where the address data still have former ones.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from customer_gql.core.text import normalize_text, sort_key

from .region_aliases import ALIASES, CODES_WITHOUT_ISO_FIELD
from .subdivisions import Subdivision, official_names, spoken_names, subdivisions_by_country, translate_names

_GENERIC: Final = frozenset(
    """
    avtonomnaya avtonomnyy canton city co commune county department district do emirate fu governorate kanton ken krai
    kray lan municipality oblast of okrug prefecture prov province region republic respublika sheng shi si state territory
    the to wojewodztwo
    """.split()  # noqa: SIM905 - a list of 30 lines is no easier to read
)
_CHINESE_ENDINGS: Final = re.compile("(?<=.)(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|[省市县縣都府県道])$")
_DROPPED: Final = re.compile(r"[.'\u2018\u2019\u02bb\u02bc\u02be\u02bf`\u00b4]")
_SPLIT: Final = re.compile(r"[^\w]+")
_NAMED: Final = 4_096  # names of regions of a country in a language, kept at a time


@dataclass(frozen=True, slots=True)
class Region:
    code: str | None
    """ISO 3166-2; None for the few that the standard leaves out."""
    name: str
    """In Latin letters, where there is such a name."""
    local_name: str
    """In the script of the country."""
    names: tuple[str, ...]
    """In every language and script that the data know."""
    key: str
    """How the data call it: an abbreviation in some countries, a name in others."""
    listed_name: str | None = None
    """How ISO writes it."""
    former_code: str | None = None
    """A code that it had before."""


@dataclass(frozen=True, slots=True)
class Regions:
    """The regions of a country: those to choose from, and those of its other levels."""

    listed: tuple[Region, ...]
    others: tuple[Region, ...]


def make_regions(country: str, data: Mapping[str, Mapping[str, Any]]) -> Regions:
    subdivisions = subdivisions_by_country().get(country, ())
    known = _read_address_data(country, data)
    if not known:
        top = [each for each in subdivisions if each.is_top]
        lower = [each for each in subdivisions if not each.is_top]
        return Regions(_of_level(country, top), _of_level(country, lower))
    by_name = _SubdivisionNames(country, subdivisions)
    listed = tuple(_with_present_code(region, by_name) for region in known)
    codes = {region.code for region in listed}
    return Regions(listed, _of_level(country, [each for each in subdivisions if each.code not in codes]))


def region_name(region: Region, locale: str) -> str:
    """In the language of a locale such as `de_AT` where the data have it, else in Latin letters."""
    if region.listed_name is None:
        return region.name
    return _translated_name(region.listed_name, locale.partition("_")[0]) or region.name


@lru_cache(maxsize=_NAMED)
def _translated_name(listed_name: str, language: str) -> str | None:
    return next(iter(translate_names(listed_name, language)), None)


def _of_level(country: str, subdivisions: Sequence[Subdivision]) -> tuple[Region, ...]:
    local_names = {each.code: _local_name(country, each) for each in subdivisions}
    counts = Counter(fold(name) for each in subdivisions for name in {each.name, local_names[each.code]})
    made = [
        _of_subdivision(each, local_names[each.code], is_shared=max(counts[fold(each.name)], counts[fold(local)]) > 1)
        for each in subdivisions
        for local in [local_names[each.code]]
    ]
    return tuple(sorted(made, key=lambda region: sort_key(region.name)))


def _local_name(country: str, each: Subdivision) -> str:
    return next((name for name in official_names(country, each.listed_name) if not is_latin(name)), each.name)


def _of_subdivision(each: Subdivision, local_name: str, *, is_shared: bool) -> Region:
    """Those that share a name, such as a city and the county around it, are told apart by what they are."""
    unique = each.listed_name if "(" in each.listed_name else f"{each.name} ({each.kind})"
    return Region(
        code=each.code,
        name=unique if is_shared else each.name,
        local_name=unique if is_shared else local_name,
        names=(unique,) if is_shared else tuple(dict.fromkeys([each.name, local_name, *each.others])),
        key=each.code.partition("-")[2],
        listed_name=None if is_shared else each.listed_name,
    )


class _SubdivisionNames:
    """Finds what ISO has of a region of the address data: by its code, else by a name that one alone has."""

    def __init__(self, country: str, subdivisions: Sequence[Subdivision]) -> None:
        self._country = country
        self._by_code = {each.code: each for each in subdivisions}

    @cached_property
    def _by_name(self) -> Mapping[str, Subdivision | None]:
        found: dict[str, Subdivision | None] = {}
        for each in self._by_code.values():
            local = official_names(self._country, each.listed_name)
            names = {each.name, *each.others, *local, *spoken_names(each.listed_name), *ALIASES.get(each.code, ())}
            for key in {key for name in names for key in (fold(name), *loose_keys(name))}:
                found[key] = None if key in found else each
        return found

    def find(self, region: Region) -> Subdivision | None:
        if region.code in self._by_code:
            return self._by_code[region.code]
        keys = (key for name in (*region.names, region.key) for key in (fold(name), *loose_keys(name)))
        return next((found for key in keys if (found := self._by_name.get(key)) is not None), None)


def _with_present_code(region: Region, by_name: _SubdivisionNames) -> Region:
    found = by_name.find(region)
    if found is None:
        return Region(None, region.name, region.local_name, region.names, region.key, former_code=region.code)
    return Region(
        code=found.code,
        name=region.name,
        local_name=region.local_name,
        names=tuple(dict.fromkeys((*region.names, found.name, *found.others))),
        key=region.key,
        listed_name=found.listed_name,
        former_code=region.code if region.code != found.code else None,
    )


def _read_address_data(country: str, data: Mapping[str, Mapping[str, Any]]) -> list[Region]:
    main = data.get(country, {})
    keys = _split_list(main, "sub_keys")
    codes = _split_list(main, "sub_isoids") or [""] * len(keys)
    own_codes = CODES_WITHOUT_ISO_FIELD.get(country, frozenset())
    names = [_names_by_key(languages) for name, languages in data.items() if name.partition("--")[0] == country]
    return [
        _make_region(
            country, key, code or (key if key in own_codes else ""), [name for each in names for name in each[key]]
        )
        for key, code in zip(keys, codes, strict=True)
    ]


def _split_list(data: Mapping[str, Any], name: str) -> list[str]:
    return data[name].split("~") if data.get(name) else []


def _names_by_key(data: Mapping[str, Any]) -> "_Names":
    keys = _split_list(data, "sub_keys")
    names = _split_list(data, "sub_names")
    # Beside names, keys in Latin letters are abbreviations; in other scripts they are longer forms of the names.
    listed = [names, [] if names and is_latin("".join(keys)) else keys, _split_list(data, "sub_lnames")]
    return _Names({key: [names[i] for names in listed if names and names[i]] for i, key in enumerate(keys)})


class _Names(dict[str, list[str]]):
    def __missing__(self, _key: str) -> list[str]:
        return []


def _make_region(country: str, key: str, code: str, names: Sequence[str]) -> Region:
    written = [normalize_text(name) for name in names]
    latin = next((name for name in written if is_latin(name)), written[0])
    return Region(
        code=f"{country}-{code}" if code else None,
        name=latin,
        local_name=written[0],
        names=tuple(dict.fromkeys(written)),
        key=key,
    )


def is_latin(text: str) -> bool:
    return all(
        character.isascii() or "LATIN" in unicodedata.name(character, "") for character in text if character.isalpha()
    )


def fold(text: str) -> str:
    """Without case, accents, dots and apostrophes, and with single blanks between words."""
    return " ".join(_SPLIT.split(sort_key(_DROPPED.sub("", text)))).strip()


def loose_keys(text: str) -> Iterable[str]:
    """Keys without what only says that it is a region: the county of County Dublin, the 都 of 東京都."""
    words = fold(text).split()
    kept = [word for word in words if word not in _GENERIC]
    if kept and kept != words:
        yield " ".join(kept)
    if len(words) == 1 and (shorter := _CHINESE_ENDINGS.sub("", words[0])) != words[0]:
        yield shorter
