"""An order of Northwind as rows: what was bought, for how much, where it went, and when it was shipped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table

from customer_gql.commerce.orders.statuses.tables import FIRST_STATUSES, OrderState
from customer_gql.commerce.orders.tables import (
    sales_order,
    sales_order_address,
    sales_order_item,
    shipment,
)
from customer_gql.core.ids import new_id
from customer_gql.core.values.emails import normalize_email
from customer_gql.database.statements import Row

from .files import CURRENCY, Record

ORDER_TABLES: Final = (sales_order, sales_order_address, sales_order_item, shipment)
"""Parents before children."""


@dataclass(frozen=True, slots=True)
class Sale:
    """An order of the files with everything it refers to. Its items hold their product's row as `product`."""

    order_id: int
    customer: Row
    """Id, number and group of the buyer."""
    email: str
    buyer: Record
    order: Record
    items: Sequence[Record]
    product_ids: Mapping[str, int]
    """By the files' product id."""
    sales_representative_id: int
    store_view_id: int


def number_of(order: Record) -> str:
    return f"NW-{order['order_id']}"


def sku_of(product_id: str) -> str:
    return f"NW-{product_id}"


def make_order_rows(sale: Sale) -> dict[Table, list[Record]]:
    items = [_item_row(sale, position, item) for position, item in enumerate(sale.items, 1)]
    return {
        sales_order: [_order_row(sale, items)],
        sales_order_address: [_billing_row(sale), _shipping_row(sale)],
        sales_order_item: items,
        shipment: _shipment_rows(sale),
    }


def _order_row(sale: Sale, items: Sequence[Record]) -> Record:
    order = sale.order
    subtotal = sum(item["price"] * item["quantity_ordered"] for item in items)
    discount = sum(item["discount"] for item in items)
    shipped_at = order["shipped_date"]
    state = OrderState.COMPLETE if shipped_at else OrderState.PROCESSING
    return {
        "customer_id": sale.customer.id,
        "id": sale.order_id,
        "number": number_of(order),
        "state": state.value,
        "status": FIRST_STATUSES[state],
        "store_view_id": sale.store_view_id,
        "placed_at": order["order_date"],
        "customer_email": sale.email,
        "customer_email_key": normalize_email(sale.email),
        "customer_name": sale.buyer["contact_name"],
        "customer_number": sale.customer.number,
        "customer_group_id": sale.customer.group_id,
        "billing_name": sale.buyer["contact_name"],
        "shipping_name": order["ship_name"],
        "company": sale.buyer["company_name"],
        "sales_representative_id": sale.sales_representative_id,
        "currency": CURRENCY,
        "subtotal": subtotal,
        "discount_total": discount,
        "shipping_total": order["freight"],
        "tax_total": 0,
        "grand_total": subtotal - discount + order["freight"],
        "refunded_total": 0,
        "updated_at": shipped_at or order["order_date"],
    }


def _item_row(sale: Sale, position: int, item: Record) -> Record:
    """The price is the one of the line: for a third of the lines the product costs more today."""
    gross = item["unit_price"] * item["quantity"]
    discount = int((gross * item["discount"]).to_integral_value())  # halves to even, as `minor` rounds
    return {
        **_owner_key(sale),
        "position": position,
        "product_id": sale.product_ids[item["product_id"]],
        "sku": sku_of(item["product_id"]),
        "name": item["product"]["product_name"],
        "quantity_ordered": item["quantity"],
        "quantity_shipped": item["quantity"] if sale.order["shipped_date"] else 0,
        "quantity_invoiced": item["quantity"] if sale.order["shipped_date"] else 0,
        "currency": CURRENCY,
        "price": item["unit_price"],
        "discount": discount,
        "row_total": gross - discount,
    }


def _owner_key(sale: Sale) -> dict[str, Any]:
    return {"customer_id": sale.customer.id, "order_id": sale.order_id}


def _billing_row(sale: Sale) -> Record:
    buyer = sale.buyer
    return {
        **_owner_key(sale),
        "kind": "BILLING",
        "name": buyer["contact_name"],
        "company": buyer["company_name"],
        "street": buyer["address"].splitlines(),
        "city": buyer["city"],
        "region": buyer["region"],
        "postcode": buyer["postal_code"],
        "country_code": buyer["country"],
        "telephone": buyer["phone"],
    }


def _shipping_row(sale: Sale) -> Record:
    """The source names a company here, for some orders another one than the customer, and no person."""
    order = sale.order
    return {
        **_owner_key(sale),
        "kind": "SHIPPING",
        "name": order["ship_name"],
        "company": None,
        "street": order["ship_address"].splitlines(),
        "city": order["ship_city"],
        "region": order["ship_region"],
        "postcode": order["ship_postal_code"],
        "country_code": order["ship_country"],
        "telephone": None,
    }


def _shipment_rows(sale: Sale) -> list[Record]:
    shipped_at = sale.order["shipped_date"]
    return [{**_owner_key(sale), "id": new_id(), "shipped_at": shipped_at}] if shipped_at else []
