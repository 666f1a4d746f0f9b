"""Settings inherit: a store view from its website, a website from the global scope, that one from the default."""

from typing import Any

import pytest
from sqlalchemy import BigInteger, literal, select

from customer_gql.core.errors import RuleError
from customer_gql.core.text import TEXT_TOO_LONG
from customer_gql.database.statements import fetch_value
from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW, WEBSITE, Setting
from customer_gql.shop.settings.reads import (
    own_value,
    select_global_value,
    select_value_at,
    setting,
    settings_at,
    validate_scope,
)
from customer_gql.shop.settings.writes import reset_value, set_value
from support.staff import make_website

LINES = Setting("tests.lines", 2, WEBSITE, "Number of lines.", at_least=1, at_most=4, label="Lines")
GREETING = Setting("tests.greeting", "default", STORE_VIEW, "Text of the greeting.", label="Greeting")
CHOICE = Setting(
    "tests.choice", "hello", STORE_VIEW, "Word to choose.", one_of=("hello", "hallo", "hej"), label="Choice"
)


@pytest.fixture
async def shop(empty_database):
    """A connection and two websites; the store view of each has the key of its website."""
    async with empty_database.writes.acquire() as connection:
        yield connection, 1, await make_website(connection)


async def read_all(connection, website, other):
    """The value and its scope, as each scope sees it."""
    places = [{}, *({kind: key} for key in (website, other) for kind in ("website_id", "store_view_id"))]
    values = [await settings_at(connection, GREETING, LINES, **place) for place in places]
    assert [await setting(connection, GREETING, **place) for place in places] == [found[GREETING] for found in values]
    assert await read_in_statements(connection, website, other) == [found[GREETING] for found in values]
    return [(found[GREETING], found.set_at(GREETING)) for found in values]


async def read_in_statements(connection, website, other):
    """The same values as expressions of the statements that judge by them."""
    rows = [(key, view) for key in (website, other) for view in (None, key)]
    columns = [[literal(key, BigInteger()) for key in row] for row in rows]
    expressions = [select_value_at(GREETING, website_id=key, store_view_id=view) for key, view in columns]
    return [await fetch_value(connection, select(found)) for found in (select_global_value(GREETING), *expressions)]


async def test_each_scope_inherits_from_the_next_wider_one(shop):
    connection, website, other = shop
    default, at_global = ("default", None), ("for all", GLOBAL)
    on_website, in_view = ("on the website", WEBSITE), ("in the store view", STORE_VIEW)
    assert await read_all(*shop) == [default] * 5
    await set_value(connection, GREETING, "for all")
    assert await read_all(*shop) == [at_global] * 5
    await set_value(connection, GREETING, "on the website", scope=WEBSITE, scope_id=website)
    assert await read_all(*shop) == [at_global, on_website, on_website, at_global, at_global]
    await set_value(connection, GREETING, "in the store view", scope=STORE_VIEW, scope_id=other)
    assert await read_all(*shop) == [at_global, on_website, on_website, at_global, in_view]
    await set_value(connection, GREETING, "in the store view", scope=STORE_VIEW, scope_id=website)
    assert await read_all(*shop) == [at_global, on_website, in_view, at_global, in_view]
    await reset_value(connection, GREETING)
    assert await read_all(*shop) == [default, on_website, in_view, default, in_view]
    await reset_value(connection, GREETING, WEBSITE, website)
    assert await read_all(*shop) == [default, default, in_view, default, in_view]


async def test_a_website_and_a_store_view_of_it_can_be_named_together(shop):
    connection, website, other = shop
    await set_value(connection, GREETING, "on the website", scope=WEBSITE, scope_id=other)
    both = {"website_id": other, "store_view_id": other}
    assert await setting(connection, GREETING, **both) == "on the website"
    await set_value(connection, GREETING, "in the store view", scope=STORE_VIEW, scope_id=other)
    assert await setting(connection, GREETING, **both) == "in the store view"
    assert await setting(connection, GREETING, website_id=website, store_view_id=website) == "default"


async def test_the_own_value_of_a_scope_is_not_inherited(shop):
    connection, website, _ = shop
    await set_value(connection, GREETING, "for all")
    assert await own_value(connection, GREETING) == "for all"
    assert await own_value(connection, GREETING, WEBSITE, website) is None
    await set_value(connection, GREETING, "on the website", scope=WEBSITE, scope_id=website)
    assert await own_value(connection, GREETING, WEBSITE, website) == "on the website"
    assert await own_value(connection, GREETING, STORE_VIEW, website) is None


@pytest.mark.parametrize(
    ("option", "value", "scope", "path"),
    [
        (LINES, 0, GLOBAL, "value"),
        (LINES, 5, GLOBAL, "value"),
        (LINES, "2", GLOBAL, "value"),
        (LINES, True, GLOBAL, "value"),
        (LINES, 2, STORE_VIEW, "scope"),
        (CHOICE, "hi", GLOBAL, "value"),
        (GREETING, "x" * 10_001, GLOBAL, "value"),
    ],
)
async def test_a_value_that_the_setting_does_not_take_is_refused(option, value, scope, path, connection):
    with pytest.raises(RuleError) as refused:
        await set_value(connection, option, value, scope=scope, scope_id=0 if scope is GLOBAL else 1)
    assert refused.value.path == [path]
    assert await setting(connection, option) == option.default


async def test_the_limits_of_a_value_are_taken(connection):
    taken: list[tuple[Any, Any]] = [(LINES, 1), (LINES, 4), (GREETING, "x" * 10_000), (CHOICE, "hej")]
    for option, value in taken:
        await set_value(connection, option, value)
        assert await setting(connection, option) == value


def test_a_number_is_declared_with_both_bounds():
    incomplete: list[dict[str, Any]] = [{}, {"at_least": 1}, {"at_most": 4}]
    for bounds in incomplete:
        with pytest.raises(ValueError, match=r"tests.lines is a number and needs at_least and at_most"):
            Setting("tests.lines", 2, WEBSITE, "Number of lines.", label="Lines", **bounds)
    assert Setting("tests.flag", True, WEBSITE, "Whether.", label="Flag").at_least is None


async def test_a_text_is_one_line_in_the_form_of_every_text(shop):
    connection, website, _ = shop
    for typed in ("two\nlines", "two\u2028lines", "\u202eturned around", "\x7f", "a\x85b"):
        with pytest.raises(RuleError) as refused:
            await set_value(connection, GREETING, typed)
        assert refused.value.path == ["value"]
    for typed, stored in ((" cafe\u0301 ", "caf\u00e9"), ("\u200b", "")):
        await set_value(connection, GREETING, typed)
        assert await setting(connection, GREETING, website_id=website) == stored


async def test_a_setting_may_judge_its_values_itself(connection):
    async def look_up(_connection, value):
        if value == "unknown":
            raise TEXT_TOO_LONG(path=["value"], limit=1)

    def judge(value):
        if value == "bad":
            raise TEXT_TOO_LONG(path=["value"], limit=2)

    option = Setting("tests.judged", "good", GLOBAL, "Text.", check=look_up, validate=judge, label="Judged")
    for value, limit in (("bad", 2), ("unknown", 1)):
        with pytest.raises(RuleError) as refused:
            await set_value(connection, option, value)
        assert refused.value.params == {"limit": limit}
    await set_value(connection, option, "better")
    assert await setting(connection, option) == "better"


@pytest.mark.parametrize("scope", [WEBSITE, STORE_VIEW])
async def test_a_scope_is_known_within_the_websites_that_count(scope, connection):
    named = "websiteId" if scope is WEBSITE else "storeViewId"
    await validate_scope(connection, GLOBAL, 0, frozenset())
    for websites in (None, frozenset({1})):
        await validate_scope(connection, scope, 1, websites)
    for scope_id, websites in ((2**40, None), (1, frozenset({2})), (1, frozenset[int]())):
        with pytest.raises(RuleError) as refused:
            await validate_scope(connection, scope, scope_id, websites)
        assert (refused.value.path, refused.value.code.value) == (["scope", named], "NOT_FOUND")


async def test_a_value_is_locked_only_where_that_is_asked_for(connection, statements):
    cases: tuple[tuple[dict[str, Any], int], ...] = (({}, 0), ({"lock": False}, 0), ({"lock": True}, 1))
    for asked, locking in cases:
        await statements.clear()
        await own_value(connection, GREETING, **asked)
        assert (await statements.count("configuration_value"), await statements.count("FOR SHARE")) == (1, locking)
