"""Orders that a provider is paid for: each answer of it, late and lost ones, and what becomes of order, stock, coupon and cart
(docs/domain/payments.md#payments-4)."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from commerce.checkout.buying import HOME, SET_ADDRESSES, SET_PAYMENT, SET_SHIPPING, call, fill, sell
from customer_gql.commerce.orders.payments.work import cancel_unpaid_orders, settle_payments
from customer_gql.commerce.payments.test_psp.provider import sign_notice
from customer_gql.core.ids import decode_keys, encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.work import WORK
from customer_gql.settings import Settings
from customer_gql.settings.providers import TestPspSettings as PspSettings
from support.clients import Client, served
from support.configuration import reset_one, set_one
from support.customers import make_customer
from support.payments import SECRET, TestProvider, running_provider
from support.processes import free_port

PLACE = """mutation P($i: OrderPlaceInput!) { orderPlace(input: $i) {
  order { id number state } guestOrderToken paymentAction { kind url } userErrors { code key path } } }"""
PAYMENTS = """query O($by: OrderRef!) { order(by: $by) { state amountDue { amount } paidTotal { amount }
  payments { id method state amount { amount } capturedTotal { amount } transactions { step outcome } }
  comments { nodes { kind } } } }"""
INVOICE = """mutation M($i: InvoiceCreateInput!) { invoiceCreate(input: $i) {
  invoice { id state grandTotal { amount } } order { state } userErrors { key path } } }"""
CAPTURE = (
    """mutation M($i: InvoiceCaptureInput!) { invoiceCapture(input: $i) { invoice { state } userErrors { key } } }"""
)
CANCEL_INVOICE = (
    "mutation M($i: InvoiceCancelInput!) { invoiceCancel(input: $i) { invoice { state } userErrors { key } } }"
)
CANCEL = "mutation M($i: OrderCancelInput!) { orderCancel(input: $i) { order { state } userErrors { key } } }"
ACCEPT = (
    "mutation M($i: OrderPaymentAcceptInput!) { orderPaymentAccept(input: $i) { order { state } userErrors { key } } }"
)
DENY = "mutation M($i: OrderPaymentDenyInput!) { orderPaymentDeny(input: $i) { order { state } userErrors { key } } }"
HOLD = "mutation M($i: OrderHoldInput!) { orderHold(input: $i) { order { state } userErrors { key } } }"
UNHOLD = "mutation M($i: OrderUnholdInput!) { orderUnhold(input: $i) { order { state } userErrors { key } } }"
SHORT = 0.5
"""Seconds that the provider is waited for here."""


@pytest.fixture(scope="module")
def provider(tmp_path_factory: Any) -> Generator[TestProvider]:
    nowhere = f"http://127.0.0.1:{free_port()}/"  # tests send the webhooks themselves
    with running_provider(tmp_path_factory.mktemp("provider"), "--webhook-url", nowhere) as started:
        yield started


@pytest.fixture
def with_provider(settings: Settings, provider: TestProvider) -> Settings:
    return settings.model_copy(update={"test_psp": access_to(provider.url)})


def access_to(url: str, *, seconds: float = 30) -> PspSettings:
    return PspSettings(url=url, secret=SecretStr(SECRET), seconds=seconds)


@pytest.fixture
async def shop(with_provider: Settings, database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with served(with_provider, database) as client:
        yield client


class Shopper:
    """A customer with two of a product in the cart, who pays by the provider."""

    def __init__(self, client: Client, connection: Connection, mug: Any, owner: Any) -> None:
        self.client, self.connection, self.mug, self.owner = client, connection, mug, owner

    async def complete(self, token: str) -> None:
        for document, given in (
            (SET_ADDRESSES, {"email": None, "shipping": {"address": HOME}}),
            (SET_SHIPPING, {"code": "flat_rate"}),
            (SET_PAYMENT, {"code": "test_psp", "token": token}),
        ):
            assert (await call(self.client, document, **given))["userErrors"] == []

    async def place(self, key: str = "k") -> Any:
        return await call(self.client, PLACE, idempotencyKey=key, expectedGrandTotal="25.00")

    async def stock(self) -> int:
        return await self.connection.fetchval("SELECT quantity FROM product_stock WHERE product_id = $1", self.mug.id)

    async def payment(self) -> Any:
        return await self.connection.fetchrow(
            "SELECT * FROM order_payment WHERE customer_id = $1 ORDER BY id DESC LIMIT 1", self.owner.id
        )

    async def state(self) -> str:
        return await self.connection.fetchval(
            "SELECT state FROM sales_order WHERE customer_id = $1 ORDER BY id DESC LIMIT 1", self.owner.id
        )

    async def key(self) -> str:
        row = await self.payment()
        return encode_id("pay", row["customer_id"], row["order_id"], row["id"])

    async def order(self) -> str:
        row = await self.payment()
        return encode_id("ord", row["customer_id"], row["order_id"])

    async def has_cart(self) -> bool:
        return (await self.client.data("{ cart { id } }"))["cart"] is not None

    async def mails(self) -> int:
        sent = "SELECT count(*) FROM mail_outbox WHERE template = 'order_placed' AND customer_id = $1"
        return await self.connection.fetchval(sent, self.owner.id)

    async def kinds(self) -> list[str]:
        """What happened to the newest order, oldest first."""
        found = "SELECT kind FROM order_comment WHERE customer_id = $1 AND order_id = $2 ORDER BY id"
        row = await self.payment()
        return [one["kind"] for one in await self.connection.fetch(found, row["customer_id"], row["order_id"])]

    async def steps(self) -> list[tuple[str, str | None]]:
        found = "SELECT step, outcome FROM payment_transaction WHERE customer_id = $1 AND payment_id = $2 ORDER BY id"
        row = await self.payment()
        return [tuple(one) for one in await self.connection.fetch(found, row["customer_id"], row["id"])]

    async def be_due(self) -> None:
        """The provider is to be asked now."""
        await self.connection.execute(
            "UPDATE order_payment SET check_at = now() - interval '1 second' WHERE customer_id = $1", self.owner.id
        )


@pytest.fixture
async def shopper(shop: httpx.AsyncClient, connection: Connection) -> Shopper:
    return await make_shopper(shop, connection)


async def make_shopper(shop: httpx.AsyncClient, connection: Connection) -> Shopper:
    mug, owner = await sell(connection, 1000, stock=5), await make_customer(connection)
    client = Client(shop, "/graphql", await issue_customer_token(connection, owner.id))
    await fill(client, (mug, 2))
    return Shopper(client, connection, mug, owner)


@pytest.fixture
async def staff(shop: httpx.AsyncClient, admin_client: Client) -> Client:
    return Client(shop, "/admin/graphql", admin_client.token)


@pytest.fixture
def tools(with_provider: Settings, database: Database) -> Tools:
    return Tools(database, with_provider, PROJECTIONS)


async def settle(tools: Tools) -> None:
    while await settle_payments(tools):
        pass


async def notify(shop: httpx.AsyncClient, key: str, *, id: str | None = None, secret: str = SECRET) -> int:
    headers, body = sign_notice(secret, id or uuid.uuid4().hex, key, "AUTHORIZED")
    return (await shop.post("/payments/test_psp/webhook", content=body, headers=headers)).status_code


async def test_a_payment_that_is_authorized(shopper: Shopper, staff: Client, provider: TestProvider):
    await shopper.complete("tok_approve")
    answer = await shopper.place()
    assert (answer["userErrors"], answer["paymentAction"], answer["order"]["state"]) == ([], None, "PROCESSING")
    assert await shopper.place() == answer
    assert (await shopper.stock(), await shopper.has_cart(), await shopper.mails()) == (3, False, 1)
    assert provider.outcome_of(await shopper.key()) == "AUTHORIZED"
    order = (await staff.data(PAYMENTS, by={"id": answer["order"]["id"]}))["order"]
    assert order["payments"] == [
        {
            "id": await shopper.key(),
            "method": "test_psp",
            "state": "AUTHORIZED",
            "amount": {"amount": "25.00"},
            "capturedTotal": {"amount": "0.00"},
            "transactions": [
                {"step": "AUTHORIZE", "outcome": "AUTHORIZED"},
                {"step": "AUTHORIZE", "outcome": None},
            ],
        }
    ]
    assert [one["kind"] for one in order["comments"]["nodes"]] == ["PAYMENT_AUTHORIZED"]


async def test_a_payment_that_is_declined(shopper: Shopper, provider: TestProvider):
    await shopper.complete("tok_decline")
    answer = await shopper.place()
    refused = [{"code": "NOT_ALLOWED", "key": "payment.declined", "path": None}]
    assert (answer["userErrors"], answer["order"]) == (refused, None)
    assert await shopper.place() == answer
    assert (await shopper.state(), await shopper.stock(), await shopper.mails()) == ("CANCELED", 5, 0)
    assert (await shopper.kinds(), await shopper.has_cart()) == (["PAYMENT_DECLINED"], True)
    assert (await shopper.payment())["state"] == "DECLINED"
    assert await shopper.steps() == [("AUTHORIZE", None), ("AUTHORIZE", "DECLINED")]
    await shopper.complete("tok_approve")
    answer = await shopper.place("again")
    assert (answer["userErrors"], answer["order"]["state"]) == ([], "PROCESSING")
    assert await shopper.stock() == 3


async def test_a_declined_payment_leaves_the_next_cart_alone(
    shopper: Shopper, shop: httpx.AsyncClient, tools: Tools, provider: TestProvider
):
    await shopper.complete("tok_redirect")
    await shopper.place()
    await fill(shopper.client, (shopper.mug, 1))
    provider.choose(await shopper.key(), "decline")
    assert await notify(shop, await shopper.key()) == 204
    assert (await shopper.state(), await shopper.stock()) == ("CANCELED", 5)
    shown = await shopper.client.data("{ cart { itemCount } }")
    assert shown["cart"] == {"itemCount": 1}


async def test_a_payment_under_review(shopper: Shopper, staff: Client, tools: Tools, provider: TestProvider):
    for accepts in (True, False):
        await shopper.complete("tok_review")
        answer = await shopper.place(f"k{accepts}")
        assert (answer["order"]["state"], answer["paymentAction"]) == ("PAYMENT_REVIEW", None)
        key = await shopper.key()
        [answer] = (await staff.data(ACCEPT if accepts else DENY, i={"id": answer["order"]["id"]})).values()
        assert (answer["userErrors"], answer["order"]["state"]) == ([], "PROCESSING" if accepts else "CANCELED")
        await settle(tools)
        assert await shopper.kinds() == ["PAYMENT_REVIEWED", "PAYMENT_ACCEPTED" if accepts else "PAYMENT_DENIED"]
        assert provider.outcome_of(key) == ("REVIEW" if accepts else "VOIDED")
        assert await shopper.stock() == 3
        [answer] = (await staff.data(ACCEPT, i={"id": await shopper.order()})).values()
        assert [one["key"] for one in answer["userErrors"]] == ["order.state_not_possible"]
        if accepts:
            await fill(shopper.client, (shopper.mug, 2))
    assert await shopper.mails() == 2


async def test_a_payment_that_is_confirmed_elsewhere(shopper: Shopper, shop: httpx.AsyncClient, provider: TestProvider):
    await shopper.complete("tok_redirect")
    answer = await shopper.place()
    key = await shopper.key()
    assert answer["order"]["state"] == "PENDING_PAYMENT"
    assert answer["paymentAction"] == {"kind": "REDIRECT", "url": f"{provider.url}/pages/{key}"}
    assert await shopper.place() == answer
    assert await notify(shop, key) == 204
    assert (await shopper.state(), await shopper.mails()) == ("PENDING_PAYMENT", 0)
    provider.choose(key, "approve")
    assert await notify(shop, key, id="one") == 204
    assert (await shopper.state(), await shopper.stock(), await shopper.mails()) == ("PROCESSING", 3, 1)
    before = await shopper.payment()
    assert (await shopper.steps())[-1] == ("WEBHOOK", "AUTHORIZED")
    steps = "SELECT count(*) FROM payment_transaction WHERE customer_id = $1"
    count = await shopper.connection.fetchval(steps, shopper.owner.id)
    for id in ("one", "two"):
        assert await notify(shop, key, id=id) == 204
    assert await shopper.payment() == before
    assert await shopper.connection.fetchval(steps, shopper.owner.id) == count
    assert (await shopper.place())["order"]["state"] == "PROCESSING"


async def test_webhooks_that_are_refused(shopper: Shopper, shop: httpx.AsyncClient, provider: TestProvider):
    await shopper.complete("tok_redirect")
    await shopper.place()
    key, before = await shopper.key(), await shopper.payment()
    provider.choose(key, "approve")
    assert await notify(shop, key, secret="whsec_" + "A" * 43 + "=") == 401
    headers, body = sign_notice(SECRET, "late", key, "AUTHORIZED")
    path = "/payments/test_psp/webhook"
    at = str(int(dt.datetime.now(dt.UTC).timestamp()) - 3600)
    assert (await shop.post(path, content=body, headers={**headers, "webhook-timestamp": at})).status_code == 401
    assert (await shop.post(path, content=body + b" ", headers=headers)).status_code == 401
    assert (await shop.post(path, content=body)).status_code == 401
    assert (await shop.post(path, content=b"x" * 70_000, headers=headers)).status_code == 413
    assert (await shop.post("/payments/free/webhook", content=body, headers=headers)).status_code == 404
    assert (await shop.get(path)).status_code == 405
    for unknown in ("pay_nonsense", key[:-1] + ("0" if key[-1] != "0" else "1"), "ord_1"):
        assert await notify(shop, unknown) == 404
    assert await shopper.payment() == before
    assert await shopper.state() == "PENDING_PAYMENT"


async def test_an_answer_that_was_lost(
    with_provider: Settings, database: Database, connection: Connection, tools: Tools, provider: TestProvider
):
    hasty = with_provider.model_copy(update={"test_psp": access_to(provider.url, seconds=SHORT)})
    async with served(hasty, database) as shop:
        shopper = await make_shopper(shop, connection)
        await shopper.complete("tok_timeout")
        answer, repeat = await asyncio.gather(shopper.place(), shopper.place())
        assert answer["paymentAction"] == {"kind": "WAIT", "url": None}
        assert answer["order"]["state"] == "PENDING_PAYMENT"
        assert repeat == answer
        await shopper.be_due()
        await settle(tools)
        assert (await shopper.place())["order"]["state"] == "PROCESSING"
        assert (await shopper.stock(), await shopper.mails()) == (3, 1)
        assert provider.outcome_of(await shopper.key()) == "AUTHORIZED"


async def test_a_payment_that_never_reached_the_provider(
    with_provider: Settings, database: Database, connection: Connection, tools: Tools, provider: TestProvider
):
    """The request for it may come late, and then takes nothing."""
    broken = with_provider.model_copy(update={"test_psp": access_to(f"http://127.0.0.1:{free_port()}")})
    async with served(broken, database) as shop:
        shopper = await make_shopper(shop, connection)
        await shopper.complete("tok_approve")
        assert (await shopper.place())["paymentAction"] == {"kind": "WAIT", "url": None}
        await shopper.be_due()
        await settle(tools)
        assert (await shopper.state(), await shopper.stock(), await shopper.has_cart()) == ("CANCELED", 5, True)
        assert (await shopper.payment())["state"] == "VOIDED"
        late = provider.act(await shopper.key(), "authorize", amount=2500, currency="USD", token="tok_approve")
        assert late["outcome"] == "VOIDED"
        assert [one["key"] for one in (await shopper.place())["userErrors"]] == ["payment.declined"]


async def test_orders_that_nobody_pays(shopper: Shopper, tools: Tools, provider: TestProvider):
    """After `payments.pending_minutes`."""
    await shopper.complete("tok_redirect")
    await shopper.place()
    await cancel_unpaid_orders(tools)
    assert await shopper.state() == "PENDING_PAYMENT"
    await shopper.connection.execute(
        "UPDATE sales_order SET placed_at = placed_at - interval '481 minutes' WHERE customer_id = $1", shopper.owner.id
    )
    await cancel_unpaid_orders(tools)
    assert (await shopper.state(), await shopper.stock()) == ("CANCELED", 5)
    await settle(tools)
    assert provider.outcome_of(await shopper.key()) == "VOIDED"
    provider.choose(await shopper.key(), "approve")
    assert (await shopper.payment())["state"] == "VOIDED"


async def test_an_order_on_hold_goes_on_after_it(
    shopper: Shopper, shop: httpx.AsyncClient, staff: Client, provider: TestProvider
):
    await shopper.complete("tok_redirect")
    order = (await shopper.place())["order"]["id"]
    assert (await call(staff, HOLD, id=order))["userErrors"] == []
    provider.choose(await shopper.key(), "approve")
    assert await notify(shop, await shopper.key()) == 204
    assert await shopper.state() == "ON_HOLD"
    assert (await call(staff, UNHOLD, id=order))["order"]["state"] == "PROCESSING"


async def test_an_order_on_hold_whose_payment_is_declined(
    shopper: Shopper, shop: httpx.AsyncClient, staff: Client, provider: TestProvider
):
    await shopper.complete("tok_redirect")
    order = (await shopper.place())["order"]["id"]
    assert (await call(staff, HOLD, id=order))["userErrors"] == []
    provider.choose(await shopper.key(), "decline")
    assert await notify(shop, await shopper.key()) == 204
    assert (await shopper.state(), await shopper.stock()) == ("CANCELED", 5)


async def test_invoices_that_the_provider_collects(
    shopper: Shopper, staff: Client, tools: Tools, provider: TestProvider
):
    await shopper.complete("tok_approve")
    order = (await shopper.place())["order"]["id"]
    item = encode_id("oit", *decode_keys(order, "ord", 2), 1)
    given = {"orderId": order, "idempotencyKey": uuid.uuid4().hex, "capture": "ONLINE"}
    first = await call(staff, INVOICE, **given, items=[{"orderItemId": item, "quantity": 1}])
    assert (first["userErrors"], first["invoice"]["state"]) == ([], "PAID")
    assert first["invoice"]["grandTotal"] == {"amount": "15.00"}
    assert await call(staff, INVOICE, **given, items=[{"orderItemId": item, "quantity": 1}]) == first
    shown = (await staff.data(PAYMENTS, by={"id": order}))["order"]
    assert (shown["paidTotal"], shown["payments"][0]["capturedTotal"]) == ({"amount": "15.00"}, {"amount": "15.00"})
    open_one = await call(staff, INVOICE, orderId=order, idempotencyKey=uuid.uuid4().hex, capture="NONE")
    id = open_one["invoice"]["id"]
    assert (await call(staff, CAPTURE, id=id, isOnline=True))["invoice"]["state"] == "PAID"
    assert [one["key"] for one in (await call(staff, CAPTURE, id=id, isOnline=True))["userErrors"]] == ["invoice.paid"]
    assert (await shopper.payment())["captured_total"] == 2500
    assert (await shopper.steps())[-2:] == [("CAPTURE", None), ("CAPTURE", "CAPTURED")]
    refused = await call(staff, CANCEL, id=order)
    assert [one["key"] for one in refused["userErrors"]] == ["order.nothing_to_cancel"]


async def test_what_is_not_collected(shopper: Shopper, staff: Client, tools: Tools, provider: TestProvider):
    await shopper.complete("tok_review")
    order = (await shopper.place())["order"]["id"]
    assert (await call(staff, ACCEPT, id=order))["userErrors"] == []
    given = {"orderId": order, "idempotencyKey": uuid.uuid4().hex, "capture": "ONLINE"}
    refused = await call(staff, INVOICE, **given)  # the provider itself has not accepted it
    assert [one["key"] for one in refused["userErrors"]] == ["payment.capture_declined"]
    invoices = "SELECT state FROM invoice WHERE customer_id = $1"
    assert [one["state"] for one in await shopper.connection.fetch(invoices, shopper.owner.id)] == ["OPEN"]
    provider.choose(await shopper.key(), "approve")
    id = await shopper.connection.fetchrow(
        "SELECT customer_id, order_id, id FROM invoice WHERE customer_id = $1", shopper.owner.id
    )
    assert id is not None
    answer = await call(staff, CAPTURE, id=encode_id("ivc", *id), isOnline=True)
    assert (answer["userErrors"], answer["invoice"]) == ([], {"state": "PAID"})


async def test_an_invoice_whose_capture_was_begun(
    shopper: Shopper, staff: Client, tools: Tools, provider: TestProvider
):
    """The process ended before the provider answered: nobody cancels the invoice meanwhile, and the worker ends it."""
    await shopper.complete("tok_approve")
    order = (await shopper.place())["order"]["id"]
    made = await call(staff, INVOICE, orderId=order, idempotencyKey=uuid.uuid4().hex, capture="NONE")
    id, row = made["invoice"]["id"], await shopper.payment()
    await shopper.connection.execute(
        "INSERT INTO payment_capture (customer_id, order_id, payment_id, id, state, amount) VALUES ($1, $2, $3, $4, 'STARTED', 2500)",
        *(row["customer_id"], row["order_id"], row["id"]),
        decode_keys(id, "ivc", 3)[2],
    )
    for document in (CANCEL_INVOICE, CAPTURE):
        assert [one["key"] for one in (await call(staff, document, id=id))["userErrors"]] == ["payment.capture_begun"]
    await shopper.be_due()
    await settle(tools)
    [paid] = (await staff.data("query N($id: ID!) { node(id: $id) { ... on Invoice { state } } }", id=id)).values()
    assert paid == {"state": "PAID"}


async def test_orders_paid_outside_have_no_provider(shopper: Shopper, staff: Client):
    await shopper.complete("tok_approve")
    assert (await call(shopper.client, SET_PAYMENT, code="check_money_order"))["userErrors"] == []
    order = (await shopper.place())["order"]
    assert order["state"] == "NEW"
    given = {"orderId": order["id"], "idempotencyKey": uuid.uuid4().hex, "capture": "ONLINE"}
    refused = await call(staff, INVOICE, **given)
    assert [(one["key"], one["path"]) for one in refused["userErrors"]] == [("payment.not_authorized", ["capture"])]
    shown = (await staff.data(PAYMENTS, by={"id": order["id"]}))["order"]
    assert shown["payments"] == []
    invoices = "SELECT count(*) FROM invoice WHERE customer_id = $1"
    assert await shopper.connection.fetchval(invoices, shopper.owner.id) == 0


async def test_a_canceled_order_gives_the_payment_back(
    shopper: Shopper, staff: Client, tools: Tools, provider: TestProvider
):
    await shopper.complete("tok_approve")
    order = (await shopper.place())["order"]["id"]
    assert (await call(staff, CANCEL, id=order))["userErrors"] == []
    assert (await shopper.state(), (await shopper.payment())["state"]) == ("CANCELED", "VOIDING")
    await settle(tools)
    assert ((await shopper.payment())["state"], provider.outcome_of(await shopper.key())) == ("VOIDED", "VOIDED")
    assert (await shopper.steps())[-1] == ("VOID", "VOIDED")
    assert await shopper.has_cart() is False


async def test_tokens_are_in_no_log_and_no_history(shopper: Shopper, capsys: Any):
    await shopper.complete("tok_approve")
    await shopper.place()
    assert (
        await shopper.connection.fetchval(
            "SELECT count(*) FROM cart WHERE payment_token IS NOT NULL AND customer_id = $1", shopper.owner.id
        )
        == 0
    )
    for table in ("order_payment", "payment_transaction", "order_comment", "domain_event", "sales_order"):
        found = await shopper.connection.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%tok_approve%'")
        assert found == 0


def test_what_workers_do():
    """Every two seconds, and every five minutes."""
    names = [work.name for work in WORK.polls] + [work.name for work in WORK.schedules]
    assert {"payments.settle", "payments.cancel_unpaid"} <= set(names)


async def test_the_shop_names_the_method(shopper: Shopper, staff: Client):
    assert (await set_one(staff, "payments.test_psp_label", "Play money"))["userErrors"] == []
    try:
        shown = await shopper.client.data("{ cart { paymentMethods { code label } } }")
    finally:
        await reset_one(staff, "payments.test_psp_label")
    assert {"code": "test_psp", "label": "Play money"} in shown["cart"]["paymentMethods"]


async def test_the_method_is_offered_where_there_is_a_provider_only(shopper: Shopper, storefront: Client):
    client = Client(storefront.http, "/graphql", shopper.client.token)
    shown = await client.data("{ cart { paymentMethods { code } } }")
    assert "test_psp" not in [one["code"] for one in shown["cart"]["paymentMethods"]]
