"""How a cart is paid (docs/domain/carts.md#carts-16)."""

from typing import Any, Final

from customer_gql.commerce.carts.tables import cart
from customer_gql.commerce.carts.writes import CartOutcome, LockedCart, touch_cart
from customer_gql.commerce.payments.ports import find_method
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.text import validate_line
from customer_gql.database.statements import Connection, update_rows

LONGEST_TOKEN: Final = 255
LONGEST_NUMBER: Final = 64

METHOD_NOT_OFFERED: Final = Refusal(
    "cart.payment_method_not_offered",
    "This payment method is not offered for the cart. Choose one of its paymentMethods.",
    UserErrorCode.NOT_ALLOWED,
)
_NOT_TAKEN: Final = Refusal("cart.payment_value_not_taken", "This payment method takes no such value. Leave it out.")


def read_payment(code: str, token: str | None, purchase_order_number: str | None) -> dict[str, Any]:
    """The columns of a cart. Raises `RuleError` for what the method needs or does not take."""
    method = find_method(code)
    if method is None:
        raise METHOD_NOT_OFFERED(path=["code"])
    if token is not None and not method.needs_token:
        raise _NOT_TAKEN(path=["token"])
    if purchase_order_number is not None and not method.needs_purchase_order:
        raise _NOT_TAKEN(path=["purchaseOrderNumber"])
    number = validate_line(
        purchase_order_number, ["purchaseOrderNumber"], LONGEST_NUMBER, required=method.needs_purchase_order
    )
    kept = validate_line(token, ["token"], LONGEST_TOKEN, required=method.needs_token)
    return {"payment_method": code, "payment_token": kept, "purchase_order_number": number}


async def set_payment(connection: Connection, locked: LockedCart, *, values: dict[str, Any], by: Actor) -> CartOutcome:
    """Of a method that was offered a moment ago; placing judges it again. No event has what was entered."""
    if any(locked.row[name] != value for name, value in values.items()):
        await update_rows(connection, cart, locked.of_cart, values)
        await touch_cart(connection, locked, by=by, fields=["paymentMethod"])
    return CartOutcome(locked.key)
