"""A payment provider that moves no money: a process of its own, which the demo and tests start (docs/domain/payments.md#payments-8).

It keeps payments in memory, answers by the token of the shopper, and signs webhooks in the form of Standard Webhooks.
"""

import asyncio
import datetime as dt
import hmac
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

import httpx2
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

_OUTCOMES: Final = {
    "tok_approve": "AUTHORIZED",
    "tok_decline": "DECLINED",
    "tok_review": "REVIEW",
    "tok_redirect": "REDIRECT",
    "tok_timeout": "AUTHORIZED",
}
_CONFIRMED: Final = {"approve": "AUTHORIZED", "decline": "DECLINED"}
_OPEN: Final = ("REDIRECT", "REVIEW")
_NEVER: Final = 600.0
"""Seconds until `tok_timeout` is answered."""


@dataclass
class Payment:
    outcome: str
    reference: str = field(default_factory=lambda: uuid.uuid4().hex)
    amount: int = 0
    currency: str = ""
    captured: dict[str, int] = field(default_factory=dict[str, int])
    refunded: dict[str, int] = field(default_factory=dict[str, int])
    authorize_count: int = 0


@dataclass
class Provider:
    """`base_url` is where it is itself, `webhook_url` where its webhooks go; without one it sends none."""

    secret: str
    base_url: str
    webhook_url: str = ""
    payments: dict[str, Payment] = field(default_factory=dict[str, Payment])

    def show(self, key: str) -> dict[str, Any]:
        payment = self.payments.get(key)
        if payment is None:
            return {"outcome": "UNKNOWN"}
        url = f"{self.base_url}/pages/{key}" if payment.outcome == "REDIRECT" else None
        return {"outcome": payment.outcome, "reference": payment.reference, "url": url}

    async def authorize(self, key: str, given: dict[str, Any]) -> dict[str, Any]:
        payment = self.payments.get(key)
        if payment is None:
            payment = Payment(_OUTCOMES.get(given["token"], "DECLINED"))
            payment.amount, payment.currency = given["amount"], given["currency"]
            payment.authorize_count = 1
            self.payments[key] = payment
            if given["token"] == "tok_timeout":  # noqa: S105 - what shoppers of the demo enter
                await asyncio.sleep(_NEVER)
        return self.show(key)

    async def capture(self, key: str, given: dict[str, Any]) -> dict[str, Any]:
        payment = self.payments.get(key)
        if payment is None or payment.outcome != "AUTHORIZED":
            return {"outcome": "DECLINED"}
        others = sum(amount for request, amount in payment.captured.items() if request != given["request"])
        if others + given["amount"] > payment.amount or given["currency"] != payment.currency:
            return {"outcome": "DECLINED"}
        payment.captured.setdefault(given["request"], given["amount"])
        return {"outcome": "CAPTURED", "reference": payment.reference}

    async def refund(self, key: str, given: dict[str, Any]) -> dict[str, Any]:
        payment = self.payments.get(key)
        if payment is None:
            return {"outcome": "DECLINED"}
        others = sum(amount for request, amount in payment.refunded.items() if request != given["request"])
        if others + given["amount"] > sum(payment.captured.values()):
            return {"outcome": "DECLINED"}
        payment.refunded.setdefault(given["request"], given["amount"])
        return {"outcome": "REFUNDED", "reference": payment.reference}

    async def void(self, key: str, _: dict[str, Any]) -> dict[str, Any]:
        """Of an unknown key too, which is taken by nothing any more."""
        payment = self.payments.setdefault(key, Payment("VOIDED"))
        if payment.captured:
            return {"outcome": "CAPTURED", "reference": payment.reference}
        payment.outcome = "VOIDED"
        return self.show(key)

    async def status(self, key: str, _: dict[str, Any]) -> dict[str, Any]:
        return self.show(key)

    async def confirm(self, key: str, choice: str) -> None:
        payment = self.payments.get(key)
        if payment is not None and payment.outcome in _OPEN and choice in _CONFIRMED:
            payment.outcome = _CONFIRMED[choice]
            await self.notify(key)

    async def notify(self, key: str) -> None:
        """Tell the shop. It is sent once: the shop asks by itself where it was lost."""
        if not self.webhook_url:
            return
        headers, body = sign_notice(self.secret, uuid.uuid4().hex, key, self.payments[key].outcome)
        try:
            async with httpx2.AsyncClient(timeout=10) as client:
                await client.post(self.webhook_url, content=body, headers=headers)
        except httpx2.HTTPError:
            return


def sign_notice(secret: str, id: str, key: str, outcome: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a webhook."""
    at, body = dt.datetime.now(dt.UTC), json.dumps({"type": "payment.changed", "key": key, "outcome": outcome})
    headers = {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, body),
    }
    return headers, body.encode()


def create_provider(provider: Provider) -> Starlette:
    actions: dict[str, Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]] = {
        name: getattr(provider, name) for name in ("authorize", "capture", "void", "refund", "status")
    }

    async def act(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {provider.secret}".encode()):
            raise HTTPException(401)
        action = actions.get(request.path_params["action"])
        if action is None:
            raise HTTPException(404)
        return JSONResponse(await action(request.path_params["key"], await request.json()))

    async def show_page(request: Request) -> Response:
        key = request.path_params["key"]
        if request.method == "POST":
            await provider.confirm(key, (await request.body()).decode().removeprefix("choice="))
        shown = provider.show(key)["outcome"]
        buttons = '<button name="choice" value="approve">Approve</button> <button name="choice" value="decline">Decline</button>'
        form = f'<form method="post">{buttons}</form>' if shown in _OPEN else ""
        return HTMLResponse(f"<title>Test payment</title><h1>Payment {escape(key)}: {shown}</h1>{form}")

    return Starlette(
        routes=[
            Route("/payments/{key}/{action}", act, methods=["POST"]),
            Route("/pages/{key}", show_page, methods=["GET", "POST"]),
        ]
    )
