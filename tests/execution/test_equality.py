"""Plans answer what the reference executor answers: any document, whole answers, errors included."""

import asyncio
import os
import random
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from hypothesis_graphql import queries

from customer_gql.database.pools import open_database
from support.plan_comparing import GUEST, STAFF, Executors, shopper
from support.plan_shop import Shop, make_failures, make_shop
from support.plan_variations import varied

ROOT = Path(__file__).parents[2]
DOCUMENTS = int(os.environ.get("EQUALITY_DOCUMENTS", "240"))
SDL = {name: (ROOT / name).read_text() for name in ("schema.graphql", "schema.storefront.graphql")}


@pytest.fixture(scope="module")
def runner() -> Generator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture
def shop(runner, empty_database_url) -> Generator[tuple[Executors, Shop]]:
    opening = open_database(empty_database_url, read_connections=4)
    database = runner.run(opening.__aenter__())

    async def arranged() -> Shop:
        async with database.writes.acquire() as connection:
            made = await make_shop(connection)
            await make_failures(connection, made)
            return made

    yield Executors(database), runner.run(arranged())
    runner.run(opening.__aexit__(None, None, None))


def documents(schema: str, roots: list[str]) -> st.SearchStrategy[str]:
    return st.one_of([queries(SDL[schema], fields=[root]) for root in roots] + [queries(SDL[schema])])


CASES = {
    "admin": ("schema.graphql", ["customers", "customer", "customers", "nodes", "websites", "customerGroups"], 3),
    "storefront": ("schema.storefront.graphql", ["me", "me", "nodes"], 1),
}


@pytest.mark.parametrize("audience", CASES)
def test_any_document_is_answered_alike(audience, runner, shop):
    executors, made = shop
    sdl, roots, share = CASES[audience]
    viewers = {"admin": [STAFF], "storefront": [shopper(id) for id in made.customers] + [GUEST]}[audience]

    @settings(
        max_examples=DOCUMENTS * share // 4,
        deadline=None,
        database=None,
        derandomize="EQUALITY_DOCUMENTS" not in os.environ,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[*HealthCheck],  # pyright: ignore[reportArgumentType]
    )
    @given(documents(sdl, roots), st.integers(0, 2**32))
    def alike(text: str, seed: int) -> None:
        chance = random.Random(seed)
        text, variables = varied(text, made.ids, chance)
        runner.run(executors.compare(text, variables, viewer=chance.choice(viewers)))

    alike()
    assert executors.seen["planned"] > executors.seen.total() // 4, executors.seen
    assert executors.seen["failed"], executors.seen
