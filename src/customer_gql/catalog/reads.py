from sqlalchemy import select

from ..core.loading import one_by
from .tables import product

products_by_id = one_by(select(product), product.c.id)
