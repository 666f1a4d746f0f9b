"""A graph with every shape of field that plans treat differently, over objects that a test puts there instead of rows."""

import asyncio
import datetime as dt
import enum
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.extensions import FieldExtension

from customer_gql.graph.nodes import Node
from customer_gql.graph.scalars import CurrencyCode, Money, money
from customer_gql.schema.roots import schema_config

THINGS: dict[str, Any] = {}
"""What the roots return for a `name`."""


@strawberry.enum
class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.input
class Wish:
    words: list[str]
    color: Color = Color.RED
    times: int | None = None


class Doubled(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return 2 * next_(source, info, **kwargs)


class Marked(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return f"<{next_(source, info, **kwargs)} in {info.field_name}>"


@strawberry.type
class Apple:
    name: str
    red: bool | None

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> Any:
        if not value.is_slow:
            return value.is_apple
        later = asyncio.get_running_loop().create_future()
        later.set_result(value.is_apple)
        return later


@strawberry.type
class Pear:
    name: str
    soft: bool | None

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return not value.is_apple


@strawberry.interface
class Named:
    name: str

    is_type_of = classmethod(Node.is_type_of.__func__)  # pyright: ignore
    """Of rows, which the field says the type of."""

    @classmethod
    def resolve_type(cls, value: Any, *_: Any) -> Any:
        return value.named_as


@strawberry.type
class Thing(Named):
    text: str
    text_or_none: str | None
    key: strawberry.ID
    whole: int
    whole_or_none: int | None
    flag: bool
    ratio: float
    amount: Decimal
    amount_or_none: Decimal | None
    moment: dt.datetime
    moment_or_none: dt.datetime | None
    day: dt.date
    hour: dt.time
    color: Color
    color_or_none: Color | None
    currency: CurrencyCode
    words: list[str]
    words_or_none: list[str | None] | None
    table: list[list[int]]
    child: "Thing | None"
    parts: list["Thing"]
    parts_or_none: list["Thing | None"] | None
    apple: Apple
    relative: Named | None
    relatives: list[Named]
    rare: str = strawberry.field(extensions=[Marked()])
    total: Money = money("Total.", amount="cents")
    total_or_none: Money | None = money("Total.", amount="cents_or_none")

    @strawberry.field
    def shout(self: Any, some_word: str | None = None, times: int = 2, color: Color = Color.RED) -> str:
        return f"{some_word}{times}{color.name}{self.text}"

    @strawberry.field
    def by_parent(root: strawberry.Parent[Any], word: str = "w") -> str:  # noqa: N805 - the parent, by annotation
        return f"{word}{root.text}"

    @strawberry.field
    def fixed() -> str:  # type: ignore[misc]  # pyright: ignore
        return "fixed"

    @strawberry.field
    def told(self: Any, info: strawberry.Info) -> str:
        raw = info._raw_info
        named = [field.name for field in info.selected_fields]  # pyright: ignore[reportAttributeAccessIssue]
        told = (
            info.field_name,
            info.python_name,
            info.path.as_list(),
            raw.path.typename,
            raw.return_type,
            raw.parent_type,
        )
        return f"{told} {named} {info.operation.operation} {sorted(raw.fragments)} {raw.variable_values.coerced}"

    @strawberry.field
    def told_otherwise(self: Any, about: strawberry.Info) -> str:
        return f"{about.field_name} of {self.text}"

    @strawberry.field
    def wish(self: Any, given: Wish) -> str:
        return f"{given.words} {given.color} {given.times}"

    @strawberry.field
    def colors(self: Any, given: list[Color]) -> list[Color]:
        return given

    @strawberry.field
    def maybe(self: Any, word: strawberry.Maybe[str | None] = None) -> str:
        return "absent" if word is None else f"given {word.value}"

    @strawberry.field(extensions=[Marked(), Doubled()])
    def extended(self: Any, word: str) -> str:
        return f"{word}{self.text}"

    @strawberry.field
    async def later(self: Any, turns: int = 1) -> str:
        for _ in range(turns):
            await asyncio.sleep(0)
        return f"later {self.text}"

    @strawberry.field
    async def child_later(self: Any) -> "Thing | None":
        return self.child

    @strawberry.field
    async def parts_later(self: Any) -> list["Thing"]:
        await asyncio.sleep(0)
        return self.parts

    @strawberry.field
    def failing(self: Any) -> str | None:
        raise ValueError(f"broken {self.text}")

    @strawberry.field
    async def failing_later(self: Any) -> str | None:
        await asyncio.sleep(0)
        raise ValueError(f"broken {self.text}")

    @strawberry.field
    def returned_error(self: Any) -> str | None:
        return ValueError(f"broken {self.text}")  # type: ignore[return-value]  # pyright: ignore

    @strawberry.field
    async def endless(self: Any) -> str | None:
        """Says when it is cancelled, or closed before it began to wait."""
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.append("endless")


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, name: str = "plain") -> Thing | None:
        return THINGS[name]

    @strawberry.field
    def needed(self, name: str = "plain") -> Thing:
        return THINGS[name]

    @strawberry.field
    def things(self, names: list[str]) -> list[Thing]:
        return [THINGS[name] for name in names]

    @strawberry.field
    def fruit(self, name: str) -> Apple | Pear | None:
        return THINGS[name]

    @strawberry.field
    def fruits(self, names: list[str]) -> list[Apple | Pear]:
        return [THINGS[name] for name in names]


@strawberry.type
class Put:
    """A payload, which is of no interface."""

    thing: Thing | None
    things: list[Thing]
    note: str | None

    @strawberry.field
    async def later(self: Any, turns: int = 1) -> str:
        for _ in range(turns):
            await asyncio.sleep(0)
        return f"later {self.note}"

    @strawberry.field
    def failing(self: Any) -> str | None:
        raise ValueError(f"broken {self.note}")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def put(self, name: str = "plain") -> Put | None:
        THINGS["put"].append(name)
        thing = THINGS[name]
        return thing and SimpleNamespace(thing=thing, things=[thing, THINGS["other"]], note=name)  # pyright: ignore


_SCHEMA = strawberry.Schema(query=Query, mutation=Mutation, types=[Apple, Pear, Thing], config=schema_config())
SHAPES: GraphQLSchema = _SCHEMA._schema


def make_thing(**given: Any) -> SimpleNamespace:
    """A thing with a value for every field."""
    values = {
        "name": "n",
        "named_as": "Thing",
        "text": "t",
        "text_or_none": "u",
        "key": "k",
        "whole": 7,
        "whole_or_none": 8,
        "flag": True,
        "ratio": 0.5,
        "amount": Decimal("1.50"),
        "amount_or_none": Decimal("2.50"),
        "moment": dt.datetime(2026, 1, 2, 3, 4, 5, 60_000, tzinfo=dt.UTC),
        "moment_or_none": dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
        "day": dt.date(2026, 1, 2),
        "hour": dt.time(3, 4),
        "color": "red",
        "color_or_none": "blue",
        "currency": "EUR",
        "words": ["a", "b"],
        "words_or_none": ["c", None],
        "table": [[1, 2], [], [3]],
        "child": None,
        "parts": [],
        "parts_or_none": None,
        "apple": make_fruit("apple"),
        "relative": None,
        "relatives": [],
        "rare": "r",
        "cents": 1_234,
        "cents_or_none": None,
        "ended": [],
    }
    assert set(given) <= set(values), given
    return SimpleNamespace(**{**values, **given})


def make_fruit(name: str, *, is_apple: bool = True, is_slow: bool = False) -> SimpleNamespace:
    return SimpleNamespace(name=name, red=True, soft=None, is_apple=is_apple, is_slow=is_slow, named_as="Fruit")
