"""Payloads of mutations, in a graph of every shape: answered by plans, and like the reference executor."""

from typing import Any

import pytest
from graphql import GraphQLObjectType
from graphql.execution import Executor

from support.plan_comparing import encode_answer
from support.plan_shapes import THINGS, make_thing

DOCUMENTS = {
    "leaves": "mutation { put { __typename note thing { text whole moment total { amount } words } } }",
    "two of a root": 'mutation { a: put { note } b: put(name: "other") { thing { color child { name } } x: note } }',
    "objects": "mutation { put { thing { child { text told } partsOrNone { name } relative { name } } things { told } } }",
    "resolvers": "mutation { put { later x: later(turns: 3) thing { shout childLater { later told } told } note } }",
    "conditions": "mutation { put { note @skip(if: true) later ... @include(if: false) { thing { whole } } } }",
    "merged": "mutation { put { thing { text } } put { thing { name } note } }",
    "a variable": "mutation ($no: Boolean = false) { put { note @include(if: $no) later @skip(if: $no) } }",
    "nothing": 'mutation { put(name: "nothing") { note later } b: put { note } }',
    "failing": "mutation { put { note failing later } b: put { note } }",
    "failing below": "mutation { put { note thing { text failingLater later } } b: put { note } }",
    "out of range": 'mutation { put(name: "odd") { note thing { text whole } } b: put { note } }',
    "in a list": 'mutation { put(name: "odd") { later things { parts { name words } } } b: put { later } }',
}


@pytest.fixture
def left_to_reference(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of the objects that the reference executor completed."""
    completed: list[str] = []
    complete = Executor.complete_object_value

    def complete_and_tell(self: Any, kind: GraphQLObjectType, *rest: Any) -> Any:
        completed.append(kind.name)
        return complete(self, kind, *rest)

    monkeypatch.setattr(Executor, "complete_object_value", complete_and_tell)
    return completed


@pytest.mark.parametrize("case", DOCUMENTS)
async def test_a_payload_is_answered_alike_and_its_mutation_runs_once(shapes, case: str, left_to_reference: list[str]):
    THINGS["odd"] = make_thing(whole=2**40, parts=[THINGS["other"], make_thing(words=None)])
    reference = await shapes.answer(DOCUMENTS[case], plans=False)
    times = len(THINGS["put"])
    for _ in range(2):
        THINGS["put"].clear()
        left_to_reference.clear()
        answer = await shapes.answer(DOCUMENTS[case])
        assert encode_answer(answer) == encode_answer(reference)
        assert len(THINGS["put"]) == times
        assert bool(left_to_reference) is bool(reference.errors)
