import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded, storefront_only
from customer_gql.graph.grids.types import build_grid_types, show_grid_row
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import graph_enum

from . import reads
from .filters import REVIEWS
from .tables import ReviewStatus

graph_enum(
    ReviewStatus,
    "State of a review.",
    {
        "APPROVED": "Shown to everybody.",
        "PENDING": "Waiting for approval by staff.",
        "NOT_APPROVED": "Rejected by staff.",
    },
)


@strawberry.type(description="A review of a product by a shopper.")
class Review(Node):
    id: strawberry.ID = node_id(
        "rev",
        reads.reviews_by_id,
        "customer_id",
        "id",
        storefront_read=reads.approved_reviews_by_id,
        description="Id of the review.",
    )
    title: str = column("Title of the review.", personal=True)
    detail: str = column("Text of the review.", personal=True)
    rating: int = column("Rating from 1 (worst) to 5 (best).")
    nickname: str = column("Name that the review is signed with.", personal=True)
    status: ReviewStatus = column("State of the review.")
    created_at: dt.datetime = column("Time at which the review was written.")
    is_guest: bool = column("Whether it was written without an account.")
    product: Product = loaded(products_by_id, key="product_id", description="Reviewed product.")


REVIEW_GRID: Final = build_grid_types(
    REVIEWS,
    node="Review",
    of=Review,
    shows={"Review": Review},
    connection="ReviewGridConnection",
)
GRIDS: Final = (REVIEW_GRID,)
show_grid_row(REVIEW_GRID, Review, "Row of the review in the list of reviews.")


@strawberry.type
class ReviewSection:
    reviews: Connection[Review] = paged(
        reads.reviews_by_customer, key="id", description="All reviews of the customer, newest first.", admin=True
    )
    approved_reviews: Connection[Review] = storefront_only(
        paged(
            reads.approved_reviews_by_customer,
            key="id",
            description="Approved reviews of the customer, newest first; `pendingReviewCount` counts those that wait.",
        ),
        "reviews",
    )

    @strawberry.field(description="Number of reviews that wait for staff to look at them.")
    async def pending_review_count(self: Any, info: Info) -> int:
        counted = await info.context.load(reads.pending_review_counts, self.id)
        return 0 if counted is None else counted.pending_count


@strawberry.type
class DeletedCustomerReviewSection:
    reviews: Connection[Review] = paged(
        reads.reviews_by_customer, key="customer_id", description="Reviews of the deleted customer, newest first."
    )


CUSTOMER_SECTIONS: Final = (ReviewSection,)
DELETED_CUSTOMER_SECTIONS: Final = (DeletedCustomerReviewSection,)
