from functools import partial
from typing import Any, Final, NamedTuple

import strawberry

from customer_gql.commerce.carts.shown.loaded_prices import fetch_by_loads, load_priced_cart, show_money
from customer_gql.commerce.shipping.ports import ShopReads, ask_rates
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import Money


@strawberry.type(description="An address of a cart, copied when it was set.")
class CartAddress:
    prefix: str | None = column("Title.", personal=True)
    first_name: str = column("First name of the recipient.", personal=True)
    middle_name: str | None = column("Middle name or initial.", personal=True)
    last_name: str = column("Last name of the recipient.", personal=True)
    suffix: str | None = column("Suffix after the name.", personal=True)
    company: str | None = column("Company.", personal=True)
    street: list[str] = column("Street, one to four lines.", personal=True)
    city: str = column("City.", personal=True)
    region: str | None = column("State or province.")
    postcode: str | None = column("Postal code.", personal=True)
    country_code: str = column("ISO 3166-1 code of two letters.")
    telephone: str | None = column("Telephone.", personal=True)
    fax: str | None = column("Fax.", personal=True)
    vat_number: str | None = column("VAT number at this address.", personal=True)


class _ShownShipping(NamedTuple):
    code: str
    label: str
    price: Money


class _ShownPayment(NamedTuple):
    code: str
    label: str


@strawberry.type(description="A way in which a cart can be sent.")
class CartShippingMethod:
    code: str = column("Code of the method, for `cartShippingMethodSet`.")
    label: str = column("Name for shoppers.")
    price: Money = column("What it costs, before discounts; with tax where prices include tax.")


@strawberry.type(description="A way in which a cart can be paid.")
class CartPaymentMethod:
    code: str = column("Code of the method, for `cartPaymentMethodSet`.")
    label: str = column("Name for shoppers.")


_HIDDEN: Final = "Null for a device that only remembers the customer."


async def _sees_facts(context: Context, row: Any) -> bool:
    """A device that remembers a customer is not the customer; the cart of a guest comes with its token alone."""
    viewer = context.viewer
    if viewer.is_staff_or_service or viewer.customer_id == row.customer_id:
        return True
    return not (await load_priced_cart(context, row)).shopper.is_customer


async def _find_address(info: Info, row: Any, kind: str) -> Any:
    if not await _sees_facts(info.context, row):
        return None
    return getattr((await load_priced_cart(info.context, row)).destination, kind)


@strawberry.type
class CartDeliverySection:
    @strawberry.field(
        graphql_type=str | None,
        description=f"E-mail address for the order; null where the customer's own is meant, or none is set. {_HIDDEN}",
        metadata={"personal": True},
    )
    async def email(self: Any, info: Info) -> Any:
        return self.email if await _sees_facts(info.context, self) else None

    @strawberry.field(
        graphql_type=CartAddress | None,
        description=f"Where goods are sent; null while it is not set. {_HIDDEN}",
    )
    async def shipping_address(self: Any, info: Info) -> Any:
        return await _find_address(info, self, "shipping")

    @strawberry.field(
        graphql_type=CartAddress | None,
        description=f"Where the bill goes; null while it is not set. {_HIDDEN}",
    )
    async def billing_address(self: Any, info: Info) -> Any:
        return await _find_address(info, self, "billing")

    @strawberry.field(
        graphql_type=list[CartShippingMethod],
        description="Ways in which the cart can be sent, at most 20 of each carrier; empty while no shipping address is set, and "
        "where nothing is shipped.",
        metadata={"assumed": 3},
    )
    async def shipping_methods(self: Any, info: Info) -> Any:
        context = info.context
        priced = await load_priced_cart(context, self)
        if priced.question is None:
            return []
        rates = await ask_rates(priced.question, ShopReads(priced.options, partial(fetch_by_loads, context)))
        return [_ShownShipping(rate.code, rate.label, show_money(rate.amount, self.currency)) for rate in rates]

    @strawberry.field(
        graphql_type=CartShippingMethod | None,
        description="The chosen way of sending it; null without one, or while it is not offered.",
    )
    async def shipping_method(self: Any, info: Info) -> Any:
        rate = (await load_priced_cart(info.context, self)).rate
        return None if rate is None else _ShownShipping(rate.code, rate.label, show_money(rate.amount, self.currency))

    @strawberry.field(
        graphql_type=list[CartPaymentMethod],
        description="Ways in which what is due can be paid; there are only a few.",
        metadata={"assumed": 3},
    )
    async def payment_methods(self: Any, info: Info) -> Any:
        found = (await load_priced_cart(info.context, self)).payment_methods
        return [_ShownPayment(*method) for method in found.items()]

    @strawberry.field(
        graphql_type=CartPaymentMethod | None,
        description="The chosen way of paying it; null without one, or while it is not offered.",
    )
    async def payment_method(self: Any, info: Info) -> Any:
        code, found = self.payment_method, (await load_priced_cart(info.context, self)).payment_methods
        return _ShownPayment(code, found[code]) if code in found else None
