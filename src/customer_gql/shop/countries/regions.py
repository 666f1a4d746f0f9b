"""States and provinces: their ISO 3166-2 codes, their names in each script, and how people spell them."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.core.text import normalize_text, sort_key

from .region_aliases import ALIASES, CODES_WITHOUT_ISO_FIELD

_GENERIC: Final = frozenset(
    """
    avtonomnaya avtonomnyy city co commune county department district do emirate fu governorate ken krai kray municipality
    oblast of okrug prefecture prov province region republic respublika sheng shi si state territory the to
    """.split()  # noqa: SIM905 - a list of 30 lines is no easier to read
)
_CHINESE_ENDINGS: Final = re.compile("(?<=.)(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|[省市县縣都府県道])$")
_DROPPED: Final = re.compile(r"[.'\u2019\u02bc`\u00b4]")
_SPLIT: Final = re.compile(r"[^\w]+")
_SUGGESTIONS: Final = 3


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


def make_regions(country: str, data: Mapping[str, Mapping[str, Any]]) -> tuple[Region, ...]:
    main = data.get(country, {})
    keys = _split_list(main, "sub_keys")
    if not keys:
        return ()
    codes = _split_list(main, "sub_isoids") or [""] * len(keys)
    own_codes = CODES_WITHOUT_ISO_FIELD.get(country, frozenset())
    names = [_names_by_key(languages) for name, languages in data.items() if name.partition("--")[0] == country]
    return tuple(
        _make_region(
            country, key, code or (key if key in own_codes else ""), [name for each in names for name in each[key]]
        )
        for key, code in zip(keys, codes, strict=True)
    )


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


class RegionIndex:
    """The regions of one country by every spelling of them."""

    __slots__ = ("_by_key", "_regions")

    def __init__(self, regions: Sequence[Region]) -> None:
        self._regions = regions
        exact: dict[str, Region] = {}
        loose: dict[str, Region | None] = {}
        for region in regions:
            for spelling in _spellings(region):
                exact.setdefault(_fold(spelling), region)
                for key in _loose_keys(spelling):
                    # A key that two regions share means neither of them, as in Hsinchu City and Hsinchu County.
                    loose[key] = region if loose.get(key, region) is region else None
        self._by_key = {key: region for key, region in loose.items() if region is not None} | exact

    def find(self, text: str) -> tuple[Region, str] | None:
        """The region that is meant, and its name in the script of the text."""
        region = self._by_key.get(_fold(text)) or next(
            (found for key in _loose_keys(text) if (found := self._by_key.get(key)) is not None), None
        )
        return None if region is None else (region, _name_as_typed(region, text))

    def suggest(self, text: str) -> list[str]:
        """Names of the regions that are spelt most like the text."""
        close = difflib.get_close_matches(_fold(text), self._by_key, n=2 * _SUGGESTIONS, cutoff=0.6)
        names = dict.fromkeys(_name_as_typed(self._by_key[key], text) for key in close)
        return list(names)[:_SUGGESTIONS]


def _spellings(region: Region) -> Iterator[str]:
    yield from region.names
    yield region.key
    if region.code is not None:
        yield region.code
        yield region.code.partition("-")[2]
        yield from ALIASES.get(region.code, ())


def _name_as_typed(region: Region, text: str) -> str:
    typed = text.casefold()
    same = (name for name in region.names if name.casefold() == typed)
    return next(same, region.name if is_latin(text) else region.local_name)


def _fold(text: str) -> str:
    """Without case, accents, dots and apostrophes, and with single blanks between words."""
    return " ".join(_SPLIT.split(sort_key(_DROPPED.sub("", text)))).strip()


def _loose_keys(text: str) -> Iterable[str]:
    """Keys without what only says that it is a region: the county of County Dublin, the 都 of 東京都."""
    words = _fold(text).split()
    kept = [word for word in words if word not in _GENERIC]
    if kept and kept != words:
        yield " ".join(kept)
    if len(words) == 1 and (shorter := _CHINESE_ENDINGS.sub("", words[0])) != words[0]:
        yield shorter
