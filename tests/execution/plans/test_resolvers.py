"""Fields with a resolver of their own: called as the reference executor calls them, whatever they take and give."""

import asyncio

import pytest

from support.plan_shapes import THINGS, make_thing

CALLS = {
    "defaults": "{ thing { shout } }",
    "every argument": '{ thing { shout(someWord: "w", times: 3, color: BLUE) } }',
    "null": "{ thing { shout(someWord: null) } }",
    "each with its own": '{ thing { a: shout(times: 1) b: shout(times: 2) c: shout(someWord: "c", times: 2) } }',
    "the parent": '{ thing { byParent x: byParent(word: "x") } }',
    "no parent": "{ thing { fixed } }",
    "the place": "{ thing { told x: told parts { told ...p } } } fragment p on Thing { y: told child { z: told } }",
    "the place in a list": "{ thing { parts { name told } partsOrNone { told child { told } } partsLater { told } } }",
    "the info under another name": "{ thing { toldOtherwise } }",
    "an input object": '{ thing { wish(given: {words: ["a", "b"], times: 4}) } }',
    "a list of enums": "{ thing { colors(given: [RED, BLUE]) x: colors(given: RED) } }",
    "an argument left out": '{ thing { maybe a: maybe(word: null) b: maybe(word: "w") } }',
    "extensions in their order": '{ thing { extended(word: "e") rare parts { extended(word: "f") } } }',
    "a coroutine": "{ thing { later x: later(turns: 4) } }",
    "a coroutine for each": "{ thing { parts { later(turns: 2) name } later } }",
    "objects that come later": "{ thing { childLater { text later } partsLater { text later parts { name } } } }",
    "later and at once": "{ thing { childLater { name } child { name later } shout } }",
    "null that comes later": '{ thing(name: "other") { childLater { text } partsLater { text } } }',
    "nothing": '{ thing(name: "nothing") { text later } things(names: []) { text later child { name } } }',
    "an object in an object": "{ needed { child { child { text } text } parts { child { text } } } }",
}


@pytest.mark.parametrize("case", CALLS)
async def test_a_resolver_gets_what_the_reference_executor_gives(shapes, case: str):
    answer = await shapes.compare(CALLS[case])
    assert answer.errors is None


async def test_variables_reach_a_resolver(shapes):
    text = """query ($word: String, $times: Int = 5, $color: Color, $wish: Wish, $words: [String!], $one: String!) { thing {
        shout(someWord: $word, times: $times, color: $color) told
        wish(given: {words: [$one, "x"]}) b: wish(given: $wish) @include(if: true)
        c: wish(given: {words: $words, times: $times}) } }"""
    wish = {"words": ["a"], "color": "BLUE"}
    for given in (
        {"word": "w", "times": 1, "color": "BLUE", "wish": wish, "words": ["p", "q"], "one": "o"},
        {"word": None, "wish": wish, "words": [], "one": ""},
        {"wish": {"words": "single"}, "words": ["p"], "one": "o", "color": "RED"},
    ):
        answer = await shapes.compare(
            text.replace("$wish: Wish,", "$wish: Wish!,").replace("[String!],", "[String!]!,"), given
        )
        assert answer.errors is None


async def test_null_from_a_variable_where_an_argument_has_a_default(shapes):
    text = "query ($times: Int, $color: Color) { thing { shout(times: $times, color: $color) } other: thing { name } }"
    assert (await shapes.compare(text)).data["thing"] == {"shout": "None2REDt"}
    for given in ({"times": None}, {"color": None}):
        refused = await shapes.compare(text, given)
        assert refused.errors[0].path == ["thing", "shout"]
        assert refused.data["other"] == {"name": "n"}


@pytest.mark.parametrize("field", ["failing", "failingLater", "returnedError"])
async def test_an_error_is_told_at_its_place(shapes, field: str):
    for text in (
        f"{{ thing {{ text {field} later }} }}",
        f"{{ thing {{ parts {{ {field} later }} }} other: needed {{ name }} }}",
        f"{{ thing {{ later childLater {{ {field} }} }} }}",
    ):
        answer = await shapes.compare(text)
        assert {error.message for error in answer.errors} <= {f"broken {text}" for text in ("t", "inner", "other")}
        assert answer.data["thing"]


@pytest.mark.filterwarnings("error")
async def test_what_a_failed_run_leaves_is_ended(shapes):
    """Neither the coroutines that were never begun nor those that wait are left behind."""
    THINGS["odd"] = odd = make_thing(text=object())
    assert await shapes.run_plan('{ thing(name: "odd") { endless later childLater { name } text } }') is None
    assert odd.ended == []
    before = asyncio.all_tasks()
    assert await shapes.run_plan('{ thing(name: "odd") { endless failingLater x: endless later } }') is None
    assert odd.ended == ["endless", "endless"]
    assert asyncio.all_tasks() == before


async def test_a_cancelled_run_ends_its_resolvers(shapes):
    for text in ("{ thing { endless } }", "{ thing { endless x: endless later } }"):
        THINGS["plain"] = odd = make_thing()
        running = asyncio.create_task(shapes.run_plan(text))
        for _ in range(10):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert odd.ended == ["endless"] * text.count("endless")
