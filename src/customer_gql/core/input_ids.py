"""Ids in the inputs of mutations: one that is malformed is refused like one that is unknown, with its path."""

from collections.abc import Sequence
from typing import Final, overload

from .errors import BadInput, CollectedErrors, Refusal, UserErrorCode
from .ids import decode_keys

_MALFORMED: Final = Refusal(
    "id.malformed",
    "This is not a valid id of the form {prefix}_…. Use one that the API returned.",
    UserErrorCode.NOT_FOUND,
)


def parse_input_id(value: str, prefix: str, path: Sequence[str]) -> int:
    """The key inside a public id with one key. Raises `RuleError` with the path of the id."""
    return parse_input_keys(value, prefix, 1, path)[0]


def parse_input_keys(value: str, prefix: str, count: int, path: Sequence[str]) -> tuple[int, ...]:
    """The keys inside a public id with several. Raises `RuleError` with the path of the id."""
    try:
        return decode_keys(value, prefix, count)
    except BadInput:
        raise _MALFORMED(path=path, prefix=prefix) from None


@overload
def parse_input_ids(values: Sequence[str], prefix: str, path: Sequence[str]) -> list[int]: ...
@overload
def parse_input_ids(values: Sequence[str] | None, prefix: str, path: Sequence[str]) -> list[int] | None: ...
def parse_input_ids(values: Sequence[str] | None, prefix: str, path: Sequence[str]) -> list[int] | None:
    """The keys of a list of ids; null stays null. Raises `RuleErrors` with each malformed one and its place in the list."""
    return None if values is None else [key for (key,) in parse_input_key_lists(values, prefix, 1, path)]


def parse_input_key_lists(values: Sequence[str], prefix: str, count: int, path: Sequence[str]) -> list[tuple[int, ...]]:
    """The same for ids with several keys."""
    keys: list[tuple[int, ...]] = []
    refused = CollectedErrors()
    for place, value in enumerate(values):
        with refused.collecting():
            keys.append(parse_input_keys(value, prefix, count, [*path, str(place)]))
    refused.raise_collected()
    return keys
