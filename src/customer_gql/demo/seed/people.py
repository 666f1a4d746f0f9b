"""Pools of names, streets, postcodes and telephones of each country, made once: a call of mimesis costs up to twenty draws."""

import random
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from mimesis import Address, Person
from mimesis.enums import Gender
from mimesis.locales import Locale

from .countries import JAPANESE_FEMALE, JAPANESE_LAST, JAPANESE_MALE, LANDS, Land

_CALLS: Final = 700
_POSTCODES_OF_A_CITY: Final = 12
_TELEPHONES: Final = 400

# Letters that are not a plain one with a mark.
_PLAIN: Final = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d"})
_MAILABLE: Final = frozenset(string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, and its letters in an e-mail address."""

    written: str
    mailed: str


Place = tuple[str, str | None, str]
"""City, region, postcode."""


@dataclass(frozen=True, slots=True)
class People:
    land: Land
    female: tuple[Name, ...]
    male: tuple[Name, ...]
    female_last: tuple[Name, ...]
    male_last: tuple[Name, ...]
    street: tuple[str, ...]
    place: tuple[Place, ...]
    telephone: tuple[str, ...]


@cache
def people_of(country: str) -> People:
    land = LANDS[country]
    draw = random.Random(country)
    female, male, female_last, male_last = _japanese() if country == "JP" else _names(land)
    return People(
        land=land,
        female=female,
        male=male,
        female_last=female_last,
        male_last=male_last,
        street=_streets(land),
        place=tuple(
            (city.name, city.region, filled(city.postcode, draw))
            for city in land.cities
            for _ in range(_POSTCODES_OF_A_CITY)
        ),
        telephone=tuple(filled(land.telephone, draw) for _ in range(_TELEPHONES)),
    )


def filled(pattern: str, draw: random.Random) -> str:
    """`#` becomes a digit, `@` a letter."""
    digit, letter = string.digits, "ABCDEFGHJKLMNPRSTVWXYZ"
    return "".join(draw.choice(digit) if c == "#" else draw.choice(letter) if c == "@" else c for c in pattern)


def mailed(name: str) -> str:
    """`Łukasz` is `lukasz`; nothing of a name in another script is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    return "".join(letter for letter in plain if letter in _MAILABLE)


Names = tuple[Name, ...]


def _names(land: Land) -> tuple[Names, Names, Names, Names]:
    person = Person(Locale(land.locale), seed=land.code)
    return (
        _pool(lambda: person.first_name(Gender.FEMALE)),
        _pool(lambda: person.first_name(Gender.MALE)),
        _pool(lambda: person.last_name(Gender.FEMALE)),
        _pool(lambda: person.last_name(Gender.MALE)),
    )


def _pool(call: Callable[[], str]) -> Names:
    names = _distinct(call)
    return tuple(Name(name, mailed(name)) for name in names if mailed(name))


def _distinct(call: Callable[[], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(call().strip() for _ in range(_CALLS)))


def _japanese() -> tuple[Names, Names, Names, Names]:
    female, male, last = (
        tuple(Name(*pair.split()) for pair in listed.split("|"))
        for listed in (JAPANESE_FEMALE, JAPANESE_MALE, JAPANESE_LAST)
    )
    return female, male, last, last


def _streets(land: Land) -> tuple[str, ...]:
    """Whole first lines, the house number in them."""
    address = Address(Locale(land.locale), seed=land.code)
    draw = random.Random(land.locale)
    suffixed = land.locale.startswith("en")
    names = _distinct(
        lambda: f"{address.street_name()} {address.street_suffix()}" if suffixed else address.street_name()
    )
    return tuple(land.street.format(street=name, number=int(1 + draw.random() ** 2 * 180)) for name in names)
