"""Mails that were given up, as staff see and revive them, and who may do neither."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.messaging.mail.delivery import DeliveryPolicy, deliver_mails
from customer_gql.messaging.mail.writes import queue_mail
from support.customers import customer_id, make_customer

DEAD = """query Dead($first: Int, $after: String) {
  mailDeadLetters(first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { id template recipient attempts lastError createdAt deadAt customer { id } }
  }
}"""
RETRY = "mutation Retry($input: MailRetryInput!) { mailRetry(input: $input) { mailId userErrors { code path } } }"


async def give_up(tools, inbox, store, number=1, **given):
    """Mails the server refused for good, oldest first."""
    inbox.rcpt = "550 No such person"
    for n in range(number):
        values = {"template": "welcome", "recipient": f"nobody{n}@example.com", "placeholders": {"firstName": "Ada"}}
        await queue_mail(store, **{**values, **given})
        await deliver_mails(tools)
    inbox.rcpt = None
    return await store.fetch("SELECT id, created_at, dead_at FROM mail_outbox ORDER BY dead_at")


async def test_staff_see_what_was_given_up_newest_first(tools, inbox, store, manager):
    shopper = await make_customer(store)
    one, two = await give_up(tools, inbox, store, 2, customer_id=shopper.id)
    page = (await manager.data(DEAD, first=1))["mailDeadLetters"]
    assert page["nodes"] == [
        {
            "id": encode_id("mai", two.id),
            "template": "WELCOME",
            "recipient": "nobody1@example.com",
            "attempts": 1,
            "lastError": "550 No such person",
            "createdAt": two.created_at.isoformat(),
            "deadAt": two.dead_at.isoformat(),
            "customer": {"id": customer_id(shopper)},
        }
    ]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    rest = (await manager.data(DEAD, first=5, after=page["pageInfo"]["endCursor"]))["mailDeadLetters"]
    assert [node["id"] for node in rest["nodes"]] == [encode_id("mai", one.id)]


FIND = """query F($filter: DeadMailFilter, $search: String) {
  mailDeadLetters(filter: $filter, search: $search) { nodes { recipient } } }"""
SPELLINGS = ["jörg@bücher.example", "JÖRG@BÜCHER.example", "jörg@xn--bcher-kva.example"]


async def test_a_recipient_is_found_in_every_spelling_of_the_address(tools, inbox, store, manager):
    await give_up(tools, inbox, store, recipient="Jörg@bücher.example")
    await give_up(tools, inbox, store, recipient="jorg@bucher.example")

    async def find(**given):
        return [node["recipient"] for node in (await manager.data(FIND, **given))["mailDeadLetters"]["nodes"]]

    for spelling in SPELLINGS:
        for given in ({"search": spelling}, {"filter": {"recipient": {"eq": spelling}}}):
            assert await find(**given) == ["Jörg@bücher.example"], given
    assert await find(search="JÖRG@") == ["Jörg@bücher.example"]
    assert len(await find(search="jorg")) == 2  # a search for words does not tell accents apart


async def test_a_recipient_that_a_former_version_wrote_is_found(tools, inbox, store, manager):
    await give_up(tools, inbox, store, recipient="Ada@example.com")
    await store.execute("UPDATE mail_outbox SET recipient_key = NULL")
    assert len((await manager.data(FIND, search="ADA@example.com"))["mailDeadLetters"]["nodes"]) == 1


async def test_a_revived_mail_is_sent(tools, inbox, store, manager):
    [mail] = await give_up(tools, inbox, store)
    given = {"id": encode_id("mai", mail.id)}
    assert await manager.data(RETRY, input=given) == {"mailRetry": {"mailId": given["id"], "userErrors": []}}
    assert (await manager.data(DEAD))["mailDeadLetters"]["nodes"] == []
    assert await deliver_mails(tools) == 1
    assert inbox.only()["To"] == "nobody0@example.com"
    again = await manager.data(RETRY, input=given)
    assert again["mailRetry"] == {"mailId": None, "userErrors": [{"code": "NOT_FOUND", "path": ["id"]}]}


async def test_a_mail_whose_link_is_gone_is_not_revived(tools, inbox, store, manager):
    [mail] = await give_up(
        tools,
        inbox,
        store,
        template="password_reset",
        placeholders={"expiresAt": "2026-01-01T00:00:00+00:00"},
        secrets={"token": "cgr_x"},
    )
    answer = await manager.data(RETRY, input={"id": encode_id("mai", mail.id)})
    assert answer["mailRetry"] == {"mailId": None, "userErrors": [{"code": "NOT_ALLOWED", "path": ["id"]}]}


@pytest.mark.parametrize(
    ("given", "fault", "reason"),
    [
        ({}, "close", "The connection to the mail server broke while this mail was sent (SMTPServerDisconnected)."),
        ({}, "550 No such person", "550 No such person"),
        ({"recipient": "no address"}, None, "The address of the recipient is not valid."),
        (
            {"placeholders": {"expiresAt": "2026-01-01T00:00:00+00:00"}},
            None,
            "Its link expired before it could be sent.",
        ),
        ({"template": "password_reset"}, None, "The token of its link is gone."),
    ],
)
async def test_staff_read_why_a_mail_failed(given, fault, reason, tools, inbox, store, manager):
    values = {"template": "welcome", "recipient": "ada@example.com", "placeholders": {"firstName": "Ada"}, **given}
    if fault is not None:
        inbox.faults = {"ada@example.com": fault}
    await queue_mail(store, **values)
    await deliver_mails(tools, policy=DeliveryPolicy(attempts=1))
    [node] = (await manager.data(DEAD))["mailDeadLetters"]["nodes"]
    assert (node["recipient"], node["attempts"], node["lastError"]) == (values["recipient"], 1, reason)


VIEW = encode_id("stv", 1)
TEXT = {"template": "WELCOME", "subject": "s", "html": "h", "text": "t"}


@pytest.mark.parametrize(
    "document",
    [
        "{ mailDeadLetters { totalCount } }",
        f'{{ mailTemplates(storeViewId: "{VIEW}") {{ subject }} }}',
        f'{{ mailPreview(template: WELCOME, storeViewId: "{VIEW}") {{ subject }} }}',
        'mutation { mailRetry(input: {id: "ID"}) { mailId } }',
        'mutation { mailTemplateUpdate(input: {template: WELCOME, subject: "s", html: "h", text: "t"}) { version } }',
        "mutation { mailTemplateReset(input: {template: WELCOME}) { version } }",
    ],
)
async def test_who_may_not_is_refused_and_nothing_changes(document, tools, inbox, store, staff_with, shop, manager):
    [mail] = await give_up(tools, inbox, store)
    await manager.data(
        "mutation U($input: MailTemplateUpdateInput!) { mailTemplateUpdate(input: $input) { version } }",
        input={**TEXT, "subject": "kept"},
    )
    before = await store.fetch("SELECT * FROM mail_outbox"), await store.fetch("SELECT * FROM mail_template")
    document = document.replace('"ID"', f'"{encode_id("mai", mail.id)}"')
    for role in ("viewer", "support"):
        answer = (await (await staff_with(role)).post(document)).json()
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "mail.manage"}
    shopper = await make_customer(store)
    token = await issue_customer_token(store, shopper.id)
    as_customer = {"Authorization": f"Bearer {token}"}
    assert (await shop.post("/admin/graphql", json={"query": document}, headers=as_customer)).status_code == 401
    guest = (await shop.post("/admin/graphql", json={"query": document})).json()
    assert guest["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    on_storefront = (await shop.post("/graphql", json={"query": document}, headers=as_customer)).json()
    assert on_storefront["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert before == (await store.fetch("SELECT * FROM mail_outbox"), await store.fetch("SELECT * FROM mail_template"))
