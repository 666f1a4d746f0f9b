"""The demo: an embedded database, a small generated shop, and everything printed that a newcomer needs to look at it."""

import asyncio
import datetime as dt
import fcntl
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from customer_gql.administration.customer_grid.upgrade import is_grid_empty
from customer_gql.core.terminal import CommandFailed
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.customers.profile.tables import customer
from customer_gql.database.pools import Database, open_database
from customer_gql.database.projections import recompute_all
from customer_gql.database.statements import fetch_value
from customer_gql.demo.first_job import run_first_jobs
from customer_gql.demo.older_companies import give_companies
from customer_gql.demo.seed.seeding import seed_shop
from customer_gql.demo.sign_ins import ADMINISTRATOR, SignIn, create_demo_staff, issue_sign_ins
from customer_gql.embedded.binaries import open_private
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.slices import join_declarations
from customer_gql.settings import Settings, load_settings
from customer_gql.staff import writes as staff
from customer_gql.staff.tables import staff_user

STAFF = ADMINISTRATOR
CUSTOMERS = 250
LIFETIME = dt.timedelta(days=7)
QUERY = "{ customers(first: 3) { totalCount nodes { number fullName email orders(first: 2) { nodes { number status } } } } }"


@contextmanager
def preparing_alone(folder: Path) -> Generator[None]:
    """One demo of a folder at a time makes its key and fills its shop; others wait, and find both."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_private(folder / "demo.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def prepare_demo(url: str, on_progress: Callable[[int, int], None], *, is_ours: bool) -> tuple[str, str]:
    """Fill an empty shop; return a new staff token and a new customer token.

    A configured database with a shop that is not the demo's is refused: the demo would make itself its administrator.
    """
    join_declarations()
    async with open_database(url, projections=PROJECTIONS) as database:
        is_empty = not await _has_rows(database, select(customer.c.id))
        if not (is_ours or is_empty):
            await _require_demo_shop(database)
        await create_demo_staff(database)
        if is_empty:
            now = dt.datetime.now(dt.UTC)
            async with database.writes.acquire() as connection:
                await seed_shop(connection, customers=CUSTOMERS, seed=1, until=now, on_progress=on_progress)
                admin = await fetch_value(connection, select(staff_user.c.id).where(staff_user.c.email == STAFF))
            await run_first_jobs(Tools(database, load_settings(database_url=url), PROJECTIONS), admin)
        else:
            await _fill_empty_grid(database, on_progress)
            async with database.transaction() as connection:
                await give_companies(connection)
        return await _issue_tokens(database)


async def _fill_empty_grid(database: Database, on_progress: Callable[[int, int], None]) -> None:
    """A shop that an earlier version seeded has customers, and none of the rows that were added since."""
    async with database.writes.acquire() as connection:
        if await is_grid_empty(connection):
            for projection in PROJECTIONS:
                await recompute_all(connection, projection, on_progress)


async def _require_demo_shop(database: Database) -> None:
    if not await _has_rows(database, select(staff_user.c.id).where(staff_user.c.email == STAFF)):
        raise CommandFailed(
            "The database of CUSTOMER_GQL_DATABASE_URL holds a shop already: `customer-gql serve` serves it."
        )


async def _issue_tokens(database: Database) -> tuple[str, str]:
    """Of the administrator, and of the customer with the lowest number."""
    async with database.transaction() as connection:
        first = await fetch_value(connection, select(customer.c.id).order_by(customer.c.number).limit(1))
        return (
            await staff.issue_staff_token(connection, email=STAFF, lifetime=LIFETIME, idle=LIFETIME),
            await issue_customer_token(connection, first, lifetime=LIFETIME),
        )


async def _has_rows(database: Database, rows: Select[Any]) -> bool:
    async with database.reads.acquire() as connection:
        return await fetch_value(connection, select(rows.exists()))


def format_greeting(base: str, tokens: tuple[str, str], sign_ins: Sequence[SignIn]) -> str:
    staff_token, customer_token = tokens
    return "\n".join(
        [
            f"storefront URL {base}/graphql",
            f"admin URL {base}/admin/graphql",
            f"staff token {staff_token}",
            f"customer token {customer_token}",
            f"query to paste {QUERY}",
            f"mails {base}/mail",
            f"admin UI {base}/admin",
            *[f"{one.role} signs in as {one.email} with the password {one.password}" for one in sign_ins],
        ]
    )


async def prepare_sign_ins(url: str, secret: str) -> list[SignIn]:
    """How people sign in to the admin UI of a prepared demo."""
    async with open_database(url, projections=PROJECTIONS) as database:
        return await issue_sign_ins(database, secret)


def run_prepare(
    settings: Settings, url: str, on_progress: Callable[[int, int], None]
) -> tuple[tuple[str, str], list[SignIn]]:
    tokens = asyncio.run(prepare_demo(url, on_progress, is_ours=settings.database_url is None))
    return tokens, asyncio.run(prepare_sign_ins(url, settings.secret_keys.get_secret_value()))
