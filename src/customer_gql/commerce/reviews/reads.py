from sqlalchemy import select

from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by

from .tables import review

reviews_by_id = one_by(select(review), review.c.customer_id, review.c.id)
reviews_by_customer = Pages(
    select(review), review.c.customer_id, sort=Sort("NEWEST", (review.c.created_at, review.c.id), descending=True)
)
