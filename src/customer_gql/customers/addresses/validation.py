"""Rules of single values of an address, whichever way they come in (docs/domain/addresses.md#addresses-2)."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.text import (
    normalize_code,
    normalize_compatible_text,
    to_capital_letters,
    validate_line,
    value_is_required,
)
from customer_gql.shop.countries.countries import Country, find_country
from customer_gql.shop.countries.postcodes import clean_postcode, find_stored_form

MAX_TEXT: Final = 255
MAX_TELEPHONE: Final = 60
MAX_POSTCODE: Final = 16
MAX_STREET_LINES: Final = 4
_TELEPHONE: Final = re.compile(r"\+?[0-9(][0-9 ()./\-]*( ?(?:x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)
_FEWEST_DIGITS: Final = 5
_LONGEST_NUMBER: Final = 37  # without its extension
_NOT_OF_ISO: Final = {"UK": "GB", "EL": "GR"}  # codes of the European Union, which people know better

_TELEPHONE_INVALID: Final = Refusal(
    "address.telephone_invalid",
    "Enter a telephone number of digits, spaces and ( ) + - . /, with an optional extension.",
)
_TELEPHONE_TOO_SHORT: Final = Refusal(
    "address.telephone_too_short", "Enter a telephone number of at least {minimum} digits."
)
_TELEPHONE_TOO_LONG: Final = Refusal(
    "address.telephone_too_long", "Enter a telephone number of at most {limit} characters.", UserErrorCode.TOO_LONG
)
_COUNTRY_UNKNOWN: Final = Refusal(
    "address.country_unknown", "Enter a country as its two-letter code of ISO 3166-1.[ Did you mean {suggestion}?]"
)
_POSTCODE_REQUIRED: Final = Refusal(
    "address.postcode_required", "Enter a postal code; it is required in {country}.", UserErrorCode.REQUIRED
)
_POSTCODE_CHARACTERS: Final = Refusal(
    "address.postcode_characters", "Enter at most {limit} letters, digits, spaces and hyphens."
)
_POSTCODE_INVALID: Final = Refusal("address.postcode_invalid", "Enter a postal code like {example} in {country}.")
_STREET_TOO_LONG: Final = Refusal(
    "address.street_too_long", "The street has too many lines; at most {limit} can be stored.", UserErrorCode.TOO_MANY
)
_REGION_UNKNOWN: Final = Refusal(
    "address.region_unknown",
    "Enter a state or province of {country}, by code or name.[ Did you mean {suggestions:or}?]",
)


def validate_telephone(typed: str | None, path: Sequence[str], *, required: bool = False) -> str | None:
    line = validate_line(normalize_code(typed or ""), path, MAX_TELEPHONE, required=required)
    if line is None:
        return None
    found = _TELEPHONE.fullmatch(line)
    if found is None:
        raise _TELEPHONE_INVALID(path=path)
    number = line.removesuffix(found[1] or "").strip()
    if sum(map(str.isdigit, number)) < _FEWEST_DIGITS:
        raise _TELEPHONE_TOO_SHORT(path=path, minimum=_FEWEST_DIGITS)
    if len(number.removeprefix("+")) > _LONGEST_NUMBER:
        raise _TELEPHONE_TOO_LONG(path=path, limit=_LONGEST_NUMBER)
    return line


def validate_country(code: str | None, path: Sequence[str]) -> Country:
    given = to_capital_letters(normalize_compatible_text(code or ""))
    if not given:
        raise value_is_required(path)
    country = find_country(given)
    if country is None:
        raise _COUNTRY_UNKNOWN(path=path, suggestion=_NOT_OF_ISO.get(given))
    return country


def validate_postcode(
    postcode: str | None, country: Country | None, path: Sequence[str], *, required: bool | None = None
) -> str | None:
    """The postal code as stored; None where the country does without one. Without a country only the characters count.
    Without `required`, the country decides."""
    code = clean_postcode(postcode or "")
    if not code and country is not None and (country.needs_postcode if required is None else required):
        raise _POSTCODE_REQUIRED(path=path, country=country.code)
    if len(code) > MAX_POSTCODE or not all(character.isalnum() or character in " -./" for character in code):
        raise _POSTCODE_CHARACTERS(path=path, limit=MAX_POSTCODE)
    if not code or country is None:
        return code or None
    stored = find_stored_form(country.postcode_form, code)
    if stored is None:
        raise _POSTCODE_INVALID(path=path, country=country.code, example=country.postcode_example)
    return stored


def validate_street(lines: Iterable[str], path: Sequence[str], most: int = MAX_STREET_LINES) -> list[str]:
    """The lines that are not empty."""
    read = [validate_line(text, [*path, str(place)], MAX_TEXT) for place, text in enumerate(lines)]
    street = [line for line in read if line]
    if not street:
        raise value_is_required(path)
    if len(street) > most:
        raise _STREET_TOO_LONG(path=path, limit=most)
    return street


class StoredRegion(NamedTuple):
    """A region as an address holds it: the code where the country lists it, and the name in the script it was typed in."""

    name: str | None
    code: str | None


def validate_region(
    region: str | None, country: Country | None, path: Sequence[str], *, required: bool | None = None
) -> StoredRegion:
    """The state or province, of any level. Other text is stored without a code where the address data of the country list
    none and it is not required. Without `required`, the country decides."""
    if country is None:
        return StoredRegion(validate_line(region, path, MAX_TEXT), None)
    needed = country.needs_region if required is None else required
    line = validate_line(region, path, MAX_TEXT, required=needed)
    if line is None:
        return StoredRegion(None, None)
    found = country.region_index.find(line)
    if found is not None:
        return StoredRegion(found[1], found[0].code)
    if country.has_listed_regions or (needed and country.regions):
        raise _REGION_UNKNOWN(path=path, country=country.code, suggestions=country.region_index.suggest(line))
    return StoredRegion(line, None)
