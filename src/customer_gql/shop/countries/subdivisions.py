"""The subdivisions of ISO 3166-2, of every level, from the data of Debian's iso-codes that come with pycountry.

Its file is read as it is: the objects that the library makes of it take ten times the memory.
"""

import gettext
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import orjson
import pycountry
from babel.languages import get_official_languages

from customer_gql.core.text import normalize_text

_DOMAIN: Final = "iso3166-2"
_SPOKEN: Final = ("en", "de", "nl", "sv", "fr")
"""Languages in which a name is found in every country, beside the official ones of that country."""
_CATALOGS: Final = 12  # kept at a time
_MARKS: Final = re.compile(r"[†*]")
_NOTE: Final = re.compile(r"[\[(]([^\])]*)[\])]")
_CODE: Final = re.compile(r"\b([A-Z]{2})-([A-Z0-9]{1,3})$")
_OTHER_COUNTRY: Final = re.compile(r"[A-Z]{2}(-partial)?")
_SEVERAL: Final = re.compile(r"\s/\s|(?<=[^\W_])/(?=[^\W_])|;")
_LISTING: Final = re.compile(r" (and|y|i|und) ")


@dataclass(frozen=True, slots=True)
class Subdivision:
    code: str
    listed_name: str
    """As ISO writes it, which is how translations are found."""
    name: str
    others: tuple[str, ...]
    """Other spellings that ISO gives: in brackets, in other languages, without what precedes a name."""
    kind: str
    """Such as `Province`, in English."""
    is_top: bool
    """Whether it is part of no other one."""


@cache
def subdivisions_by_country() -> Mapping[str, Sequence[Subdivision]]:
    """Reads the file when it is called first."""
    found: dict[str, list[Subdivision]] = {}
    data = orjson.loads(Path(pycountry.DATABASE_DIR, f"{_DOMAIN}.json").read_bytes())
    for entry in sorted(data["3166-2"], key=lambda entry: entry["code"]):
        name, *others = spell_names(entry["name"])
        found.setdefault(entry["code"][:2], []).append(
            Subdivision(
                entry["code"], entry["name"], name, tuple(others), entry.get("type", ""), not entry.get("parent")
            )
        )
    return {country: tuple(each) for country, each in found.items()}


def spell_names(written: str) -> list[str]:
    """The names in an entry of ISO: `Principado de Asturias` and `Asturias` of `Asturias, Principado de`."""
    notes = [note for note in _NOTE.findall(written) if not _OTHER_COUNTRY.fullmatch(note)]
    main, *more = [each for each in _SEVERAL.split(_NOTE.sub("", _MARKS.sub("", written))) if each.strip()] or [written]
    spelt = [name for each in (main, *more, *notes) for name in _turn_around(each)]
    return list(dict.fromkeys(normalize_text(name) for name in spelt if name.strip()))


def _turn_around(name: str) -> Iterator[str]:
    code = _CODE.search(name)
    if code is not None:
        yield from _turn_around(name[: code.start()])
        yield from (code.group(), code[2])
        return
    head, comma, tail = name.partition(",")
    if comma and not _LISTING.search(tail):
        yield f"{tail.strip()} {head}"
        yield head
    else:
        yield name


def translate_names(listed_name: str, language: str) -> list[str]:
    """The names in a language such as `de`; empty where the data have none of their own."""
    catalog = _catalog(language)
    translated = listed_name if catalog is None else catalog.gettext(listed_name)
    return [] if translated == listed_name else spell_names(translated)


def official_names(country: str, listed_name: str) -> list[str]:
    """The names in the official languages of the country."""
    return [name for language in _official_languages(country) for name in translate_names(listed_name, language)]


def spoken_names(listed_name: str) -> list[str]:
    """The names in languages that are understood in every country."""
    return [name for language in _SPOKEN for name in translate_names(listed_name, language)]


@cache
def _official_languages(country: str) -> tuple[str, ...]:
    return tuple(language.partition("_")[0] for language in get_official_languages(country, regional=True))


@lru_cache(maxsize=_CATALOGS)
def _catalog(language: str) -> gettext.NullTranslations | None:
    try:
        return gettext.translation(_DOMAIN, pycountry.LOCALES_DIR, [language])
    except OSError:
        return None
