"""What staff send to manage cart price rules and coupons."""

import datetime as dt
from decimal import Decimal
from typing import Final

import strawberry
from strawberry.scalars import JSON

from customer_gql.commerce.pricing.rule_scopes import MAX_NAME
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION

from . import coupons, types
from .tables import CartPriceAction, CouponKind

_NAME: Final = f"Name for staff, at most {MAX_NAME} characters."
_ACTIVE: Final = "Whether it applies at all."
_WEBSITES: Final = "Ids of the websites on which it applies, at least one, all of one currency."
_GROUPS: Final = "Ids of the customer groups for which it applies, at least one; guests have one too."
_FROM: Final = "First day, by the time zone of each website; null for any."
_UNTIL: Final = "Last day; null for any."
_PRIORITY: Final = "Rules apply from the lowest to the highest; of equal ones the older first."
_STOPS: Final = "Whether later rules do not apply to a cart that this one applies to."
_KIND: Final = "Whether it needs a coupon. A rule whose kind changes loses the coupons it had."
_CODE: Final = (
    "Code of a specific coupon: at most 64 letters, digits, hyphens and underscores, whose case does not count."
)
_PER_COUPON: Final = "Most orders with one coupon; null for any number."
_PER_CUSTOMER: Final = "Most orders of one customer; null for any number. Guests have no limit."
_CONDITION: Final = f"Carts that it applies to. {types.CONDITION}"
_ACTION: Final = "What is taken off."
_BUY: Final = "Units to pay for before some are free; only of `BUY_X_GET_Y`."
_MAX: Final = "Most units of a row that it is for; null for all."
_SHIPPING: Final = "Whether a percentage is taken off the shipping too."
_FREE: Final = "Whether the shipping is free."


@strawberry.input(description="A new cart price rule.")
class CartPriceRuleCreateInput:
    name: str = column(_NAME)
    website_ids: list[strawberry.ID] = column(_WEBSITES)
    group_ids: list[strawberry.ID] = column(_GROUPS)
    action: CartPriceAction = column(_ACTION)
    amount: Decimal = column(types.AMOUNT)
    is_active: bool = strawberry.field(description=_ACTIVE, default=True)
    from_on: dt.date | None = strawberry.field(description=_FROM, default=None)
    until_on: dt.date | None = strawberry.field(description=_UNTIL, default=None)
    priority: int = strawberry.field(description=_PRIORITY, default=0)
    stops_further_rules: bool = strawberry.field(description=_STOPS, default=False)
    coupon_kind: CouponKind = strawberry.field(description=_KIND, default=CouponKind.NONE)
    coupon_code: str | None = strawberry.field(description=_CODE, default=None)
    uses_per_coupon: int | None = strawberry.field(description=_PER_COUPON, default=None)
    uses_per_customer: int | None = strawberry.field(description=_PER_CUSTOMER, default=None)
    condition: JSON | None = strawberry.field(description=_CONDITION, default=None)  # pyright: ignore[reportInvalidTypeForm]
    buy_quantity: int | None = strawberry.field(description=_BUY, default=None)
    max_quantity: int | None = strawberry.field(description=_MAX, default=None)
    applies_to_shipping: bool = strawberry.field(description=_SHIPPING, default=False)
    gives_free_shipping: bool = strawberry.field(description=_FREE, default=False)


@strawberry.input(description="Changes of a cart price rule. What is left out keeps its value.")
class CartPriceRuleUpdateInput:
    id: strawberry.ID = column("Id of the rule.")
    name: strawberry.Maybe[str] = column(_NAME)
    website_ids: strawberry.Maybe[list[strawberry.ID]] = column(_WEBSITES)
    group_ids: strawberry.Maybe[list[strawberry.ID]] = column(_GROUPS)
    action: strawberry.Maybe[CartPriceAction] = column(_ACTION)
    amount: strawberry.Maybe[Decimal] = column(types.AMOUNT)
    is_active: strawberry.Maybe[bool] = column(_ACTIVE)
    from_on: strawberry.Maybe[dt.date | None] = column(_FROM)
    until_on: strawberry.Maybe[dt.date | None] = column(_UNTIL)
    priority: strawberry.Maybe[int] = column(_PRIORITY)
    stops_further_rules: strawberry.Maybe[bool] = column(_STOPS)
    coupon_kind: strawberry.Maybe[CouponKind] = column(_KIND)
    coupon_code: strawberry.Maybe[str | None] = column(_CODE)
    uses_per_coupon: strawberry.Maybe[int | None] = column(_PER_COUPON)
    uses_per_customer: strawberry.Maybe[int | None] = column(_PER_CUSTOMER)
    condition: strawberry.Maybe[JSON | None] = column(_CONDITION)  # pyright: ignore[reportInvalidTypeForm]
    buy_quantity: strawberry.Maybe[int | None] = column(_BUY)
    max_quantity: strawberry.Maybe[int | None] = column(_MAX)
    applies_to_shipping: strawberry.Maybe[bool] = column(_SHIPPING)
    gives_free_shipping: strawberry.Maybe[bool] = column(_FREE)
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Cart price rule to delete.")
class CartPriceRuleDeleteInput:
    id: strawberry.ID = column("Id of the rule.")


@strawberry.input(description="Coupons to make up for a rule.")
class CouponsGenerateInput:
    rule_id: strawberry.ID = column("Id of a cart price rule of the kind `GENERATED`.")
    count: int = column(f"Number of coupons, 1 to {coupons.MOST_AT_ONCE}.")
    length: int = strawberry.field(
        description=f"Characters that are made up for each, {coupons.SHORTEST} to {coupons.LONGEST}.", default=12
    )
    prefix: str = strawberry.field(
        description=f"What each begins with: at most {coupons.LONGEST_PREFIX} letters, digits, hyphens and underscores.",
        default="",
    )
