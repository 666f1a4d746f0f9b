"""Carts that are filled from files (docs/domain/carts.md#carts-20)."""

from typing import Final

from customer_gql.commerce.carts.writes import CartOutcome, LockedCart, add_items
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleErrors, UserErrorCode
from customer_gql.core.text import fold_text
from customer_gql.database.statements import Connection, fetch_row
from customer_gql.shop.groups.tables import customer_group
from customer_gql.shop.settings.reads import settings_at

from .csv_lines import ReadLines
from .settings import ORDER_BY_SKU, ORDER_BY_SKU_GROUPS, OrderBySku

_NOT_OFFERED: Final = Refusal(
    "cart.order_by_sku_not_offered",
    "This shop takes no files of SKUs from you. Add products one by one.",
    UserErrorCode.NOT_ALLOWED,
)


async def require_order_by_sku(connection: Connection, *, website_id: int, group_id: int) -> None:
    """Raises `RuleError` where shoppers of this group fill no carts from files."""
    shop = await settings_at(connection, ORDER_BY_SKU, ORDER_BY_SKU_GROUPS, website_id=website_id)
    if shop[ORDER_BY_SKU] == OrderBySku.EVERYONE:
        return
    if shop[ORDER_BY_SKU] == OrderBySku.GROUPS:
        group = await fetch_row(connection, customer_group, {"id": group_id})
        named = {fold_text(line.strip()) for line in shop[ORDER_BY_SKU_GROUPS].splitlines()}
        if group is not None and fold_text(group.name) in named:
            return
    raise _NOT_OFFERED()


async def import_csv_lines(connection: Connection, locked: LockedCart, read: ReadLines, *, by: Actor) -> CartOutcome:
    """Each row for itself; what is refused is told by line. Raises `RuleErrors` where nothing was added."""
    if not read.lines:
        raise RuleErrors(read.refused)
    try:
        outcome = await add_items(connection, locked, read.lines, by=by)
    except RuleErrors as refused:
        raise RuleErrors(read.locate(refused.errors)) from None
    return CartOutcome(outcome.key, read.locate(outcome.refused))
