"""Northwind, Microsoft's sample shop, as a shop's real history.

What the source does not say is left out, not made up, but for two things an account cannot be without: an e-mail
address (`contact@<company id>.example`, of staff `<first>.<last>@northwind.example`), and when an account was created,
which is the time of its first order. Names of shippers are not imported, because they belong to a tracking number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from customer_gql.administration.customer_import.reading.lines import ImportFault
from customer_gql.commerce.catalog.tables import product, product_website
from customer_gql.commerce.orders.daily_figures import count_orders
from customer_gql.commerce.orders.tables import sales_order, sales_order_item, sales_order_number, shipment
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_value
from customer_gql.database.transactions import mark_customers, transaction
from customer_gql.demo.copying import copy_rows
from customer_gql.shop.websites.tables import store, store_view, website
from customer_gql.staff.tables import staff_role, staff_user

from .customers import add_customers, email_of
from .files import CURRENCY, Record, read_files
from .orders import ORDER_TABLES, Sale, make_order_rows, number_of, sku_of
from .rows import find_ids, insert_missing

__all__ = ["ImportFault", "Loaded", "NorthwindSummary", "import_northwind"]

Files = Mapping[str, list[Record]]


@dataclass(frozen=True, slots=True)
class Loaded:
    read: int
    created: int
    """The others were there already and were not changed."""


@dataclass(frozen=True, slots=True)
class NorthwindSummary:
    staff: Loaded
    products: Loaded
    customers: Loaded
    orders: Loaded
    order_lines: Loaded
    shipments: Loaded

    def lines(self) -> list[str]:
        """What happened, in words."""
        counted = {name.replace("_", " "): getattr(self, name) for name in self.__slots__}
        return [f"{name}: {count.read:,} read, {count.created:,} created" for name, count in counted.items()]


@dataclass(frozen=True, slots=True)
class _Ids:
    """By the ids of the files."""

    staff: Mapping[str, int]
    products: Mapping[str, int]
    customers: Mapping[str, Row]


async def import_northwind(connection: Connection, folder: Path) -> NorthwindSummary:
    """Add what is not there yet, found again by e-mail, SKU and order number; all of it in one transaction.

    Raises `ImportFault` when a file is missing, lacks a column, or holds a value that cannot be used.
    """
    files = read_files(folder)
    async with transaction(connection):
        view = await _find_default_view(connection)
        staff, staff_ids = await _add_staff(connection, files["employees"])
        products, product_ids = await _add_products(connection, files["products"], view.website_id)
        customers, customer_ids = await add_customers(
            connection, files["customers"], _first_order_times(files["orders"]), view
        )
        sales = _make_sales(files, _Ids(staff_ids, product_ids, customer_ids), view)
        orders = await _add_orders(connection, sales)
    return NorthwindSummary(
        Loaded(len(files["employees"]), staff),
        Loaded(len(files["products"]), products),
        Loaded(len(files["customers"]), customers),
        *orders,
    )


async def _find_default_view(connection: Connection) -> Row:
    found = await fetch_one(
        connection,
        select(store_view.c.id, store.c.website_id)
        .join(store, store.c.id == store_view.c.store_id)
        .join(website, website.c.id == store.c.website_id)
        .where(website.c.code == "base", store.c.is_default, store_view.c.is_default),
    )
    if found is None:
        raise ImportFault("The shop has no website 'base' with a default store view.")
    return found


async def _add_staff(connection: Connection, employees: Sequence[Record]) -> tuple[int, dict[str, int]]:
    """The sales people of the orders, inactive, so that nobody can sign in as one of them."""
    viewer = await fetch_value(connection, select(staff_role.c.id).where(staff_role.c.name == "viewer"))
    emails = {
        row["employee_id"]: f"{row['first_name']}.{row['last_name']}@northwind.example".lower() for row in employees
    }
    rows = [
        {
            "id": new_id(),
            "email": emails[row["employee_id"]],
            "name": f"{row['first_name']} {row['last_name']}",
            "job_title": row["title"],
            "role_id": viewer,
            "is_active": False,
        }
        for row in employees
    ]
    created = await insert_missing(connection, staff_user, rows, "email")
    known = await find_ids(connection, staff_user, "email", list(emails.values()))
    return len(created), {employee: known[email] for employee, email in emails.items()}


async def _add_products(
    connection: Connection, products: Sequence[Record], website_id: int
) -> tuple[int, dict[str, int]]:
    skus = {row["product_id"]: sku_of(row["product_id"]) for row in products}
    rows = [
        {
            "id": new_id(),
            "sku": skus[row["product_id"]],
            "name": row["product_name"],
            "price": row["unit_price"],
            "currency": CURRENCY,
            "is_salable": not row["discontinued"],
        }
        for row in products
    ]
    created = await insert_missing(connection, product, rows, "sku")
    known = await find_ids(connection, product, "sku", list(skus.values()))
    sold = [{"product_id": row["id"], "website_id": website_id} for row in rows if row["sku"] in created]
    await copy_rows(connection, product_website, sold)
    return len(created), {product_id: known[sku] for product_id, sku in skus.items()}


def _first_order_times(orders: Sequence[Record]) -> dict[str, datetime]:
    first: dict[str, datetime] = {}
    for order in orders:
        buyer, placed_at = order["customer_id"], order["order_date"]
        first[buyer] = min(placed_at, first.get(buyer, placed_at))
    return first


def _make_sales(files: Files, known: _Ids, view: Row) -> list[Sale]:
    """The orders with all they refer to; `ImportFault` when they refer to something that no file has."""
    buyers = {buyer["customer_id"]: buyer for buyer in files["customers"]}
    products = {row["product_id"]: row for row in files["products"]}
    items: dict[str, list[Record]] = {order["order_id"]: [] for order in files["orders"]}
    try:
        for item in files["order_items"]:
            items[item["order_id"]].append({**item, "product": products[item["product_id"]]})
        return [
            Sale(
                order_id=new_id(),
                customer=known.customers[order["customer_id"]],
                email=email_of(buyers[order["customer_id"]]),
                buyer=buyers[order["customer_id"]],
                order=order,
                items=items[order["order_id"]],
                product_ids=known.products,
                sales_representative_id=known.staff[order["employee_id"]],
                store_view_id=view.id,
            )
            for order in files["orders"]
        ]
    except KeyError as error:
        raise ImportFault(f"The files do not fit together: no row is named {error}.") from None


async def _add_orders(connection: Connection, sales: Sequence[Sale]) -> tuple[Loaded, Loaded, Loaded]:
    """Orders, their lines and their shipments. The claim on the number decides which are new."""
    claims = [
        {"number": number_of(sale.order), "customer_id": sale.customer.id, "order_id": sale.order_id} for sale in sales
    ]
    fresh = await insert_missing(connection, sales_order_number, claims, "order_id")
    made = [make_order_rows(sale) for sale in sales if sale.order_id in fresh]
    for table in ORDER_TABLES:
        await copy_rows(connection, table, [row for rows in made for row in rows[table]])
    placed = [(sale.customer.id, sale.order_id) for sale in sales if sale.order_id in fresh]
    await count_orders(connection, placed)
    mark_customers(connection, {customer_id for customer_id, _ in placed}, sales_order)
    return (
        Loaded(len(sales), len(made)),
        Loaded(sum(len(sale.items) for sale in sales), sum(len(rows[sales_order_item]) for rows in made)),
        Loaded(
            sum(bool(sale.order["shipped_date"]) for sale in sales),
            sum(len(rows[shipment]) for rows in made),
        ),
    )
