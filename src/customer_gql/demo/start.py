"""The demo: an embedded database, a small synthetic shop, and everything printed that a newcomer needs to look at it."""

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Select, select

from customer_gql.core.errors import RuleError
from customer_gql.core.terminal import CommandFailed
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.customers.profile.tables import customer
from customer_gql.database.pools import Database, open_database
from customer_gql.database.statements import fetch_value
from customer_gql.demo.seed.seeding import seed
from customer_gql.staff import writes as staff
from customer_gql.staff.tables import staff_user

STAFF = "admin@example.com"
CUSTOMERS = 250
LIFETIME = dt.timedelta(days=7)
QUERY = "{ customers(first: 3) { totalCount nodes { number fullName email orders(first: 2) { nodes { number status } } } } }"


async def prepare(url: str, on_progress: Callable[[int, int], None], *, is_ours: bool) -> tuple[str, str]:
    """Fill an empty shop; a staff token and a customer token, fresh each time.

    A database that is not ours and holds a shop of somebody else is refused: the demo would make itself its administrator.
    """
    async with open_database(url) as database:
        is_empty = not await _has(database, select(customer.c.id))
        if not (
            is_ours or is_empty or await _has(database, select(staff_user.c.id).where(staff_user.c.email == STAFF))
        ):
            raise CommandFailed(
                "The database of CUSTOMER_GQL_DATABASE_URL holds a shop already: `customer-gql serve` serves it."
            )
        async with database.transaction() as connection:
            with suppress(RuleError):  # it is there from an earlier start
                await staff.create_staff_user(connection, email=STAFF, name="Demo Admin", role="administrator")
        if is_empty:
            async with database.writes.acquire() as connection:
                await seed(
                    connection, customers=CUSTOMERS, seed=1, until=dt.datetime.now(dt.UTC), on_progress=on_progress
                )
        async with database.transaction() as connection:
            first = await fetch_value(connection, select(customer.c.id).order_by(customer.c.number).limit(1))
            return (
                await staff.issue_staff_token(connection, email=STAFF, lifetime=LIFETIME, idle=LIFETIME),
                await issue_customer_token(connection, first, lifetime=LIFETIME),
            )


async def _has(database: Database, rows: Select[Any]) -> bool:
    async with database.reads.acquire() as connection:
        return await fetch_value(connection, select(rows.exists()))


def greeting(base: str, staff_token: str, customer_token: str) -> str:
    return "\n".join(
        [
            f"storefront URL {base}/graphql",
            f"admin URL {base}/admin/graphql",
            f"staff token {staff_token}",
            f"customer token {customer_token}",
            f"query to paste {QUERY}",
        ]
    )


def prepared(url: str, on_progress: Callable[[int, int], None], *, is_ours: bool) -> tuple[str, str]:
    return asyncio.run(prepare(url, on_progress, is_ours=is_ours))
