"""Where a cart goes and how: each choice under the lock of the cart (docs/domain/carts.md#carts-13)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.commerce.carts.tables import cart, cart_address
from customer_gql.commerce.carts.writes import CartOutcome, LockedCart, touch_cart
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.statements import Connection, execute_statement, update_rows

from .vat import DecidedGroup

METHOD_NOT_OFFERED: Final = Refusal(
    "cart.shipping_method_not_offered",
    "This shipping method is not offered for the cart. Choose one of its shippingMethods.",
    UserErrorCode.NOT_ALLOWED,
)
_NO_CHECK: Final[dict[str, Any]] = dict.fromkeys(("vat_result", "vat_request_id", "vat_checked_at"))


async def set_addresses(
    connection: Connection,
    locked: LockedCart,
    addresses: Mapping[str, Mapping[str, Any]],
    email: str | None,
    decided: DecidedGroup | None,
    *,
    by: Actor,
) -> CartOutcome:
    """Store copies of the given kinds; without `email` it keeps the one it has. The group is decided again."""
    for kind in sorted(addresses):
        check: dict[str, Any] = decided.stored if decided is not None and decided.kind == kind else _NO_CHECK
        await _put_address(connection, locked, {"kind": kind, **addresses[kind], **check})
    values: dict[str, Any] = {"vat_group_id": None if decided is None else decided.group_id}
    if email is not None:
        values["email"] = email
    await update_rows(connection, cart, locked.of_cart, values)
    await touch_cart(connection, locked, by=by, fields=["addresses"])
    return CartOutcome(locked.key)


async def _put_address(connection: Connection, locked: LockedCart, values: Mapping[str, Any]) -> None:
    key = ("customer_id", "cart_id", "kind")
    put = upsert(cart_address).values(**locked.of_items, **values)
    changed = {name: put.excluded[name] for name in values if name not in key}
    await execute_statement(connection, put.on_conflict_do_update(index_elements=key, set_=changed))


async def set_shipping_method(connection: Connection, locked: LockedCart, *, code: str, by: Actor) -> CartOutcome:
    """One that was offered a moment ago. Whether it still is when the order is placed is judged again then."""
    if locked.row.shipping_method != code:
        await update_rows(connection, cart, locked.of_cart, {"shipping_method": code})
        await touch_cart(connection, locked, by=by, fields=["shippingMethod"])
    return CartOutcome(locked.key)
