"""Customers as tests need them; what a test does not name is of no interest to it."""

import datetime as dt
from typing import Any

from sqlalchemy import Table, insert

from customer_gql.commerce.carts.tables import cart, cart_item
from customer_gql.commerce.catalog.tables import product
from customer_gql.commerce.orders.statuses.tables import FIRST_STATUSES, OrderState
from customer_gql.commerce.orders.tables import sales_order, sales_order_item, shipment, tracking_number
from customer_gql.commerce.reviews.tables import review
from customer_gql.commerce.reward_points.tables import reward_points, reward_points_entry
from customer_gql.commerce.store_credit.tables import store_credit, store_credit_entry
from customer_gql.commerce.wishlists.tables import wishlist, wishlist_item
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import sort_key
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.values.telephones import to_e164
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.newsletter.tables import newsletter_subscription
from customer_gql.customers.profile.tables import (
    customer,
    customer_activity,
    customer_email,
    customer_external_id,
    customer_number,
)
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one
from customer_gql.schema.projections import PROJECTIONS


def customer_id(row: Row) -> str:
    return encode_id("cus", row.id)


async def make_customer(connection: Connection, **given: Any) -> Row:
    id = new_id()
    values = {
        "id": id,
        "number": customer_number.next_value(),
        "email": f"shopper{id}@example.com",
        "first_name": "Ada",
        "last_name": "Byron",
        "website_id": 1,
        "created_in_store_view_id": 1,
        "group_id": 1,
        "created_at": dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
        **given,
    }
    values = {"name_sort_key": sort_key(values["last_name"], values["first_name"]), **values}
    made = await fetch_one(connection, insert(customer).values(**values).returning(customer))
    assert made is not None
    claim = {"email_normalised": normalize_email(made.email), "scope": made.website_id, "customer_id": id}
    await execute_statement(connection, insert(customer_email).values(**claim))
    if made.external_id is not None:
        claim = {"external_id": made.external_id, "customer_id": id}
        await execute_statement(connection, insert(customer_external_id).values(**claim))
    await recompute_rows(connection, id)
    return made


async def recompute_rows(connection: Connection, owner_id: int) -> None:
    """What writes of the service do before their commit."""
    for projection in PROJECTIONS:
        await projection.recompute(connection, [owner_id])


async def forget_repeated_addresses(connection: Connection) -> None:
    """Accounts cannot be shared while one address has several, which other tests leave behind."""
    forgotten = await connection.fetch(
        "DELETE FROM customer_email one USING customer_email other "
        "WHERE one.email_normalised = other.email_normalised AND one.scope > other.scope RETURNING one.customer_id"
    )
    for owner in forgotten:
        await recompute_rows(connection, owner.customer_id)


async def make_address(connection: Connection, owner: Row, **given: Any) -> Row:
    values = {
        "customer_id": owner.id,
        "id": new_id(),
        "first_name": owner.first_name,
        "last_name": owner.last_name,
        "street": ["1 Analytical Way"],
        "city": "London",
        "postcode": "N1 7AA",
        "country_code": "GB",
        "telephone": "+44 20 7946 0000",
        **given,
    }
    values["telephone_e164"] = to_e164(values["telephone"], values["country_code"])
    made = await fetch_one(connection, insert(address).values(**values).returning(address))
    assert made is not None
    await recompute_rows(connection, owner.id)
    return made


_WHEN = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


async def put(connection: Connection, table: Table, **values: Any) -> None:
    await execute_statement(connection, insert(table).values(**values))


async def make_product(connection: Connection, price: int = 1990, **given: Any) -> Row:
    id = new_id()
    values = {"id": id, "sku": f"SKU-{id}", "name": "Mug", "price": price, "currency": "USD", **given}
    made = await fetch_one(connection, insert(product).values(**values).returning(product))
    assert made is not None
    return made


async def make_order(connection: Connection, owner: Row, items: list[Row], **given: Any) -> Row:
    """An order of one of each product, in a state with its default status."""
    subtotal = sum(item.price for item in items)
    state = given.get("state", "COMPLETE")
    kept = {"held_state": "NEW", "held_status": "pending"} if state == "ON_HOLD" else {}
    values = {
        "customer_id": owner.id,
        "id": new_id(),
        "number": f"T{new_id()}",
        "state": state,
        "status": FIRST_STATUSES[OrderState(state)],
        **kept,
        "store_view_id": 1,
        "placed_at": _WHEN,
        "customer_email": owner.email,
        "customer_email_key": normalize_email(owner.email),
        "customer_name": owner.last_name,
        "customer_number": owner.number,
        "customer_group_id": owner.group_id,
        "currency": "USD",
        "subtotal": subtotal,
        "grand_total": subtotal,
        **given,
    }
    made = await fetch_one(connection, insert(sales_order).values(**values).returning(sales_order))
    assert made is not None
    for position, item in enumerate(items, 1):
        await put(
            connection,
            sales_order_item,
            customer_id=owner.id,
            order_id=made.id,
            position=position,
            product_id=item.id,
            sku=item.sku,
            name=item.name,
            quantity_ordered=1,
            currency="USD",
            price=item.price,
            row_total=item.price,
        )
    await recompute_rows(connection, owner.id)
    return made


async def make_shipment(connection: Connection, order: Row, *numbers: tuple[str, str]) -> None:
    key = {"customer_id": order.customer_id, "order_id": order.id}
    id = new_id()
    await put(connection, shipment, **key, id=id, shipped_at=_WHEN)
    for position, (carrier, number) in enumerate(numbers, 1):
        await put(connection, tracking_number, **key, shipment_id=id, position=position, carrier=carrier, number=number)


async def make_lists(connection: Connection, owner: Row, items: list[Row]) -> None:
    """A cart and a default wishlist, each with two of every product."""
    cart_id, wishlist_id = new_id(), new_id()
    await put(connection, cart, customer_id=owner.id, id=cart_id, website_id=1, store_view_id=1, currency="USD")
    await put(connection, wishlist, customer_id=owner.id, id=wishlist_id, name="Wishes", is_default=True)
    for item in items:
        shared = {"customer_id": owner.id, "id": new_id(), "product_id": item.id, "quantity": 2, "added_at": _WHEN}
        await put(connection, cart_item, **shared, cart_id=cart_id)
        await put(connection, wishlist_item, **shared, wishlist_id=wishlist_id)


async def make_ledgers(connection: Connection, owner: Row) -> None:
    """10.00 of store credit of 12.50 given, and 40 points of 50."""
    key = {"customer_id": owner.id, "website_id": 1}
    await put(connection, store_credit, **key, balance=1000, currency="USD")
    await put(connection, reward_points, **key, balance=40)
    for number, (amount, after, points, left) in enumerate([(1250, 1250, 50, 50), (-250, 1000, -10, 40)]):
        cause = {"actor": "SYSTEM", "actor_id": 0, "idempotency_key": str(number)}
        entry = {**key, **cause, "created_at": _WHEN + dt.timedelta(days=number)}
        action = ("CREATED", "USED")[number]
        await put(
            connection,
            store_credit_entry,
            **entry,
            id=new_id(),
            action=action,
            amount=amount,
            balance_after=after,
            currency="USD",
        )
        action = ("PURCHASE", "REDEEMED")[number]
        await put(
            connection, reward_points_entry, **entry, id=new_id(), action=action, points=points, balance_after=left
        )
    await recompute_rows(connection, owner.id)


async def make_full_customer(connection: Connection, **given: Any) -> Row:
    """A customer with something in every section."""
    owner = await make_customer(connection, **given)
    await make_address(connection, owner, is_default_billing=True, is_default_shipping=True)
    products = [await make_product(connection), await make_product(connection, price=500)]
    for _ in range(2):
        await make_shipment(connection, await make_order(connection, owner, products), ("DHL", "JD01"))
    await make_lists(connection, owner, products)
    await make_ledgers(connection, owner)
    await put(
        connection,
        review,
        customer_id=owner.id,
        id=new_id(),
        product_id=products[0].id,
        store_view_id=1,
        nickname="Ada",
        title="Holds tea",
        detail="It does.",
        rating=5,
        status="APPROVED",
        created_at=_WHEN,
    )
    await put(
        connection,
        newsletter_subscription,
        customer_id=owner.id,
        store_view_id=1,
        status="SUBSCRIBED",
        changed_at=_WHEN,
    )
    await put(connection, customer_activity, customer_id=owner.id, last_sign_in_at=_WHEN, last_activity_at=_WHEN)
    await recompute_rows(connection, owner.id)
    return owner
