"""Telephone numbers: the form in which two spellings are one number."""

import re
from functools import lru_cache
from typing import Final

import phonenumbers

from customer_gql.core.text import normalize_code

_INTERNATIONAL: Final = re.compile(r"\+|00")
_NOT_DIGITS: Final = re.compile(r"\D")


@lru_cache(maxsize=10_000)
def to_e164(typed: str | None, country_code: str | None) -> str | None:
    """The number in E.164, as `+442079460000`; None for a text that is no number of its country.

    An extension is left out. What is stored stays as it was typed (docs/domain/grid.md#grid-5).
    """
    if not typed:
        return None
    try:
        number = phonenumbers.parse(typed, country_code)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def whole_number(text: str) -> str | None:
    """A telephone number that starts with its country, in the form of stored ones; None for any other text."""
    plain = normalize_code(text)
    found = _INTERNATIONAL.match(plain)
    return None if found is None else to_e164(f"+{plain[found.end() :]}", None) or international_number(text)


def international_number(text: str) -> str | None:
    """`+` and the digits of a number that starts with its country, or of its start; None for any other text."""
    plain = normalize_code(text)
    found = _INTERNATIONAL.match(plain)
    digits = "" if found is None else keep_digits(plain[found.end() :].replace("(0)", ""))
    return f"+{digits}" if digits or plain == "+" else None


def keep_digits(text: str) -> str:
    """ASCII digits, whatever they were typed as."""
    return _NOT_DIGITS.sub("", normalize_code(text))
