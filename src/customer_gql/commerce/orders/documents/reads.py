from sqlalchemy import select

from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import first_by, one_by

from .tables import invoice, invoice_item, shipment_item

_order_key = (invoice.c.customer_id, invoice.c.order_id)
invoices_by_id = one_by(select(invoice), *_order_key, invoice.c.id)
invoices_by_order = Pages(select(invoice), *_order_key, sort=Sort("OLDEST", (invoice.c.created_at, invoice.c.id)))
_invoice_key = (invoice_item.c.customer_id, invoice_item.c.order_id, invoice_item.c.invoice_id)
items_by_invoice = first_by(select(invoice_item).order_by(invoice_item.c.position), *_invoice_key)
_shipment_key = (shipment_item.c.customer_id, shipment_item.c.order_id, shipment_item.c.shipment_id)
items_by_shipment = first_by(select(shipment_item).order_by(shipment_item.c.position), *_shipment_key)
