"""Every shape of field and value, in a graph of its own: a plan answers it, and like the reference executor.

`Executors.compare` fails where a plan gives up without need, see `support.plan_comparing`.
"""

import datetime as dt
import enum
from decimal import Decimal
from typing import Any

import pytest
from graphql import Undefined

from support.plan_shapes import THINGS, Color, make_thing


class Text(str):
    __slots__ = ()


class Whole(enum.IntEnum):
    ONE = 1


LEAVES = (
    "text textOrNone key whole wholeOrNone flag ratio amount amountOrNone moment momentOrNone day hour color colorOrNone "
    "currency words wordsOrNone table rare total { amount currency __typename } totalOrNone { amount }"
)
LISTS = {"words", "words_or_none", "table"}
VALUES: dict[str, tuple[str, list[Any]]] = {
    "text": ("text", ["", Text("x"), 5, True, 0.5, None, Undefined, ValueError("broken"), object()]),
    "text_or_none": ("textOrNone", ["", 5, None, Undefined, ValueError("broken"), object()]),
    "key": ("key", ["", 7, 7.5, None]),
    "whole": ("whole", [0, True, 3.0, 3.5, "5", "x", Whole.ONE, 2**31 - 1, -(2**31), 2**31, -(2**31) - 1, None]),
    "whole_or_none": ("wholeOrNone", [0, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, None]),
    "flag": ("flag", [False, 0, 1, "true", None]),
    "ratio": ("ratio", [1, 1.5, True, "1.5", float("nan"), None]),
    "amount": ("amount", [Decimal(2), Decimal("1E+2"), 5, "1.50", ValueError("broken"), None]),
    "amount_or_none": ("amountOrNone", [None, Decimal("0.10")]),
    "moment": (
        "moment",
        [
            dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
            dt.datetime(2026, 1, 2),  # noqa: DTZ001 - as a column without zone gives it
            "2026",
            None,
        ],
    ),
    "day": ("day", [dt.date(2026, 12, 31), dt.datetime(2026, 1, 2, tzinfo=dt.UTC), None]),
    "color": ("color", ["blue", Color.RED, "green", 1, None]),
    "color_or_none": ("colorOrNone", [None, "red", "red", Color.BLUE, "green"]),
    "currency": ("currency", ["", Text("USD"), 5, ValueError("broken"), None]),
    "words": ("words", [[], ("a",), ["a", None], ["a", 5], {"a": 1}, "abc", 5, [ValueError("broken")], None]),
    "words_or_none": ("wordsOrNone", [[None], [None, "a", None], [], [object()], None]),
    "table": ("table", [[], [[]], [[1], (2, 3)], [[1], None], [1]]),
    "cents": ("total { amount currency }", [0, -5, True, 1_000_000, Decimal(7), None]),
    "cents_or_none": ("totalOrNone { c: currency a: amount b: amount }", [0, None]),
    "rare": ("rare", [5, None]),
}


@pytest.mark.parametrize("attribute", VALUES)
async def test_a_value_is_completed_alike(shapes, attribute: str):
    """Alone, and beside objects with another value; a list that is neither list nor tuple is the reference's."""
    field, values = VALUES[attribute]
    for value in values:
        THINGS["odd"] = make_thing(**{attribute: value})
        is_planned = not (attribute in LISTS and isinstance(value, dict))
        for text in (
            f'{{ thing(name: "odd") {{ {field} }} }}',
            f'{{ things(names: ["odd", "plain", "odd"]) {{ {field} name }} }}',
            f'{{ thing(name: "odd") {{ {field} name }} other: thing(name: "plain") {{ {field} }} }}',
        ):
            await shapes.compare(text, planned=is_planned)


async def test_everything_at_once(shapes):
    answer = await shapes.compare(f"{{ thing {{ {LEAVES} }} things(names: []) {{ {LEAVES} }} }}")
    assert answer.data["thing"]["total"] == {"amount": "12.34", "currency": "EUR", "__typename": "Money"}


async def test_times_are_left_to_the_json_encoder(shapes):
    """Which writes them faster than a call for each."""
    read = await shapes.run_plan("{ thing { moment day amount } }")
    plain = THINGS["plain"]
    assert read is not None
    assert read.data == {"thing": {"moment": plain.moment, "day": plain.day, "amount": "1.50"}}
