"""Reviews with what they say and where they stand."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id
from support.furnished import shown

REVIEWS = """query R($id: ID!) { customer(id: $id) { reviews { totalCount nodes {
  id title detail rating nickname status createdAt product { id name }
} } } }"""


@pytest.mark.parametrize("status", ["APPROVED", "PENDING", "NOT_APPROVED"])
async def test_a_review(status: str, admin_client: Client, furnished: dict[str, Row], connection: Connection):
    review = furnished["review"]
    await connection.execute("UPDATE review SET status = $2 WHERE customer_id = $1", review.customer_id, status)
    answer = await admin_client.data(REVIEWS, id=customer_id(furnished["customer"]))
    assert answer["customer"]["reviews"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": encode_id("rev", review.customer_id, review.id),
                **shown(review, "title detail rating nickname createdAt"),
                "status": status,
                "product": {"id": encode_id("prd", review.product_id), "name": furnished["product"].name},
            }
        ],
    }
