from collections.abc import Sequence
from typing import Final

from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, UserErrorCode
from customer_gql.core.text import fold_text, validate_line

MAX_LENGTH: Final = 40
MAX_TAGS: Final = 50  # of one customer
_TOO_MANY: Final = Refusal(
    "tag.too_many", "A customer has at most {limit} tags. Remove one first.", UserErrorCode.TOO_MANY
)


def validate_tags(given: Sequence[str], path: str) -> dict[str, str]:
    """Tags by their fold; of two spellings the first. Raises `RuleErrors` with the place of each that is refused."""
    tags: dict[str, str] = {}
    refused = CollectedErrors()
    for place, text in enumerate(given):
        with refused.collecting():
            tag = validate_tag(text, [path, str(place)], required=True) or ""
            tags.setdefault(fold_text(tag), tag)
    refused.raise_collected()
    return tags


def validate_tag(text: str, path: list[str], *, required: bool = False) -> str | None:
    line = validate_line(text, path, MAX_LENGTH, required=required)
    return line and " ".join(line.split())


def validate_stated_tags(given: Sequence[str], path: list[str]) -> dict[str, str]:
    """All tags that a customer is to have, by their fold; empty texts are passed over. Raises `RuleError` at `path`."""
    tags: dict[str, str] = {}
    for text in given:
        if (tag := validate_tag(text, path)) is not None:
            tags.setdefault(fold_text(tag), tag)
    if refusal := find_tag_refusal(0, len(tags)):
        raise refusal.at(path)
    return tags


def find_tag_refusal(count: int, added: int = 1) -> RuleError | None:
    """What forbids so many more tags of a customer who has `count`."""
    return _TOO_MANY(limit=MAX_TAGS) if count + added > MAX_TAGS else None
