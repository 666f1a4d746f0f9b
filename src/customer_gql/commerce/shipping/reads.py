from typing import Final

from sqlalchemy import select

from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import all_by, one_by

from .tables import shipping_table_rate as rate

table_rates_by_id: Final = one_by(select(rate), rate.c.id)
table_rates_by_website: Final = all_by(select(rate).order_by(rate.c.id), rate.c.website_id)
pages_of_table_rates: Final = Pages(select(rate), rate.c.website_id, sort=Sort("PLACE", (rate.c.id,)))
