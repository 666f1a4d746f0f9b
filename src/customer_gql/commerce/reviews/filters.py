"""The grid of reviews (docs/domain/reviews.md#reviews-5)."""

from typing import Any, Final

from sqlalchemy import func, select

from customer_gql.commerce.catalog.tables import product
from customer_gql.customers.profile.tables import customer, deleted_customer
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.entries import plain_column, reference_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.shop.websites.tables import store, store_view

from .tables import REVIEW_DOCUMENT, ReviewStatus, review

_review = review.c
_of_view = (
    select(store.c.website_id)
    .join(store_view, store_view.c.store_id == store.c.id)
    .where(store_view.c.id == _review.store_view_id)
    .correlate(review)
    .scalar_subquery()
)
# The customer's of today, of a deleted account the one that it had, and of a guest the one that it was written on.
_website: Any = func.coalesce(customer.c.website_id, deleted_customer.c.website_id, _of_view)

_COLUMNS: Final = (
    plain_column(
        "createdAt",
        "Created",
        "Time at which the review was written.",
        ColumnType.DATE_TIME,
        _review.created_at,
        over=("Review.created_at",),
        is_never_empty=True,
        is_default=True,
        is_indexed=True,
    ),
    plain_column(
        "status",
        "Status",
        "State of the review.",
        ColumnType.ENUM,
        _review.status,
        choices=ReviewStatus,
        over=("Review.status",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    text_column(
        "title",
        "Title",
        "Title of the review.",
        _review.title,
        over=("Review.title",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
    ),
    text_column(
        "nickname",
        "Nickname",
        "Name that the review is signed with.",
        _review.nickname,
        over=("Review.nickname",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
    ),
    text_column(
        "detail",
        "Review",
        "Text of the review.",
        _review.detail,
        over=("Review.detail",),
        is_never_empty=True,
        is_sortable=False,
    ),
    plain_column(
        "rating",
        "Rating",
        "Rating from 1 (worst) to 5 (best).",
        ColumnType.INTEGER,
        _review.rating,
        over=("Review.rating",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    reference_column(
        "product",
        "Product",
        "Reviewed product.",
        _review.product_id,
        "prd",
        product,
        over=("Review.product",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
        is_indexed=True,
    ),
)
REVIEWS: Final = Grid(
    name="REVIEWS",
    title="reviews",
    list_name="review",
    nodes=select(review),
    node_key=(_review.customer_id, _review.id),
    source=review.outerjoin(customer, customer.c.id == _review.customer_id).outerjoin(
        deleted_customer, deleted_customer.c.customer_id == _review.customer_id
    ),
    key=(_review.customer_id, _review.id),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("CREATED_AT", is_descending=True),
    website=_website,
    document=REVIEW_DOCUMENT,
    is_search_indexed=True,
)
