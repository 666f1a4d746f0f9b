"""Documents whose objects the database writes: what it covers, byte for byte, and when a plan answers instead."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database import statements
from customer_gql.database.pools import Database, TimeLimits, open_database
from customer_gql.execution.plans.statements import frequency
from support.customers import make_address, make_customer
from support.databases import change_tables
from support.plan_comparing import STAFF, Executors, count_written, shopper
from support.plan_shop import Shop, make_nulls, make_shop

DOCUMENTS = Path(__file__).parents[2] / "documents"
MASKED = Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS - {"customers.pii", "history.read"})
ONE_WEBSITE = Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS, website_ids=frozenset({1}))
OTHER_WEBSITE = Viewer(ViewerKind.STAFF, staff_id=1, permissions=ALL_PERMISSIONS, website_ids=frozenset({999}))


@pytest.mark.parametrize("name", ["profile", "customers", "orders"])
@pytest.mark.parametrize("viewer", [STAFF, MASKED, ONE_WEBSITE, OTHER_WEBSITE], ids=["all", "masked", "one", "none"])
async def test_documents_of_the_benchmark_are_written_for_every_role(plan_shop, name: str, viewer: Viewer):
    executors, shop = plan_shop
    text = (DOCUMENTS / f"{name}.graphql").read_text()
    for id in shop.customers:
        answer = await executors.compare(text, {"id": encode_id("cus", id)} if name == "profile" else {}, viewer=viewer)
        assert answer.errors is None
    assert executors.written == {viewer is not OTHER_WEBSITE: len(shop.customers)}


WRITTEN = {
    "one object": "group { name taxClass { name } }",
    "a list": "addresses { id street city prefix isDefaultBilling regionCode }",
    "dates and instants": "dateOfBirth createdAt updatedAt website { code } activity { lastSignInAt isOnline }",
    "money": "orders { nodes { grandTotal { amount currency __typename a: amount } items { price { amount } } } }",
    "aliases and fields twice": "a: addresses { c: city city } b: addresses { street } a: addresses { telephone }",
    "fragments": "... on Node { id } ...Fields @include(if: true) ... { addresses { ...Place } }",
    "skipped": "addresses @skip(if: true) { id } group { name @skip(if: false) id @include(if: false) }",
    "nothing left below": "group { name @skip(if: true) } email",
    "names of types": "__typename orders { __typename nodes { __typename items { __typename } } pageInfo { __typename } }",
    "edges": "orders(first: 2) { edges { cursor node { number items(first: 1) { sku } } __typename } }",
    "bounds": "orders(first: 2) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { number } }",
    "backward": "orders(last: 2) { pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } }",
    "bounds alone": "orders(first: 1) { pageInfo { endCursor hasNextPage } }",
    "bounds that ask no row": "orders(first: 1) { pageInfo { __typename hasPreviousPage } } reviews(last: 2) { pageInfo { hasNextPage } }",
    "bounds of the empty": "impersonations { pageInfo { __typename } } wishlist { items { pageInfo { hasPreviousPage } } }",
    "edges without content": "orders { edges { __typename } } impersonations { nodes { __typename } edges { cursor } }",
    "counts": "orders { totalCount } wishlist { itemCount items { totalCount nodes { quantity } } }",
    "page of pages": "wishlists { items(first: 1) { totalCount pageInfo { endCursor } nodes { product { sku } } } }",
    "enums": "gender status customerType newsletterSubscriptions { status storeView { code } } reviews { nodes { status } }",
    "ledgers": "storeCredit { balance { amount } entries { nodes { action createdAt } } } rewardPoints { worth { amount } }",
}
FRAGMENTS = "fragment Fields on Customer { email group { name } } fragment Place on Address { city postcode }"


@pytest.mark.parametrize("case", WRITTEN)
async def test_what_a_statement_writes(plan_shop, case: str):
    executors, shop = plan_shop
    text = f"query ($id: ID!) {{ customer(id: $id) {{ {WRITTEN[case]} }} }}"
    text += FRAGMENTS if case == "fragments" else ""
    for id in shop.customers:
        for viewer in (STAFF, MASKED):
            await executors.compare(text, {"id": encode_id("cus", id)}, viewer=viewer)
    assert executors.written == {True: 2 * len(shop.customers)}


async def test_customers_of_every_root_are_written(plan_shop):
    executors, shop = plan_shop
    fields = "id email addresses { city } orders(first: 1) { nodes { number } }"
    ids = [encode_id("cus", id) for id in shop.customers]
    await executors.compare(f"{{ customers(first: 3) {{ edges {{ cursor node {{ {fields} }} }} totalCount }} }}")
    await executors.compare(
        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Customer {{ {fields} }} }} }}", {"ids": ids}
    )
    await executors.compare(
        f'{{ customer(by: {{number: 1}}) {{ {fields} }} a: customer(id: "{ids[0]}") {{ {fields} }} }}'
    )
    await executors.compare(f"{{ me {{ {fields} }} }}", viewer=shopper(shop.customers[0]))
    assert executors.written == {True: 4}


PARTLY = {
    "a resolver beside loads": (
        STAFF,
        "email pendingReviewCount addresses { city } otherAccounts { id group { name } }",
    ),
    "a resolver below a load": (
        STAFF,
        "orders { nodes { itemCount } } group { name } wishlist { items { totalCount } }",
    ),
    "refused fields": (MASKED, "history { totalCount } addresses { city street } email otherAccounts { id }"),
    "a row of the grid": (STAFF, "gridRow { number } addresses { id }"),
    "fields of an owner": (
        None,
        "balances { rewardPoints website { code } } addresses { id } newsletterSubscriptions { status }",
    ),
}


@pytest.mark.parametrize("case", PARTLY)
async def test_an_object_is_written_in_part(plan_shop, case: str):
    """What the database cannot write, the plan answers beside it."""
    executors, shop = plan_shop
    viewer, fields = PARTLY[case]
    for id in shop.customers:
        if viewer is None:
            await executors.compare(f"{{ me {{ {fields} }} }}", viewer=shopper(id))
            continue
        await executors.compare(
            f"query ($id: ID!) {{ customer(id: $id) {{ {fields} }} }}", {"id": encode_id("cus", id)}, viewer=viewer
        )
    if viewer is not None:
        await executors.compare(f"{{ customers(first: 3) {{ nodes {{ {fields} }} }} }}", viewer=viewer)
    assert executors.written == {True: len(shop.customers) + (viewer is not None)}


async def test_a_part_with_pages_by_variables(plan_shop):
    executors, shop = plan_shop
    text = """query ($id: ID!, $first: Int, $after: String) { customer(id: $id) { pendingReviewCount group { name }
        orders(first: $first, after: $after) { nodes { number } pageInfo { endCursor } } } }"""
    variables = {"id": encode_id("cus", shop.customers[0]), "first": 1}
    page = await executors.compare(text, variables)
    await executors.compare(text, variables | {"after": page.data["customer"]["orders"]["pageInfo"]["endCursor"]})
    assert executors.written == {True: 2}
    assert (await executors.compare(text, variables | {"after": "x"})).errors


PAGED = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $size: Int! = 2) { customer(id: $id) {
    orders(first: $first, after: $after, last: $last, before: $before) { totalCount edges { cursor node { number } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { items(first: $size) { sku } } } } }"""


async def test_pages_by_variables_have_a_statement_for_each_direction(plan_shop):
    executors, shop = plan_shop
    for customer in shop.customers:
        given: dict[str, Any] = {"id": encode_id("cus", customer)}
        cursors = [None]
        whole = await executors.compare(PAGED, given | {"first": 100})
        cursors += [edge["cursor"] for edge in whole.data["customer"]["orders"]["edges"]]
        for cursor in cursors:
            for size in (1, 2, None):
                await executors.compare(PAGED, given | {"first": size, "after": cursor, "size": 1})
                await executors.compare(PAGED, given | {"last": size or 3, "before": cursor})
    assert set(executors.written) == {True}


BAD = [{"first": 0}, {"first": 101}, {"first": 1, "last": 1}, {"after": "x"}, {"before": "e30"}, {"size": 0}]


@pytest.mark.parametrize("given", BAD, ids=str)
async def test_bad_arguments_are_reported(plan_shop, given: dict[str, Any]):
    executors, shop = plan_shop
    variables = {"id": encode_id("cus", shop.customers[0])}
    await executors.compare(PAGED, variables)
    answer = await executors.compare(PAGED, variables | given)
    assert answer.errors
    counted = "query ($id: ID!, $after: String) { customer(id: $id) { orders(after: $after) { totalCount } email } }"
    assert (await executors.compare(counted, variables | {"after": "x"})).errors


async def test_text_is_escaped_as_json(own_plan_shop):
    executors, shop = own_plan_shop
    odd = "".join(map(chr, range(1, 33))) + "\"\\/\x7f\x80\u2028é𝄞'$1 %s {} @"
    async with executors.database.writes.acquire() as connection:
        await connection.execute("UPDATE customer SET first_name = $1, tax_vat_number = ''", odd)
        await connection.execute("UPDATE address SET street = ARRAY[$1, ''], city = $1", odd)
    text = "query ($id: ID!) { customer(id: $id) { firstName taxVatNumber addresses { street city } } }"
    for viewer in (STAFF, MASKED):
        await executors.compare(text, {"id": encode_id("cus", shop.customers[0])}, viewer=viewer)
    assert executors.written == {True: 2}


async def test_values_at_the_edges_of_their_types(own_plan_shop):
    executors, shop = own_plan_shop
    moments = ["0001-01-02Z", "0999-12-31 23:59:59.000001Z", "9999-12-30 23:59:59.9Z", "2026-01-01T00:00:00.100+05:30"]
    text = "query ($id: ID!) { customer(id: $id) { dateOfBirth createdAt birthYear addresses { id } orders { nodes { placedAt } } } }"
    for moment in moments:
        async with executors.database.writes.acquire() as connection:
            await connection.execute(f"UPDATE customer SET created_at = '{moment}', date_of_birth = '{moment[:10]}'")
            await connection.execute(f"UPDATE sales_order SET placed_at = '{moment}'")
        await executors.compare(text, {"id": encode_id("cus", shop.customers[0])})
    assert executors.written == {True: len(moments)}


async def test_a_null_or_a_number_out_of_range_is_for_the_plan(own_plan_shop, server):
    executors, shop = own_plan_shop
    async with executors.database.writes.acquire() as connection:
        await make_nulls(server, connection, shop.customers[0])
        await connection.execute("UPDATE customer SET number = 3000000000 WHERE id = $1", shop.customers[1])
    for fields in (
        "email group { name }",
        "addresses { city }",
        "orders { nodes { items { sku } } }",
        "number group { name }",
    ):
        text = f"query ($id: ID!) {{ customer(id: $id) {{ {fields} }} }}"
        for id in shop.customers[:3]:
            await executors.compare(text, {"id": encode_id("cus", id)})
    assert executors.written == {True: 7, False: 5}


@pytest.fixture
async def small_shop(empty_database_url: str) -> AsyncGenerator[tuple[Database, Shop]]:
    async with open_database(empty_database_url, read_connections=2) as database:
        async with database.writes.acquire() as connection:
            shop = await make_shop(connection)
        yield database, shop


async def run_often(executors: Executors, text: str, variables: dict[str, Any], times: int) -> list[bool]:
    """Of each run whether the database wrote."""
    answers = [await executors.run_plan(text, variables) for _ in range(times)]
    return [answer is not None and count_written(answer.data) > 0 for answer in answers]


TEXT = "query ($id: ID!) { customer(id: $id) { email group { name } addresses { city } } }"


async def test_documents_are_written_after_some_runs_and_trusted_ones_at_once(plan_shop, monkeypatch):
    executors, shop = plan_shop
    variables = {"id": encode_id("cus", shop.customers[0])}
    monkeypatch.setattr(frequency, "FREQUENT_AFTER", 50)
    assert await run_often(executors, f"{TEXT} # after some", variables, 52) == [False] * 50 + [True] * 2
    monkeypatch.setattr(executors, "is_trusted", True)
    assert await run_often(executors, f"{TEXT} # at once", variables, 1) == [True]
    monkeypatch.setattr(executors, "writes", False)
    assert await run_often(executors, f"{TEXT} # at once", variables, 1) == [False]


async def test_only_some_plans_are_written(small_shop, monkeypatch):
    """Those that came first keep their places while they are used; unused ones are given away."""
    database, shop = small_shop
    executors = Executors(database)
    variables = {"id": encode_id("cus", shop.customers[0])}
    monkeypatch.setattr(frequency, "MAX_PLANS", 2)
    monkeypatch.setattr(frequency, "MAX_IDLE", 10)
    texts = [f"{TEXT} # {number}" for number in range(3)]
    assert [(await run_often(executors, text, variables, 5))[-1] for text in texts] == [True, True, False]
    by_turns = [(await run_often(executors, text, variables, 1))[0] for text in texts[1:] * 12]
    assert by_turns[-2:] == [True, True]
    assert await run_often(executors, texts[0], variables, 1) == [False]


async def test_what_takes_too_many_characters_is_not_written(small_shop, monkeypatch):
    database, shop = small_shop
    variables = {"id": encode_id("cus", shop.customers[0])}
    monkeypatch.setattr(frequency, "KEPT_GENERATED", 100)
    assert (await run_often(Executors(database), f"{TEXT} # too many characters", variables, 6))[4:] == [False] * 2


async def test_a_statement_that_fails_is_not_tried_again(small_shop, server):
    """Two rows where a load expects one are an error of the statement; a plan takes one of them."""
    database, _ = small_shop
    executors = Executors(database)
    text = "query ($id: ID!) { customer(id: $id) { email defaultBillingAddress { countryCode } } }"
    async with database.writes.acquire() as connection:
        customer = await make_customer(connection)
        await make_address(connection, customer, is_default_billing=True)
    variables = {"id": encode_id("cus", customer.id)}
    assert (await run_often(executors, text, variables, 4))[-1]
    async with database.writes.acquire() as connection:
        await change_tables(server, connection, "DROP INDEX uq_address_default_billing")
        await make_address(connection, customer, is_default_billing=True)
    assert await run_often(executors, text, variables, 2) == [False] * 2
    async with database.writes.acquire() as connection:
        await connection.execute("UPDATE address SET is_default_billing = false")
    assert await run_often(executors, text, variables, 2) == [False] * 2


async def test_a_statement_that_takes_too_long_is_not_tried_again(small_shop, empty_database_url: str):
    """Only the one that waits for the lock has little time."""
    database, shop = small_shop
    executors = Executors(database)
    text = f"{TEXT} # too long"
    variables = {"id": encode_id("cus", shop.customers[0])}
    assert (await run_often(executors, text, variables, 4))[-1]
    impatience = TimeLimits(statement=0.4, lock=10)
    async with (
        open_database(empty_database_url, read_connections=1, patience=impatience) as impatient,
        database.writes.acquire() as connection,
        connection.transaction(),
    ):
        await connection.execute("LOCK TABLE address IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(asyncpg.QueryCanceledError):
            await Executors(impatient).run_plan(text, variables)
    assert await run_often(executors, text, variables, 2) == [False] * 2


async def test_what_is_refused_too_often_is_not_tried_any_more(small_shop):
    database, shop = small_shop
    executors = Executors(database)
    text = "query ($id: ID!) { customer(id: $id) { number group { name } } }"
    given = [{"id": encode_id("cus", id)} for id in shop.customers[:2]]
    async with database.writes.acquire() as connection:
        await connection.execute("UPDATE customer SET number = 3000000000 WHERE id = $1", shop.customers[0])
    assert (await run_often(executors, text, given[1], 4))[-1]
    assert await run_often(executors, text, given[0], 20) == [False] * 20
    assert await run_often(executors, text, given[1], 2) == [False] * 2


async def test_statements_that_write_have_a_bound_of_their_own(database_url: str, monkeypatch):
    """In each connection; the ones used longest ago are closed, in the database too, and others are kept."""
    monkeypatch.setattr(statements, "KEPT_GENERATED", 5_000)
    async with open_database(database_url, read_connections=1) as database, database.reads.acquire() as connection:
        for number in range(30):
            for name in (statements.GENERATED_COLUMN, "other"):
                await connection.fetchval(f"SELECT {number} AS {name} /* {'x' * 1_000} */")
        prepared = await connection.fetch("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%xxx */'")
    written = [row.statement for row in prepared if statements.GENERATED_COLUMN in row.statement]
    assert 2 <= len(written) <= 5
    assert any(text.startswith("SELECT 29 AS") for text in written)
    assert len(prepared) - len(written) == 30
