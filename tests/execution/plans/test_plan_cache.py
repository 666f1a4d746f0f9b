"""Plans of a document: made once for each variant, bounded in number, and none for what plans do not support."""

from typing import Any

import pytest

from customer_gql.execution.plans.cache import MAX_VARIANTS, find_operation
from customer_gql.execution.plans.compiling.compiler import MAX_FIELDS
from customer_gql.graph.access.guards import NOTHING_MISSING
from support.plan_comparing import parse_document
from support.plan_shapes import SHAPES


def planned(text: str, name: str | None = None) -> Any:
    return find_operation(SHAPES, parse_document(SHAPES, text), name)


async def find(operation, missing=NOTHING_MISSING, **given: Any):
    variables = operation.coerce_variables(given)
    assert variables is not None
    return await operation.find_plan(variables, missing)


async def test_a_plan_is_made_once_for_each_variant():
    operation = planned("query ($a: Boolean!, $n: Int) { thing { text @include(if: $a) shout(times: $n) } }")
    yes = await find(operation, a=True)
    assert yes is not None
    assert await find(operation, a=True, n=5) is yes
    no = await find(operation, a=False)
    assert no not in {None, yes}
    assert await find(operation, a=True) is yes
    assert await find(operation, frozenset({"customers.pii"}), a=True) not in {None, yes, no}


async def test_conditions_in_fragments_and_skips_are_variants_too():
    operation = planned(
        "query ($a: Boolean!, $b: Boolean!) { thing { ...f ... @skip(if: $b) { name } } } "
        "fragment f on Thing { text @include(if: $a) }"
    )
    found = {id(await find(operation, a=a, b=b)) for a in (True, False) for b in (True, False)}
    assert len(found) == 4


async def test_only_so_many_variants_are_kept():
    text = " ".join(f"a{i}: name @include(if: $v{i})" for i in range(6))
    operation = planned(f"query ({', '.join(f'$v{i}: Boolean!' for i in range(6))}) {{ thing {{ key {text} }} }}")

    async def variant(number: int):
        given: dict[str, Any] = {f"v{i}": bool(number >> i & 1) for i in range(6)}
        return await find(operation, NOTHING_MISSING, **given)

    first = [await variant(number) for number in range(MAX_VARIANTS)]
    assert [await variant(number) for number in range(MAX_VARIANTS)] == first
    await variant(MAX_VARIANTS)
    assert [await variant(number) for number in range(1, MAX_VARIANTS)] == first[1:]
    assert await variant(0) is not first[0]
    assert MAX_VARIANTS == 32


async def test_what_is_not_planned_is_not_tried_again(monkeypatch):
    operation = planned("{ __schema { queryType { name } } }")
    assert await find(operation) is None
    monkeypatch.setattr(type(operation), "_create_compiler", None)
    assert await find(operation) is None


def test_each_operation_of_a_document_has_its_own():
    text = "query a { thing { text } } query b { thing { name } }"
    assert planned(text, "a") is planned(text, "a")
    assert planned(text, "a") is not planned(text, "b")
    assert planned(text, "b").definition.name.value == "b"


@pytest.mark.slow
async def test_a_document_of_very_many_fields_has_no_plan(shapes):
    """Its plan would be larger than its answer; the limit counts fields of the whole document."""
    fields = " ".join(f"a{i}: name" for i in range(MAX_FIELDS // 2 - 1))
    largest = f"{{ thing {{ {fields} }} other: thing {{ {fields} }} }}"
    assert await shapes.run_plan(largest) is not None
    await shapes.compare(largest.replace("a0: name", "a0: name more: name", 1), planned=False)
    assert MAX_FIELDS == 2000
