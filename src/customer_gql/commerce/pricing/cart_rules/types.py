import datetime as dt
from decimal import Decimal
from typing import Any

import strawberry

from customer_gql.commerce.pricing.rule_fields import rule_condition, rule_groups, rule_websites
from customer_gql.core.ids import encode_id
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum

from . import reads
from .tables import CartPriceAction, CouponKind

graph_enum(
    CartPriceAction,
    "What a cart price rule takes off.",
    {
        "PERCENT": "`amount` percent of each row.",
        "FIXED_PER_ITEM": "`amount` of each unit.",
        "FIXED_CART": "`amount` of the whole cart, shared by the rows.",
        "BUY_X_GET_Y": "Of each row, `amount` units after every `buyQuantity`.",
    },
)
graph_enum(
    CouponKind,
    "Whether a cart price rule needs a coupon.",
    {
        "NONE": "It applies without one.",
        "SPECIFIC": "It has one code, `couponCode`.",
        "GENERATED": "It has many codes, which `couponsGenerate` makes up.",
    },
)
CONDITION = (
    "JSON object with one entry: `all` or `any` with a list of conditions, `not` with one, `subtotal`, `quantity` or `weight` with "
    '`from` and `until`, as `{"subtotal": {"from": "50.00"}}`, or `sku`, `category`, `country`, `region`, `postcode`, '
    "`shippingMethod` or `paymentMethod` with a list of texts. At most 100 conditions, nested at most 6 deep. Null is every cart."
)
AMOUNT = "Percent, an amount in major units of the currency of the websites, or a number of units, as `action` says."


@strawberry.type(description="A coupon of a cart price rule.")
class Coupon:
    code: str = column("Code that shoppers enter; its case does not count.")
    use_count: int = column("Number of orders that were placed with it and not canceled.")
    created_at: dt.datetime = column("Time at which it was made.")


@strawberry.type(description="A rule that takes something off carts, on some websites, for some groups and days.")
class CartPriceRule:
    name: str = column("Name for staff.")
    version: int = column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")
    is_active: bool = column("Whether the rule applies at all.")
    from_on: dt.date | None = column("First day, by the time zone of each website; null for any.")
    until_on: dt.date | None = column("Last day; null for any.")
    priority: int = column("Rules apply from the lowest to the highest; of equal ones the older first.")
    stops_further_rules: bool = column("Whether later rules do not apply to a cart that this one applies to.")
    coupon_kind: CouponKind = column("Whether the rule needs a coupon.")
    coupon_code: str | None = column("Code of a rule of the kind `SPECIFIC`; null for others.")
    uses_per_coupon: int | None = column("Most orders with one coupon; null for any number.")
    uses_per_customer: int | None = column("Most orders of one customer; null for any number. Guests have no limit.")
    action: CartPriceAction = column("What is taken off.")
    amount: Decimal = column(AMOUNT)
    buy_quantity: int | None = column("Units to pay for before some are free, of `BUY_X_GET_Y`; null for others.")
    max_quantity: int | None = column("Most units of a row that the rule is for; null for all.")
    applies_to_shipping: bool = column("Whether a percentage is taken off the shipping too.")
    gives_free_shipping: bool = column("Whether the shipping is free.")
    coupons: Connection[Coupon] = paged(reads.coupons_by_rule, key="id", description="Coupons, by their codes.")

    @strawberry.field(description="Id of the rule. Starts with `car_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("car", self.id))

    condition = rule_condition(f"Carts that the rule applies to. {CONDITION}")
    websites = rule_websites()
    groups = rule_groups()


@strawberry.type(description="Result of a mutation of a cart price rule.")
class CartPriceRulePayload(Payload):
    rule_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=CartPriceRule | None,
        description="The rule as it is stored now; null when the mutation was refused.",
    )
    async def cart_price_rule(self, info: Info) -> Any:
        return None if self.rule_key is None else await info.context.load(reads.cart_rules_by_id, self.rule_key)


@strawberry.type(description="Result of creating a cart price rule.")
class CartPriceRuleCreatePayload(CartPriceRulePayload):
    pass


@strawberry.type(description="Result of updating a cart price rule.")
class CartPriceRuleUpdatePayload(CartPriceRulePayload):
    pass


@strawberry.type(description="Result of deleting a cart price rule.")
class CartPriceRuleDeletePayload(Payload):
    deleted_cart_price_rule_id: strawberry.ID | None = strawberry.field(
        description="The rule that was deleted; null when the mutation was refused.", default=None
    )


@strawberry.type(description="Result of `couponsGenerate`.")
class CouponsGeneratePayload(CartPriceRulePayload):
    generated_count: int = strawberry.field(description="Number of coupons that were made; 0 when refused.", default=0)
