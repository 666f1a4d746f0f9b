"""Who changed a setting or a mail's text, from what to what, is in the history of staff."""

import pytest

from customer_gql.core.ids import encode_id
from support.clients import Client, served
from support.staff import make_dead_mail, make_staff, make_website, session_of, staff_client

HISTORY = """query H($first: Int) { staffHistory(first: $first) {
  nodes { kind actor staff { id } subject address changes { field before after } } } }"""
UPDATE = """mutation U($input: MailTemplateUpdateInput!) {
  mailTemplateUpdate(input: $input) { version userErrors { code } } }"""
RESET = "mutation R($input: MailTemplateResetInput!) { mailTemplateReset(input: $input) { userErrors { code } } }"
RETRY = "mutation R($input: MailRetryInput!) { mailRetry(input: $input) { mailId userErrors { code } } }"
SHARING = """mutation S($input: AccountSharingSetInput!) { accountSharingSet(input: $input) { userErrors { code } } }"""
TEXT = {"template": "WELCOME", "subject": "Hi", "html": "<p>Hi</p>", "text": "Hi"}


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def newest(client, count=1):
    return (await client.data(HISTORY, first=count))["staffHistory"]["nodes"]


async def test_a_mails_text_before_and_after(boss, connection):
    website = await make_website(connection)
    place = {"websiteId": encode_id("web", website), "locale": "de"}
    for text in (TEXT, {**TEXT, "subject": "Hallo"}, {**TEXT, "subject": "Hallo"}):
        assert not (await boss.data(UPDATE, input={**text, **place}))["mailTemplateUpdate"]["userErrors"]
    await boss.data(RESET, input={"template": "WELCOME", **place})
    me = (await boss.data("{ staffMe { user { id } } }"))["staffMe"]["user"]
    events = await newest(boss, 3)
    by = {"actor": "STAFF", "staff": me, "subject": encode_id("web", website), "address": "127.0.0.1"}
    assert [{name: event[name] for name in by} for event in events] == [by] * 3
    found = [
        (event["kind"], {row["field"]: (row["before"], row["after"]) for row in event["changes"]}) for event in events
    ]
    assert found == [
        (
            "MAIL_TEMPLATE_RESET",
            {
                "WELCOME.de.subject": ("Hallo", None),
                "WELCOME.de.html": ("<p>Hi</p>", None),
                "WELCOME.de.text": ("Hi", None),
            },
        ),
        ("MAIL_TEMPLATE_SET", {"WELCOME.de.subject": ("Hi", "Hallo")}),
        (
            "MAIL_TEMPLATE_SET",
            {
                "WELCOME.de.subject": (None, "Hi"),
                "WELCOME.de.html": (None, "<p>Hi</p>"),
                "WELCOME.de.text": (None, "Hi"),
            },
        ),
    ]


async def test_a_text_that_was_refused_is_in_no_history(boss, connection):
    before = await connection.fetchval("SELECT count(*) FROM staff_event")
    refused = await boss.data(UPDATE, input={**TEXT, "text": "{{ unknown }}"})
    assert refused["mailTemplateUpdate"]["userErrors"]
    assert await connection.fetchval("SELECT count(*) FROM staff_event") == before


async def test_who_sent_a_dead_mail_again(boss, connection):
    id = encode_id("mai", await make_dead_mail(connection))
    await boss.data(RETRY, input={"id": id})
    [event] = await newest(boss)
    assert (event["kind"], event["subject"], event["changes"]) == ("MAIL_RETRIED", id, [])


async def test_the_account_scope_has_a_mutation_of_its_own_and_is_a_setting_like_others(settings, empty_database):
    async with served(settings, empty_database) as http, empty_database.writes.acquire() as connection:
        user = await make_staff(connection, 1)
        boss = Client(http, "/admin/graphql", await session_of(connection, user.id))
        for _ in range(2):
            await boss.data(SHARING, input={"sharing": "GLOBAL"})
        [event, *others] = await newest(boss, 5)
        assert (event["kind"], event["changes"]) == (
            "CONFIGURATION_SET",
            [{"field": "customers.account_sharing", "before": "PER_WEBSITE", "after": "GLOBAL"}],
        )
        assert "CONFIGURATION_SET" not in {other["kind"] for other in others}
