"""A statement about one customer is planned once, however often it runs."""

from sqlalchemy import select

from customer_gql.customers.profile.tables import customer
from customer_gql.database.distribution.of_customers import compile_of_customers
from customer_gql.database.statements import Connection
from support.customers import make_customer

RUNS = 12
PLANS = "SELECT sum(custom_plans) FROM pg_prepared_statements WHERE statement = $1"
MARKED = compile_of_customers(lambda is_one: select(customer.c.id).where(is_one(customer.c.id)).order_by(customer.c.id))


async def test_one_customer_is_planned_once(connection: Connection):
    one = (await make_customer(connection)).id
    for _ in range(RUNS):
        assert [row.id for row in await MARKED.fetch_rows(connection, [one])] == [one]
    assert await connection.fetchval(PLANS, MARKED.one.sql) < RUNS


async def test_several_customers_and_none(connection: Connection):
    ids = sorted([(await make_customer(connection)).id, (await make_customer(connection)).id])
    assert [row.id for row in await MARKED.fetch_rows(connection, ids)] == ids
    assert await MARKED.fetch_rows(connection, []) == []
