"""The three documents the project was begun for, as written."""

import re
from pathlib import Path

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_customer, make_full_customer

DOCUMENTS = Path(__file__).parents[2] / "documents"
PROFILE = (DOCUMENTS / "profile.graphql").read_text()
SECTIONS = PROFILE.partition("customer(id: $id) ")[2].rstrip().removesuffix("}")
WHEN = "2026-03-01T12:00:00+00:00"
LATER = "2026-03-02T12:00:00+00:00"


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


async def expected(connection, shopper):
    """The whole answer, from what the factories wrote."""
    address = await connection.fetchrow("SELECT * FROM address WHERE customer_id = $1", shopper.id)
    orders = await connection.fetch("SELECT * FROM sales_order WHERE customer_id = $1 ORDER BY id DESC", shopper.id)
    lines = await connection.fetch(
        "SELECT i.* FROM sales_order_item i WHERE order_id = $1 ORDER BY position", orders[0].id
    )
    cart = await connection.fetchrow("SELECT * FROM cart WHERE customer_id = $1", shopper.id)
    carted = await connection.fetch("SELECT * FROM cart_item WHERE customer_id = $1 ORDER BY id", shopper.id)
    wishes = await connection.fetchrow("SELECT * FROM wishlist WHERE customer_id = $1", shopper.id)
    review = await connection.fetchrow("SELECT * FROM review WHERE customer_id = $1", shopper.id)
    place = {
        "id": encode_id("adr", shopper.id, address.id),
        "street": ["1 Analytical Way"],
        "city": "London",
        "region": None,
        "postcode": "N1 7AA",
        "countryCode": "GB",
        "telephone": "+44 20 7946 0000",
    }
    prices = [usd("19.90"), usd("5.00")]
    products = [{"sku": line.sku, "name": "Mug", "price": price} for line, price in zip(lines, prices, strict=True)]
    ordered = [
        {
            "id": encode_id("ord", shopper.id, order.id),
            "number": order.number,
            "status": "complete",
            "placedAt": WHEN,
            "grandTotal": usd("24.90"),
            "items": [{**product, "quantityOrdered": 1} for product in products],
            "shipments": [{"trackingNumbers": [{"carrier": "DHL", "number": "JD01"}]}],
        }
        for order in orders
    ]
    return {
        "id": customer_id(shopper),
        "number": shopper.number,
        "version": 1,
        "email": shopper.email,
        "firstName": "Ada",
        "lastName": "Byron",
        "fullName": "Ada Byron",
        "gender": None,
        "dateOfBirth": None,
        "taxVatNumber": None,
        "createdAt": "2026-01-02T03:04:05+00:00",
        "updatedAt": shopper.updated_at.isoformat(),
        "status": "ACTIVE",
        "isLocked": False,
        "isEmailConfirmed": True,
        "customerType": "INDIVIDUAL",
        "website": {"code": "base", "name": "Main Website"},
        "createdIn": {"code": "default", "name": "Default Store View"},
        "group": {"id": encode_id("grp", 1), "name": "General", "taxClass": {"name": "Retail Customer"}},
        "activity": {"lastSignInAt": WHEN, "lastSignOutAt": None, "lastActivityAt": WHEN, "isOnline": False},
        "orderStatistics": {
            "orderCount": 2,
            "lifetimeValue": usd("49.80"),
            "averageOrderValue": usd("24.90"),
            "lastOrderAt": WHEN,
        },
        "defaultBillingAddress": place,
        "defaultShippingAddress": place,
        "addresses": [
            {
                **place,
                "firstName": "Ada",
                "lastName": "Byron",
                "company": None,
                "vatNumber": None,
                "isDefaultBilling": True,
                "isDefaultShipping": True,
            }
        ],
        "orders": {"totalCount": 2, "pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": ordered},
        "cart": {
            "id": encode_id("crt", shopper.id, cart.id),
            "itemCount": 2,
            "subtotal": usd("49.80"),
            "items": [
                {"id": encode_id("cit", shopper.id, cart.id, item.id), "quantity": 2, "product": product}
                for item, product in zip(carted, products, strict=True)
            ],
        },
        "wishlist": {
            "id": encode_id("wis", shopper.id, wishes.id),
            "name": "Wishes",
            "itemCount": 2,
            "items": {
                "nodes": [
                    {
                        "id": encode_id("wli", shopper.id, wishes.id, item.id),
                        "addedAt": WHEN,
                        "quantity": 2,
                        "product": product,
                    }
                    for item, product in reversed(list(zip(carted, products, strict=True)))
                ]
            },
        },
        "reviews": {
            "nodes": [
                {
                    "id": encode_id("rev", shopper.id, review.id),
                    "title": "Holds tea",
                    "detail": "It does.",
                    "rating": 5,
                    "status": "APPROVED",
                    "createdAt": WHEN,
                    "product": {"sku": lines[0].sku, "name": "Mug"},
                }
            ]
        },
        "storeCredit": {
            "balance": usd("10.00"),
            "entries": {
                "nodes": [
                    {
                        "action": "USED",
                        "amount": usd("-2.50"),
                        "balanceAfter": usd("10.00"),
                        "createdAt": LATER,
                        "comment": None,
                    },
                    {
                        "action": "CREATED",
                        "amount": usd("12.50"),
                        "balanceAfter": usd("12.50"),
                        "createdAt": WHEN,
                        "comment": None,
                    },
                ]
            },
        },
        "rewardPoints": {
            "balance": 40,
            "worth": None,
            "entries": {
                "nodes": [
                    {"action": "REDEEMED", "points": -10, "balanceAfter": 40, "createdAt": LATER, "expiresAt": None},
                    {"action": "PURCHASE", "points": 50, "balanceAfter": 50, "createdAt": WHEN, "expiresAt": None},
                ]
            },
        },
        "newsletterSubscriptions": [{"storeView": {"code": "default"}, "status": "SUBSCRIBED", "changedAt": WHEN}],
    }


async def test_staff_reads_a_whole_profile(admin_client, connection):
    shopper = await make_full_customer(connection)
    read = (await admin_client.data(PROFILE, id=customer_id(shopper)))["customer"]
    read["orders"]["pageInfo"]["endCursor"] = None
    assert read == await expected(connection, shopper)


async def test_a_customer_reads_the_same_of_themselves(as_customer, connection):
    shopper = await make_full_customer(connection)
    me = await as_customer(shopper.id)
    read = (await me.data(f"{{ me {SECTIONS} }}"))["me"]
    read["orders"]["pageInfo"]["endCursor"] = None
    assert read == await expected(connection, shopper)


async def test_a_customer_with_nothing_has_empty_sections(admin_client, connection):
    shopper = await make_customer(connection)
    read = (await admin_client.data(PROFILE, id=customer_id(shopper)))["customer"]
    empty = {name: read[name] for name in ("cart", "wishlist", "addresses", "newsletterSubscriptions", "reviews")}
    assert empty == {
        "cart": None,
        "wishlist": None,
        "addresses": [],
        "newsletterSubscriptions": [],
        "reviews": {"nodes": []},
    }
    assert read["orders"] == {"totalCount": 0, "pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}
    assert read["orderStatistics"]["lifetimeValue"] == usd("0.00")
    assert read["storeCredit"]["balance"] == usd("0.00")
    assert read["rewardPoints"] == {"balance": 0, "worth": None, "entries": {"nodes": []}}
    assert read["activity"]["isOnline"] is False


async def test_a_page_takes_the_same_statements_for_1_and_for_50_customers(admin_client, connection, statements):
    for _ in range(50):
        await make_full_customer(connection, first_name="Fiftyfold")
    ours = 'filter: { name: { startsWith: "Fiftyfold" } }'  # customers of other tests have nothing in some sections
    examples = [(DOCUMENTS / f"{name}.graphql").read_text() for name in ("customers", "orders")]
    for document in [*examples, f"{{ customers(first: 10) {{ nodes {SECTIONS} }} }}"]:
        counts = {}
        for size in (1, 50):
            await statements.clear()
            sized = re.sub(r"customers\(first: \d+", f"customers({ours}, first: {size}", document)
            assert len((await admin_client.data(sized))["customers"]["nodes"]) == size
            counts[size] = await statements.count()
        assert counts[1] == counts[50], (document, statements.texts)


async def test_a_guest_has_no_me(storefront):
    assert await storefront.answer("{ me { email } }") == {"data": {"me": None}}


async def test_the_storefront_knows_no_roots_of_the_admin(as_customer, connection):
    shopper = await make_customer(connection)
    me = await as_customer(shopper.id)
    for root in ("customers { totalCount }", f'customer(id: "{customer_id(shopper)}") {{ id }}', "websites { code }"):
        answer = await me.answer(f"{{ {root} }}")
        assert answer["errors"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}, root
