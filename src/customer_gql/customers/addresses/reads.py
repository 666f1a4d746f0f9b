from sqlalchemy import select

from customer_gql.loading.reads import all_by, one_by

from .tables import address

MAX_ADDRESSES = 100

addresses_by_id = one_by(select(address), address.c.customer_id, address.c.id)
addresses_by_customer = all_by(select(address).order_by(address.c.id), address.c.customer_id)
billing_addresses_by_customer = one_by(select(address).where(address.c.is_default_billing), address.c.customer_id)
shipping_addresses_by_customer = one_by(select(address).where(address.c.is_default_shipping), address.c.customer_id)
