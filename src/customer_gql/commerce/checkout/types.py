from typing import Final

import strawberry

from customer_gql.commerce.carts.types import ChosenProductOption, chosen_options
from customer_gql.commerce.orders.types import OrderItem
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.scalars import Money, money


@strawberry.type
class OrderPurchaseSection:
    is_guest: bool = column("Whether it was placed here without an account.")
    shipping_method: str | None = column("Code of the way in which it is sent; null where it is not known.")
    payment_method: str | None = column("Code of the way in which it is paid; null where it is not known.")
    purchase_order_number: str | None = column("Number of the buyer's purchase order; null without one.", personal=True)
    coupon_codes: list[str] = column("Codes of the coupons that took something off.", assumed=1)


@strawberry.type
class OrderItemPurchaseSection:
    tax: Money = money(
        "Tax of the item, less its discount; included in its price where prices include tax.", amount="tax"
    )

    options: list[ChosenProductOption] = chosen_options()


extend_node(OrderItem, OrderItemPurchaseSection)
ORDER_SECTIONS: Final = (OrderPurchaseSection,)
