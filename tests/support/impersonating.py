"""Staff signed in as a customer."""

import pytest

from support.customers import customer_id
from support.shopping import EXCHANGE

LOGIN_AS = """mutation L($input: CustomerLoginAsInput!) { customerLoginAs(input: $input) {
  code expiresAt customer { id } userErrors { code path } } }"""
REASON = "Cannot find the cart"


async def code_for(staff, row):
    answer = (await staff.data(LOGIN_AS, input={"id": customer_id(row), "reason": REASON}))["customerLoginAs"]
    assert answer["userErrors"] == [], answer
    return answer["code"]


@pytest.fixture
async def nobody_else_impersonates(connection, isolation):
    """The bystander's impersonation is over, for a test that ends those of the whole shop."""
    theirs = isolation.bystander.made["impersonation"]
    end = "UPDATE impersonation SET ended_at = $3 WHERE customer_id = $1 AND id = $2"
    await connection.execute(end, theirs.customer_id, theirs.id, theirs.created_at)
    yield
    await connection.execute(end, theirs.customer_id, theirs.id, theirs.ended_at)


@pytest.fixture
def acting_as(browser, admin_client):
    """A device on which staff are signed in as the customer."""

    async def opened(row, *, staff=None):
        client = await browser()
        code = await code_for(staff or admin_client, row)
        answer = (await client.data(EXCHANGE, input={"code": code}))["loginAsExchange"]
        assert answer["userErrors"] == [], answer
        client.token = answer["accessToken"]
        return client

    return opened
