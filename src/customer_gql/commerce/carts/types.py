import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import strawberry
from strawberry.scalars import JSON

from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.customers.accounts.remembered.types import Remembered
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import Money, graph_enum, money
from customer_gql.shop.settings.loaded_values import load_setting
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website

from . import reads
from .lines.blockers import find_blockers
from .lines.priced_lines import CartChangeKind, PricedLine, parse_options
from .settings import LIFETIME
from .shown.delivery import CartDeliverySection
from .shown.loaded_prices import load_priced_cart, show_money

graph_enum(
    CartChangeKind,
    "How a cart differs from what the shopper accepted.",
    {
        "PRICE_ROSE": "A unit costs more.",
        "PRICE_FELL": "A unit costs less.",
        "QUANTITY_UNAVAILABLE": "There are not as many as the line has, or not in this quantity.",
        "NOT_SALABLE": "It cannot be bought any more.",
        "COUPON_LOST": "A coupon of the cart does not apply any more.",
    },
)


async def _find_line(info: Info, item: Any) -> tuple[PricedLine | None, str]:
    """The line with its price, and the currency of its cart."""
    row = await info.context.load(reads.carts_by_id, (item.customer_id, item.cart_id))
    priced = await load_priced_cart(info.context, row)
    return next((line for line in priced.lines if line.row.id == item.id), None), row.currency


@strawberry.type(description="A value that was chosen for an option of a product.")
class ChosenProductOption:
    code: str = column("Code of the option.")
    value: str = column("Code of the value.")


def chosen_options(note: str = "") -> Any:
    """The field of whatever stores chosen values in a column `options`. `note` ends its description."""

    def options(self: Any) -> Any:
        return parse_options(self.options)

    told = "Chosen values of the product's options, by code of the option; at most 50."
    return strawberry.field(
        resolver=options,
        graphql_type=list[ChosenProductOption],
        description=f"{told} {note}".strip(),
        metadata={"assumed": 2},
    )


@strawberry.type(description="An item of a cart.")
class CartItem(Node):
    id: strawberry.ID = node_id("cit", reads.items_by_id, "customer_id", "cart_id", "id", description="Id of the item.")
    quantity: int = column("Quantity in the cart.")
    added_at: dt.datetime = column("Time at which the item was added.")
    product: Product = loaded(products_by_id, key="product_id", description="Product of the item.")

    options: list[ChosenProductOption] = chosen_options()

    @strawberry.field(
        graphql_type=Money | None,
        description="Price of a unit today for the shopper and this quantity, with options; null where it cannot be bought.",
    )
    async def unit_price(self: Any, info: Info) -> Any:
        line, currency = await _find_line(info, self)
        return None if line is None or line.unit_price is None else show_money(line.unit_price, currency)

    @strawberry.field(
        graphql_type=Money | None,
        description="Price of a unit that staff gave, in the place of that of the catalog; null without.",
    )
    async def custom_price(self: Any, info: Info) -> Any:
        row = await info.context.load(reads.carts_by_id, (self.customer_id, self.cart_id))
        return None if self.custom_price is None else show_money(self.custom_price, row.currency)

    @strawberry.field(
        graphql_type=Money,
        description="Unit price times quantity, before discounts and tax; 0 where it cannot be bought.",
    )
    async def row_total(self: Any, info: Info) -> Any:
        line, currency = await _find_line(info, self)
        return show_money(0 if line is None else line.row_total, currency)

    @strawberry.field(graphql_type=Money, description="What price rules and coupons take off the line.")
    async def discount(self: Any, info: Info) -> Any:
        row = await info.context.load(reads.carts_by_id, (self.customer_id, self.cart_id))
        priced = await load_priced_cart(info.context, row)
        return show_money(priced.find_discount(self.id), row.currency)

    @strawberry.field(
        graphql_type=Money,
        description="Tax of the line, less its discount; included in its price where prices include tax. 0 while no address is "
        "set.",
    )
    async def tax(self: Any, info: Info) -> Any:
        row = await info.context.load(reads.carts_by_id, (self.customer_id, self.cart_id))
        priced = await load_priced_cart(info.context, row)
        return show_money(priced.find_tax(self.id), row.currency)


class _ShownTotal(NamedTuple):
    code: str
    amount: Money


class _ShownChange(NamedTuple):
    kind: CartChangeKind
    before: str
    after: str
    item: Any


class _ShownCoupon(NamedTuple):
    code: str
    is_applicable: bool


_SHOWN_TOTALS: Final = {
    "SUBTOTAL": "subtotal",
    "DISCOUNT": "discount_total",
    "SHIPPING": "shipping_total",
    "TAX": "tax_total",
    "GRAND_TOTAL": "grand_total",
    "AMOUNT_DUE": "amount_due",
}


class _ShownBlocker(NamedTuple):
    key: str
    params: Mapping[str, Any]
    path: Sequence[str]


@strawberry.type(description="How a cart differs from what the shopper accepted.")
class CartChange:
    kind: CartChangeKind = column("What differs.")
    before: str = column("Accepted amount in major units, or quantity; the code of a lost coupon.")
    after: str = column("Amount in major units, or quantity, as it is offered now; empty for a lost coupon.")
    item: CartItem | None = column("The line; null for a coupon.")


@strawberry.type(description="A coupon of a cart.")
class CartCoupon:
    code: str = column("Code of the coupon.")
    is_applicable: bool = column(
        "Whether it applies to the shopper today; its rule may still ask for more of the cart."
    )


@strawberry.type(description="A part of what a cart comes to.")
class CartTotal:
    code: str = column(
        "Name of the step that computes it: `SUBTOTAL`, `DISCOUNT`, `SHIPPING`, `TAX`, `GRAND_TOTAL` or `AMOUNT_DUE`; others may "
        "follow."
    )
    amount: Money = column("Amount. That of `DISCOUNT` is taken off the subtotal.")


@strawberry.type(description="What keeps a cart from being ordered.")
class CartBlocker:
    key: str = column("Stable name of the rule, the `key` of its refusal, as `product.not_salable`.")
    params: JSON = column("Values that the rule is about, by name.")  # pyright: ignore[reportInvalidTypeForm]
    path: list[str] = column("Part of the cart that it is about: `items` and the id of an item; empty for the whole.")


@strawberry.type(description="The products that a shopper is about to buy on a website.")
class Cart(CartDeliverySection, Node):
    id: strawberry.ID = node_id("crt", reads.carts_by_id, "customer_id", "id", description="Id of the cart.")
    version: int = column("Counts the changes of the cart.")
    item_count: int = column("Number of different items.")
    subtotal: Money = money(
        "Sum of the items at the base prices of their products: without options, tiers, special prices and price rules, before "
        "discounts, shipping and tax.",
        amount="subtotal",
    )
    updated_at: dt.datetime = column("Time of the last change.")
    website: Website = loaded(websites_by_id, key="website_id", description="Website on which it was filled.")
    items: list[CartItem] = loaded(
        reads.items_by_cart, key=("customer_id", "id"), description="Items of the cart, oldest first; at most 500."
    )

    @strawberry.field(
        graphql_type=list[CartCoupon],
        description="Coupons that were applied, in the order in which they came; at most 10.",
        metadata={"assumed": 1},
    )
    async def coupons(self: Any, info: Info) -> Any:
        found = (await load_priced_cart(info.context, self)).coupons
        return [_ShownCoupon(key if row is None else row.code, row is not None) for key, row in found.items()]

    @strawberry.field(
        graphql_type=list[CartTotal],
        description="What the cart comes to at the prices of now, step by step. Shipping is in it once a method is chosen, tax once an "
        "address is set. Where prices include tax, subtotal, discount and shipping are stated without it.",
        metadata={"assumed": 6},
    )
    async def totals(self: Any, info: Info) -> Any:
        found = (await load_priced_cart(info.context, self)).totals
        return [
            _ShownTotal(code, show_money(getattr(found, name), self.currency)) for code, name in _SHOWN_TOTALS.items()
        ]

    @strawberry.field(
        graphql_type=Money,
        description="What the cart costs at the prices of now: subtotal less discount, plus shipping and tax.",
    )
    async def grand_total(self: Any, info: Info) -> Any:
        return show_money((await load_priced_cart(info.context, self)).totals.grand_total, self.currency)

    @strawberry.field(graphql_type=Money, description="What is left of the grand total to pay.")
    async def amount_due(self: Any, info: Info) -> Any:
        return show_money((await load_priced_cart(info.context, self)).totals.amount_due, self.currency)

    @strawberry.field(
        graphql_type=dt.datetime, description="Time at which the cart is deleted, unless it is changed before."
    )
    async def expires_at(self: Any, info: Info) -> Any:
        return self.updated_at + dt.timedelta(days=await load_setting(info.context, LIFETIME, self.website_id))

    @strawberry.field(
        graphql_type=list[CartChange],
        description="How lines differ from what the shopper accepted last, by an own change of the line or by "
        "`cartChangesAccept`; at most two of each line, and the coupons that are lost.",
        metadata={"assumed": 3},
    )
    async def changes(self: Any, info: Info) -> Any:
        priced = await load_priced_cart(info.context, self)
        lost = [key for key, found in priced.coupons.items() if found is None]
        return [
            *[_ShownChange(*change, line.row) for line in priced.lines for change in line.changes],
            *[_ShownChange(CartChangeKind.COUPON_LOST, key, "", None) for key in lost],
        ]

    @strawberry.field(
        graphql_type=list[CartBlocker],
        description="All that keeps the cart from being ordered, at most two of each line.",
        metadata={"assumed": 3},
    )
    async def blockers(self: Any, info: Info) -> Any:
        priced = await load_priced_cart(info.context, self)
        return [_ShownBlocker(error.key, error.params, error.path) for error in find_blockers(priced)]


@strawberry.type
class CartSection:
    cart: Cart | None = loaded(
        reads.open_carts_by_customer,
        key="id",
        description="The customer's open cart, of those on several websites the one that was changed last; null when there is none.",
    )
    carts: list[Cart] = loaded(
        reads.all_open_carts_by_customer,
        key="id",
        description="The customer's open carts, one on each website at most.",
        assumed=2,
    )


@strawberry.type
class RememberedCartSection:
    cart: Cart | None = loaded(
        reads.carts_by_website,
        key="cart_key",
        description="The customer's open cart on this website; null when there is none, or where the website does not show it.",
    )


extend_node(Remembered, RememberedCartSection)
CUSTOMER_SECTIONS: Final = (CartSection,)
