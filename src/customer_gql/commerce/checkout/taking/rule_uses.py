"""Coupons and rules count their uses when an order is placed, until it is canceled (docs/domain/checkout.md#checkout-3)."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func, select, update

from customer_gql.commerce.carts.lines.pricing import PricedCart
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.commerce.pricing.cart_rules.tables import cart_price_rule, cart_rule_use, coupon
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import (
    Connection,
    delete_rows,
    equals_any,
    execute_statement,
    fetch_row,
    fetch_rows,
    fetch_value,
    insert_rows,
)

USED_UP: Final = Refusal(
    "coupon.used_up", "The coupon {code} is used up. Remove it from the cart.", UserErrorCode.NOT_ALLOWED
)


async def lock_uses(connection: Connection, owner: int, keys: Sequence[str]) -> None:
    """Of the coupons in the order of their keys, and of the rules that the shopper can use but so often."""
    if keys:
        locked = select(coupon.c.code_key).where(equals_any(coupon.c.code_key, sorted(keys)))
        await fetch_rows(connection, locked.order_by(coupon.c.code_key).with_for_update())
    limited = select(func.count()).where(cart_price_rule.c.is_active, cart_price_rule.c.uses_per_customer.is_not(None))
    if await fetch_value(connection, limited):
        await lock_record(connection, f"cart rule uses {owner}")


async def refuse_lost_coupons(connection: Connection, priced: PricedCart, changed: Refusal) -> None:
    """A coupon that applies no more: one that is used up is told as such."""
    for key in [key for key, rule in priced.coupons.items() if rule is None]:
        found = select(coupon.c.code, coupon.c.use_count, cart_price_rule.c.uses_per_coupon, coupon.c.rule_id)
        joined = found.join(cart_price_rule, cart_price_rule.c.id == coupon.c.rule_id)
        rows = await fetch_rows(connection, joined.where(coupon.c.code_key == key))
        if rows and (_is_used_up(rows[0]) or await _has_used(connection, priced, rows[0].rule_id)):
            raise USED_UP(path=["coupons"], code=rows[0].code)
        raise changed(path=["coupons"])


def _is_used_up(row: Any) -> bool:
    return row.uses_per_coupon is not None and row.use_count >= row.uses_per_coupon


async def _has_used(connection: Connection, priced: PricedCart, rule_id: int) -> bool:
    of_rule = (cart_rule_use.c.customer_id == priced.row.customer_id, cart_rule_use.c.rule_id == rule_id)
    return bool(await fetch_value(connection, select(func.count()).where(*of_rule)))


async def count_uses(connection: Connection, priced: PricedCart, order_id: int) -> list[str]:
    """Of the rules that took anything off, once for each order; the codes of the coupons among them."""
    used = set(priced.totals.rule_ids)
    of_rules = {row.id: row for row in priced.coupons.values() if row is not None and row.id in used}
    keys = {rule_id: row.code_key for rule_id, row in of_rules.items()}
    owner = priced.row.customer_id
    rows = [
        {"customer_id": owner, "order_id": order_id, "rule_id": rule_id, "code_key": keys.get(rule_id)}
        for rule_id in sorted(used)
    ]
    await insert_rows(connection, cart_rule_use, rows)
    if keys:
        counted = update(coupon).where(equals_any(coupon.c.code_key, sorted(keys.values())))
        await execute_statement(connection, counted.values(use_count=coupon.c.use_count + 1))
    return [row.code for row in of_rules.values()]


async def return_uses(connection: Connection, order: LockedOrder) -> None:
    """Once the order is canceled as a whole."""
    key = {"customer_id": order.row.customer_id, "id": order.row.id}
    present = await fetch_row(connection, sales_order, key)
    if present is None or present.state != OrderState.CANCELED:
        return
    of_order = (cart_rule_use.c.customer_id == order.row.customer_id, cart_rule_use.c.order_id == order.row.id)
    rows = await fetch_rows(connection, select(cart_rule_use).where(*of_order))
    keys = sorted(row.code_key for row in rows if row.code_key is not None)
    if keys:
        await fetch_rows(
            connection,
            select(coupon.c.code_key)
            .where(equals_any(coupon.c.code_key, keys))
            .order_by(coupon.c.code_key)
            .with_for_update(),
        )
        given_back = update(coupon).where(equals_any(coupon.c.code_key, keys), coupon.c.use_count > 0)
        await execute_statement(connection, given_back.values(use_count=coupon.c.use_count - 1))
    if rows:
        await delete_rows(connection, cart_rule_use, order.key)
