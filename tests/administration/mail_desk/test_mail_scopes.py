"""Staff of some websites see and change the mails of these alone."""

import pytest

from customer_gql.core.ids import encode_id
from support.customers import make_customer
from support.staff import make_dead_mail, make_website, staff_client

DEAD = "{ mailDeadLetters(first: 100) { totalCount nodes { id } } }"
RETRY = "mutation R($input: MailRetryInput!) { mailRetry(input: $input) { mailId userErrors { code path } } }"
UPDATE = """mutation U($input: MailTemplateUpdateInput!) {
  mailTemplateUpdate(input: $input) { version userErrors { code path } } }"""
RESET = "mutation R($input: MailTemplateResetInput!) { mailTemplateReset(input: $input) { userErrors { code path } } }"
TEXT = {"template": "WELCOME", "subject": "s", "html": "h", "text": "t"}


@pytest.fixture
async def website(connection):
    return await make_website(connection)


@pytest.fixture
async def editor(http, connection, website):
    return await staff_client(http, connection, ["mail.manage", "customers.read"], website_ids=[website])


async def test_dead_mails_are_of_the_customers_website_or_else_of_the_store_views(editor, connection, website):
    theirs = await make_customer(connection, website_id=website)
    moved = await make_customer(connection, website_id=1, created_in_store_view_id=website)
    seen = [
        await make_dead_mail(connection, customer_id=theirs.id, store_view_id=1),
        await make_dead_mail(connection, store_view_id=website),
        await make_dead_mail(connection, customer_id=1, store_view_id=website),  # deleted since
    ]
    hidden = [
        await make_dead_mail(connection, customer_id=moved.id, store_view_id=website),
        await make_dead_mail(connection, store_view_id=1),
        await make_dead_mail(connection),
    ]
    page = (await editor.data(DEAD))["mailDeadLetters"]
    assert {node["id"] for node in page["nodes"]} == {encode_id("mai", id) for id in seen}
    assert page["totalCount"] == len(seen)
    answers = [(await editor.data(RETRY, input={"id": encode_id("mai", id)}))["mailRetry"] for id in (*seen, *hidden)]
    unknown = {"mailId": None, "userErrors": [{"code": "NOT_FOUND", "path": ["id"]}]}
    assert answers[len(seen) :] == [unknown] * len(hidden)
    assert [answer["mailId"] for answer in answers[: len(seen)]] == [encode_id("mai", id) for id in seen]


async def test_the_text_for_all_websites_is_for_staff_of_all(editor, connection):
    for document, given in ((UPDATE, TEXT), (RESET, {"template": "WELCOME"})):
        answer = await editor.answer(document, input=given)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "mail.manage"}
    assert await connection.fetchval("SELECT count(*) FROM mail_template WHERE scope = 'GLOBAL'") == 0


@pytest.mark.parametrize(("field", "prefix"), [("websiteId", "web"), ("storeViewId", "stv")])
async def test_the_texts_of_ones_own_website_are_ones_own(field, prefix, editor, website):
    place = {field: encode_id(prefix, website)}
    done = (await editor.data(UPDATE, input={**TEXT, **place}))["mailTemplateUpdate"]
    assert done == {"version": 1, "userErrors": []}
    reset = await editor.data(RESET, input={"template": "WELCOME", **place})
    assert reset["mailTemplateReset"] == {"userErrors": []}


async def test_a_change_of_one_text_leaves_the_others_alone(admin_client, connection, website):
    here, there = (encode_id("web", id) for id in (website, await make_website(connection)))
    view = encode_id("stv", website)
    mine = {"websiteId": here}
    others = [
        {"websiteId": here, "locale": "de"},
        {"websiteId": there},
        {"storeViewId": view},
        {"template": "ACCOUNT_LOCKED", **mine},
    ]
    for place in (mine, *others):
        assert (await admin_client.data(UPDATE, input={**TEXT, **place}))["mailTemplateUpdate"]["version"] == 1
    changed = {"scope_id": website, "scope": "WEBSITE", "locale": "default", "name": "welcome"}
    is_changed = " AND ".join(f"{column} = '{value}'" for column, value in changed.items())
    stored = f"SELECT * FROM mail_template WHERE NOT ({is_changed}) ORDER BY name, scope, scope_id, locale"
    before = await connection.fetch(stored)
    assert len(before) >= len(others)
    assert (await admin_client.data(UPDATE, input={**TEXT, **mine, "subject": "new"}))["mailTemplateUpdate"][
        "version"
    ] == 2
    assert (await admin_client.data(RESET, input={"template": "WELCOME", **mine}))["mailTemplateReset"] == {
        "userErrors": []
    }
    assert await connection.fetch(stored) == before
