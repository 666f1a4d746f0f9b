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
    codes = (code for code in Locale(_ENGLISH).territories if code.isalpha())
    return {code: country for code in sorted(codes) if (country := find_country(code)) is not None}


@lru_cache(maxsize=_LANGUAGES)
def country_names(locale: str) -> Mapping[str, str]:
    """Name of each country by code, sorted by name, in the language of a locale such as `de_DE`, else in English."""
    names = _find_locale(locale).territories
    english = Locale(_ENGLISH).territories
    named = {code: names.get(code) or english[code] for code in all_countries()}
    return dict(sorted(named.items(), key=lambda item: sort_key(item[1])))


def _find_locale(identifier: str) -> Locale:
    """The locale, or that of its language alone, or English."""
    for known in (identifier, identifier.partition("_")[0]):
        try:
            return Locale.parse(known)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(_ENGLISH)


def search_countries(text: str, locale: str) -> list[str]:
    """Codes of the countries with this code, or with this text in their name in the language of the locale or in English.

    Case and accents make no difference.
    """
    wanted, english = sort_key(text.strip()), country_names(_ENGLISH)
    return [
        code
        for code, name in country_names(locale).items()
        if wanted == code.lower() or wanted in sort_key(name) or wanted in sort_key(english[code])
    ]
