"""Rules of single values of an address, whichever way they come in (docs/domain/addresses.md#addresses-2)."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.text import normalize_code, normalize_compatible_text, validate_line, value_is_required
from customer_gql.shop.countries.countries import Country, find_country
from customer_gql.shop.countries.postcodes import clean_postcode

MAX_TEXT: Final = 255
MAX_TELEPHONE: Final = 60
MAX_POSTCODE: Final = 16
MAX_STREET_LINES: Final = 4
_TELEPHONE: Final = re.compile(r"\+?[0-9(][0-9 ()./\-]*( ?(?:x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)
_FEWEST_DIGITS: Final = 5
_LONGEST_NUMBER: Final = 37  # without its extension
_NOT_OF_ISO: Final = {"UK": "GB", "EL": "GR"}  # codes of the European Union, which people know better


def validate_telephone(typed: str | None, path: Sequence[str], *, required: bool = False) -> str | None:
    line = validate_line(normalize_code(typed or ""), path, MAX_TELEPHONE, required=required)
    if line is None:
        return None
    found = _TELEPHONE.fullmatch(line)
    if found is None:
        raise RuleError(
            "Enter a telephone number of digits, spaces and ( ) + - . /, with an optional extension.", path=path
        )
    number = line.removesuffix(found[1] or "").strip()
    if sum(map(str.isdigit, number)) < _FEWEST_DIGITS:
        raise RuleError(f"Enter a telephone number of at least {_FEWEST_DIGITS} digits.", path=path)
    if len(number.removeprefix("+")) > _LONGEST_NUMBER:
        message = f"Enter a telephone number of at most {_LONGEST_NUMBER} characters."
        raise RuleError(message, path=path, code=UserErrorCode.TOO_LONG)
    return line


def validate_country(code: str | None, path: Sequence[str]) -> Country:
    given = normalize_compatible_text(code or "").upper()
    if not given:
        raise value_is_required(path)
    country = find_country(given)
    if country is None:
        meant = f" Did you mean {_NOT_OF_ISO[given]}?" if given in _NOT_OF_ISO else ""
        raise RuleError(f"Enter a country as its two-letter code of ISO 3166-1.{meant}", path=path)
    return country


def validate_postcode(postcode: str | None, country: Country | None, path: Sequence[str]) -> str | None:
    """The postal code as stored; None where the country does without one. Without a country only the characters count."""
    code = clean_postcode(postcode or "")
    if not code and country is not None and country.needs_postcode:
        message = f"Enter a postal code; it is required in {country.code}."
        raise RuleError(message, path=path, code=UserErrorCode.REQUIRED)
    if len(code) > MAX_POSTCODE or not all(character.isalnum() or character in " -./" for character in code):
        raise RuleError(f"Enter at most {MAX_POSTCODE} letters, digits, spaces and hyphens.", path=path)
    if not code or country is None:
        return code or None
    stored = country.postcode_form.find_stored_form(code)
    if stored is None:
        raise RuleError(f"Enter a postal code like {country.postcode_example} in {country.code}.", path=path)
    return stored


def validate_street(lines: Iterable[str], path: Sequence[str], most: int = MAX_STREET_LINES) -> list[str]:
    """The lines that are not empty."""
    street = [line for text in lines if (line := validate_line(text, path, MAX_TEXT))]
    if not street:
        raise value_is_required(path)
    if len(street) > most:
        raise RuleError(f"Enter at most {most} lines.", path=path, code=UserErrorCode.TOO_MANY)
    return street


class StoredRegion(NamedTuple):
    """A region as an address holds it: the code where the country lists it, and the name in the script it was typed in."""

    name: str | None
    code: str | None


def validate_region(region: str | None, country: Country | None, path: Sequence[str]) -> StoredRegion:
    """The state or province; any text where the country lists none."""
    line = validate_line(region, path, MAX_TEXT, required=country is not None and country.needs_region)
    if line is None or country is None or not country.regions:
        return StoredRegion(line, None)
    found = country.region_index.find(line)
    if found is None:
        raise RuleError(_unknown_region(line, country), path=path)
    return StoredRegion(found[1], found[0].code)


def _unknown_region(region: str, country: Country) -> str:
    names = country.region_index.suggest(region)
    meant = f" Did you mean {' or '.join([', '.join(names[:-1]), names[-1]] if names[1:] else names)}?" if names else ""
    return f"Enter a state or province of {country.code}, by code or name.{meant}"
