from sqlalchemy import func, select

from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by

from .tables import ReviewStatus, review

_newest = Sort("NEWEST", (review.c.created_at, review.c.id), descending=True)
_approved = select(review).where(review.c.status == ReviewStatus.APPROVED.value)

reviews_by_id = one_by(select(review), review.c.customer_id, review.c.id)
reviews_by_customer = Pages(select(review), review.c.customer_id, sort=_newest)

# What the customer sees (docs/domain/reviews.md#reviews-4).
approved_reviews_by_id = one_by(_approved, review.c.customer_id, review.c.id)
approved_reviews_by_customer = Pages(_approved, review.c.customer_id, sort=_newest)
pending_review_counts = one_by(
    select(review.c.customer_id, func.count().label("pending_count"))
    .where(review.c.status == ReviewStatus.PENDING.value)
    .group_by(review.c.customer_id),
    review.c.customer_id,
)
