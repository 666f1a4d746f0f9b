"""`customer.mails`: what was mailed to a customer and what became of it, and who sees how much of that."""

import datetime as dt
from typing import Any

import pytest

from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection
from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.messaging.mail.tables import mail_outbox
from customer_gql.messaging.mail.writes import queue_mail
from support.clients import Client
from support.customers import customer_id, make_customer, put
from support.staff import make_website, staff_client

FIELDS = "id template recipient subject status attempts createdAt nextAttemptAt sentAt deadAt error"
READ = f"""query M($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Customer {{
  mails(first: 10) {{ totalCount nodes {{ {FIELDS} }} }} }} }} }}"""
PAGE = """query P($id: ID!, $after: String) { customer(id: $id) { mails(first: 2, after: $after) {
  nodes { template } pageInfo { endCursor hasNextPage } } } }"""
TIME = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
TOKEN = "cgr_0123456789-abcdefghijklmnopqrstuvwxyz"


async def make_mail(connection: Connection, customer: Any, **given: Any) -> str:
    id = new_id()
    values = {"template": "welcome", "recipient": customer.email, "placeholders": "{}", "customer_id": customer.id}
    values |= {"created_at": TIME, "next_attempt_at": TIME}
    await put(connection, mail_outbox, id=id, **values | given)
    return encode_id("mai", id)


async def mails_of(client: Client, customer: Any) -> Any:
    return (await client.data(READ, ids=[customer_id(customer)]))["nodes"][0]["mails"]["nodes"]


async def test_mails_have_their_state_newest_first(admin_client: Client, connection: Connection):
    customer, other = await make_customer(connection), await make_customer(connection)
    await make_mail(connection, other)
    sent = {"template": "email_changed", "recipient": "old@example.com", "subject": "New address", "sent_at": TIME}
    dead = {"template": "no_longer_known", "attempts": 3, "last_error": "550 No such user", "dead_at": TIME}
    ids = [await make_mail(connection, customer, **given) for given in ({}, {**sent, "attempts": 1}, dead)]
    at = TIME.isoformat()
    common = {"subject": None, "attempts": 0, "createdAt": at, "nextAttemptAt": None, "sentAt": None}
    common |= {"deadAt": None, "error": None, "recipient": customer.email}
    changed = {"template": "EMAIL_CHANGED", "recipient": "old@example.com", "subject": "New address", "sentAt": at}
    assert await mails_of(admin_client, customer) == [
        {**common, "id": ids[2], "template": None, "status": "DEAD", "attempts": 3, "deadAt": at}
        | {"error": "550 No such user"},
        {**common, "id": ids[1], "status": "SENT", "attempts": 1, **changed},
        {**common, "id": ids[0], "template": "WELCOME", "status": "QUEUED", "nextAttemptAt": at},
    ]


async def test_pages_follow_each_other(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    for template in ("welcome", "email_changed", "password_changed"):
        await make_mail(connection, customer, template=template)
    seen, after, page = [], None, None
    while page is None or page["pageInfo"]["hasNextPage"]:
        page = (await admin_client.data(PAGE, id=customer_id(customer), after=after))["customer"]["mails"]
        seen += [mail["template"] for mail in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == ["PASSWORD_CHANGED", "EMAIL_CHANGED", "WELCOME"]


async def test_what_tells_of_the_person_is_masked(http: Any, connection: Connection):
    customer = await make_customer(connection)
    await make_mail(connection, customer, subject="Hello Ada", last_error="451 ada@example.com is busy")
    reader = await staff_client(http, connection, ["customers.read"])
    [mail] = await mails_of(reader, customer)
    assert [mail[name] for name in ("recipient", "subject", "error")] == ["s•••@•••", "H•••", "4•••@•••"]
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    assert (await elsewhere.data(READ, ids=[customer_id(customer)]))["nodes"] == [None]


async def test_reading_takes_the_same_statements_for_1_and_for_50_customers(
    admin_client: Client, connection: Connection, statements: Any
):
    customers = [await make_customer(connection) for _ in range(50)]
    for customer in customers:
        await make_mail(connection, customer)
    counts = {}
    for size in (1, 50):
        await statements.clear()
        found = (await admin_client.data(READ, ids=[customer_id(customer) for customer in customers[:size]]))["nodes"]
        assert [customer["mails"]["totalCount"] for customer in found] == [1] * size
        counts[size] = await statements.count()
    assert counts[1] == counts[50], statements.texts


@pytest.mark.parametrize("subject", ["Hello {{ firstName }}", "{{ link }}"])
async def test_the_subject_is_stored_with_the_attempt_and_without_secrets(
    tools: Any, store: Connection, inbox: Any, subject: str
):
    values = {"name": "password_reset", "scope": "GLOBAL", "scope_id": 0, "locale": "default"}
    columns = "INSERT INTO mail_template (name, scope, scope_id, locale, subject, html, text) VALUES"
    await store.execute(f"{columns} ($1, $2, $3, $4, $5, 'h', 't')", *values.values(), subject)
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
    placeholders = {"firstName": "Ada", "expiresAt": soon}
    await queue_mail(
        store,
        template="password_reset",
        recipient="ada@example.com",
        placeholders=placeholders,
        secrets={"token": TOKEN},
    )
    assert await store.fetchval("SELECT subject FROM mail_outbox") is None
    assert await deliver_mails(tools) == 1
    stored = await store.fetchval("SELECT subject FROM mail_outbox")
    assert stored == str(inbox.only()["Subject"]).replace(TOKEN, "…")
    assert TOKEN not in stored
    assert stored
