"""Force sign-in and reset password: what staff may do to an account without ever seeing a secret of it."""

import asyncio
import hashlib

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from support.customers import customer_id, make_customer
from support.mailed import mailed_token

FORCE = """mutation Force($input: CustomerForceSignInInput!) {
  customerForceSignIn(input: $input) { endedTokenCount customer { id } userErrors { code path } } }"""
RESET = """mutation Reset($input: CustomerResetPasswordInput!) {
  customerResetPassword(input: $input) { expiresAt customer { id } userErrors { code path message } } }"""


async def test_force_sign_in_ends_every_token_of_that_customer_alone(admin_client, as_customer, connection):
    shopper, other = await make_customer(connection), await make_customer(connection)
    phone, laptop, bystander = await as_customer(shopper.id), await as_customer(shopper.id), await as_customer(other.id)
    answer = await admin_client.data(FORCE, input={"id": customer_id(shopper)})
    assert answer["customerForceSignIn"] == {
        "endedTokenCount": 2,
        "customer": {"id": customer_id(shopper)},
        "userErrors": [],
    }
    for device in (phone, laptop):
        response = await device.post("{ me { id } }")
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert await bystander.data("{ me { id } }") == {"me": {"id": customer_id(other)}}
    kinds = await connection.fetch("SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id", shopper.id)
    assert [row.kind for row in kinds] == ["FORCED_SIGN_IN"]


async def test_force_sign_in_kills_open_reset_links(admin_client, connection):
    shopper = await make_customer(connection)
    await admin_client.data(RESET, input={"id": customer_id(shopper)})
    await admin_client.data(FORCE, input={"id": customer_id(shopper)})
    assert (
        await connection.fetchval(
            "SELECT count(*) FROM password_reset WHERE customer_id = $1 AND revoked_at IS NULL", shopper.id
        )
        == 0
    )


async def test_force_sign_in_of_nobody(admin_client):
    answer = await admin_client.data(FORCE, input={"id": encode_id("cus", 7)})
    assert answer["customerForceSignIn"]["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]


async def test_reset_password_mails_a_link_that_only_its_hash_remembers(admin_client, connection):
    shopper = await make_customer(connection)
    response = await admin_client.post(RESET, input={"id": customer_id(shopper)})
    answer = response.json()["data"]["customerResetPassword"]
    mail = await connection.fetchrow("SELECT * FROM mail_outbox WHERE customer_id = $1", shopper.id)
    token = mailed_token(mail)
    stored = await connection.fetchrow("SELECT * FROM password_reset WHERE customer_id = $1", shopper.id)
    assert (mail.template, mail.recipient, mail.sent_at) == ("password_reset", shopper.email, None)
    assert stored.token_hash == hashlib.sha256(token.encode()).digest()
    assert answer == {
        "expiresAt": stored.expires_at.isoformat(),
        "customer": {"id": customer_id(shopper)},
        "userErrors": [],
    }
    assert token not in response.text
    history = await connection.fetchrow("SELECT * FROM customer_event WHERE customer_id = $1", shopper.id)
    assert (history.kind, token in str(tuple(history))) == ("PASSWORD_RESET_REQUESTED", False)


async def test_only_the_newest_link_works(admin_client, connection):
    shopper = await make_customer(connection)
    for _ in range(2):
        await admin_client.data(RESET, input={"id": customer_id(shopper)})
    links = await connection.fetch(
        "SELECT revoked_at FROM password_reset WHERE customer_id = $1 ORDER BY created_at", shopper.id
    )
    assert [link.revoked_at is None for link in links] == [False, True]


async def test_five_mails_an_hour_even_when_asked_for_at_once(admin_client, connection):
    shopper = await make_customer(connection)
    answers = await asyncio.gather(*[admin_client.data(RESET, input={"id": customer_id(shopper)}) for _ in range(8)])
    codes = [error["code"] for answer in answers for error in answer["customerResetPassword"]["userErrors"]]
    assert codes == ["LIMIT_REACHED"] * 3
    assert await connection.fetchval("SELECT count(*) FROM mail_outbox WHERE customer_id = $1", shopper.id) == 5


async def test_who_may_not_is_refused_and_nothing_changes(as_staff, as_customer, connection):
    shopper = await make_customer(connection)
    token = await issue_customer_token(connection, shopper.id)
    viewer, customer = await as_staff("viewer"), await as_customer(shopper.id)
    customer.path = "/admin/graphql"
    for document in (FORCE, RESET):
        answer = await viewer.answer(document, input={"id": customer_id(shopper)})
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert (await customer.post(document, input={"id": customer_id(shopper)})).status_code == 401
    assert token
    assert await connection.fetchval("SELECT count(*) FROM customer_token WHERE customer_id = $1", shopper.id) == 2
    assert await connection.fetchval("SELECT count(*) FROM mail_outbox WHERE customer_id = $1", shopper.id) == 0
