"""Values that break software, by scalar; every place of the graph that takes one; and cursors made of them."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLSchema,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

NAIVE: Final = "2030-01-01T00:00:00"
TEXTS: Final = (
    "",
    " ",
    "a\x00b",
    "\u200d",
    "\u202eabc",
    "\ud800",
    "\ufffe",
    "\u0130\u00df@\u00df.example",
    "a@xn--a.example",
    "a@[::1%25eth0]",
    "\uff11\uff10",
    "{{ x",
    "{% for a in b %}",
    "{% if firstName %}" * 120 + "{% endif %}" * 120,
    "%s\\",
    "9" * 400,
    "x" * 4096,
    NAIVE,
    "9999-12-31T23:59:59-12:00",
)
IDS: Final = (*TEXTS[:7], "cus_ffffffffffffffff", "cus_0000000000000000", "adr_" + "7" * 32, "cus_\uff17" + "0" * 15)
TIMES: Final = (
    "",
    NAIVE,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "2030-W01",
    "2030-01-01T24:00:00Z",
    "2030-01-01T00:00:00+99:99",
    "a\x00b",
)
DATES: Final = ("", "0001-01-01", "9999-12-31", "20240101", "2024-W01-1", "0000-00-00", "2024-01-01T00:00", "a\x00b")
DECIMALS: Final = (
    "NaN",
    "-Infinity",
    "1e5",
    "1e-400000000",
    1e308,
    -0.0,
    "9" * 40,
    "0." + "0" * 37 + "1",
    "",
    "\uff11",
    "1_0",
)
NUMBERS: Final = (-1, 0, 2**31 - 1, -(2**31), 2**31, 2**53, 1.5, "1", True)
DEEP: Final[Any] = json.loads("[" * 200 + "]" * 200)
JSON_VALUES: Final = (None, DEEP, 2**63 - 1, -(2**63), 1e308, True, "a\x00b", {"a\x00b": 1}, {}, [], *TEXTS[3:6])
HOSTILE: Final[dict[str, tuple[Any, ...]]] = {
    "String": TEXTS,
    "CurrencyCode": TEXTS,
    "ID": IDS,
    "DateTime": TIMES,
    "Date": DATES,
    "Decimal": DECIMALS,
    "BigInt": (*NUMBERS, "", "01", "-1", "1.0", str(2**63), "9" * 400),
    "Int": NUMBERS,
    "Float": NUMBERS,
    "Boolean": (0, "true", None),
    "JSON": JSON_VALUES,
}
CURSOR_VALUES: Final = (
    None,
    True,
    "a\x00b",
    "\ud800",
    2**63,
    -(2**63),
    1e308,
    NAIVE,
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "e" + "\u0301" * 31,
    [],
    {},
)
_PLAUSIBLE: Final[dict[str, Any]] = {
    "email": "ada@example.com",
    "firstName": "Ada",
    "lastName": "Byron",
    "city": "Bath",
    "region": "CA",
    "postcode": "94043",
    "countryCode": "US",
    "telephone": "+1 200 555 0100",
    "password": "a long enough passphrase",
    "street": ["1 Road"],
}
_OF_SCALAR: Final[dict[str, Any]] = {
    "DateTime": "2030-01-01T00:00:00Z",
    "Date": "1990-01-01",
    "Decimal": "1.50",
    "BigInt": "7",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "JSON": True,
}


@dataclass(frozen=True)
class Place:
    """Where a scalar stands below an argument: the names that lead there, and the scalar."""

    path: tuple[str, ...]
    scalar: str

    def put(self, arguments: dict[str, Any], value: Any) -> dict[str, Any]:
        """The arguments with the value at this place; what leads there is made where it is missing."""
        name, *rest = self.path
        if name == "[]":
            return [self._below(rest).put({}, value) if rest else value]  # type: ignore[return-value]
        inner = arguments.get(name)
        placed = self._below(rest).put(inner if isinstance(inner, dict) else {}, value) if rest else value
        return {**arguments, name: placed}

    def _below(self, rest: list[str]) -> "Place":
        return Place(tuple(rest), self.scalar)


def places_of(arguments: dict[str, Any]) -> Iterator[Place]:
    """Every place of a scalar below the arguments of a field, as deep as three input objects."""
    for name, argument in arguments.items():
        yield from _places(argument.type, (name,), 3)


def _places(kind: Any, path: tuple[str, ...], depth: int) -> Iterator[Place]:
    if is_non_null_type(kind):
        yield from _places(kind.of_type, path, depth)
    elif is_list_type(kind):
        yield from _places(kind.of_type, (*path, "[]"), depth)
    elif is_input_object_type(kind):
        for name, field in kind.fields.items() if depth else ():
            yield from _places(field.type, (*path, name), depth - 1)
    elif not is_enum_type(kind):
        yield Place(path, get_named_type(kind).name)


def plausible_arguments(field: Any, ids: dict[str, str]) -> dict[str, Any]:
    """Values of the required arguments of a root that its rules are likely to accept."""
    return {
        name: _plausible(argument.type, name, ids)
        for name, argument in field.args.items()
        if is_required_argument(argument)
    }


def _plausible(kind: Any, name: str, ids: dict[str, str]) -> Any:
    named = get_named_type(kind)
    if name in _PLAUSIBLE:
        return _PLAUSIBLE[name]
    if is_input_object_type(named):
        required = {
            key: _plausible(field.type, key, ids)
            for key, field in named.fields.items()
            if is_required_input_field(field)
        }
        value: Any = required or _first_of(named, ids)
    elif is_enum_type(named):
        value = next(iter(named.values))
    elif named.name == "ID":
        value = ids["adr"]
    else:
        value = _OF_SCALAR.get(named.name, "text")
    inner = kind.of_type if is_non_null_type(kind) else kind
    return [value] if is_list_type(inner) else value


def _first_of(named: Any, ids: dict[str, str]) -> dict[str, Any]:
    """An input object without required fields: the first one given, as `@oneOf` needs it."""
    name, field = next(iter(named.fields.items()))
    return {name: _plausible(field.type, name, ids)} if named.is_one_of else {}


def hostile_cursors(cursor: str) -> list[str]:
    """A real cursor with each of its values replaced, and texts that are no cursor."""
    values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    made = [
        _encode([*values[:place], hostile, *values[place + 1 :]])
        for place in range(len(values))
        for hostile in CURSOR_VALUES
    ]
    return [*made, *TEXTS, _encode(values[:-1]), _encode([]), _encode({}), _encode("a"), _encode(DEEP)]


def _encode(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def connections_of(schema: GraphQLSchema, name: str) -> list[str]:
    """The connections of a type that need no other arguments."""
    return [
        field
        for field, declared in schema.type_map[name].fields.items()  # type: ignore[union-attr]
        if "after" in declared.args and not any(map(is_required_argument, declared.args.values()))
    ]
