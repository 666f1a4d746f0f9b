from sqlalchemy import Numeric, cast, func, select

from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import first_by, one_by

from .tables import InvoiceState, invoice, invoice_item, shipment_item

_order_key = (invoice.c.customer_id, invoice.c.order_id)
invoices_by_id = one_by(select(invoice), *_order_key, invoice.c.id)
invoices_by_order = Pages(select(invoice), *_order_key, sort=Sort("OLDEST", (invoice.c.created_at, invoice.c.id)))
paid_by_order = one_by(
    select(
        *_order_key,
        cast(
            func.coalesce(func.sum(invoice.c.grand_total).filter(invoice.c.state == InvoiceState.PAID.value), 0),
            Numeric(38, 0),
        ).label("paid"),
    ).group_by(*_order_key),
    *_order_key,
)
_invoice_key = (invoice_item.c.customer_id, invoice_item.c.order_id, invoice_item.c.invoice_id)
items_by_invoice = first_by(select(invoice_item).order_by(invoice_item.c.position), *_invoice_key)
_shipment_key = (shipment_item.c.customer_id, shipment_item.c.order_id, shipment_item.c.shipment_id)
items_by_shipment = first_by(select(shipment_item).order_by(shipment_item.c.position), *_shipment_key)
