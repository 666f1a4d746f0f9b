"""The language of an answer, from the header `Accept-Language` (RFC 9110, section 12.5.4)."""

import re
from typing import Final

from .catalogues import ENGLISH, LANGUAGES

_RANGE: Final = re.compile(
    r"(?P<language>[a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*(?:\s*;\s*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?",
    re.IGNORECASE,
)


def choose_language(accepted: str) -> str:
    """The language of the greatest weight, and among equals the first one; English where no message is in any of them.

    A region counts as its language, `*` as English. What is no language range is passed over.
    """
    weights: dict[str, float] = {}
    for given in accepted.split(","):
        found = _RANGE.fullmatch(given.strip())
        if found is not None:
            language = ENGLISH if found["language"] == "*" else found["language"].lower()
            weights[language] = max(weights.get(language, 0.0), float(found["weight"] or 1))
    known = [language for language, weight in weights.items() if language in LANGUAGES and weight > 0]
    return max(known, key=weights.__getitem__, default=ENGLISH)
