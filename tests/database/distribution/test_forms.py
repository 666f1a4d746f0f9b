"""Statements in the forms of one machine and of a distributed database give the same rows."""

from typing import Any

import asyncpg
import pytest

from customer_gql.core.clock import read_clock
from customer_gql.customers.accounts.cleanup import CUSTOMER_EXPIRIES
from customer_gql.customers.profile.sharing import AccountSharing, set_account_sharing
from customer_gql.database.distribution.forms import lock_rows_of_customers, use_distributed_forms
from customer_gql.database.expired_rows import delete_expired_batch
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.settings import Settings
from support.clients import Client, served
from support.customers import customer_id, make_customer, make_order, make_product
from support.distribution.statements import find_unaccepted

DOCUMENT = """query D($ids: [ID!]!, $first: Int!, $after: String) { nodes(ids: $ids) { ... on Customer { id
  orders(first: $first, after: $after) { totalCount nodes { number items(first: 2) { sku } } pageInfo { endCursor hasNextPage } }
  last: orders(last: $first) { nodes { number } } addresses { id } history(first: 3) { nodes { id kind } } } } }"""


@pytest.fixture
def both(settings: Settings, database: Database) -> Any:
    """What a document gives in either form, with the statements of the second."""

    async def ask(token: str | None, document: str, **variables: Any) -> list[Any]:
        answers = list[Any]()
        for distributed in (False, True):
            async with served(settings.model_copy(update={"distributed": distributed}), database) as http:
                client = Client(http, "/admin/graphql", token)
                # Often enough for statements of its own.
                answers.append([await client.answer(document, **variables) for _ in range(5)])
        return answers

    return ask


async def test_pages_of_children_are_the_same_in_both_forms(
    both: Any, admin_client: Client, connection: Connection, statements: Any
):
    product = await make_product(connection)
    customers = [await make_customer(connection) for _ in range(3)]
    for count, owner in zip((0, 2, 5), customers, strict=True):
        for _ in range(count):
            await make_order(connection, owner, [product, product, product])
    ids = [customer_id(owner) for owner in customers]
    await statements.clear()
    plain, distributed = await both(admin_client.token, DOCUMENT, ids=ids, first=2)
    assert plain == distributed
    found = [node["orders"] for node in plain[0]["data"]["nodes"]]
    assert [len(page["nodes"]) for page in found] == [0, 2, 2]
    assert await statements.count("row_number() OVER (PARTITION BY sales_order.customer_id") > 0
    cursor = found[2]["pageInfo"]["endCursor"]
    plain, distributed = await both(admin_client.token, DOCUMENT, ids=ids, first=2, after=cursor)
    assert plain == distributed
    assert len(plain[0]["data"]["nodes"][2]["orders"]["nodes"]) == 2


@pytest.mark.parametrize("distributed", [False, True])
async def test_several_customers_are_locked_in_the_order_of_their_ids(
    database: Database, connection: Connection, *, distributed: bool
):
    from sqlalchemy import select

    from customer_gql.customers.profile.tables import customer

    rows = [await make_customer(connection) for _ in range(3)]
    ids = [row.id for row in rows]
    use_distributed_forms(distributed)
    try:
        async with database.transaction() as one:
            locked = await lock_rows_of_customers(one, select(customer), customer.c.id, [*reversed(ids), ids[0]])
            assert [row.id for row in locked] == ids
            with pytest.raises(asyncpg.LockNotAvailableError):
                await connection.execute("SELECT FROM customer WHERE id = $1 FOR UPDATE NOWAIT", ids[2])
    finally:
        use_distributed_forms(False)


@pytest.mark.parametrize("distributed", [False, True])
async def test_claims_on_addresses_move_with_the_scope_of_accounts(empty_database: Database, *, distributed: bool):
    scopes = "SELECT email_normalised, scope FROM customer_email ORDER BY 1"
    async with empty_database.transaction() as connection:
        use_distributed_forms(distributed)
        try:
            emails = sorted([(await make_customer(connection)).email.lower() for _ in range(3)])
            assert await set_account_sharing(connection, AccountSharing.GLOBAL) == 3
            assert [tuple(row) for row in await connection.fetch(scopes)] == [(email, 0) for email in emails]
            assert await set_account_sharing(connection, AccountSharing.PER_WEBSITE) == 3
            assert [tuple(row) for row in await connection.fetch(scopes)] == [(email, 1) for email in emails]
        finally:
            use_distributed_forms(False)


@pytest.mark.parametrize("distributed", [False, True])
async def test_sessions_whose_time_is_over_are_deleted_in_both_forms(empty_database: Database, *, distributed: bool):
    insert = """INSERT INTO customer_session (customer_id, id, website_id, expires_at)
      VALUES ($1, $2, 1, now() + make_interval(days => $3))"""
    async with empty_database.transaction() as connection:
        owner = await make_customer(connection)
        for id, days in ((1, -3), (2, 3), (3, -2)):
            await connection.execute(insert, owner.id, id, days)
        use_distributed_forms(distributed)
        try:
            assert await delete_expired_batch(connection, CUSTOMER_EXPIRIES, read_clock()) == 2
            assert await delete_expired_batch(connection, CUSTOMER_EXPIRIES, read_clock()) == 0
        finally:
            use_distributed_forms(False)
        left = await connection.fetch("SELECT id FROM customer_session WHERE customer_id = $1", owner.id)
        assert [row[0] for row in left] == [2]


@pytest.mark.parametrize(("distributed", "lists"), [(True, ("accepted",)), (False, ("accepted", "switched"))])
async def test_deletions_of_what_is_over_are_on_the_list(distributed: bool, lists: tuple[str, ...]):
    texts = set[str]()

    class Told:
        async def fetch(self, text: str, *_: Any, **__: Any) -> list[Any]:
            texts.add(text)
            return [(1,)]

        async def execute(self, text: str, *_: Any, **__: Any) -> str:
            texts.add(text)
            return "DELETE 0"

    use_distributed_forms(distributed)
    try:
        await delete_expired_batch(Told(), CUSTOMER_EXPIRIES, read_clock())  # type: ignore[arg-type]
    finally:
        use_distributed_forms(False)
    assert len(texts) > len(CUSTOMER_EXPIRIES) - 2
    assert find_unaccepted(texts, *lists) == {}
