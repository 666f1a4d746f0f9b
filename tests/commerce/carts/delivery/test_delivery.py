"""Where carts go, what sending them costs, and the taxes there (docs/domain/carts.md#carts-13)."""

import uuid
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from customer_gql.commerce.catalog.tables import product_website
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.configuration import reset_one, set_one
from support.customers import make_address, make_customer, make_product, put

ADD = """mutation A($i: CartItemsAddInput!) { cartItemsAdd(input: $i) { cartToken userErrors { key } } }"""
_ERRORS = "userErrors { code key path }"
CART = """cart { email shippingAddress { firstName countryCode region } billingAddress { city }
  shippingMethods { code label price { amount } } shippingMethod { code price { amount } }
  paymentMethods { code label } paymentMethod { code } grandTotal { amount } totals { code amount { amount } }
  items { tax { amount } } blockers { key path params } }"""
READ = f"{{ {CART} }}"
ADDRESSES = f"mutation M($i: CartAddressesSetInput!) {{ cartAddressesSet(input: $i) {{ {CART} {_ERRORS} }} }}"
SHIPPING = f"mutation M($i: CartShippingMethodSetInput!) {{ cartShippingMethodSet(input: $i) {{ {CART} {_ERRORS} }} }}"
PAYMENT = f"mutation M($i: CartPaymentMethodSetInput!) {{ cartPaymentMethodSet(input: $i) {{ {CART} {_ERRORS} }} }}"
REPLACE = """mutation R($i: ShippingTableRatesReplaceInput!, $dry: Boolean!) {
  shippingTableRatesReplace(input: $i, dryRun: $dry) { rateCount userErrors { key path } } }"""
RATES = """query R($id: ID!) { shippingTableRates(websiteId: $id) { totalCount nodes {
  countryCode region postcode minimum price { amount currency } website { id } } } }"""
HOME = {
    "firstName": "Ada",
    "lastName": "Byron",
    "street": ["1 Main St"],
    "city": "Beverly Hills",
    "region": "CA",
    "postcode": "90210",
    "countryCode": "US",
    "telephone": "555-010-2030",
}
WEBSITE = encode_id("web", 1)


async def call(client: Client, document: str, **given: Any) -> Any:
    [answer] = (await client.data(document, i=given)).values()
    return answer


def show_totals(cart: Any) -> dict[str, str]:
    return {one["code"]: one["amount"]["amount"] for one in cart["totals"]}


async def make_class(connection: Connection, kind: str) -> int:
    id = await connection.fetchval("SELECT max(id) + 1 FROM tax_class")
    await connection.execute(
        "INSERT INTO tax_class (id, name, kind) VALUES ($1, $2, $3)", id, f"Class {uuid.uuid4().hex}", kind
    )
    return id


@pytest.fixture
async def goods(connection: Connection) -> AsyncGenerator[int]:
    """A tax class of products that is taxed in California with 7.25 percent, and with 1 percent on top of it."""
    id, customers = await make_class(connection, "PRODUCT"), await make_class(connection, "CUSTOMER")
    before = await connection.fetchval("SELECT tax_class_id FROM customer_group WHERE id = 0")
    await connection.execute("UPDATE customer_group SET tax_class_id = $1 WHERE id = 0", customers)
    for place, (percent, region) in enumerate([("7.25", "US-CA"), ("1", None)]):
        await connection.execute(
            "INSERT INTO tax_rate (id, code, country_code, region, percent) VALUES ($1, $2, 'US', $3, $4::text::numeric)",
            id * 10 + place,
            uuid.uuid4().hex,
            region,
            percent,
        )
        await connection.execute(
            "INSERT INTO tax_rule (id, code, priority, customer_class_ids, product_class_ids, rate_ids)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            id * 10 + place,
            uuid.uuid4().hex,
            place,
            [customers],
            [id],
            [id * 10 + place],
        )
    yield id
    await connection.execute("UPDATE customer_group SET tax_class_id = $1 WHERE id = 0", before)
    await connection.execute("DELETE FROM tax_rule WHERE id / 10 = $1", id)
    await connection.execute("DELETE FROM tax_rate WHERE id / 10 = $1", id)


async def sell(connection: Connection, price: int, **given: Any) -> Row:
    made = await make_product(connection, price, **given)
    await put(connection, product_website, product_id=made.id, website_id=1)
    return made


async def begin(guest: Client, *lines: tuple[Row, int]) -> None:
    answer = await call(guest, ADD, items=[{"sku": made.sku, "quantity": quantity} for made, quantity in lines])
    assert answer["userErrors"] == []
    guest.http.headers["x-cart-token"] = answer["cartToken"]


@pytest.fixture
async def guest(storefront: Client) -> AsyncGenerator[Client]:
    yield storefront
    storefront.http.headers.pop("x-cart-token", None)


async def test_a_guest_completes_a_cart(guest: Client, connection: Connection):
    await begin(guest, (await sell(connection, 1000), 3))
    empty = (await guest.data(READ))["cart"]
    assert (empty["shippingMethods"], empty["shippingAddress"]) == ([], None)
    assert [one["path"] for one in empty["blockers"]] == [
        ["email"],
        ["shippingAddress"],
        ["billingAddress"],
        ["shippingMethod"],
        ["paymentMethod"],
    ]
    assert {one["key"] for one in empty["blockers"]} == {"cart.incomplete"}
    [refused] = (await call(guest, SHIPPING, code="flat_rate"))["userErrors"]
    assert (refused["key"], refused["path"]) == ("cart.shipping_method_not_offered", ["code"])
    answer = await call(guest, ADDRESSES, email=" ada@example.com ", shipping={"address": HOME})
    assert answer["userErrors"] == []
    cart = answer["cart"]
    assert cart["email"] == "ada@example.com"
    assert cart["shippingAddress"] == {"firstName": "Ada", "countryCode": "US", "region": "California"}
    assert cart["billingAddress"] == {"city": "Beverly Hills"}
    assert cart["shippingMethods"] == [{"code": "flat_rate", "label": "Flat rate", "price": {"amount": "5.00"}}]
    [refused] = (await call(guest, SHIPPING, code="free_shipping"))["userErrors"]
    assert refused["key"] == "cart.shipping_method_not_offered"
    cart = (await call(guest, SHIPPING, code="flat_rate"))["cart"]
    assert (cart["shippingMethod"]["code"], cart["grandTotal"]) == ("flat_rate", {"amount": "35.00"})
    assert cart["paymentMethods"] == [{"code": "check_money_order", "label": "Check or money order"}]
    for code in ("free", "purchase_order", "test"):
        [refused] = (await call(guest, PAYMENT, code=code, **_needed(code)))["userErrors"]
        assert refused["key"] == "cart.payment_method_not_offered"
    [refused] = (await call(guest, PAYMENT, code="check_money_order", token="4242"))["userErrors"]
    assert (refused["key"], refused["path"]) == ("cart.payment_value_not_taken", ["token"])
    cart = (await call(guest, PAYMENT, code="check_money_order"))["cart"]
    assert (cart["paymentMethod"], cart["blockers"]) == ({"code": "check_money_order"}, [])


def _needed(code: str) -> dict[str, str]:
    return {"purchaseOrderNumber": "PO-1"} if code == "purchase_order" else {}


async def test_addresses_of_the_book_are_copied_and_those_of_others_unknown(as_customer: Any, connection: Connection):
    ada, eve = await make_customer(connection), await make_customer(connection)
    client, made = await as_customer(ada.id), await sell(connection, 1000)
    assert (await call(client, ADD, items=[{"sku": made.sku}]))["userErrors"] == []
    own, other = await make_address(connection, ada), await make_address(connection, eve)
    ids = [encode_id("adr", owner.id, row.id) for owner, row in ((ada, own), (eve, other))]
    wrong = {"address": {**HOME, "postcode": None, "countryCode": "XX"}}
    answer = await call(client, ADDRESSES, shipping={"addressId": ids[1]}, billing=wrong)
    assert (answer["cart"], answer["userErrors"]) == (
        None,
        [
            {"code": "NOT_FOUND", "key": "address.not_found", "path": ["shipping", "addressId"]},
            {"code": "INVALID", "key": "address.country_unknown", "path": ["billing", "address", "countryCode"]},
        ],
    )
    cart = (await call(client, ADDRESSES, shipping={"addressId": ids[0]}))["cart"]
    assert cart["shippingAddress"]["firstName"] == own.first_name
    await connection.execute("UPDATE address SET first_name = 'Changed' WHERE id = $1", own.id)
    cart = (await client.data(READ))["cart"]
    assert (cart["shippingAddress"]["firstName"], cart["email"]) == (own.first_name, None)
    cart = (await call(client, ADDRESSES, billing={"address": HOME}))["cart"]
    assert (cart["billingAddress"]["city"], cart["shippingAddress"]["firstName"]) == (HOME["city"], own.first_name)


async def test_tax_is_added_by_rate_where_the_goods_go(guest: Client, connection: Connection, goods: int):
    taxed, free = await sell(connection, 333, tax_class_id=goods), await sell(connection, 100)
    file = await sell(connection, 1000, tax_class_id=goods, type="DOWNLOADABLE")
    await begin(guest, (taxed, 3), (free, 1), (file, 1))
    assert show_totals((await guest.data(READ))["cart"])["TAX"] == "0.00"
    elsewhere = {**HOME, "region": "NV", "postcode": "89109"}
    answer = await call(guest, ADDRESSES, shipping={"address": HOME}, billing={"address": elsewhere})
    # 9.99 with 7.25 percent are 0.72, and 1 percent of 10.71 is 0.11; the file is taxed where the bill goes, with 1 percent.
    assert [line["tax"]["amount"] for line in answer["cart"]["items"]] == ["0.83", "0.00", "0.10"]
    await call(guest, SHIPPING, code="flat_rate")
    assert show_totals((await guest.data(READ))["cart"]) == {
        "SUBTOTAL": "20.99",
        "DISCOUNT": "0.00",
        "SHIPPING": "5.00",
        "TAX": "0.93",
        "GRAND_TOTAL": "26.92",
        "AMOUNT_DUE": "26.92",
    }


async def test_prices_that_include_tax_stay_what_shoppers_pay(
    guest: Client, admin_client: Client, connection: Connection, goods: int
):
    await begin(guest, (await sell(connection, 1083, tax_class_id=goods), 1))
    await call(guest, ADDRESSES, shipping={"address": HOME})
    await call(guest, SHIPPING, code="flat_rate")
    name = await connection.fetchval("SELECT name FROM tax_class WHERE id = $1", goods)
    assert [error["code"] for error in (await set_one(admin_client, "taxes.shipping_class", "no"))["userErrors"]] == [
        "NOT_FOUND"
    ]
    try:
        await set_one(admin_client, "taxes.prices_include_tax", True)
        assert show_totals((await guest.data(READ))["cart"])["GRAND_TOTAL"] == "15.83"
        await set_one(admin_client, "taxes.shipping_class", name)
        shown = show_totals((await guest.data(READ))["cart"])
    finally:
        await reset_one(admin_client, "taxes.prices_include_tax")
        await reset_one(admin_client, "taxes.shipping_class")
    # Of 10.83 there are 0.83 tax, and of 5.00 0.38.
    assert shown == {
        "SUBTOTAL": "10.00",
        "DISCOUNT": "0.00",
        "SHIPPING": "4.62",
        "TAX": "1.21",
        "GRAND_TOTAL": "15.83",
        "AMOUNT_DUE": "15.83",
    }


async def test_rates_of_a_table_go_by_the_closest_place(guest: Client, admin_client: Client, connection: Connection):
    await begin(guest, (await sell(connection, 1000, weight=2), 3))
    await call(guest, ADDRESSES, shipping={"address": HOME})
    rates = [
        {"minimum": "0", "price": "9.00"},
        {"minimum": "0", "price": "8.00", "countryCode": "us"},
        {"minimum": "6", "price": "7.00", "countryCode": "US", "region": "California"},
        {"minimum": "6.001", "price": "1.00", "countryCode": "US", "region": "CA"},
        {"minimum": "0", "price": "2.00", "countryCode": "US", "postcode": "89*"},
    ]
    bad = [
        *rates,
        {"minimum": "0.0", "price": "9.00"},
        {"minimum": "-1", "price": "9.001", "region": "CA"},
        {"minimum": "0", "price": "1", "countryCode": "US", "postcode": "%"},
    ]
    [answer] = (await admin_client.data(REPLACE, i={"websiteId": WEBSITE, "rates": bad}, dry=False)).values()
    assert (answer["rateCount"], [(one["key"], one["path"]) for one in answer["userErrors"]]) == (
        None,
        [
            ("shipping_rate.repeated", ["rates", "5"]),
            ("shipping_rate.amount_wrong", ["rates", "6", "minimum"]),
            ("shipping_rate.postcode_wrong", ["rates", "7", "postcode"]),
        ],
    )
    try:
        for dry in (True, False):
            [answer] = (await admin_client.data(REPLACE, i={"websiteId": WEBSITE, "rates": rates}, dry=dry)).values()
            assert answer == {"rateCount": 5, "userErrors": []}
            stored = (await admin_client.data(RATES, id=WEBSITE))["shippingTableRates"]
            assert stored["totalCount"] == (0 if dry else 5)
        assert stored["nodes"][2] == {
            "countryCode": "US",
            "region": "US-CA",
            "postcode": None,
            "minimum": "6",
            "price": {"amount": "7.00", "currency": "USD"},
            "website": {"id": WEBSITE},
        }
        kinds = await connection.fetch(
            "SELECT kind FROM staff_event WHERE subject = $1 ORDER BY id DESC LIMIT 1", WEBSITE
        )
        assert [row.kind for row in kinds] == ["SHIPPING_RATES_REPLACED"]
        await set_one(admin_client, "shipping.table_rate_enabled", True)
        await set_one(admin_client, "shipping.free_enabled", True)
        await set_one(admin_client, "shipping.free_from", "30.00")
        found = (await guest.data(READ))["cart"]["shippingMethods"]
        assert [(one["code"], one["price"]["amount"]) for one in found] == [
            ("flat_rate", "5.00"),
            ("free_shipping", "0.00"),
            ("table_rate", "7.00"),
        ]
        await set_one(admin_client, "shipping.table_rate_by", "ITEM_COUNT")
        await set_one(admin_client, "shipping.free_from", "30.01")
        found = (await guest.data(READ))["cart"]["shippingMethods"]
        assert [(one["code"], one["price"]["amount"]) for one in found] == [
            ("flat_rate", "5.00"),
            ("table_rate", "8.00"),
        ]
    finally:
        for path in ("table_rate_enabled", "free_enabled", "free_from", "table_rate_by"):
            await reset_one(admin_client, f"shipping.{path}")
        await connection.execute("DELETE FROM shipping_table_rate WHERE website_id = 1")


async def test_the_group_of_a_vat_number_decides_the_cart(guest: Client, admin_client: Client, connection: Connection):
    made = await sell(connection, 1000)
    await connection.execute(
        "INSERT INTO product_tier_price (id, product_id, group_id, quantity, price) VALUES ($1, $1, 2, 1, 400)", made.id
    )
    await begin(guest, (made, 1))
    settings = {
        "customers.automatic_group": True,
        "shop.country": "DE",
        "customers.vat_intra_union_group": 2,
        "customers.show_vat_number": True,
    }
    paris = {**HOME, "countryCode": "FR", "region": None, "postcode": "75001", "city": "Paris"}
    try:
        for path, value in settings.items():
            assert (await set_one(admin_client, path, value))["userErrors"] == []
        for number, total in (("FR40303265045", "4.00"), ("FR40303265046", "10.00"), (None, "10.00")):
            answer = await call(guest, ADDRESSES, shipping={"address": {**paris, "vatNumber": number}})
            assert answer["userErrors"] == []
            assert answer["cart"]["grandTotal"]["amount"] == total
    finally:
        for path in settings:
            await reset_one(admin_client, path)


async def test_a_remembered_customer_is_not_shown_or_changed(
    storefront: Client, as_customer: Any, connection: Connection
):
    storefront.http.headers["x-persistent-token"] = "of nobody"
    try:
        response = await storefront.post(ADDRESSES, i={"shipping": {"address": HOME}})
    finally:
        del storefront.http.headers["x-persistent-token"]
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


NAMES = {
    "shipping.flat_rate_label": "Parcel",
    "shipping.free_label": "Gift",
    "shipping.table_rate_label": "Freight",
    "payments.check_money_order_label": "Check",
    "payments.purchase_order_label": "On account",
    "payments.free_label": "Nothing",
}
SWITCHES = {
    "shipping.free_enabled": True,
    "shipping.flat_rate_price": "4.50",
    "payments.purchase_order_enabled": True,
    "carts.minimum_amount": "20.00",
    "carts.minimum_includes_tax": False,
}


async def test_settings_decide_what_is_offered(guest: Client, admin_client: Client, connection: Connection):
    made = await sell(connection, 1000)
    await begin(guest, (made, 1))
    await call(guest, ADDRESSES, shipping={"address": HOME})
    try:
        for path, value in {**NAMES, **SWITCHES}.items():
            assert (await set_one(admin_client, path, value))["userErrors"] == []
        cart = (await guest.data(READ))["cart"]
        assert [(one["label"], one["price"]["amount"]) for one in cart["shippingMethods"]] == [
            ("Parcel", "4.50"),
            ("Gift", "0.00"),
        ]
        assert [one["label"] for one in cart["paymentMethods"]] == ["Check", "On account"]
        blocker = {"key": "cart.minimum_amount", "path": [], "params": {"amount": "20.00", "currency": "USD"}}
        assert blocker in cart["blockers"]
        await set_one(admin_client, "payments.check_money_order_enabled", False)
        [refused] = (await call(guest, PAYMENT, code="purchase_order"))["userErrors"]
        assert (refused["code"], refused["path"]) == ("REQUIRED", ["purchaseOrderNumber"])
        cart = (await call(guest, PAYMENT, code="purchase_order", purchaseOrderNumber="PO 7"))["cart"]
        assert cart["paymentMethod"] == {"code": "purchase_order"}
        await connection.execute("UPDATE product SET price = 0 WHERE id = $1", made.id)
        assert (await guest.data(READ))["cart"]["paymentMethods"] == [{"code": "free", "label": "Nothing"}]
        for path in ("payments.free_enabled", "shipping.flat_rate_enabled"):
            await set_one(admin_client, path, False)
        cart = (await guest.data(READ))["cart"]
        assert (cart["paymentMethods"], [one["code"] for one in cart["shippingMethods"]]) == ([], ["free_shipping"])
        [refused] = (await set_one(admin_client, "carts.minimum_amount", "-1"))["userErrors"]
        assert refused["code"] == "INVALID"
    finally:
        off = ("payments.free_enabled", "payments.check_money_order_enabled", "shipping.flat_rate_enabled")
        for path in (*NAMES, *SWITCHES, *off):
            await reset_one(admin_client, path)
