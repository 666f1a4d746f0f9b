from sqlalchemy import select

from customer_gql.loading.reads import one_by

from .tables import product

products_by_id = one_by(select(product), product.c.id)
