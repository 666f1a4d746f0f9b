"""Rules of single values of an address, whichever way they come in (docs/domain/addresses.md#addresses-2)."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.text import validate_line, value_is_required

from .countries import Country, find_country

MAX_TEXT: Final = 255
MAX_TELEPHONE: Final = 60
MAX_STREET_LINES: Final = 4
# Countries that have no postal codes, or where letters arrive without one.
_WITHOUT_POSTCODE: Final = frozenset(
    """
    AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GD GH GM GN GQ GY HK IE JM KE KI KM KN KP LC ML
    MO MR MS MU MW NR NU PA QA RW SB SC SL SR ST SY TF TG TK TL TO TT TV TZ UG VU YE ZW
    """.split()  # noqa: SIM905 - a list of 65 lines is no easier to read
)
_TELEPHONE: Final = re.compile(r"\+?[0-9(][0-9 ()./\-]{2,36}( ?(x|ext\.?) ?[0-9]{1,6})?", re.IGNORECASE)


def validate_telephone(number: str | None, path: Sequence[str], *, required: bool = False) -> str | None:
    line = validate_line(number, path, MAX_TELEPHONE, required=required)
    if line and not _TELEPHONE.fullmatch(line):
        raise RuleError(
            "Enter a telephone number of digits, spaces and ( ) + - . /, with an optional extension.", path=path
        )
    return line


def validate_country(code: str | None, path: Sequence[str]) -> Country:
    country = find_country((code or "").strip().upper())
    if country is None:
        raise RuleError("Enter a country as its two-letter code of ISO 3166-1.", path=path)
    return country


def validate_postcode(
    postcode: str | None, country: Country | None, path: Sequence[str], *, check_format: bool = False
) -> str | None:
    """The postal code as stored; None where the country does without one.

    Without a country only the characters count. `check_format` compares with the form of the country's codes too.
    """
    code = (postcode or "").strip()
    if not code and country is not None and country.has_postcode and country.code not in _WITHOUT_POSTCODE:
        message = f"Enter a postal code; it is required in {country.code}."
        raise RuleError(message, path=path, code=UserErrorCode.REQUIRED)
    if len(code) > 16 or not all(character.isalnum() or character in " -" for character in code):
        raise RuleError("Enter at most 16 letters, digits, spaces and hyphens.", path=path)
    if code and check_format and country is not None and not country.has_postcode_like(code):
        raise RuleError(f"Enter a postal code like {country.postcode_example} in {country.code}.", path=path)
    return code or None


def validate_street(lines: Iterable[str], path: Sequence[str], most: int = MAX_STREET_LINES) -> list[str]:
    """The lines that are not empty."""
    street = [line for text in lines if (line := validate_line(text, path, MAX_TEXT))]
    if not street:
        raise value_is_required(path)
    if len(street) > most:
        raise RuleError(f"Enter at most {most} lines.", path=path, code=UserErrorCode.TOO_MANY)
    return street


def validate_region(region: str | None, country: Country | None, path: Sequence[str]) -> str | None:
    """The name of the state or province, where the country lists them."""
    line = validate_line(region, path, MAX_TEXT, required=country is not None and country.needs_region)
    if line is None or country is None:
        return line
    name = country.region_name(line)
    if name is None:
        raise RuleError(f"Enter a state or province of {country.code}, by code or name.", path=path)
    return name
