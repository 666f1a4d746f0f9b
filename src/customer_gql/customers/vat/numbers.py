"""VAT numbers as people write them, and whether format and checksum fit (docs/domain/vat.md#vat-2).

Nothing is asked over the network: `python-stdnum` knows the rules of each country.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from customer_gql.core.text import normalize_compatible_text, to_capital_letters

from .tables import VatResult

_SEPARATORS: Final = str.maketrans("", "", " -./,:_\u2010\u2011\u2012\u2013\u2014\u00a0\u202f")
_LONGEST: Final = 255
"""Of the national part. One character can become many, and no number is nearly so long."""
_PREFIXES: Final = {"GR": "EL"}
"""Countries whose prefix is not their ISO code."""


@dataclass(frozen=True, slots=True)
class VatNumber:
    prefix: str
    """As VIES knows the country."""
    national: str

    def __str__(self) -> str:
        return f"{self.prefix}{self.national}"


def read_vat_number(country_code: str, typed: str) -> VatNumber:
    """The number in one form, whether it was typed with the prefix of its country or without."""
    text = to_capital_letters(normalize_compatible_text(typed)).translate(_SEPARATORS)
    prefix = _PREFIXES.get(country_code, country_code)
    for known in (prefix, country_code):
        if text.startswith(known) and len(text) > len(known):
            text = text.removeprefix(known)
            break
    return VatNumber(prefix, text[:_LONGEST])


def judge_vat_number(country_code: str, number: VatNumber, union: Collection[str]) -> VatResult:
    """Whether format and checksum fit. `union` are the countries whose numbers are checked, all others are not."""
    rules: Any = get_cc_module(country_code.lower(), "vat") if country_code in union else None
    if rules is None:
        return VatResult.NOT_CHECKED
    try:
        rules.validate(number.national)
    except ValidationError:
        return VatResult.INVALID
    return VatResult.VALID
