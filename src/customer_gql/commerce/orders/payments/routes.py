"""`POST /payments/{code}/webhook`: a provider says that a payment changed (docs/domain/payments.md#payments-5).

What it says is not believed: once the signature holds, the provider is asked about the payment. So webhooks that come again, late
or in another order change nothing that is not so.
"""

import asyncio
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from customer_gql.commerce.payments.ports import NoticeForged, PaymentNotice, find_port
from customer_gql.commerce.payments.test_psp.access import use_test_psp
from customer_gql.core.errors import BadInput
from customer_gql.core.ids import decode_keys
from customer_gql.database.pools import Database
from customer_gql.security.secret_keys import use_secret_keys
from customer_gql.settings import Settings

from .asking import check_payment, read_payment
from .reads import is_message_known

MOST_BYTES: Final = 64 * 1024
AT_ONCE: Final = 20
"""Webhooks that one process works on at one time."""
_LONGEST_ID: Final = 200


class WebhookEndpoint:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.running = 0

    async def answer(self, request: Request) -> Response:
        if self.running >= AT_ONCE:
            return _refuse_webhook(503, "There are too many webhooks at this moment. Send it again.")
        self.running += 1
        try:
            use_secret_keys(self.settings.secret_keys)
            use_test_psp(self.settings)
            return await self._receive(request)
        finally:
            self.running -= 1

    async def _receive(self, request: Request) -> Response:
        port = find_port(request.path_params["code"])
        if port is None:
            return _refuse_webhook(404, "There is no such provider.")
        body = await self._read_body(request)
        if body is None:
            return _refuse_webhook(413, f"Send at most {MOST_BYTES} bytes, in time.")
        try:
            notice = port.read_notice(request.headers, body)
        except NoticeForged:
            return _refuse_webhook(401, "The signature does not fit, or is too old.")
        return await _follow_notice(request.app.state.databases["storefront"], notice)

    async def _read_body(self, request: Request) -> bytes | None:
        body = b""
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                async for part in request.stream():
                    body += part
                    if len(body) > MOST_BYTES:
                        return None
        except (TimeoutError, ClientDisconnect):
            return None
        return body


async def _follow_notice(database: Database, notice: PaymentNotice) -> Response:
    try:
        key = decode_keys(notice.key, "pay", 3)
    except BadInput:
        return _refuse_webhook(404, "There is no such payment.")
    row = await read_payment(database, key)
    if row is None or row.id != key[2]:
        return _refuse_webhook(404, "There is no such payment.")
    message_id = notice.id[:_LONGEST_ID]
    async with database.writes.acquire() as connection:
        if await is_message_known(connection, key, message_id):
            return Response(status_code=204)
    if not await check_payment(database, row, message_id=message_id):
        return _refuse_webhook(503, "The provider did not answer. Send the webhook again.")
    return Response(status_code=204)


def _refuse_webhook(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)


def payment_routes(settings: Settings) -> list[Route]:
    return [Route("/payments/{code}/webhook", WebhookEndpoint(settings).answer, methods=["POST"])]
