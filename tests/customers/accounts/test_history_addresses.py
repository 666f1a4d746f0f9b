"""Every event that a request caused says which network address the request came from."""

import uuid

from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION as CONFIRMATION
from support.customers import customer_id
from support.shopping import CONFIRM, EXCHANGE, PASSWORD, SIGN_IN, SIGN_OUT, SIGN_UP, person

HERE, THERE = "192.0.2.17", "192.0.2.18"
LOGIN_AS = "mutation L($input: CustomerLoginAsInput!) { customerLoginAs(input: $input) { code } }"


async def addresses(connection, id):
    rows = await connection.fetch(
        "SELECT kind, address FROM customer_event WHERE customer_id = $1 ORDER BY created_at, id", id
    )
    return [tuple(row) for row in rows]


async def test_signing_up_confirming_and_signing_in(browser, configured, mails, connection):
    await configured(CONFIRMATION, True)
    email, guest, other = f"{uuid.uuid4().hex}@example.com", await browser(address=HERE), await browser(address=THERE)
    await guest.data(SIGN_UP, input=person(email))
    [(_, token)] = await mails(email)
    await other.data(CONFIRM, input={"token": token})
    await guest.data(SIGN_IN, input={"email": email, "password": PASSWORD})
    row = await connection.fetchrow("SELECT id FROM customer WHERE email = $1", email)
    found = await addresses(connection, row.id)
    # The first two are of one transaction, and so of one moment.
    assert sorted(found[:2]) + found[2:] == [
        ("CONFIRMATION_REQUESTED", HERE),
        ("SIGNED_UP", HERE),
        ("EMAIL_CONFIRMED", THERE),
        ("SIGNED_IN", HERE),
    ]


async def test_an_impersonation(browser, shopper, admin_client, connection):
    row = await shopper(allows_remote_assistance=True)
    answer = await admin_client.data(LOGIN_AS, input={"id": customer_id(row), "reason": "Help"})
    client = await browser(address=HERE)
    exchanged = await client.data(EXCHANGE, input={"code": answer["customerLoginAs"]["code"]})
    client.token = exchanged["loginAsExchange"]["accessToken"]
    await client.data(SIGN_OUT, input={})
    found = await addresses(connection, row.id)
    assert [kind for kind, _ in found] == ["LOGIN_CODE_GIVEN", "IMPERSONATION_STARTED", "IMPERSONATION_ENDED"]
    assert [address for _, address in found[1:]] == [HERE, HERE]
    assert found[0][1] is not None  # the staff member's own
