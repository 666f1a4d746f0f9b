"""The author sees reviews in every status, the newest first."""

import datetime as dt
from typing import Any

from customer_gql.commerce.reviews.tables import review
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection
from support.customers import make_customer, make_product, put

REVIEWS = "{ me { reviews { totalCount nodes { title status rating } } } }"


async def test_the_author_sees_every_status_newest_first(as_customer: Any, connection: Connection):
    owner, product = await make_customer(connection), await make_product(connection)
    written = [("Second", "PENDING", 2, 5), ("Third", "NOT_APPROVED", 3, 6), ("First", "APPROVED", 1, 4)]
    for title, status, rating, day in written:
        await put(
            connection,
            review,
            customer_id=owner.id,
            id=new_id(),
            product_id=product.id,
            store_view_id=1,
            nickname="Ada",
            title=title,
            detail="Words.",
            rating=rating,
            status=status,
            created_at=dt.datetime(2026, 3, day, tzinfo=dt.UTC),
        )
    assert (await (await as_customer(owner.id)).data(REVIEWS))["me"]["reviews"] == {
        "totalCount": 3,
        "nodes": [
            {"title": "Third", "status": "NOT_APPROVED", "rating": 3},
            {"title": "Second", "status": "PENDING", "rating": 2},
            {"title": "First", "status": "APPROVED", "rating": 1},
        ],
    }
