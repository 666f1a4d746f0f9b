"""Other systems learn of a subscription when it begins: with the sign-up, or when what it waits for is done."""

import uuid
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION
from customer_gql.customers.newsletter.opt_in import CONFIRM_BY_MAIL
from support.shopping import CONFIRM, SIGN_UP, person

TOLD = (
    "SELECT subject, changed_fields, website_id, actor, actor_id FROM domain_event WHERE customer_id = $1 AND type = $2"
)


@pytest.fixture
def sign_up(browser: Any, connection: Any):
    async def signed_up(email: str, *, subscribed: bool = True) -> Any:
        await (await browser()).data(SIGN_UP, input=person(email, isSubscribed=subscribed))
        return await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)

    return signed_up


@pytest.fixture
def email() -> str:
    return f"{uuid.uuid4().hex}@example.com"


async def told(connection: Any, row: Any) -> list[tuple[Any, ...]]:
    return [tuple(event) for event in await connection.fetch(TOLD, row.id, "customer.subscribed")]


def subscribed(row: Any) -> list[tuple[Any, ...]]:
    return [
        (
            encode_id("cus", row.id),
            [f"{encode_id('sub', row.id, row.created_in_store_view_id)}.status"],
            1,
            "CUSTOMER",
            row.id,
        )
    ]


async def test_a_subscription_that_begins_with_the_sign_up(sign_up: Any, email: str, connection: Any):
    row = await sign_up(email)
    assert await told(connection, row) == subscribed(row)


async def test_no_subscription_no_event(sign_up: Any, email: str, connection: Any):
    assert await told(connection, await sign_up(email, subscribed=False)) == []


async def test_a_second_sign_up_with_the_address_tells_nothing_more(sign_up: Any, email: str, connection: Any):
    row = await sign_up(email)
    before = await connection.fetchval("SELECT count(*) FROM domain_event")
    await sign_up(email)
    assert await connection.fetchval("SELECT count(*) FROM domain_event") == before
    assert await told(connection, row) == subscribed(row)


async def test_an_account_to_confirm_is_subscribed_by_its_confirmation(
    sign_up: Any, email: str, connection: Any, configured: Any, browser: Any, mails: Any
):
    await configured(EMAIL_CONFIRMATION, True)
    row = await sign_up(email)
    assert await told(connection, row) == []
    token = dict(await mails(email))["confirm_email"]
    await (await browser()).data(CONFIRM, input={"token": token})
    assert await told(connection, row) == subscribed(row)


async def test_a_confirmation_without_a_subscription_tells_of_none(
    sign_up: Any, email: str, connection: Any, configured: Any, browser: Any, mails: Any
):
    await configured(EMAIL_CONFIRMATION, True)
    row = await sign_up(email, subscribed=False)
    await (await browser()).data(CONFIRM, input={"token": dict(await mails(email))["confirm_email"]})
    assert await told(connection, row) == []


async def test_a_subscription_that_waits_for_its_link_is_not_told_yet(
    sign_up: Any, email: str, connection: Any, configured: Any
):
    await configured(CONFIRM_BY_MAIL, True)
    assert await told(connection, await sign_up(email)) == []
