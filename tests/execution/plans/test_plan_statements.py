"""What plans read: how many statements, in which run, and with which columns."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.pools import open_database
from customer_gql.execution.plans import cache
from support.plan_comparing import STAFF, Executors, shopper
from support.plan_shop import make_shop


class Told:
    """The statements of one run."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, record) -> None:
        if "typeinfo" not in record.query and "'jit'" not in record.query:
            self.texts.append(record.query)

    async def of(self, executors: Executors, text: str, variables, viewer) -> list[str]:
        await asyncio.sleep(0)
        self.texts.clear()
        answer = await executors.run_plan(text, variables, viewer=viewer)
        assert answer is not None
        assert answer.errors is None
        await asyncio.sleep(0)
        return list(self.texts)


@pytest.fixture
async def told_shop(empty_database_url: str) -> AsyncGenerator[tuple[Told, Executors, int]]:
    told = Told()
    async with open_database(empty_database_url, on_statement=told) as database:
        async with database.writes.acquire() as connection:
            shop = await make_shop(connection)
        yield told, Executors(database, writes=False), shop.customers[0]


STATEMENTS = {
    "a customer": (1, "query ($id: ID!) { customer(id: $id) { email } }"),
    "one level below": (1, "query ($id: ID!) { customer(id: $id) { email addresses { city } orders { totalCount } } }"),
    "loads of the row it finds": (
        2,
        "query ($id: ID!) { customer(id: $id) { email group { name } website { code } } }",
    ),
    "a round for each level": (
        2,
        "query ($id: ID!) { customer(id: $id) { orders { nodes { items { sku } shipments { id } } } } }",
    ),
    "a page and its count": (2, "{ customers { totalCount nodes { email } } }"),
    "pages and their counts": (2, "{ customers { nodes { orders(first: 1) { totalCount nodes { number } } } } }"),
    "a node": (1, "query ($id: ID!) { node(id: $id) { id ... on Customer { email } } }"),
    "two roots, of which none waits for the other": (
        2,
        "query ($id: ID!) { a: customer(id: $id) { email } b: customer(id: $id) { addresses { city } } }",
    ),
    "the viewer": (1, "{ me { email addresses { city } orders { totalCount } } }"),
}


async def test_the_number_of_statements_follows_from_the_document(told_shop):
    told, executors, customer = told_shop
    found = {}
    for case, (_, text) in STATEMENTS.items():
        viewer = shopper(customer) if "me {" in text else STAFF
        variables = {"id": encode_id("cus", customer)} if "$id" in text else {}
        for _ in range(cache.OWN_STATEMENTS_AFTER + 2):
            found[case] = (len(await told.of(executors, text, variables, viewer)), text)
    assert found == STATEMENTS


async def test_only_a_document_that_asks_for_a_count_counts(told_shop):
    told, executors, customer = told_shop
    variables = {"id": encode_id("cus", customer)}
    for count, expected in (("", False), ("totalCount", True)):
        text = f"query ($id: ID!) {{ customer(id: $id) {{ orders {{ {count} nodes {{ number }} }} }} }}"
        read = await told.of(executors, text, variables, STAFF)
        assert ("count(" in " ".join(read)) is expected


async def test_a_document_that_comes_often_reads_only_its_columns(told_shop):
    told, executors, customer = told_shop
    text = """query ($id: ID!) { customer(id: $id) { email group { name } orders(first: 2) { edges { node { number } }
        pageInfo { endCursor } } defaultBillingAddress { city } } }"""
    runs = [await told.of(executors, text, {"id": encode_id("cus", customer)}, STAFF) for _ in range(5)]
    assert runs[0] == runs[cache.OWN_STATEMENTS_AFTER - 1]
    assert runs[-1] == runs[cache.OWN_STATEMENTS_AFTER] != runs[0]
    assert "AS whole" in " ".join(runs[-1])
    assert "AS whole" not in " ".join(runs[0])
    assert 'SELECT "id", "email", "website_id", "group_id" FROM (SELECT customer.id,' in runs[-1][0]


async def test_a_list_that_comes_often_reads_only_the_columns_of_its_nodes_and_cursors(told_shop):
    told, executors, _ = told_shop
    text = "{ customers(first: 2) { edges { cursor node { email website { code } } } pageInfo { endCursor } } }"
    first, *_, last = [await told.of(executors, text, {}, STAFF) for _ in range(cache.OWN_STATEMENTS_AFTER + 2)]
    assert last[0].startswith('SELECT "id", "number", "email", "website_id" FROM (SELECT customer.id,')
    assert not first[0].startswith('SELECT "')


async def test_reads_that_the_only_resolver_gathers_are_begun(told_shop: tuple[Told, Executors, int]):
    """It awaits something that no round resolves; nobody else would begin the round that it needs."""
    told, executors, _ = told_shop
    limited = Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS, website_ids=frozenset({1}))
    async with asyncio.timeout(20):
        texts = await told.of(executors, "{ viewer { websites { id } } }", None, limited)
    assert len(texts) == 1
