"""Shoppers write reviews, which wait for staff (docs/domain/reviews.md#reviews-6)."""

from typing import Any

import pytest

from customer_gql.commerce.catalog.tables import product_website
from customer_gql.commerce.reviews.settings import ENABLED, GUESTS_ALLOWED, SETTINGS
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id, make_customer, make_product, put
from support.staff import make_website, staff_client

CREATE = """mutation C($i: ReviewCreateInput!) { reviewCreate(input: $i) {
  review { id title detail rating nickname status isGuest product { sku } } userErrors { code key params path } } }"""
TEXTS = {"title": " Holds tea ", "detail": "It does.\r\nEvery day.", "rating": 5}


@pytest.fixture
async def mug(connection: Connection) -> Row:
    made = await make_product(connection)
    await put(connection, product_website, product_id=made.id, website_id=1)
    return made


@pytest.fixture(autouse=True)
async def without_counts(connection: Connection) -> None:
    await connection.execute("DELETE FROM throttle")


async def write(client: Client, **given: Any) -> Any:
    return (await client.data(CREATE, i={**TEXTS, **given}))["reviewCreate"]


async def test_a_customer_writes_a_review_that_nobody_else_sees_yet(
    as_customer: Any, admin_client: Client, connection: Connection, mug: Row
):
    owner = await make_customer(connection, first_name="Grace")
    client = await as_customer(owner.id)
    answer = await write(client, sku=f" {mug.sku}")
    assert answer["userErrors"] == []
    shown = answer["review"]
    assert shown == {
        "id": shown["id"],
        "title": "Holds tea",
        "detail": "It does.\nEvery day.",
        "rating": 5,
        "nickname": "Grace",
        "status": "PENDING",
        "isGuest": False,
        "product": {"sku": mug.sku},
    }
    own = "{ me { reviews { totalCount } pendingReviewCount } }"
    assert await client.data(own) == {"me": {"reviews": {"totalCount": 0}, "pendingReviewCount": 1}}
    read = "query R($id: ID!) { customer(id: $id) { reviews { nodes { id status } } } }"
    found = (await admin_client.data(read, id=customer_id(owner)))["customer"]["reviews"]["nodes"]
    assert found == [{"id": shown["id"], "status": "PENDING"}]


async def test_a_guest_writes_a_review_that_staff_of_the_website_see(
    storefront: Client, admin_client: Client, connection: Connection, mug: Row, http: Any
):
    [refused] = (await write(storefront, sku=mug.sku))["userErrors"]
    assert (refused["code"], refused["key"], refused["path"]) == ("REQUIRED", "value.required", ["nickname"])
    shown = (await write(storefront, sku=mug.sku, nickname="Anna"))["review"]
    assert (shown["nickname"], shown["status"], shown["isGuest"]) == ("Anna", "PENDING", True)
    listed = "query L($p: ID!) { reviews(filter: { product: { eq: $p } }) { nodes { title } } }"
    product = {"p": encode_id("prd", mug.id)}
    assert (await admin_client.data(listed, **product))["reviews"]["nodes"] == [{"title": "Holds tea"}]
    elsewhere = await make_website(connection)
    for websites, count in (([1], 1), ([elsewhere], 0)):
        staff = await staff_client(http, connection, website_ids=websites)
        assert len((await staff.data(listed, **product))["reviews"]["nodes"]) == count
    assert await storefront.data("query N($id: ID!) { node(id: $id) { id } }", id=shown["id"]) == {"node": None}


async def test_five_reviews_an_hour_are_the_limit_and_wrong_ones_do_not_count(
    as_customer: Any, storefront: Client, connection: Connection, mug: Row
):
    client = await as_customer((await make_customer(connection)).id)
    answer = await write(client, sku=mug.sku, rating=6, title="", detail="x" * 10_001, nickname="a\nb")
    assert {(error["key"], *error["path"]) for error in answer["userErrors"]} == {
        ("text.not_one_line", "nickname"),
        ("value.required", "title"),
        ("text.too_long", "detail"),
        ("review.rating_wrong", "rating"),
    }
    [refused] = (await write(client, sku="NOTHING"))["userErrors"]
    assert (refused["code"], refused["key"], refused["path"]) == ("NOT_FOUND", "review.product_not_found", ["sku"])
    for shopper, name in ((client, None), (storefront, "Anna")):
        for _ in range(5):
            assert (await write(shopper, sku=mug.sku, nickname=name))["userErrors"] == []
        [refused] = (await write(shopper, sku=mug.sku, nickname=name))["userErrors"]
        assert (refused["code"], refused["key"], refused["params"]) == (
            "LIMIT_REACHED",
            "review.too_many",
            {"limit": 5},
        )
    assert await connection.fetchval("SELECT count(*) FROM review WHERE product_id = $1", mug.id) == 10


async def test_the_shop_decides_who_writes(
    as_customer: Any, storefront: Client, configured: Any, connection: Connection, mug: Row
):
    assert {one.path: one.default for one in SETTINGS} == {"reviews.enabled": True, "reviews.guests_allowed": True}
    client = await as_customer((await make_customer(connection)).id)
    await configured(GUESTS_ALLOWED, False)
    [refused] = (await write(storefront, sku=mug.sku, nickname="Anna"))["userErrors"]
    assert (refused["code"], refused["key"]) == ("NOT_ALLOWED", "review.sign_in_required")
    assert (await write(client, sku=mug.sku))["userErrors"] == []
    await configured(ENABLED, False)
    [refused] = (await write(client, sku=mug.sku))["userErrors"]
    assert (refused["code"], refused["key"]) == ("NOT_ALLOWED", "review.disabled")
