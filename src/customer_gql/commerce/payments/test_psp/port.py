"""The method of the test provider, a process that plays a payment service (docs/domain/payments.md#payments-8)."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx2
import orjson
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from customer_gql.commerce.payments.ports import (
    NoticeForged,
    PaymentAnswer,
    PaymentFailed,
    PaymentNotice,
    PaymentOffer,
    PaymentOutcome,
)
from customer_gql.commerce.payments.settings import TEST_PSP_LABEL
from customer_gql.shop.settings.declaration import Setting

from .access import find_test_psp

_LARGEST_ANSWER: Final = 64 * 1024


class TestPsp:
    """Offered where an environment variable says where the provider is, and something is due."""

    code = "test_psp"
    needs_purchase_order = False
    needs_token = True

    @property
    def seconds(self) -> float:
        return find_test_psp().seconds

    def find_label(self, offer: PaymentOffer, options: Mapping[Setting[Any], Any]) -> str | None:
        return options[TEST_PSP_LABEL] if find_test_psp().url and offer.due else None

    async def authorize(self, key: str, amount: int, currency: str, token: str) -> PaymentAnswer:
        return await _ask_test_provider(key, "authorize", {"amount": amount, "currency": currency, "token": token})

    async def capture(self, key: str, request: str, amount: int, currency: str) -> PaymentAnswer:
        return await _ask_test_provider(key, "capture", {"request": request, "amount": amount, "currency": currency})

    async def void(self, key: str) -> PaymentAnswer:
        return await _ask_test_provider(key, "void", {})

    async def refund(self, key: str, request: str, amount: int, currency: str) -> PaymentAnswer:
        return await _ask_test_provider(key, "refund", {"request": request, "amount": amount, "currency": currency})

    async def status(self, key: str) -> PaymentAnswer:
        return await _ask_test_provider(key, "status", {})

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice:
        secret = find_test_psp().secret
        if not secret:
            raise NoticeForged
        try:
            Webhook(secret).verify(body, dict(headers))
            told = orjson.loads(body)
        except (WebhookVerificationError, ValueError) as error:
            raise NoticeForged from error
        key = told.get("key") if isinstance(told, dict) else None
        if not isinstance(key, str):
            raise NoticeForged
        return PaymentNotice(headers["webhook-id"], key)


async def _ask_test_provider(key: str, action: str, values: Mapping[str, Any]) -> PaymentAnswer:
    access = find_test_psp()
    if not access.url:
        raise PaymentFailed
    url = f"{access.url}/payments/{quote(key, safe='')}/{action}"
    headers = {"authorization": f"Bearer {access.secret}"}
    try:
        async with asyncio.timeout(access.seconds), httpx2.AsyncClient(timeout=access.seconds) as client:
            response = await client.post(url, json=dict(values), headers=headers)
    except (TimeoutError, httpx2.HTTPError) as error:
        raise PaymentFailed from error
    return _read_provider_answer(response.status_code, response.content)


def _read_provider_answer(status: int, body: bytes) -> PaymentAnswer:
    try:
        if status != 200 or len(body) > _LARGEST_ANSWER:
            raise PaymentFailed
        told = orjson.loads(body)
        return PaymentAnswer(PaymentOutcome(told["outcome"]), told.get("reference"), told.get("url"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PaymentFailed from error


PAYMENT_METHODS: Final = (TestPsp(),)
