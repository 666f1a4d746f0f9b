"""Names of countries in the language of a store view, from the data of Unicode that come with Babel."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

from customer_gql.core.text import sort_key

from .countries import Country, find_country

_ENGLISH: Final = "en"
_LANGUAGES: Final = 32  # kept at a time; a shop has a few store views


@cache
def all_countries() -> Mapping[str, Country]:
    """Every country, by code. The first call reads a file for each, which takes half a second."""
    codes = sorted(code for code in _territory_names(_ENGLISH) if code.isalpha())
    return {code: country for code in codes if (country := find_country(code)) is not None}


@lru_cache(maxsize=_LANGUAGES)
def country_names(locale: str) -> Mapping[str, str]:
    """Name of each country by code, sorted by name, in the language of a locale such as `de_DE`, else in English."""
    names = _territory_names(_ENGLISH) | _territory_names(locale)
    return dict(sorted(((code, names[code]) for code in all_countries()), key=lambda item: sort_key(item[1])))


def name_country(code: str, locale: str) -> str | None:
    """Name of one country, in the language of a locale or in English; None for an unknown code."""
    return _territory_names(locale).get(code) or _territory_names(_ENGLISH).get(code)


def _territory_names(locale: str) -> dict[str, str]:
    """In the language of the locale, or in English when that is unknown."""
    for known in (locale, locale.partition("_")[0]):
        try:
            return {str(code): str(name) for code, name in Locale.parse(known).territories.items()}
        except (UnknownLocaleError, ValueError):
            continue
    return _territory_names(_ENGLISH)


def search_countries(text: str, locale: str) -> list[str]:
    """Codes of the countries with this code, which comes first, or with a word of their name that starts like this.

    Names are those in the language of the locale and in English; case and accents make no difference.
    """
    wanted, english = sort_key(text.strip()), country_names(_ENGLISH)
    found = [
        code
        for code, name in country_names(locale).items()
        if wanted == code.lower() or _has_word(name, wanted) or _has_word(english[code], wanted)
    ]
    return sorted(found, key=lambda code: wanted != code.lower())


def _has_word(name: str, start: str) -> bool:
    return f" {start}" in f" {sort_key(name)}"
