"""A small shop with unusual rows: missing values, other currencies, numbers out of range, unexpected nulls."""

import datetime as dt
import json
from dataclasses import dataclass, field

from sqlalchemy import update

from customer_gql.commerce.reward_points.tables import reward_points, reward_points_rate
from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, execute_statement
from customer_gql.embedded.server import Server
from customer_gql.schema.slices import declared
from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW, WEBSITE
from customer_gql.shop.settings.tables import configuration_value
from support.customers import (
    make_address,
    make_customer,
    make_full_customer,
    make_lists,
    make_order,
    make_product,
    put,
)
from support.databases import change_tables
from support.isolation import ask_for_every_field

FRACTION = dt.datetime(2026, 2, 3, 4, 5, 6, 120_000, tzinfo=dt.UTC)


@dataclass
class Shop:
    customers: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


async def make_shop(connection: Connection) -> Shop:
    shop = Shop()
    for number in range(4):
        full = await make_full_customer(connection, gender=["MALE", "FEMALE", None, "NOT_SPECIFIED"][number])
        shop.customers.append(full.id)
        await _collect_ids(connection, shop, full.id)
    bare = await make_customer(connection, date_of_birth=dt.date(1815, 12, 10), created_at=FRACTION)
    await make_address(connection, bare, company="Engines", street=["1", "2", "3"], is_default_billing=True)
    await make_lists(connection, bare, [])
    empty = await make_customer(connection, created_at=FRACTION, prefix="Dr", suffix="Esq", middle_name="K")
    shop.customers += [bare.id, empty.id]
    await _make_foreign_orders(connection, bare)
    await put(connection, reward_points, customer_id=empty.id, website_id=1, balance=5_000)
    await put(connection, reward_points_rate, id=new_id(), points=10, amount=100, currency="USD")
    await _make_settings(connection)
    shop.ids += [encode_id("cus", id) for id in shop.customers]
    return shop


async def _make_settings(connection: Connection) -> None:
    """A value of its own at every scope of every flag, each the opposite of the wider one."""
    await ask_for_every_field(connection)
    for setting in declared("slice", "SETTINGS"):
        if not isinstance(setting.default, bool):
            continue
        value = setting.default
        for scope, scope_id in ((GLOBAL, 0), (WEBSITE, 1), (STORE_VIEW, 1)):
            value = not value
            await put(
                connection,
                configuration_value,
                path=setting.path,
                scope=scope,
                scope_id=scope_id,
                value=json.dumps(value),
            )
            if scope is setting.narrowest:
                break


async def make_failures(connection: Connection, shop: Shop) -> None:
    """Rows whose number exceeds the GraphQL Int, one of them within a page."""
    for id in (shop.customers[1], shop.customers[-1]):
        await execute_statement(
            connection, update(customer).where(customer.c.id == id).values(number=3_000_000_000 + id % 1000)
        )


NOT_NULL = {
    "customer": ("email", "customer_type", "created_at", "group_id"),
    "address": ("city", "street", "is_default_billing"),
    "sales_order": ("state", "status", "placed_at", "grand_total"),
    "sales_order_item": ("sku", "quantity_ordered"),
    "review": ("rating",),
}
"""Columns behind non-null fields, of every kind that plans treat differently."""


async def make_nulls(
    server: Server, connection: Connection, owner: int, columns: dict[str, tuple[str, ...]] = NOT_NULL
) -> None:
    """Null in these columns of one customer's rows, as if the database did not forbid it."""
    for table, names in columns.items():
        key = "id" if table == "customer" else "customer_id"
        for name in names:
            await change_tables(server, connection, f"ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL")
            await connection.execute(f"UPDATE {table} SET {name} = NULL WHERE {key} = $1", owner)


async def _make_foreign_orders(connection: Connection, owner) -> None:
    for price, currency, placed_at in ((1_234, "JPY", FRACTION), (5, "KWD", FRACTION), (0, "EUR", FRACTION)):
        product = await make_product(connection, price=price, currency=currency)
        await make_order(connection, owner, [product], currency=currency, placed_at=placed_at)


_OWNED = {
    "address": ("adr", "id"),
    "cart": ("crt", "id"),
    "sales_order": ("ord", "id"),
    "review": ("rev", "id"),
    "wishlist": ("wis", "id"),
    "store_credit_entry": ("sce", "id"),
    "reward_points_entry": ("rpe", "id"),
    "newsletter_subscription": ("sub", "store_view_id"),
}


async def _collect_ids(connection: Connection, shop: Shop, owner: int) -> None:
    for table, (prefix, column) in _OWNED.items():
        rows = await connection.fetch(f"SELECT {column} AS id FROM {table} WHERE customer_id = $1", owner)
        shop.ids += [encode_id(prefix, owner, row["id"]) for row in rows]
    shop.ids += [encode_id("web", 1), encode_id("grp", 1), encode_id("stv", 1), encode_id("cus", 999)]
