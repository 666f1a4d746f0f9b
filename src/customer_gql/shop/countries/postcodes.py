"""Postal codes: how people spell one code, and the one form of it that is stored (docs/domain/addresses.md#addresses-10)."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from customer_gql.core.text import normalize_code, to_capital_letters

# Letters on cars, which people put before a postal code in the manner of D-80331; the country's own code comes too.
_CAR_SIGNS: Final = {
    "AT": "A",
    "BE": "B",
    "DE": "D",
    "ES": "E",
    "FI": "FIN",
    "FR": "F",
    "HU": "H",
    "IE": "IRL",
    "IT": "I",
    "LI": "FL",
    "LU": "L",
    "NO": "N",
    "PT": "P",
    "SE": "S",
    "SI": "SLO",
}
# Countries that have no postal codes, or where letters arrive without one.
WITHOUT_POSTCODE: Final = frozenset(
    """
    AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GD GH GM GN GQ GY HK IE JM KE KI KM KN KP LC ML
    MO MR MS MU MW NR NU PA QA RW SB SC SL SR ST SY TF TG TK TL TO TT TV TZ UG VU YE ZW
    """.split()  # noqa: SIM905 - a list of 65 lines is no easier to read
)
_NOT_ALPHANUMERIC: Final = re.compile(r"[\W_]+")
_SEPARATORS: Final = (" ", "-")
_POSTAL_MARKS: Final = dict.fromkeys(map(ord, "\u3012\u3020\u3036"))


def clean_postcode(text: str) -> str:
    """Upper case, ASCII dashes and digits, single blanks, no postal mark: for codes of a form nobody knows."""
    return " ".join(to_capital_letters(normalize_code(text).translate(_POSTAL_MARKS)).split())


class PostcodeForm:
    """The form of one country's postal codes; any code fits where the data know none."""

    __slots__ = ("_country", "_pattern", "_prefixes", "_separator", "_shapes")

    def __init__(self, country: str, pattern: str | None, examples: Sequence[str], prefix: str | None) -> None:
        self._country = country
        self._pattern = re.compile(pattern) if pattern else None
        self._shapes = {_shape_of(example) for example in examples}
        self._separator = next((each for each in _SEPARATORS if any(each in example for example in examples)), None)
        signs = (country, _CAR_SIGNS.get(country, ""), _NOT_ALPHANUMERIC.sub("", prefix or ""))
        self._prefixes = [sign for sign in dict.fromkeys(signs) if sign]

    def find_stored_form(self, cleaned: str) -> str | None:
        """The code as it is stored, of a cleaned one; None when it is no code of the country."""
        if self._pattern is None:
            return cleaned
        compact = _NOT_ALPHANUMERIC.sub("", cleaned)
        for wanted in self._without_and_with_prefix(compact):
            fitting = [spelt for spelt in _spellings(wanted) if self._pattern.fullmatch(spelt)]
            if fitting:
                return min(fitting, key=self._strangeness)
        return None

    def _without_and_with_prefix(self, compact: str) -> Iterator[str]:
        yield compact
        for prefix in self._prefixes:
            if compact.startswith(prefix):
                yield compact.removeprefix(prefix)
        yield self._country + compact  # a prefix that belongs to the code, as in LV-1010

    def _strangeness(self, code: str) -> tuple[bool, bool]:
        """Smallest for what looks like the examples of the country."""
        return _shape_of(code) not in self._shapes, self._separator is not None and self._separator not in code


def _spellings(compact: str) -> Iterator[str]:
    """A code without separators, and with one at every place."""
    yield compact
    for place in range(1, len(compact)):
        for separator in _SEPARATORS:
            yield f"{compact[:place]}{separator}{compact[place:]}"


def _shape_of(code: str) -> str:
    """`SW1A 1AA` is `AA9A 9AA`."""
    return "".join("9" if character.isdigit() else "A" if character.isalpha() else character for character in code)


@lru_cache(maxsize=10_000)
def find_stored_form(form: PostcodeForm, cleaned: str) -> str | None:
    """As the form finds it. A shop has many customers in few places."""
    return form.find_stored_form(cleaned)
