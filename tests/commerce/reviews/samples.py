"""Samples of reviews for the tests that walk the whole graph."""

import datetime as dt

from customer_gql.commerce.reviews.tables import review
from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.profile.tables import deleted_customer
from customer_gql.database.statements import Connection
from support.access_walk import Ids
from support.calls import by_view
from support.customers import make_customer, make_product, put
from support.made_rows import MadeRows
from support.staff import make_website

TEXTS = ["Stra\u00dfe", "\u00c9va A%b", "ann_ likes it", "\u4f0a\u85e4", "a'b"]


def of_product(ids: Ids):
    """Products are for everybody to see."""
    id = ids.by_prefix["prd"]
    return {"filter": {"product": {"eq": id, "in": [id], "notIn": []}}}


UNRECORDED = {"reviewCreate": "of the review; other systems are told by the event review.created"}
CALLS = {"reviews": [lambda _: {}, of_product, by_view]}


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Reviews of one product, by customers of one website, one of whom is deleted."""
    website, product = await make_website(connection), await make_product(connection)
    here = {"website_id": website, "created_in_store_view_id": website}
    authors = [await make_customer(connection, **here) for _ in range(3)]

    async def write(connection: Connection, number: int) -> None:
        await put(
            connection,
            review,
            customer_id=authors[number % 3].id,
            id=new_id(),
            product_id=product.id,
            store_view_id=website,
            nickname=TEXTS[number % 5],
            title=TEXTS[-1 - number % 5],
            detail=TEXTS[number % 3],
            rating=1 + number % 5,
            status=["APPROVED", "PENDING", "NOT_APPROVED"][number % 3],
            created_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=50 * (number % 4), hours=1),
        )

    for number in range(count):
        await write(connection, number)
    gone = authors[0]
    await connection.execute("DELETE FROM customer WHERE id = $1", gone.id)
    left = {"customer_id": gone.id, "number": gone.number, "website_id": website, "actor": "SYSTEM"}
    await put(connection, deleted_customer, **left)

    async def add(connection: Connection) -> None:
        await write(connection, 4)

    return MadeRows({"product": {"eq": encode_id("prd", product.id)}}, add, website)


GRID_ROWS = {"REVIEWS": make_rows}
