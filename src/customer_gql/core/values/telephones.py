"""Telephone numbers: the form in which two spellings are one number."""

from functools import lru_cache

import phonenumbers


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
