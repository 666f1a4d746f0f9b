"""Mails as a real mail server receives them, and what becomes of those it refuses."""

import asyncio
import datetime as dt
from dataclasses import replace

import pytest
import structlog

from customer_gql.core.ids import new_id
from customer_gql.database.pools import open_database
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.delivery import DeliveryPolicy, deliver_mails, purge_outbox
from customer_gql.messaging.mail.smtp import MailServerUnreachable
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.settings import SettingsError, load_settings
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer
from support.mailed import mailed_token
from support.mailroom import part

AT_ONCE = DeliveryPolicy(first_pause=dt.timedelta(), attempts=3)
CANARY = "cgr_CANARY-0123456789-abcdefghijklmnopqrstuvwxyz"
SOON = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
RESET = """mutation Reset($input: CustomerResetPasswordInput!) {
  customerResetPassword(input: $input) { userErrors { code } }
}"""


async def reset_mail(store, **given):
    values = {
        "template": "password_reset",
        "recipient": "ada@example.com",
        "placeholders": {"firstName": "Ada", "expiresAt": SOON},
        "secrets": {"token": CANARY},
        **given,
    }
    await queue_mail(store, **values)


async def outbox(store):
    rows = await store.fetch(
        "SELECT attempts, last_error, secrets, sent_at IS NOT NULL AS sent, dead_at IS NOT NULL AS dead "
        "FROM mail_outbox ORDER BY id"
    )
    return [dict(row) for row in rows]


async def test_a_mail_has_both_parts_and_the_headers_of_its_shop(tools, store, inbox):
    await reset_mail(store)
    assert await deliver_mails(tools) == 1
    message, id = inbox.only(), await store.fetchval("SELECT id FROM mail_outbox")
    headers = {name: value for name, value in message.items() if name not in {"Date", "Content-Type", "MIME-Version"}}
    assert headers == {
        "Message-ID": f"<{id:016x}@shop.example.com>",
        "From": "Main Store <no-reply@shop.example.com>",
        "To": "ada@example.com",
        "Reply-To": "no-reply@shop.example.com",
        "Subject": "Choose a new password for Main Store",
        "Auto-Submitted": "auto-generated",
    }
    assert abs(message["Date"].datetime - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert inbox.envelopes == [("no-reply@shop.example.com", ["ada@example.com"])]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    link = f"https://shop.example.com/en/account/reset-password#token={CANARY}"
    assert part(message, "plain").splitlines()[:5] == [
        "Hello Ada,",
        "",
        "somebody asked for a new password for your account.",
        "",
        link,
    ]
    assert f'<a href="{link}">Choose a new password</a>' in part(message, "html")
    assert await outbox(store) == [{"attempts": 1, "last_error": None, "secrets": None, "sent": True, "dead": False}]
    assert await deliver_mails(tools) == 0


async def test_the_button_of_staff_mails_a_link_whose_host_no_request_can_choose(tools, store, inbox, manager):
    shopper = await make_customer(store)
    for header in ("Host", "X-Forwarded-Host", "Forwarded", "X-Original-Host", "Origin", "Referer"):
        await manager.http.post(
            "/admin/graphql",
            json={"query": RESET, "variables": {"input": {"id": customer_id(shopper)}}},
            headers={"Authorization": f"Bearer {manager.token}", header: "evil.example.net"},
        )
    assert await deliver_mails(tools) == len(inbox.messages) > 0
    for message in inbox.messages:
        assert "evil" not in message.as_string()
        assert "https://shop.example.com/en/account/reset-password#token=cgr_" in part(message, "plain")


async def test_what_a_website_configures_is_what_its_mails_say(tools, store, inbox):
    for path, value in {
        "mail.storefront_url": "https://other.example.org",
        "mail.path.reset_password": "neues-passwort",
        "mail.sender.support.name": "Hilfe, Bcc: all@example.com",
        "mail.sender.support.email": "hilfe@other.example.org",
        "mail.reply_to": "antwort@other.example.org",
    }.items():
        await set_value(store, DECLARED_SETTINGS[path], value, scope=WEBSITE, scope_id=1)
    await reset_mail(store, store_view_id=1)
    await deliver_mails(tools)
    message = inbox.only()
    assert (message["From"], message["Reply-To"], message["Bcc"]) == (
        '"Hilfe, Bcc: all@example.com" <hilfe@other.example.org>',
        "antwort@other.example.org",
        None,
    )
    assert f"https://other.example.org/neues-passwort#token={CANARY}" in part(message, "plain")


@pytest.mark.parametrize("storefront", ["http://127.0.0.1:8000", "http://[::1]", "https://localhost"])
async def test_a_shop_without_a_domain_still_sends(storefront, tools, store, inbox):
    stored_before = replace(DECLARED_SETTINGS["mail.sender.support.email"], validate=None)
    await set_value(store, stored_before, "no address, certainly")
    await reset_mail(store)
    settings = tools.settings.model_copy(update={"storefront_url": storefront})
    await deliver_mails(Tools(tools.database, settings))
    assert (inbox.only()["From"], inbox.only()["Reply-To"]) == ("Main Store <no-reply@localhost>", "no-reply@localhost")


def test_the_operators_sender_is_an_address():
    assert load_settings(mail_from="shop@Example.com").mail_from == "shop@example.com"
    with pytest.raises(SettingsError, match="CUSTOMER_GQL_MAIL_FROM"):
        load_settings(mail_from="shop\r\nBcc: all@example.com")


@pytest.mark.parametrize(
    "base",
    [
        "javascript:alert(1)",
        "//evil",
        "https://a b",
        "https://u:p@evil",
        "ftp://x",
        "https://evil.example.net",
        "https://other.example.org.evil.net",
        "https://other.example.org@evil.net",
        "http://other.example.org",
        "https://other.example.org/?to=",
    ],
)
async def test_an_address_that_is_none_of_a_shop_is_not_used(base, tools, store, inbox):
    await set_value(store, DECLARED_SETTINGS["mail.storefront_url"], base)
    await reset_mail(store)
    await deliver_mails(tools)
    assert "https://shop.example.com/en/account/reset-password#token=" in part(inbox.only(), "plain")


@pytest.mark.parametrize("recipient", ["a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "nobody"])
async def test_what_is_not_one_address_is_never_sent(recipient, tools, store, inbox):
    await reset_mail(store, recipient=recipient)
    await deliver_mails(tools)
    assert inbox.messages == []
    assert await outbox(store) == [
        {
            "attempts": 1,
            "last_error": "The address of the recipient is not valid.",
            "secrets": None,
            "sent": False,
            "dead": True,
        }
    ]


async def test_refused_for_now_is_tried_again_later_and_then_no_more(tools, store, inbox):
    inbox.rcpt = "451 Come\x07 back later"
    await reset_mail(store)
    for attempt in (1, 2, 3):
        assert await deliver_mails(tools, policy=AT_ONCE) == 1
        [row] = await outbox(store)
        assert (row["attempts"], row["last_error"], row["dead"]) == (attempt, "451 Come back later", attempt == 3)
    assert await deliver_mails(tools, policy=AT_ONCE) == 0
    assert inbox.messages == []


async def test_pauses_double_and_are_spread(tools, store, inbox):
    inbox.rcpt = "451 Later"
    await reset_mail(store)
    await deliver_mails(tools)
    assert await deliver_mails(tools) == 0
    wait = await store.fetchval("SELECT extract(epoch FROM next_attempt_at - now())::float FROM mail_outbox")
    assert 10 < wait < 45
    policy = DeliveryPolicy()
    for attempt, longest in ((1, 45), (2, 90), (5, 720), (20, 10800)):
        pauses = {policy.pause(attempt).total_seconds() for _ in range(50)}
        assert len(pauses) > 10
        assert longest / 3 <= min(pauses) < max(pauses) <= longest


async def test_refused_for_good_is_dead_at_once_and_quotes_no_secret(tools, store, inbox, manager):
    inbox.data = lambda content: "554 spam: " + content.decode().partition("token=3D")[2].replace("=\r\n", "")[:60]
    await reset_mail(store)
    with structlog.testing.capture_logs() as logs:
        await deliver_mails(tools)
    [row] = await outbox(store)
    assert (row["attempts"], row["dead"]) == (1, True)
    assert row["last_error"].startswith("554 spam: …")
    answer = await manager.post("{ mailDeadLetters { nodes { lastError recipient } } }")
    assert CANARY not in answer.text
    assert CANARY not in str(logs)
    assert "ada@example.com" not in str(logs)


async def test_a_server_that_is_away_costs_no_attempt(tools, store, empty_database):
    away = Tools(empty_database, tools.settings.model_copy(update={"smtp_port": 9}))
    await reset_mail(store)
    with structlog.testing.capture_logs() as logs, pytest.raises(MailServerUnreachable):
        await deliver_mails(away, policy=AT_ONCE)
    [told] = [line for line in logs if line["event"] == "mail server does not answer"]
    assert (told["reason"], told["mails_returned"]) == ("SMTPConnectError", 1)
    assert told["detail"].startswith("Error connecting to 127.0.0.1 on port 9: ")
    [row] = await outbox(store)
    assert (row["attempts"], row["dead"]) == (0, False)
    assert row["last_error"].startswith("The mail server does not answer")
    assert await deliver_mails(tools) == 1
    assert [row["sent"] for row in await outbox(store)] == [True]


async def test_a_server_that_hangs_up_costs_the_others_no_attempt(tools, store, inbox):
    for _ in range(3):
        await reset_mail(store)
    inbox.rcpt = "421 Shutting down"
    with pytest.raises(MailServerUnreachable):
        await deliver_mails(tools, policy=AT_ONCE)
    assert [row["attempts"] for row in await outbox(store)] == [0, 0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["hang", "close"])
async def test_one_recipient_that_breaks_the_connection_stops_nobody_else(fault, tools, store, inbox):
    recipients = [f"shopper{number}@example.com" for number in range(100)]
    for recipient in recipients:
        await reset_mail(store, recipient=recipient)
    culprit = recipients[3]
    inbox.faults = {culprit: fault}
    with structlog.testing.capture_logs() as logs:
        while await deliver_mails(tools, policy=DeliveryPolicy(first_pause=dt.timedelta(), attempts=2, timeout=1)):
            pass
    refused = [line for line in logs if line["event"] == "mail refused"]
    assert all(line["reason"].startswith("The connection to the mail server broke") for line in refused)
    assert len(refused) == 2
    assert sorted(to for _, [to] in inbox.envelopes) == sorted(set(recipients) - {culprit})
    rows = await store.fetch("SELECT recipient, attempts, last_error FROM mail_outbox WHERE dead_at IS NOT NULL")
    assert [(row.recipient, row.attempts) for row in rows] == [(culprit, 2)]
    assert rows[0].last_error.startswith("The connection to the mail server broke while this mail was sent")
    others = "SELECT count(*) FROM mail_outbox WHERE sent_at IS NOT NULL AND attempts = 1 AND recipient <> $1"
    assert await store.fetchval(others, culprit) == 99


async def test_one_recipient_answered_with_421_stops_nobody_else_and_loses_no_attempt(tools, store, inbox):
    for name in ("ada", "busy", "eve"):
        await reset_mail(store, recipient=f"{name}@example.com")
    inbox.faults = {"busy@example.com": "421 Later"}
    assert await deliver_mails(tools) == 3
    assert [to for _, [to] in inbox.envelopes] == ["ada@example.com", "eve@example.com"]
    assert [(row["attempts"], row["sent"]) for row in await outbox(store)] == [(1, True), (0, False), (1, True)]


async def test_a_connection_closed_after_a_mail_is_not_the_next_mails_fault(tools, store, inbox):
    """The server refuses one recipient and closes the connection after its answer."""
    for name in ("refused", "ada"):
        await reset_mail(store, recipient=f"{name}@example.com")
    inbox.faults = {"refused@example.com": "550 No such person"}
    inbox.closes_after_refusal = True
    await deliver_mails(tools)
    assert [(row["attempts"], row["sent"], row["dead"]) for row in await outbox(store)] == [
        (1, False, True),
        (1, True, False),
    ]


async def test_mails_given_back_have_pauses_of_their_own(tools, store, empty_database):
    away = Tools(empty_database, tools.settings.model_copy(update={"smtp_port": 9}))
    for number in range(10):
        await reset_mail(store, recipient=f"shopper{number}@example.com")
    with pytest.raises(MailServerUnreachable):
        await deliver_mails(away)
    assert await store.fetchval("SELECT count(DISTINCT next_attempt_at) FROM mail_outbox") == 10
    assert await store.fetchval("SELECT count(*) FROM mail_outbox WHERE next_attempt_at > now()") == 10


async def test_without_a_mail_server_mails_wait(tools, store, empty_database):
    await reset_mail(store)
    assert await deliver_mails(Tools(empty_database, tools.settings.model_copy(update={"smtp_host": None}))) == 0
    assert [row["attempts"] for row in await outbox(store)] == [0]


async def test_a_mail_late_for_its_link_is_given_up(tools, store, inbox):
    await reset_mail(store, placeholders={"expiresAt": "2026-01-01T00:00:00+00:00"})
    await deliver_mails(tools)
    assert inbox.messages == []
    [row] = await outbox(store)
    assert (row["dead"], row["secrets"], row["last_error"]) == (True, None, "Its link expired before it could be sent.")


async def test_one_mail_that_cannot_be_made_does_not_hold_up_the_others(tools, store, inbox):
    await store.execute(
        "INSERT INTO mail_outbox (id, template, recipient, placeholders) VALUES ($1, 'unheard_of', 'a@example.com', '{}')",
        new_id(),
    )
    await reset_mail(store, placeholders={"expiresAt": "no time"})
    await reset_mail(store)
    await deliver_mails(tools)
    assert [(row["dead"], row["sent"]) for row in await outbox(store)] == [(True, False), (False, False), (False, True)]


@pytest.mark.slow
async def test_two_workers_send_each_of_200_mails_once(tools, store, inbox, empty_database_url):
    inbox.slow = 0.001
    for number in range(200):
        await reset_mail(store, recipient=f"shopper{number}@example.com")

    async def worker(database):
        mine = Tools(database, tools.settings)
        while await deliver_mails(mine, policy=DeliveryPolicy(batch=7)):
            pass

    async with open_database(empty_database_url) as one, open_database(empty_database_url) as other:
        await asyncio.gather(worker(one), worker(other))
    recipients = [to for _, [to] in inbox.envelopes]
    assert sorted(recipients) == sorted(f"shopper{number}@example.com" for number in range(200))
    assert len({message["Message-ID"] for message in inbox.messages}) == 200
    assert await store.fetchval("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL OR secrets IS NOT NULL") == 0


async def test_sent_and_dead_mails_are_purged_and_waiting_ones_are_not(tools, store, inbox):
    await reset_mail(store)
    await deliver_mails(tools)
    await reset_mail(store)
    await reset_mail(store)
    await store.execute("UPDATE mail_outbox SET dead_at = now() WHERE id = (SELECT max(id) FROM mail_outbox)")
    await purge_outbox(tools)
    assert len(await outbox(store)) == 3
    await store.execute(
        "UPDATE mail_outbox SET dead_at = dead_at - interval '1 year', sent_at = sent_at - interval '1 year'"
    )
    await purge_outbox(tools)
    assert [(row["sent"], row["dead"]) for row in await outbox(store)] == [(False, False)]


async def test_no_secret_is_in_an_answer_or_a_log_from_button_to_mail(tools, store, inbox, manager, capfd):
    shopper = await make_customer(store)
    with structlog.testing.capture_logs() as logs:
        response = await manager.post(RESET, input={"id": customer_id(shopper)})
        token = mailed_token(await store.fetchrow("SELECT id, secrets FROM mail_outbox"))
        await deliver_mails(tools)
    assert token in part(inbox.only(), "plain")
    said = capfd.readouterr()
    for text in (response.text, str(logs), said.out, said.err):
        assert token not in text
        assert shopper.email not in text
    everywhere = await store.fetch("SELECT row_to_json(mail_outbox)::text AS row FROM mail_outbox")
    assert token not in str([row.row for row in everywhere])
