"""The mails of accounts, as a mail server receives them, bring the links that work."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION as CONFIRMATION
from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.shop.settings.writes import set_value
from support.mailroom import part
from support.shopping import (
    ANOTHER,
    CONFIRM,
    EMAIL_CONFIRM,
    EMAIL_REQUEST,
    PASSWORD,
    RESET,
    RESET_REQUEST,
    SIGN_IN,
    SIGN_UP,
    person,
)

HOSTILE = {"X-Forwarded-Host": "evil.example.net", "Forwarded": "host=evil.example.net"}


@dataclass
class Shopper:
    shop: Any
    tools: Any
    inbox: Any

    async def data(self, query, bearer=None, **input):
        headers = {**HOSTILE, **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
        body = {"query": query, "variables": {"input": input}}
        answer = (await self.shop.post("/graphql", json=body, headers=headers)).json()
        assert "errors" not in answer, answer["errors"]
        [payload] = answer["data"].values()
        assert payload["userErrors"] == []
        return payload

    async def received(self):
        """What came since: subjects and links, by recipient."""
        self.inbox.messages.clear()
        await deliver_mails(self.tools)
        found = {}
        for message in self.inbox.messages:
            [link] = re.findall(r"https?://\S+", part(message, "plain"))[:1]
            found[message["To"]] = (message["Subject"], link)
        return found

    async def token(self, recipient, page):
        _, link = (await self.received())[recipient]
        assert link.startswith(f"https://shop.example.com/en{page}#token=")
        return link.partition("#token=")[2]


@pytest.fixture
def shopper(shop, tools, inbox):
    return Shopper(shop, tools, inbox)


async def test_from_signing_up_to_another_address(shopper, store):
    await set_value(store, CONFIRMATION, True)
    old, new = (f"{uuid.uuid4().hex}@example.com" for _ in range(2))
    await shopper.data(SIGN_UP, **person(old))
    await shopper.data(CONFIRM, token=await shopper.token(old, "/account/confirm-email"))
    assert (await shopper.received())[old][0] == "Your address is confirmed"
    await shopper.data(RESET_REQUEST, email=old)
    await shopper.data(RESET, token=await shopper.token(old, "/account/reset-password"), password=ANOTHER)
    assert list(await shopper.received()) == [old]  # that the password was changed
    bearer = (await shopper.data(SIGN_IN, email=old, password=ANOTHER))["accessToken"]
    await shopper.data(EMAIL_REQUEST, bearer, email=new, currentPassword=ANOTHER)
    await shopper.data(EMAIL_CONFIRM, bearer, token=await shopper.token(new, "/account/confirm-email-change"))
    told = await shopper.received()
    assert sorted(told) == sorted([old, new])
    assert told[old] == told[new]
    assert (await shopper.data(SIGN_IN, email=new, password=ANOTHER))["accessToken"]


async def test_the_owner_of_an_address_learns_who_tries_it(shopper, store):
    email = f"{uuid.uuid4().hex}@example.com"
    for _ in range(2):
        await shopper.data(SIGN_UP, **person(email))
        await store.execute("UPDATE customer SET email_verified_at = now() WHERE email = $1", email)
    subjects = []
    for message in (await shopper.received(), shopper.inbox.messages)[1]:
        assert message["To"] == email
        subjects.append(message["Subject"])
    assert len(set(subjects)) == 2
    assert (await shopper.data(SIGN_IN, email=email, password=PASSWORD))["accessToken"]
