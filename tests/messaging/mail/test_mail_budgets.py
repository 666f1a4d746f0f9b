"""How many mails one mailbox gets, whoever causes them."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from customer_gql.messaging.mail.budgets import HOURLY_NOTICES, HOURLY_PER_KIND, HOURLY_SECURITY, REPEAT_MINUTES
from customer_gql.messaging.mail.kinds import MAIL_KINDS, MailBudget
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from customer_gql.shop.settings.writes import set_value
from support.shopping import SIGN_UP, person

SOON = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
SECURITY = ("password_changed", "email_changed", "account_locked", "forced_sign_in", "account_deleted")
SUBSCRIBE = "mutation { newsletterSubscribe { isChanged userErrors { code } } }"
UNSUBSCRIBE = "mutation { newsletterUnsubscribe { isChanged userErrors { code } } }"
SIGN_IN = "mutation S($input: SignInInput!) { signIn(input: $input) { accessToken } }"


async def put(store, template, number=1, *, recipient="ada@example.com", **given: Any):
    """How many of the mails were queued; each differs from the others."""
    queued = 0
    for n in range(number):
        placeholders = {"firstName": f"Ada {n}", "expiresAt": SOON}
        secrets = {"token": "t"} if MAIL_KINDS[template].has_token else None
        queued += await queue_mail(
            store, template=template, recipient=recipient, **{"placeholders": placeholders, "secrets": secrets, **given}
        )
    return queued


@pytest.fixture
async def small(store):
    """Small limits, so that few mails show them."""
    await set_value(store, HOURLY_PER_KIND, 3)
    await set_value(store, HOURLY_NOTICES, 5)
    await set_value(store, HOURLY_SECURITY, 4)


async def test_each_kind_has_a_limit_for_an_address(store, small):
    assert await put(store, "password_reset", 5) == 3
    assert await put(store, "confirm_email", 5) == 3
    assert await put(store, "password_reset", 5, recipient="eve@example.com") == 3
    assert await store.fetchval("SELECT count(*) FROM mail_outbox") == 9


async def test_an_hour_after_the_first_the_count_begins_with_none(store, small):
    for kind in ("password_reset", "newsletter_subscribed", "password_changed"):
        await put(store, kind, 6)
    since = dt.datetime.now(dt.UTC)
    ends = [row.until - since for row in await store.fetch("SELECT until FROM throttle ORDER BY until DESC LIMIT 5")]
    assert all(dt.timedelta(minutes=59) < end <= dt.timedelta(hours=1) for end in ends)
    assert await put(store, "password_reset") == 0
    await store.execute("UPDATE throttle SET until = now()")
    assert await put(store, "password_reset", 5) == 3


def test_every_number_of_mail_has_its_default_and_its_bounds():
    numbers = {
        path: (setting.default, setting.at_least, setting.at_most)
        for path, setting in DECLARED_SETTINGS.items()
        if path.startswith("mail.") and type(setting.default) is int
    }
    assert numbers == {
        "mail.bulk_per_minute": (600, 1, 100_000),
        "mail.hourly_notices": (20, 1, 1000),
        "mail.hourly_per_kind": (8, 1, 1000),
        "mail.hourly_security_notices": (20, 1, 1000),
        "mail.repeat_minutes": (10, 0, 1440),
    }


@pytest.mark.parametrize("spelling", ["ADA@example.com", "ada+1@example.com", "Ada+x+y@EXAMPLE.com"])
async def test_spellings_of_one_mailbox_count_together(spelling, store, small):
    assert await put(store, "password_reset", 3) == 3
    assert await put(store, "password_reset", recipient=spelling) == 0


async def test_notices_end_with_what_an_address_got_in_all_and_links_do_not(store, small):
    assert await put(store, "password_reset", 3) == 3
    assert await put(store, "newsletter_subscribed", 3) == 2
    assert await put(store, "newsletter_unsubscribed", 3) == 0
    assert await put(store, "confirm_email", 3) == 3
    assert await put(store, "welcome", 3) == 3


async def test_other_mails_do_not_use_up_the_budget_of_security_notices(store, small):
    for kind in ("password_reset", "newsletter_subscribed", "newsletter_unsubscribed", "welcome"):
        await put(store, kind, 9)
    assert [await put(store, kind) for kind in (*SECURITY, "password_changed")] == [1, 1, 1, 1, 0, 0]


def test_which_kinds_always_may():
    assert {name for name in SECURITY if MAIL_KINDS[name].budget is MailBudget.SECURITY} == set(SECURITY)
    assert MAIL_KINDS["welcome"].budget is MailBudget.LINK
    assert {kind.budget for kind in MAIL_KINDS.values() if kind.has_token} == {MailBudget.LINK}
    notices = {kind.name for kind in MAIL_KINDS.values() if kind.budget is MailBudget.NOTICE}
    newsletter, ledgers = (
        {"newsletter_subscribed", "newsletter_unsubscribed"},
        {"store_credit_changed", "reward_points_changed"},
    )
    orders = {name for name in MAIL_KINDS if name.startswith("order_")}
    companies = {name for name in MAIL_KINDS if name.startswith("company_")} - {"company_invitation"}
    assert notices == {*newsletter, *ledgers, *companies, *orders, "email_confirmed", "signed_up_again"}
    needs_proof = {kind.name for kind in MAIL_KINDS.values() if kind.needs_proof}
    assert needs_proof == {"newsletter_subscribed", "newsletter_unsubscribed", "signed_up_again"}


async def test_equal_notices_within_minutes_are_one(store):
    equal: Any = {"placeholders": {"firstName": "Ada"}}
    assert await put(store, "newsletter_subscribed", 3, **equal) == 1
    assert await put(store, "newsletter_subscribed", 1, store_view_id=1, **equal) == 1
    assert await put(store, "newsletter_unsubscribed", 3, **equal) == 1
    await set_value(store, REPEAT_MINUTES, 0)
    assert await put(store, "newsletter_subscribed", 3, **equal) == 3


async def test_a_mail_takes_the_same_statements_whatever_its_budget(connection, statements):
    """Whether an address has an account must not be told by the time an answer takes: its owner gets a notice, the stranger
    a link."""
    counts = {}
    for budget in MailBudget:
        template = next(kind.name for kind in MAIL_KINDS.values() if kind.budget is budget)
        await statements.clear()
        async with connection.transaction():
            await put(connection, template, recipient=f"{budget.name.lower()}@example.com")
        counts[budget] = await statements.count()
    assert len(set(counts.values())) == 1, counts


async def test_what_is_not_proved_gets_no_notice_and_links_all_the_same(store):
    assert await put(store, "signed_up_again", is_proved=False) == 0
    assert await put(store, "newsletter_subscribed", is_proved=False) == 0
    assert await put(store, "password_reset", is_proved=False) == 1
    assert await put(store, "account_locked", is_proved=False) == 1


async def test_a_mail_that_is_rolled_back_counts_for_nothing(store, small):
    for _ in range(5):
        transaction = store.transaction()
        await transaction.start()
        assert await put(store, "password_reset") == 1
        await transaction.rollback()
    assert await put(store, "password_reset", 5) == 3


async def test_parallel_mails_do_not_pass_the_limit(empty_database, store, small):
    async def one():
        async with empty_database.transaction() as connection:
            return await put(connection, "password_reset")

    assert sum(await asyncio.gather(*[one() for _ in range(12)])) == 3


@pytest.mark.parametrize("is_proved", [False, True])
async def test_toggling_the_newsletter_does_not_flood_a_mailbox(is_proved, shop, store):
    """The audit's request: 161 mails in 2.5 s by toggling the newsletter."""
    email, password = "victim@example.com", "correct horse battery staple"
    await shop.post("/graphql", json={"query": SIGN_UP, "variables": {"input": person(email, password=password)}})
    body = {"query": SIGN_IN, "variables": {"input": {"email": email, "password": password}}}
    token = (await shop.post("/graphql", json=body)).json()["data"]["signIn"]["accessToken"]
    if is_proved:
        await store.execute("UPDATE customer SET email_verified_at = now()")
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(15):
        for document in (SUBSCRIBE, UNSUBSCRIBE):
            answer = (await shop.post("/graphql", json={"query": document}, headers=headers)).json()
            assert answer["data"].popitem()[1] == {"isChanged": True, "userErrors": []}
    rows = await store.fetch("SELECT template, count(*) AS number FROM mail_outbox GROUP BY template")
    assert {row.template: row.number for row in rows} == {"welcome": 1, **(TOGGLED if is_proved else {})}


TOGGLED = {"newsletter_subscribed": 1, "newsletter_unsubscribed": 1}
