"""Conditions of price rules as trees of JSON objects with one entry each: `all` and `any` hold a list of conditions, `not` holds one,
and every other entry is one of a registry (docs/domain/pricing.md#pricing-9)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.money import MAX_AMOUNT, parse_decimal

T = TypeVar("T")
Path = Sequence[str]
Validate = Callable[[Any, Path], Any]
"""Gives the normal form of a value, or raises `RuleError` with its path."""

MAX_DEPTH: Final = 6
MAX_CONDITIONS: Final = 100
MAX_VALUES: Final = 1_000
_LONGEST_VALUE: Final = 255
_GROUPS: Final = ("all", "any")
_NOT: Final = "not"

_UNKNOWN: Final = Refusal("price_condition.unknown", "Enter an object with one of {known} in it.")
_VALUES_WRONG: Final = Refusal(
    "price_condition.values_wrong", "Enter a list of 1 to {limit} texts of at most {longest} characters."
)
_RANGE_WRONG: Final = Refusal(
    "price_condition.range_wrong", "Enter `from`, `until` or both as decimal numbers, such as 10.00."
)
_TOO_LARGE: Final = Refusal(
    "price_condition.too_large",
    "Use at most {limit} conditions, nested at most {depth} deep.",
    UserErrorCode.TOO_MANY,
)


def validate_condition(given: Any, path: Path, known: Mapping[str, Validate]) -> Any:
    """The normal form. Raises `RuleError` with the path of what does not fit."""
    return _validate_tree(given, path, 1, [0], known)


def _validate_tree(given: Any, path: Path, depth: int, counted: list[int], known: Mapping[str, Validate]) -> Any:
    counted[0] += 1
    if depth > MAX_DEPTH or counted[0] > MAX_CONDITIONS:
        raise _TOO_LARGE(path=path, limit=MAX_CONDITIONS, depth=MAX_DEPTH)
    name, value = _only_entry(given, path, known)
    inner = [*path, name]
    if name == _NOT:
        return {name: _validate_tree(value, inner, depth + 1, counted, known)}
    if name in _GROUPS:
        if not isinstance(value, list) or not value:
            raise _refuse_unknown(inner, known)
        return {name: [_validate_tree(one, [*inner, str(i)], depth + 1, counted, known) for i, one in enumerate(value)]}
    return {name: known[name](value, inner)}


def _only_entry(given: Any, path: Path, known: Mapping[str, Validate]) -> tuple[str, Any]:
    if isinstance(given, dict) and len(given) == 1:
        [(name, value)] = given.items()
        if name in {_NOT, *_GROUPS, *known}:
            return name, value
    raise _refuse_unknown(path, known)


def _refuse_unknown(path: Path, known: Iterable[str]) -> RuleError:
    return _UNKNOWN(path=path, known=[*_GROUPS, _NOT, *known])


def fold_condition(
    condition: Any,
    leaf: Callable[[str, Any], T],
    *,
    all_of: Callable[[list[T]], T],
    any_of: Callable[[list[T]], T],
    none_of: Callable[[T], T],
) -> T:
    """What a stored condition comes to, made of what its leaves come to. The path of one is at most `MAX_DEPTH` long."""
    [(name, value)] = condition.items()
    if name == _NOT:
        return none_of(fold_condition(value, leaf, all_of=all_of, any_of=any_of, none_of=none_of))
    if name in _GROUPS:
        parts = [fold_condition(one, leaf, all_of=all_of, any_of=any_of, none_of=none_of) for one in value]
        return all_of(parts) if name == "all" else any_of(parts)
    return leaf(name, value)


def validate_texts(value: Any, path: Path) -> list[str]:
    is_list = isinstance(value, list) and 1 <= len(value) <= MAX_VALUES
    if not is_list or not all(isinstance(one, str) and 1 <= len(one) <= _LONGEST_VALUE for one in value):
        raise _VALUES_WRONG(path=path, limit=MAX_VALUES, longest=_LONGEST_VALUE)
    return sorted(set(value))


def validate_range(value: Any, path: Path) -> dict[str, str]:
    """Of decimal numbers, as texts. Both ends are part of it."""
    if not isinstance(value, dict) or not value or not value.keys() <= {"from", "until"}:
        raise _RANGE_WRONG(path=path)
    return {end: str(_parse_end(number, [*path, end])) for end, number in value.items()}


def _parse_end(value: Any, path: Path) -> Decimal:
    try:
        number = parse_decimal(value) if isinstance(value, str) else None
    except ValueError:
        number = None
    if number is None or not 0 <= number <= MAX_AMOUNT:
        raise _RANGE_WRONG(path=path)
    return number
