"""Each token opens its own audience only, and only while it lasts."""

import datetime as dt

import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.security import tokens
from support.customers import make_customer


async def status(http, path, authorization):
    response = await http.post(path, json={"query": "{ __typename }"}, headers={"Authorization": authorization})
    return response.status_code


async def test_a_token_is_stored_as_its_hash_alone(connection):
    shopper = await make_customer(connection)
    token = await issue_customer_token(connection, shopper.id)
    stored = await connection.fetchval("SELECT token_hash FROM customer_token WHERE customer_id = $1", shopper.id)
    assert stored == tokens.hash_token(token)
    assert len(token) == len(tokens.CUSTOMER) + 43  # 256 bits in base64


async def test_a_customers_token_does_not_open_the_admin_nor_a_staff_token_the_storefront(
    http, admin_client, connection
):
    shopper = await make_customer(connection)
    token = await issue_customer_token(connection, shopper.id)
    assert await status(http, "/graphql", f"Bearer {token}") == 200
    assert await status(http, "/admin/graphql", f"Bearer {token}") == 401
    assert await status(http, "/admin/graphql", f"Bearer {admin_client.token}") == 200
    assert await status(http, "/graphql", f"Bearer {admin_client.token}") == 401


@pytest.mark.parametrize(
    "given", ["Bearer", "Bearer ", "Bearer cgc_none", "Basic YTpi", "cgc_x", "Bearer a b", "Bearer é"]
)
async def test_what_is_no_token_is_refused(given, http):
    response = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"Authorization": given.encode()})
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")


async def test_an_expired_token_is_no_token(http, connection):
    shopper = await make_customer(connection)
    token = await issue_customer_token(connection, shopper.id, lifetime=dt.timedelta(seconds=-1))
    assert await status(http, "/graphql", f"Bearer {token}") == 401


async def test_the_token_of_staff_who_left_is_no_token(http, as_staff, connection):
    client = await as_staff("viewer")
    await connection.execute(
        "UPDATE staff_user SET is_active = false WHERE id = (SELECT staff_id FROM staff_session WHERE token_hash = $1)",
        tokens.hash_token(client.token),
    )
    assert await status(http, "/admin/graphql", f"Bearer {client.token}") == 401
