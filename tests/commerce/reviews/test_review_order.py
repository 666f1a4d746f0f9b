"""Staff see reviews in every status, the newest first; the author sees those that are approved."""

import datetime as dt
from typing import Any

from customer_gql.commerce.reviews.tables import review
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_customer, make_product, put

SHOWN = "reviews { totalCount nodes { id title status rating } } pendingReviewCount"
REVIEWS = f"{{ me {{ {SHOWN} }} }}"
ALL_REVIEWS = f"query R($id: ID!) {{ customer(id: $id) {{ {SHOWN} }} }}"
NODE = "query N($id: ID!) { node(id: $id) { id } }"


async def test_staff_see_every_status_and_the_author_what_is_approved(
    as_customer: Any, admin_client: Client, connection: Connection
):
    owner, product = await make_customer(connection), await make_product(connection)
    written = [("Second", "PENDING", 2, 5), ("Third", "NOT_APPROVED", 3, 6), ("First", "APPROVED", 1, 4)]
    ids: dict[str, str] = {}
    for title, status, rating, day in written:
        id = new_id()
        ids[title] = encode_id("rev", owner.id, id)
        await put(
            connection,
            review,
            customer_id=owner.id,
            id=id,
            product_id=product.id,
            store_view_id=1,
            nickname="Ada",
            title=title,
            detail="Words.",
            rating=rating,
            status=status,
            created_at=dt.datetime(2026, 3, day, tzinfo=dt.UTC),
        )
    third = {"id": ids["Third"], "title": "Third", "status": "NOT_APPROVED", "rating": 3}
    second = {"id": ids["Second"], "title": "Second", "status": "PENDING", "rating": 2}
    first = {"id": ids["First"], "title": "First", "status": "APPROVED", "rating": 1}
    seen = (await admin_client.data(ALL_REVIEWS, id=customer_id(owner)))["customer"]
    assert seen == {"reviews": {"totalCount": 3, "nodes": [third, second, first]}, "pendingReviewCount": 1}
    author = await as_customer(owner.id)
    assert (await author.data(REVIEWS))["me"] == {
        "reviews": {"totalCount": 1, "nodes": [first]},
        "pendingReviewCount": 1,
    }
    found = {title: (await author.data(NODE, id=id))["node"] for title, id in ids.items()}
    assert found == {"First": {"id": ids["First"]}, "Second": None, "Third": None}


async def test_an_author_without_reviews_waits_for_none(as_customer: Any, connection: Connection):
    owner = await make_customer(connection)
    assert (await (await as_customer(owner.id)).data(REVIEWS))["me"] == {
        "reviews": {"totalCount": 0, "nodes": []},
        "pendingReviewCount": 0,
    }
