"""Products on the storefront and in the list of staff (docs/domain/catalog.md#catalog-1)."""

from decimal import Decimal
from typing import Any

import pytest

from customer_gql.commerce.catalog.tables import product_option, product_option_value, product_stock, product_website
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import make_customer, make_product, put
from support.staff import make_website

FIELDS = """id sku name type price { amount currency } imageUrl isSalable taxClass { name kind } weight categories isReturnable
  websites { id } stock { quantity isInStock minQuantity maxQuantity allowsBackorders }
  options { code title isRequired values { code title price { amount currency } } }"""
ONE = f"query P($sku: String!) {{ product(sku: $sku) {{ {FIELDS} }} }}"
MANY = f"query P($skus: [String!]!) {{ productsBySku(skus: $skus) {{ {FIELDS} }} }}"
LIST = """query L($filter: ProductFilter, $search: String, $sort: [ProductSort!]) {
  products(first: 100, filter: $filter, search: $search, sort: $sort) { totalCount nodes { sku externalId
  gridRow { sku name type price { amount } isSalable taxClass { id label } externalId } } } }"""
HERE = encode_id("web", 1)


async def sell(connection: Connection, website_id: int = 1, **given: Any) -> Row:
    made = await make_product(connection, **given)
    await put(connection, product_website, product_id=made.id, website_id=website_id)
    return made


async def add_engraving(connection: Connection, made: Row) -> None:
    option = {"product_id": made.id, "title": "Engraving", "is_required": False}
    await put(connection, product_option, **option, code="engraving", place=2)
    await put(connection, product_option, product_id=made.id, code="lid", title="Lid", place=1)
    for place, code, title, price in ((2, "name", "Name", 980), (1, "initials", "Initials", 490)):
        value = {"code": code, "title": title, "price": price, "place": place}
        await put(connection, product_option_value, product_id=made.id, option_code="engraving", **value)


async def test_a_product_with_everything_it_has(storefront: Client, connection: Connection):
    facts = {"type": "CONFIGURABLE", "tax_class_id": 2, "weight": Decimal("0.75"), "categories": ["Camping", "Mugs"]}
    made = await sell(connection, **facts, is_returnable=False, image_url="/mug.jpg")
    await add_engraving(connection, made)
    stock = {"quantity": 7, "min_quantity": 2, "max_quantity": 20, "allows_backorders": True, "is_in_stock": False}
    await put(connection, product_stock, product_id=made.id, **stock)
    values = [
        {"code": "initials", "title": "Initials", "price": {"amount": "4.90", "currency": "USD"}},
        {"code": "name", "title": "Name", "price": {"amount": "9.80", "currency": "USD"}},
    ]
    assert (await storefront.data(ONE, sku=f" {made.sku}"))["product"] == {
        "id": encode_id("prd", made.id),
        "sku": made.sku,
        "name": "Mug",
        "type": "CONFIGURABLE",
        "price": {"amount": "19.90", "currency": "USD"},
        "imageUrl": "/mug.jpg",
        "isSalable": True,
        "taxClass": {"name": "Taxable Goods", "kind": "PRODUCT"},
        "weight": "0.75",
        "categories": ["Camping", "Mugs"],
        "isReturnable": False,
        "websites": [{"id": HERE}],
        "stock": {
            "quantity": 7,
            "isInStock": False,
            "minQuantity": 2,
            "maxQuantity": 20,
            "allowsBackorders": True,
        },
        "options": [
            {"code": "lid", "title": "Lid", "isRequired": True, "values": []},
            {"code": "engraving", "title": "Engraving", "isRequired": False, "values": values},
        ],
    }


async def test_what_is_not_known_of_a_product_is_null_or_usual(storefront: Client, connection: Connection):
    made = await sell(connection)
    found = (await storefront.data(ONE, sku=made.sku))["product"]
    untracked = {"quantity": None, "isInStock": True, "minQuantity": 1, "maxQuantity": None, "allowsBackorders": False}
    assert (found["stock"], found["taxClass"], found["weight"], found["isReturnable"]) == (untracked, None, None, None)
    assert (found["type"], found["categories"], found["options"]) == ("SIMPLE", [], [])


async def test_a_product_is_found_on_the_websites_that_sell_it(
    storefront: Client, connection: Connection, as_customer: Any
):
    elsewhere = await make_website(connection)
    here, there = await sell(connection), await sell(connection, elsewhere)
    nowhere = await make_product(connection)
    skus = [there.sku, here.sku, nowhere.sku, here.sku.lower(), here.sku]
    found = (await storefront.data(MANY, skus=skus))["productsBySku"]
    assert [one and one["sku"] for one in found] == [None, here.sku, None, None, here.sku]
    member = await make_customer(connection, website_id=elsewhere, created_in_store_view_id=elsewhere)
    found = (await (await as_customer(member.id)).data(MANY, skus=skus))["productsBySku"]
    assert [one and one["sku"] for one in found] == [there.sku, None, None, None, None]


async def test_an_unknown_store_view_and_too_many_skus_are_refused(http: Any, storefront: Client):
    answer = await storefront.answer(MANY, skus=["A"] * 101)
    assert answer["errors"][0]["message"] == "skus: ask for at most 100 at once, not 101."
    http.headers["X-Store-View"] = "nowhere"
    try:
        answer = await storefront.answer(ONE, sku="A")
    finally:
        del http.headers["X-Store-View"]
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_fifty_products_take_the_statements_of_one(storefront: Client, connection: Connection, statements: Any):
    made = [await sell(connection) for _ in range(50)]
    await add_engraving(connection, made[0])
    counts = {}
    for count in (1, 50):
        await statements.clear()
        found = (await storefront.data(MANY, skus=[one.sku for one in made[:count]]))["productsBySku"]
        assert len([one for one in found if one]) == count
        counts[count] = await statements.count()
    assert counts[1] == counts[50], statements.texts


@pytest.mark.parametrize("kind", ["GROUPED", "BUNDLE", "VIRTUAL", "DOWNLOADABLE", "GIFT_CARD"])
async def test_the_list_of_staff(kind: str, admin_client: Client, connection: Connection):
    made = await make_product(connection, type=kind, tax_class_id=2)
    await connection.execute("UPDATE product SET external_id = $2 WHERE id = $1", made.id, f"ERP-{made.id}")
    filter = {"type": {"eq": kind}, "sku": {"eq": made.sku}}
    row = {"sku": made.sku, "name": "Mug", "type": kind, "price": {"amount": "19.90"}, "isSalable": True}
    row |= {"taxClass": {"id": encode_id("tax", 2), "label": "Taxable Goods"}, "externalId": f"ERP-{made.id}"}
    for asked in ({"filter": filter}, {"search": made.sku}):
        listed = (await admin_client.data(LIST, **asked, sort=[{"by": by} for by in ("TYPE", "IS_SALABLE", "SKU")]))[
            "products"
        ]
        assert listed == {
            "totalCount": 1,
            "nodes": [{"sku": made.sku, "externalId": f"ERP-{made.id}", "gridRow": row}],
        }


async def test_stock_is_never_negative_unless_it_may_be_ordered_ahead(connection: Connection):
    made = await make_product(connection)
    await put(connection, product_stock, product_id=made.id, quantity=1)
    taken = "UPDATE product_stock SET quantity = quantity - 2 WHERE product_id = $1"
    with pytest.raises(Exception, match="ck_product_stock_quantity"):
        await connection.execute(taken, made.id)
    await connection.execute("UPDATE product_stock SET allows_backorders = true WHERE product_id = $1", made.id)
    await connection.execute(taken, made.id)
    assert await connection.fetchval("SELECT quantity FROM product_stock WHERE product_id = $1", made.id) == -1
