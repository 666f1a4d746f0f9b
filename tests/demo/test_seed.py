"""A synthetic shop keeps every promise a real one keeps, and is the same each time it is made."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.reviews import tables as reviews
from customer_gql.commerce.reward_points import tables as reward_points
from customer_gql.commerce.store_credit import tables as store_credit
from customer_gql.commerce.wishlists import tables as wishlists
from customer_gql.customers.newsletter import tables as newsletter
from customer_gql.customers.profile import tables as customers
from customer_gql.database.pools import Database, open_database
from customer_gql.database.projections import Projection
from customer_gql.database.statements import Connection
from customer_gql.demo.seed.batches import CUSTOMER_SEEDS, SHOP_SEEDS
from customer_gql.demo.seed.seeding import DEFAULT_UNTIL, SeedRefused, seed_shop
from customer_gql.embedded.server import Server, create_database, drop_database
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.tables import metadata
from support.databases import change_tables

pytestmark = pytest.mark.slow

UNTIL = datetime(2026, 8, 20, 9, 30, tzinfo=UTC)
CUSTOMERS = 250
OF_CUSTOMERS = [table.name for seed in CUSTOMER_SEEDS for table in seed.tables]
LEDGERS = (("store_credit", "amount"), ("reward_points", "points"))

EVERY_VALUE: dict[str, Any] = {
    "customer.status": customers.CustomerStatus,
    "customer.customer_type": customers.CustomerType,
    "customer.gender": [*customers.Gender, None],
    "customer.is_email_confirmed": [True, False],
    "customer.website_id": [1, 2, 3, 4],
    "newsletter_subscription.status": newsletter.SubscriptionStatus,
    "sales_order.state": OrderState,
    "sales_order_address.kind": ["BILLING", "SHIPPING"],
    "wishlist.visibility": wishlists.WishlistVisibility,
    "review.status": reviews.ReviewStatus,
    "review.rating": [1, 2, 3, 4, 5],
    "store_credit_entry.action": store_credit.StoreCreditAction,
    "reward_points_entry.action": reward_points.RewardPointsAction,
    "product.is_salable": [True, False],
}

HAPPENED = (
    "customer.updated_at",
    "customer_activity.last_sign_in_at",
    "customer_activity.last_sign_out_at",
    "customer_activity.last_activity_at",
    "address.created_at",
    "address.updated_at",
    "newsletter_subscription.changed_at",
    "sales_order.placed_at",
    "sales_order.updated_at",
    "shipment.shipped_at",
    "cart.created_at",
    "cart.updated_at",
    "cart_item.added_at",
    "wishlist.updated_at",
    "wishlist_item.added_at",
    "review.created_at",
    "store_credit.updated_at",
    "store_credit_entry.created_at",
    "reward_points.updated_at",
    "reward_points_entry.created_at",
)


@pytest.fixture
async def empty_database_connection(empty_database: Database) -> AsyncGenerator[Connection]:
    async with empty_database.writes.acquire() as connection:
        yield connection


@pytest.fixture(scope="module")
def shop_url(server: Server, template: str) -> Generator[str]:
    """One shop for all tests that only look at it."""
    name = f"shop_{uuid.uuid4().hex[:8]}"
    create_database(server, name, template)
    try:
        yield server.url(name)
    finally:
        drop_database(server, name)


@pytest.fixture(scope="module")
async def shop(shop_url: str) -> AsyncGenerator[Connection]:
    async with open_database(shop_url) as database, database.writes.acquire() as connection:
        await seed_shop(connection, customers=CUSTOMERS, seed=1, until=UNTIL)
        yield connection


async def value(connection: Connection, statement: str) -> Any:
    return await connection.fetchval(statement)


@asynccontextmanager
async def undone(connection: Connection) -> AsyncGenerator[None]:
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def checksums(connection: Connection) -> dict[str, str]:
    return {
        name: await value(connection, f"SELECT md5(string_agg(t::text, '/' ORDER BY t::text)) FROM {name} t")
        for name in metadata.tables
    }


async def checksums_of(connection: Connection, **arguments: Any) -> dict[str, str]:
    async with undone(connection):
        await seed_shop(connection, **arguments)
        return await checksums(connection)


async def test_the_same_arguments_give_the_same_rows(empty_database_connection: Connection) -> None:
    # More than one batch.
    first = await checksums_of(empty_database_connection, customers=2100, seed=1, until=UNTIL)
    second = await checksums_of(empty_database_connection, customers=2100, seed=1, until=UNTIL)
    # Changes and counts carry the number of the transaction that wrote them.
    assert {name for name in first if first[name] != second[name]} == {
        "customer_change",
        "customer_count",
        "daily_figure",
    }


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"customers": 50, "seed": 2, "until": UNTIL}, id="another seed"),
        pytest.param({"customers": 51, "seed": 1, "until": UNTIL}, id="another size"),
        pytest.param({"customers": 50, "seed": 1, "until": UNTIL + timedelta(days=1)}, id="another end"),
    ],
)
async def test_other_arguments_give_other_rows(empty_database_connection: Connection, other: dict[str, Any]) -> None:
    first = await checksums_of(empty_database_connection, customers=50, seed=1, until=UNTIL)
    second = await checksums_of(empty_database_connection, **other)
    assert {name for name in OF_CUSTOMERS if first[name] == second[name]} == set()


async def test_says_how_many_rows_each_table_got(empty_database_connection: Connection) -> None:
    connection = empty_database_connection
    before = {name: await value(connection, f"SELECT count(*) FROM {name}") for name in metadata.tables}
    summary = await seed_shop(connection, customers=CUSTOMERS, seed=1, until=UNTIL)
    derived = {projection.table.name for projection in PROJECTIONS}
    seeded = {*OF_CUSTOMERS, *(table.name for seed in SHOP_SEEDS for table in seed.tables), *derived}
    assert set(summary.counts) == seeded
    for name in seeded:
        assert summary.counts[name] == await value(connection, f"SELECT count(*) FROM {name}") - before[name]
    assert {name for name in seeded if not summary.counts[name]} == set()
    assert summary.counts["customer"] == CUSTOMERS


async def test_a_shop_of_one_customer_by_url(empty_database_url: str, empty_database_connection: Connection) -> None:
    summary = await seed_shop(empty_database_url, customers=1, seed=1)
    assert summary.counts["customer"] == 1
    latest = await value(empty_database_connection, "SELECT max(last_activity_at) FROM customer_activity")
    assert DEFAULT_UNTIL - timedelta(minutes=15) < latest <= DEFAULT_UNTIL


async def test_progress_counts_customers_up_to_all(empty_database_connection: Connection) -> None:
    told: list[tuple[int, int]] = []
    await seed_shop(
        empty_database_connection,
        customers=2001,
        seed=1,
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(2000, 2001), (2001, 2001)]


async def test_every_value_occurs(shop: Connection) -> None:
    found = {column: await values_of(shop, column) for column in EVERY_VALUE}
    assert found == {column: set(values) for column, values in EVERY_VALUE.items()}


async def values_of(connection: Connection, column: str) -> set[Any]:
    table, _, name = column.partition(".")
    return {row.value for row in await connection.fetch(f"SELECT DISTINCT {name} AS value FROM {table}")}


async def violations(connection: Connection, statement: str, *arguments: Any) -> list[Any]:
    return [tuple(row) for row in await connection.fetch(statement, *arguments)]


@pytest.mark.parametrize(("balance", "change"), LEDGERS)
async def test_each_entry_says_the_balance_after_it(shop: Connection, balance: str, change: str) -> None:
    statement = f"""
        SELECT * FROM (
            SELECT customer_id, id, balance_after, sum({change}) OVER (
                PARTITION BY customer_id, website_id ORDER BY created_at, id
            ) AS sum
            FROM {balance}_entry
        ) AS entry WHERE balance_after <> sum
    """
    assert await violations(shop, statement) == []


@pytest.mark.parametrize(("balance", "change"), LEDGERS)
async def test_entries_add_up_to_the_balance(shop: Connection, balance: str, change: str) -> None:
    statement = f"""
        SELECT customer_id, balance, sum({change}) FROM {balance} LEFT JOIN {balance}_entry USING (customer_id, website_id)
        GROUP BY customer_id, website_id HAVING balance IS DISTINCT FROM sum({change})
    """
    assert await violations(shop, statement) == []


async def test_no_points_are_left_that_ran_out(shop: Connection) -> None:
    statement = """
        SELECT customer_id FROM reward_points JOIN reward_points_entry USING (customer_id, website_id)
        GROUP BY customer_id, website_id
        HAVING balance > sum(points) FILTER (WHERE points > 0 AND (expires_at IS NULL OR expires_at > $1))
    """
    assert await violations(shop, statement, UNTIL) == []


async def test_totals_of_an_order_are_those_of_its_lines(shop: Connection) -> None:
    statement = """
        SELECT number FROM sales_order o LEFT JOIN sales_order_item i ON (i.customer_id, i.order_id) = (o.customer_id, o.id)
        GROUP BY o.customer_id, o.id
        HAVING (o.subtotal, o.discount_total)
            IS DISTINCT FROM (sum(i.price * i.quantity_ordered)::bigint, sum(i.discount)::bigint)
    """
    assert await violations(shop, statement) == []


async def test_what_is_shipped_agrees_with_the_status_and_the_shipments(shop: Connection) -> None:
    found = await shop.fetch("""
        SELECT o.state, o.refunded_total = o.grand_total AS is_refunded,
            CASE WHEN sum(i.quantity_shipped) = 0 THEN 'nothing'
                WHEN sum(i.quantity_shipped) < sum(i.quantity_ordered) THEN 'part' ELSE 'all' END AS shipped,
            EXISTS (SELECT FROM shipment s WHERE (s.customer_id, s.order_id) = (o.customer_id, o.id)) AS has_shipment
        FROM sales_order o JOIN sales_order_item i ON (i.customer_id, i.order_id) = (o.customer_id, o.id)
        GROUP BY o.customer_id, o.id
    """)
    waiting = ("NEW", "PENDING_PAYMENT", "PAYMENT_REVIEW", "ON_HOLD", "CANCELED", "PROCESSING")
    assert {(row.state, row.is_refunded, row.shipped, row.has_shipment) for row in found} == {
        *((status, False, "nothing", False) for status in waiting),
        ("PROCESSING", False, "part", True),
        ("COMPLETE", False, "all", True),
        ("CLOSED", True, "nothing", False),
        ("CLOSED", True, "all", True),
    }


async def test_money_is_in_the_currency_of_the_customers_website(shop: Connection) -> None:
    statement = """
        SELECT customer_id, money.currency, website.currency FROM (
            SELECT customer_id, currency FROM sales_order
            UNION SELECT customer_id, currency FROM sales_order_item
            UNION SELECT customer_id, currency FROM cart
            UNION SELECT customer_id, currency FROM cart_item JOIN product ON product.id = product_id
            UNION SELECT customer_id, currency FROM wishlist_item JOIN product ON product.id = product_id
            UNION SELECT customer_id, currency FROM review JOIN product ON product.id = product_id
            UNION SELECT customer_id, currency FROM store_credit
            UNION SELECT customer_id, currency FROM store_credit_entry
        ) AS money JOIN customer ON customer.id = customer_id JOIN website ON website.id = website_id
        WHERE money.currency <> website.currency
    """
    assert await violations(shop, statement) == []


async def test_store_views_are_of_the_customers_website(shop: Connection) -> None:
    statement = """
        SELECT number, store_view_id FROM (
            SELECT id AS customer_id, created_in_store_view_id AS store_view_id FROM customer
            UNION SELECT customer_id, store_view_id FROM newsletter_subscription
            UNION SELECT customer_id, store_view_id FROM sales_order
            UNION SELECT customer_id, store_view_id FROM cart
            UNION SELECT customer_id, store_view_id FROM review
        ) AS seen JOIN customer ON customer.id = customer_id
        JOIN store_view ON store_view.id = store_view_id JOIN store ON store.id = store_id
        WHERE store.website_id <> customer.website_id
    """
    assert await violations(shop, statement) == []


async def test_nobody_is_of_a_group_that_is_kept_out_of_the_website(shop: Connection) -> None:
    statement = "SELECT number FROM customer JOIN customer_group_excluded_website USING (group_id, website_id)"
    assert await violations(shop, statement) == []


async def test_every_account_claims_its_address(shop: Connection) -> None:
    statement = """
        SELECT customer.id, customer_id FROM customer FULL JOIN customer_email ON
            (customer_id, email_normalised, scope) = (customer.id, lower(customer.email), customer.website_id)
        WHERE customer.id IS NULL OR customer_id IS NULL
    """
    assert await violations(shop, statement) == []


async def test_every_order_claims_its_number(shop: Connection) -> None:
    statement = """
        SELECT o.number, n.number FROM sales_order o
        FULL JOIN sales_order_number n ON (n.number, n.customer_id, n.order_id) = (o.number, o.customer_id, o.id)
        WHERE o.number IS NULL OR n.number IS NULL
    """
    assert await violations(shop, statement) == []


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.table.name)
async def test_derived_rows_are_as_they_would_be_recomputed(shop: Connection, projection: Projection) -> None:
    async for ids in projection.batches(shop):
        assert await projection.find_differences(shop, ids) == {}


async def test_nothing_happens_before_the_registration_or_after_the_end(shop: Connection) -> None:
    outside = {column: await outside_of_history(shop, column) for column in HAPPENED}
    assert outside == {column: [] for column in HAPPENED}


async def outside_of_history(connection: Connection, column: str) -> list[Any]:
    table, _, time = column.partition(".")
    owner = "id" if table == "customer" else "customer_id"
    statement = f"""
        SELECT owner.number, owned.{time} FROM {table} AS owned JOIN customer AS owner ON owner.id = owned.{owner}
        WHERE owned.{time} NOT BETWEEN owner.created_at AND $1
    """
    return await violations(connection, statement, UNTIL)


async def test_one_thing_comes_after_the_other(shop: Connection) -> None:
    statement = """
        SELECT number FROM sales_order WHERE updated_at < placed_at
        UNION ALL SELECT o.number FROM shipment s JOIN sales_order o ON (o.customer_id, o.id) = (s.customer_id, s.order_id)
            WHERE shipped_at < placed_at
        UNION ALL SELECT street[1] FROM address WHERE updated_at < created_at
        UNION ALL SELECT id::text FROM cart WHERE updated_at < created_at
        UNION ALL SELECT customer_id::text FROM customer_activity WHERE last_activity_at < last_sign_in_at
    """
    assert await violations(shop, statement) == []


async def test_a_key_tells_when_its_row_was_made(shop: Connection) -> None:
    statement = """
        SELECT number, created_at FROM customer
        WHERE '2024-01-01Z'::timestamptz + (id >> 22) * interval '1 millisecond' <> created_at
    """
    assert await violations(shop, statement) == []


async def test_numbers_start_at_one_and_continue(shop: Connection) -> None:
    found = await shop.fetch("SELECT number FROM customer ORDER BY created_at, id")
    assert [row.number for row in found] == list(range(1, CUSTOMERS + 1))
    assert await next_number(shop) == CUSTOMERS + 1


async def next_number(connection: Connection) -> int:
    return await value(connection, "SELECT last_value + is_called::int FROM customer_number_seq")


async def test_the_first_customer_shows_everything(shop: Connection) -> None:
    counts = {
        table: await value(
            shop, f"SELECT count(*) FROM {table} WHERE customer_id = (SELECT id FROM customer WHERE number = 1)"
        )
        for table in OF_CUSTOMERS
        if table != "customer"
        and not table.startswith("company")  # she buys for herself
        and not table.startswith("stored_file")
    }
    assert counts == {
        "customer_email": 1,
        "customer_external_id": 1,
        "customer_activity": 1,
        "address": 4,
        "newsletter_subscription": 3,
        "customer_note": 2,
        "customer_tag": 4,
        "customer_attribute": 10,
        "address_attribute": 12,
        "attribute_upload": 6,
        "sales_order": 10,
        "sales_order_number": 10,
        "sales_order_address": 20,
        "sales_order_item": 30,
        "shipment": counts["shipment"],
        "tracking_number": counts["tracking_number"],
        "cart": counts["cart"],
        "cart_item": counts["cart_item"],
        "wishlist": 3,
        "wishlist_item": 18,
        "review": 5,
        "store_credit": 1,
        "store_credit_entry": 6,
        "reward_points": 1,
        "reward_points_entry": counts["reward_points_entry"],
    }
    assert counts["tracking_number"] >= counts["shipment"] >= 3
    assert counts["cart_item"] >= counts["cart"] >= 1
    assert counts["reward_points_entry"] > 10


async def test_the_first_customer_has_defaults_and_an_open_cart_and_is_online(shop: Connection) -> None:
    statement = """
        SELECT (SELECT count(*) FROM address WHERE customer_id = customer.id AND is_default_billing),
            (SELECT count(*) FROM address WHERE customer_id = customer.id AND is_default_shipping),
            (SELECT count(*) FROM cart WHERE customer_id = customer.id AND is_active),
            (SELECT last_activity_at > $1 FROM customer_activity WHERE customer_id = customer.id)
        FROM customer WHERE number = 1
    """
    assert tuple(await shop.fetchrow(statement, UNTIL - timedelta(minutes=15)) or ()) == (1, 1, 1, True)


async def test_who_buys_for_a_company_is_a_member_in_its_group(shop: Connection) -> None:
    wrong = """SELECT count(*) FROM customer c
        LEFT JOIN company_member m ON m.customer_id = c.id AND m.is_primary LEFT JOIN company o ON o.id = m.company_id
        WHERE (c.customer_type = 'INDIVIDUAL') <> (m.id IS NULL) OR (c.customer_type = 'COMPANY_ADMIN') <> coalesce(o.admin_customer_id = c.id, false)
        OR o.group_id <> c.group_id OR o.website_id <> c.website_id
        OR (o.status IN ('ACTIVE', 'BLOCKED') AND c.status = 'INACTIVE' AND o.admin_customer_id = c.id)"""
    assert await value(shop, wrong) == 0
    lost = """SELECT count(*) FROM company_member m JOIN company o ON o.id = m.company_id
        WHERE (m.parent_id IS NULL) <> (o.admin_customer_id = m.customer_id) OR m.parent_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM company_member p WHERE p.id = m.parent_id AND p.company_id = m.company_id)
        AND NOT EXISTS (SELECT FROM company_team t WHERE t.id = m.parent_id AND t.company_id = m.company_id)"""
    assert await value(shop, lost) == 0
    assert {row.status for row in await shop.fetch("SELECT status FROM company")} >= {"ACTIVE", "PENDING", "REJECTED"}


async def test_a_second_run_is_refused_and_changes_nothing(shop: Connection) -> None:
    before = await checksums(shop)
    with pytest.raises(SeedRefused, match="already has customers: seed an empty database"):
        await seed_shop(shop, customers=10, seed=2)
    assert await checksums(shop) == before
    assert await next_number(shop) == CUSTOMERS + 1


async def test_what_is_left_of_a_shop_without_customers_is_refused(shop: Connection) -> None:
    async with undone(shop):
        await shop.execute("DELETE FROM customer")
        with pytest.raises(SeedRefused, match=r"already holds records .* \(attribute\)"):
            await seed_shop(shop, customers=10, seed=1)


async def test_a_database_without_tables_is_refused(empty_database_connection: Connection, server: Server) -> None:
    await change_tables(server, empty_database_connection, "ALTER TABLE customer RENAME TO client")
    with pytest.raises(SeedRefused, match="run `customer-gql migrate` first"):
        await seed_shop(empty_database_connection, customers=10, seed=1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"customers": 0}, "1 to 10000000 customers, not 0"),
        ({"customers": 10_000_001}, "1 to 10000000 customers, not 10000001"),
        ({"customers": 1, "until": UNTIL.replace(tzinfo=None)}, "needs a time zone"),
        ({"customers": 1, "until": datetime(2024, 1, 20, tzinfo=UTC)}, "choose an end after 2024-02-02"),
    ],
)
async def test_what_no_shop_can_be_made_of_is_refused(
    empty_database_connection: Connection, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SeedRefused, match=sentence):
        await seed_shop(empty_database_connection, seed=1, **arguments)
    assert not await value(empty_database_connection, "SELECT EXISTS (SELECT FROM customer)")


async def test_a_run_that_ends_early_leaves_nothing(empty_database_connection: Connection) -> None:
    before = await checksums(empty_database_connection)

    def end(_done: int, _total: int) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await seed_shop(empty_database_connection, customers=2500, seed=1, on_progress=end)
    assert await checksums(empty_database_connection) == before
