"""Plans answer what the reference executor answers: any generated document, complete answers, errors included."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed as seeded, settings, strategies as st
from hypothesis_graphql import nodes, queries

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.pools import open_database
from customer_gql.embedded.server import Server
from customer_gql.schema.projections import PROJECTIONS
from support.plan_comparing import GUEST, STAFF, Executors, encode_answer, shopper
from support.plan_shop import Shop, make_failures, make_nulls, make_shop
from support.plan_variations import DocumentWriter, root_fields, vary_query

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
DOCUMENTS = int(os.environ.get("EQUALITY_DOCUMENTS", "300"))
SDL = {name: (ROOT / name).read_text() for name in ("schema.graphql", "schema.storefront.graphql")}


@pytest.fixture(scope="module")
def runner() -> Generator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture
def executors_and_shop(runner: asyncio.Runner, empty_database_url: str) -> Generator[tuple[Executors, Shop]]:
    opening = open_database(empty_database_url, read_connections=4, projections=PROJECTIONS)
    database = runner.run(opening.__aenter__())

    async def make() -> Shop:
        async with database.writes.acquire() as connection:
            shop = await make_shop(connection)
            await make_failures(connection, shop)
            return shop

    yield Executors(database), runner.run(make())
    runner.run(opening.__aexit__(None, None, None))


# Scalars of filters, which the generator does not know.
SCALARS = {
    "CurrencyCode": st.sampled_from(["EUR", "USD", "JPY"]).map(nodes.String),
    "BigInt": st.integers(0, 2**63 - 1).map(str).map(nodes.String),
    "Decimal": st.integers(0, 9_999).map(str).map(nodes.String),
    "Date": st.dates().map(str).map(nodes.String),
    "DateTime": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z").map(nodes.String),
}


def documents(schema: str, roots: list[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        [queries(SDL[schema], custom_scalars=SCALARS, fields=[root]) for root in roots]
        + [queries(SDL[schema], custom_scalars=SCALARS)]
    )


def examples(share: float) -> Any:
    return settings(
        max_examples=int(DOCUMENTS * share),
        deadline=None,
        database=None,
        derandomize="EQUALITY_DOCUMENTS" not in os.environ,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],  # pyright: ignore[reportArgumentType]
    )


def draw_until_seen(compare: Callable[[], None], seen: Counter[str], *kinds: str, times: int = 5) -> None:
    """Draw more documents until there were answers of every kind, which a few of them may lack by chance."""
    for more in range(20):
        drawing = seeded(more)(compare) if more else compare
        drawing()
        if min(seen[kind] for kind in kinds) >= times:
            return
    raise AssertionError(seen)


ADMIN_ROOTS = ["customers", "customer", "customers", "nodes", "websites", "customerGroups", "configuration"]
CASES = {
    "admin": ("schema.graphql", ADMIN_ROOTS, 0.5),
    "storefront": ("schema.storefront.graphql", ["me", "me", "nodes"], 0.2),
}


@pytest.mark.parametrize("audience", CASES)
def test_any_document_is_answered_alike(
    audience: str, runner: asyncio.Runner, executors_and_shop: tuple[Executors, Shop]
):
    executors, shop = executors_and_shop
    sdl, roots, share = CASES[audience]
    viewers = {"admin": [STAFF], "storefront": [shopper(id) for id in shop.customers] + [GUEST]}[audience]

    @examples(share)
    @given(documents(sdl, roots), st.integers(0, 2**32))
    def compare(text: str, seed: int) -> None:
        chance = random.Random(seed)
        text, variables = vary_query(text, shop.ids, chance)
        runner.run(executors.compare(text, variables, viewer=chance.choice(viewers)))

    draw_until_seen(compare, executors.seen, "planned", "failed")


GUARDING = [
    {"customers.pii"},
    {"history.read"},
    {"customers.pii", "history.read"},
    {"customers.read"},
    {"staff.manage"},
]
GUARDED = (
    "h: history(first: 2) { totalCount nodes { id kind } }",
    "h: history { edges { node { staff { __typename id name email assignedRole { name } } } } }",
    "email h: history { nodes { id } pageInfo { hasNextPage } } lastName",
)
LACKING = [Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS - missing) for missing in GUARDING]


def test_viewers_who_lack_permissions_are_answered_alike(
    runner: asyncio.Runner, executors_and_shop: tuple[Executors, Shop]
):
    """Masked by the plan, which reports refused fields too, unless a null takes its object along."""
    executors, shop = executors_and_shop

    async def leave_history() -> None:
        for customer in shop.customers:
            edit = ROOTS[0].format(id=f'"{encode_id("cus", customer)}"', gender="MALE")
            await executors.answer(f"mutation {{ {edit} {{ changedFields }} }}")

    @examples(0.15)
    @given(documents("schema.graphql", ["customers", "customer", "nodes"]), st.integers(0, 2**32))
    def compare(text: str, seed: int) -> None:
        chance = random.Random(seed)
        text, variables = vary_query(text, shop.ids, chance)
        runner.run(executors.compare(text, variables, viewer=chance.choice(LACKING)))

    @examples(0.2)
    @given(queries(SDL["schema.graphql"], custom_scalars=SCALARS, fields=["customer"]), st.integers(0, 2**32))
    def compare_guarded(text: str, seed: int) -> None:
        chance = random.Random(seed)
        writer = DocumentWriter(shop.ids, chance)
        selection = writer.write_selections(root_fields(text)[0].selection_set.selections)
        id = encode_id("cus", chance.choice(shop.customers))
        root = f'customer(id: "{id}") {selection.removesuffix("}")} {chance.choice(GUARDED)} }}'
        text, variables = writer.finish("query", f"{{ {root} }}")
        runner.run(executors.compare(text, variables, viewer=chance.choice(LACKING)))

    runner.run(leave_history())
    draw_until_seen(compare, executors.seen, "planned", "refused")
    executors.seen.clear()
    draw_until_seen(compare_guarded, executors.seen, "planned", "refused")


def test_null_in_non_null_fields_is_reported_alike(
    runner: asyncio.Runner, executors_and_shop: tuple[Executors, Shop], server: Server
):
    executors, shop = executors_and_shop

    async def make() -> None:
        async with executors.database.writes.acquire() as connection:
            await make_nulls(server, connection, shop.customers[0])

    runner.run(make())

    @examples(0.15)
    @given(documents("schema.graphql", ["customers", "customer", "nodes"]), st.integers(0, 2**32))
    def compare(text: str, seed: int) -> None:
        text, variables = vary_query(text, [encode_id("cus", id) for id in shop.customers[:2]], random.Random(seed))
        runner.run(executors.compare(text, variables))

    draw_until_seen(compare, executors.seen, "planned", "failed")


ROOTS = (
    "customerQuickEdit(input: {{id: {id}, gender: {gender}}})",
    "customerActivate(input: {{id: {id}}})",
    "customerDeactivate(input: {{id: {id}}})",
)


def test_two_mutations_are_answered_alike(runner: asyncio.Runner, executors_and_shop: tuple[Executors, Shop]):
    """The first run changes the customers, the others find the values already stored."""
    executors, shop = executors_and_shop
    seen: Counter[str] = Counter()
    selections = queries(SDL["schema.graphql"], custom_scalars=SCALARS, fields=["customer"])

    @examples(0.15)
    @given(st.tuples(selections, selections), st.integers(0, 2**32))
    def compare(texts: tuple[str, str], seed: int) -> None:
        chance = random.Random(seed)
        writer = DocumentWriter(shop.ids, chance)
        mutations = ""
        for alias, text, customer in zip("ab", texts, chance.sample(shop.customers, 2), strict=True):
            gender = chance.choice(["MALE", "FEMALE", "null"])
            root = chance.choice(ROOTS).format(id=f'"{encode_id("cus", customer)}"', gender=gender)
            selection = writer.write_selections(root_fields(text)[0].selection_set.selections)
            mutations += f"{alias}: {root} {{ userErrors {{ code }} customer {selection} __typename }} "
        text, variables = writer.finish("mutation", f"{{ {mutations}}}")
        viewer = chance.choice([STAFF, *LACKING])
        first = runner.run(executors.answer(text, variables, viewer=viewer))
        reference = runner.run(executors.answer(text, variables, viewer=viewer, plans=False))
        again = runner.run(executors.answer(text, variables, viewer=viewer))
        assert encode_answer(first) == encode_answer(reference) == encode_answer(again), text
        seen["failed" if reference.errors else "planned"] += 1

    draw_until_seen(compare, seen, "planned", "failed")
