import datetime as dt
from typing import Final

import strawberry

from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import graph_enum

from . import reads
from .tables import ReviewStatus

graph_enum(
    ReviewStatus,
    "Whether a review is shown to others.",
    {
        "APPROVED": "Shown to everybody.",
        "PENDING": "Waits for staff to look at it.",
        "NOT_APPROVED": "Staff decided not to show it.",
    },
)


@strawberry.type(description="What a customer wrote about a product.")
class Review(Node):
    id: strawberry.ID = node_id("rev", reads.reviews_by_id, "customer_id", "id", description="The review.")
    title: str = column("Summary.", personal=True)
    detail: str = column("The text.", personal=True)
    rating: int = column("1 (worst) to 5 (best).")
    nickname: str = column("Name it is signed with.", personal=True)
    status: ReviewStatus = column("Whether it is shown to others.")
    created_at: dt.datetime = column("When it was written.")
    product: Product = loaded(products_by_id, key="product_id", description="What it is about.")


@strawberry.type
class ReviewSection:
    reviews: Connection[Review] = paged(
        reads.reviews_by_customer, key="id", description="Every review the customer wrote, newest first."
    )


CUSTOMER_SECTIONS: Final = (ReviewSection,)
