"""Filters by attributes, nested and beside other columns, against plain Python (docs/domain/attributes.md#attributes-12)."""

import datetime as dt
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from customer_gql.core.text import fold_text
from customers.attributes.samples import delete_made

from .test_attribute_columns import add_customer, find, here, make

__all__ = ["here"]

pytestmark = pytest.mark.slow
SLOWLY = hypothesis_settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=cast("Any", list(HealthCheck)),
    derandomize=True,
    database=None,
)
TEXTS = ["Straße 42", "strasse", "Éva", "eva-maria", "100 %", "a_b", "a\\b", "ΑΘΗΝΑ", "東京 1", "İstanbul", "x"]
LINES = [["Straße 42", "Éva"], ["eva-maria"], ["100 %", "a_b", "x"]]
DATES = ["1900-01-01", "1999-12-31", "2000-01-01", "2024-02-29"]
CHOSEN = [["s"], ["m"], ["l"]]
SEVERAL = [["s"], ["m", "s"], ["l", "m", "s"], ["l"]]
VALUES: dict[str, tuple[str, list[Any]]] = {
    "TEXT": ("text", TEXTS),
    "TEXT_AREA": ("text", [f"{text}\nand more" for text in TEXTS]),
    "MULTILINE": ("lines", LINES),
    "DATE": ("date", DATES),
    "BOOLEAN": ("boolean", [True, False]),
    "SELECT": ("options", CHOSEN),
    "MULTI_SELECT": ("options", SEVERAL),
}
MEMBERS = {"lines": "text"}
"""What compares a value is named after its type, apart from lines, which are texts."""
READ = """query R($filter: CustomerFilter!) { customers(filter: $filter, first: 100) { nodes { id number
  attributes { code text lines date boolean options { code } } } } }"""


@pytest.fixture(autouse=True)
async def few_attributes(connection: Any) -> Any:
    yield
    await delete_made(connection)


Row = dict[str, Any]
"""A customer: number, and values by the type of their attribute."""


@pytest.fixture
async def shop(admin_client: Any, connection: Any, here: int) -> Any:
    """Attributes by type, and customers of whom each has some values, as they are read back."""
    made = {type: await make(connection, ("s", "m", "l") if "SELECT" in type else (), type=type) for type in VALUES}
    await add_customer(admin_client, connection, here)
    for place in range(23):
        # A different pattern of what is missing for each, and every value of every type at least once.
        own = [(type, *VALUES[type]) for at, type in enumerate(VALUES) if (place * 5 + at * 3) % 7 < 4]
        values = [
            (made[type], {member: known[(place + at) % len(known)]}) for at, (type, member, known) in enumerate(own)
        ]
        await add_customer(admin_client, connection, here, *values)
    nodes = (await admin_client.data(READ, filter={"website": {"eq": f"web_{here:016x}"}}))["customers"]["nodes"]
    types = {row.code: type for type, row in made.items()}
    rows = [
        {
            "id": node["id"],
            "number": node["number"],
            **{types[one["code"]]: value_of(one, types) for one in node["attributes"]},
        }
        for node in nodes
    ]
    assert len(rows) == 24
    return made, rows


def value_of(shown: Any, types: dict[str, str]) -> Any:
    member, _ = VALUES[types[shown["code"]]]
    value = shown[member]
    return [one["code"] for one in value] if member == "options" else value


def texts_near(known: list[str]) -> st.SearchStrategy[str]:
    whole = st.sampled_from([variant for text in known for variant in (text, text.upper(), text.lower())])
    pieces = st.builds(
        lambda text, start, size: text[start : start + size], whole, st.integers(0, 4), st.integers(1, 5)
    )
    return st.one_of(whole, pieces, st.sampled_from(["%", "_", "\\", "ss", "nobody"])).filter(
        lambda text: bool(fold_text(text).strip())
    )


def compared_with(type: str) -> st.SearchStrategy[dict[str, Any]]:
    """One operator and what it is given."""
    member, known = VALUES[type]
    is_null = st.builds(lambda value: {"isNull": value}, st.booleans())
    match member:
        case "text" | "lines":
            texts = texts_near([text for value in known for text in ([value] if member == "text" else value)])
            one = st.builds(lambda name, text: {name: text}, st.sampled_from(["eq", "startsWith", "contains"]), texts)
            many = st.builds(
                lambda name, some: {name: some}, st.sampled_from(["in", "notIn"]), st.lists(texts, max_size=3)
            )
            return st.one_of(one, many, is_null)
        case "date":
            days = st.sampled_from(DATES) | st.dates(dt.date(1890, 1, 1), dt.date(2030, 1, 1)).map(str)
            one = st.builds(lambda name, day: {name: day}, st.sampled_from(["gt", "gte", "lt", "lte"]), days)
            return st.one_of(one, is_null)
        case "boolean":
            return st.one_of(st.builds(lambda value: {"eq": value}, st.booleans()), is_null)
        case _:
            codes = st.lists(st.sampled_from(["s", "m", "l"]), min_size=1, max_size=3)
            some = st.builds(lambda name, given: {name: given}, st.sampled_from(["hasAny", "hasAll", "hasNone"]), codes)
            return st.one_of(some, is_null)


# A tree of filters with types in place of codes: ("clause", type, compared), ("number", n) and those that hold others.
CLAUSES: Any = st.sampled_from(list(VALUES)).flatmap(
    lambda type: st.builds(lambda compared: ("clause", type, compared), compared_with(type))
)
LEAVES: Any = st.one_of(CLAUSES, CLAUSES, CLAUSES, st.builds(lambda place: ("number", place), st.integers(0, 23)))


def nested(inner: Any) -> Any:
    lists = st.builds(lambda name, parts: (name, parts), st.sampled_from(["and", "or"]), st.lists(inner, max_size=3))
    return st.one_of(inner, lists, st.builds(lambda part: ("not", part), inner))


# With the website around it, a filter may have no more levels.
TREES: Any = nested(nested(LEAVES))


def write(tree: Any, made: dict[str, Any], rows: list[Row]) -> Any:
    """As the graph takes it."""
    match tree:
        case ("clause", type, compared):
            member = MEMBERS.get(VALUES[type][0], VALUES[type][0])
            return {"attributes": [{"code": made[type].code, member: compared}]}
        case ("number", place):
            return {"number": {"lte": rows[place]["number"]}}
        case ("not", part):
            return {"not": write(part, made, rows)}
        case (name, parts):
            return {name: [write(part, made, rows) for part in parts]}


def matches(tree: Any, row: Row, rows: list[Row]) -> bool:
    match tree:
        case ("clause", type, compared):
            [(operator, given)] = compared.items()
            return holds(row.get(type), operator, given)
        case ("number", place):
            return row["number"] <= rows[place]["number"]
        case ("not", part):
            return not matches(part, row, rows)
        case ("and", parts):
            return all(matches(part, row, rows) for part in parts)
        case (_, parts):
            return any(matches(part, row, rows) for part in parts)
    raise AssertionError(tree)


def holds(value: Any, operator: str, given: Any) -> bool:
    if operator == "isNull":
        return (value is None) is given
    if operator in ("notIn", "hasNone"):
        return not holds(value, {"notIn": "in", "hasNone": "hasAny"}[operator], given)
    if value is None:
        return False
    if operator in ("hasAny", "hasAll"):
        return bool(set(given) & set(value)) if operator == "hasAny" else set(given) <= set(value)
    if isinstance(value, bool):
        return value is given
    if operator in ("gt", "gte", "lt", "lte"):
        return {"gt": value > given, "gte": value >= given, "lt": value < given, "lte": value <= given}[operator]
    folded = [fold_text(text) for text in ([value] if isinstance(value, str) else value)]
    if operator == "in":
        return any(text == fold_text(one) for one in given for text in folded)
    wanted = fold_text(given)
    return any(
        {"eq": text == wanted, "startsWith": text.startswith(wanted), "contains": wanted in text}[operator]
        for text in folded
    )


def draw_all(strategy: Any) -> list[Any]:
    drawn = list[Any]()

    @SLOWLY
    @given(strategy)
    def draw(tree: Any) -> None:
        drawn.append(tree)

    draw()
    return drawn


async def test_nested_filters_find_what_python_finds(shop: Any, admin_client: Any, here: int):
    made, rows = shop
    met = set[str]()
    for tree in draw_all(TREES):
        wanted = {row["id"] for row in rows if matches(tree, row, rows)}
        asked = write(tree, made, rows)
        assert set(await find(admin_client, here, asked, first=100)) == wanted, tree
        rest = set(await find(admin_client, here, {"not": asked}, first=100))
        assert rest == {row["id"] for row in rows} - wanted, tree
        met |= {"some"} if 0 < len(wanted) < len(rows) else set()
    assert met  # not all of them were all or nothing


@pytest.mark.parametrize("type", VALUES)
async def test_each_comparison_finds_what_python_finds(type: str, shop: Any, admin_client: Any, here: int):
    made, rows = shop
    few = hypothesis_settings(SLOWLY, max_examples=40)
    drawn = list[Any]()

    @few
    @given(compared_with(type))
    def draw(compared: Any) -> None:
        drawn.append(compared)

    draw()
    operators = set[str]()
    for compared in drawn:
        tree = ("clause", type, compared)
        wanted = {row["id"] for row in rows if matches(tree, row, rows)}
        assert set(await find(admin_client, here, write(tree, made, rows), first=100)) == wanted, compared
        operators |= compared.keys()
    assert len(operators) >= 2
