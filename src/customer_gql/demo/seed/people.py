"""Pools of names, streets, postcodes and telephones of each country, made once: a call of mimesis costs up to twenty draws."""

import random
import string
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

from mimesis import Address, Person
from mimesis.enums import Gender
from mimesis.locales import Locale

from customer_gql.customers.profile.shopper import Name, People, fill_pattern
from customer_gql.shop.countries.countries import find_country

from .countries import COUNTRIES, JAPANESE_FEMALE, JAPANESE_LAST, JAPANESE_MALE, SeedCountry

_CALLS: Final = 700
_POSTCODES_OF_A_CITY: Final = 12
_TELEPHONES: Final = 400

# Letters that are not a plain one with a mark.
_PLAIN: Final = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d"})
_MAILABLE: Final = frozenset(string.ascii_lowercase)

Names: TypeAlias = tuple[Name, ...]


@cache
def people_of(code: str) -> People:
    """The people of a country, by its code of two letters."""
    country = COUNTRIES[code]
    draw = random.Random(code)
    female, male, female_last, male_last = _split_japanese_names() if code == "JP" else _draw_names(country)
    return People(
        female=female,
        male=male,
        female_last=female_last,
        male_last=male_last,
        streets=_draw_streets(country),
        places=tuple(
            (city.name, city.region, _draw_postcode(code, city.postcode, draw))
            for city in country.cities
            for _ in range(_POSTCODES_OF_A_CITY)
        ),
        telephones=tuple(fill_pattern(country.telephone, draw) for _ in range(_TELEPHONES)),
        tax_number=country.tax_number,
        carriers=country.carriers,
    )


def _draw_postcode(country_code: str, pattern: str, draw: random.Random) -> str:
    """Some letters of a pattern are none of the country's, so it is filled until the code is one."""
    form = find_country(country_code)
    assert form is not None
    while form.postcode_form.find_stored_form(code := fill_pattern(pattern, draw)) != code:
        pass
    return code


def _to_mail_letters(name: str) -> str:
    """`Łukasz` is `lukasz`; nothing of a name in another script is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    return "".join(letter for letter in plain if letter in _MAILABLE)


def _draw_names(country: SeedCountry) -> tuple[Names, Names, Names, Names]:
    person = Person(Locale(country.locale), seed=country.code)
    return (
        _make_pool(lambda: person.first_name(Gender.FEMALE)),
        _make_pool(lambda: person.first_name(Gender.MALE)),
        _make_pool(lambda: person.last_name(Gender.FEMALE)),
        _make_pool(lambda: person.last_name(Gender.MALE)),
    )


def _make_pool(call: Callable[[], str]) -> Names:
    mailed = {name: _to_mail_letters(name) for name in _collect_distinct(call)}
    return tuple(Name(name, letters) for name, letters in mailed.items() if letters)


def _collect_distinct(call: Callable[[], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(call().strip() for _ in range(_CALLS)))


def _split_japanese_names() -> tuple[Names, Names, Names, Names]:
    female, male, last = (
        tuple(Name(*pair.split()) for pair in listed.split("|"))
        for listed in (JAPANESE_FEMALE, JAPANESE_MALE, JAPANESE_LAST)
    )
    return female, male, last, last


def _draw_streets(country: SeedCountry) -> tuple[str, ...]:
    """Whole first lines, the house number in them."""
    address = Address(Locale(country.locale), seed=country.code)
    draw = random.Random(country.locale)
    suffixed = country.locale.startswith("en")
    names = _collect_distinct(
        lambda: f"{address.street_name()} {address.street_suffix()}" if suffixed else address.street_name()
    )
    return tuple(country.street.format(street=name, number=int(1 + draw.random() ** 2 * 180)) for name in names)
