from collections.abc import Sequence
from typing import Final

from customer_gql.core.errors import CollectedErrors
from customer_gql.core.text import fold_text, validate_line

MAX_LENGTH: Final = 40
MAX_TAGS: Final = 50  # of one customer


def validate_tags(given: Sequence[str], path: str) -> dict[str, str]:
    """Tags by their fold; of two spellings the first. Raises `RuleErrors` with the place of each that is refused."""
    tags: dict[str, str] = {}
    refused = CollectedErrors()
    for place, text in enumerate(given):
        with refused.collecting():
            line = validate_line(text, [path, str(place)], MAX_LENGTH, required=True)
            tag = " ".join((line or "").split())
            tags.setdefault(fold_text(tag), tag)
    refused.raise_collected()
    return tags
