"""Shoppers who are ready to order."""

from typing import Any

from customer_gql.commerce.catalog.tables import product_stock, product_website
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import make_product, put

_ERRORS = "userErrors { code key path params }"
ADD = "mutation A($i: CartItemsAddInput!) { cartItemsAdd(input: $i) { cartToken userErrors { key } } }"
SET_ADDRESSES = "mutation M($i: CartAddressesSetInput!) { cartAddressesSet(input: $i) { userErrors { key path } } }"
SET_SHIPPING = "mutation M($i: CartShippingMethodSetInput!) { cartShippingMethodSet(input: $i) { userErrors { key } } }"
SET_PAYMENT = "mutation M($i: CartPaymentMethodSetInput!) { cartPaymentMethodSet(input: $i) { userErrors { key } } }"
APPLY = "mutation M($i: CartCouponInput!) { cartCouponApply(input: $i) { userErrors { key } } }"
PLACE = f"""mutation P($i: OrderPlaceInput!) {{ orderPlace(input: $i) {{
  order {{ id number state status isGuest grandTotal {{ amount }} }} guestOrderToken {_ERRORS} }} }}"""
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


async def sell(connection: Connection, price: int, *, stock: int | None = None, **given: Any) -> Row:
    made = await make_product(connection, price, **given)
    await put(connection, product_website, product_id=made.id, website_id=1)
    if stock is not None:
        await put(connection, product_stock, product_id=made.id, quantity=stock)
    return made


async def call(client: Client, document: str, **given: Any) -> Any:
    [answer] = (await client.data(document, i=given)).values()
    return answer


async def fill(client: Client, *lines: tuple[Row, int], **options: Any) -> str | None:
    """The token of a new guest."""
    answer = await call(
        client, ADD, items=[{"sku": made.sku, "quantity": quantity, **options} for made, quantity in lines]
    )
    assert answer["userErrors"] == []
    return answer["cartToken"]


async def complete(client: Client, *, email: str | None = None, payment: str = "check_money_order") -> None:
    for document, given in (
        (SET_ADDRESSES, {"email": email, "shipping": {"address": HOME}}),
        (SET_SHIPPING, {"code": "flat_rate"}),
        (SET_PAYMENT, {"code": payment}),
    ):
        assert (await call(client, document, **given))["userErrors"] == []


async def place(client: Client, key: str, total: str, **given: Any) -> Any:
    return await call(client, PLACE, idempotencyKey=key, expectedGrandTotal=total, **given)
