"""A generated shop of any size, loaded by COPY in one transaction: all of it or nothing.

The same number of customers, seed and end give the same rows, byte for byte. See docs/adr/0008-synthetic-shop.md.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import asyncpg

from customer_gql.commerce.orders.daily_figures import count_all_orders
from customer_gql.core.terminal import CommandFailed
from customer_gql.customers.companies.tables import company_number
from customer_gql.customers.profile.tables import customer, customer_activity, customer_number
from customer_gql.database.seeding import DAY, Rows, to_datetime, to_milliseconds
from customer_gql.database.statements import Connection, Row, compile_statement, execute_statement
from customer_gql.demo.copying import copy_table
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.tables import metadata
from customer_gql.shop.daily_figures.tables import Measure
from customer_gql.shop.daily_figures.writes import add_figures, count_by_quarter

from .batches import CUSTOMERS_IN_A_BATCH, DemoShop, make_batch, make_shop_rows

DEFAULT_UNTIL: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
"""Pass the present instead to see customers who are online now."""

MOST_CUSTOMERS: Final = 10_000_000
_LEAST_HISTORY: Final = 31 * DAY
_PARENTS_FIRST: Final = metadata.sorted_tables

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class SeedSummary:
    """How many rows each table was given, and how long it took."""

    counts: dict[str, int]
    seconds: float

    def lines(self) -> list[str]:
        """What was made, for people."""
        made = [f"{table.replace('_', ' ')}: {count:,}" for table, count in self.counts.items() if count]
        return [*made, f"in {self.seconds:.0f} s"]


class SeedRefused(CommandFailed):
    """Nothing was written; the sentence says what to do instead."""


async def seed_shop(
    target: "Connection | str",
    *,
    customers: int,
    seed: int,
    until: datetime | None = None,
    on_progress: Progress | None = None,
) -> SeedSummary:
    """Fill the empty shop at a connection or URL with what happened in it before `until`.

    `on_progress` is told how many customers are written, and of how many. Raises `SeedRefused`.
    """
    shop = _validate_shop(customers, seed, until or DEFAULT_UNTIL)
    if not isinstance(target, str):
        return await _fill_shop(target, shop, on_progress)
    connection = await asyncpg.connect(target, record_class=Row, statement_cache_size=0)
    try:
        return await _fill_shop(connection, shop, on_progress)
    finally:
        await connection.close()


def _validate_shop(customers: int, seed: int, until: datetime) -> DemoShop:
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise SeedRefused(f"A shop can be made with 1 to {MOST_CUSTOMERS} customers, not {customers}.")
    if until.tzinfo is None:
        raise SeedRefused("The end of the shop's history needs a time zone.")
    shop = DemoShop(customers, seed, to_milliseconds(until))
    if shop.until - shop.opened < _LEAST_HISTORY:
        raise SeedRefused(
            f"The shop opens in January 2024: choose an end after {to_datetime(DAY + _LEAST_HISTORY):%Y-%m-%d}."
        )
    return shop


async def _fill_shop(connection: Connection, shop: DemoShop, on_progress: Progress | None) -> SeedSummary:
    started = time.monotonic()
    counts: Counter[str] = Counter()
    try:
        async with connection.transaction():
            await _refuse_unless_empty(connection)
            await _lift_time_limits(connection)
            await _load_batches(connection, shop, counts, on_progress)
            await count_all_orders(connection)
            await execute_statement(connection, _COUNT_SIGN_INS)
            await _continue_numbers(connection, shop.customers)
    except asyncpg.UndefinedTableError as error:
        raise SeedRefused("The database has no tables yet: run `customer-gql migrate` first.") from error
    except asyncpg.UniqueViolationError as error:
        table = getattr(error, "table_name", "")
        raise SeedRefused(
            f"The database already holds records that a generated shop would make ({table}): seed an empty one."
        ) from error
    return SeedSummary(dict(counts), time.monotonic() - started)


async def _refuse_unless_empty(connection: Connection) -> None:
    if await connection.fetchval("SELECT EXISTS (SELECT FROM customer)"):
        raise SeedRefused("The shop already has customers: seed an empty database, or drop this one and migrate again.")


async def _lift_time_limits(connection: Connection) -> None:
    """The limits of a service's connection are for requests, and end with this transaction."""
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        await connection.execute(f"SET LOCAL {limit} = 0")


async def _load_batches(
    connection: Connection, shop: DemoShop, counts: Counter[str], on_progress: Progress | None
) -> None:
    await _copy_tables(connection, make_shop_rows(shop), counts)
    # A thread makes the next batch while PostgreSQL stores this one, which takes it twice as long.
    loop = asyncio.get_running_loop()
    coming = loop.run_in_executor(None, make_batch, shop, 1)
    done = 0
    while done < shop.customers:
        rows = await coming
        done = min(shop.customers, done + CUSTOMERS_IN_A_BATCH)
        if done < shop.customers:
            coming = loop.run_in_executor(None, make_batch, shop, done + 1)
        await _copy_tables(connection, rows, counts)
        await _compute_projections(connection, rows[customer].values_of("id"), counts)
        if on_progress:
            on_progress(done, shop.customers)


async def _copy_tables(connection: Connection, rows: Rows, counts: Counter[str]) -> None:
    """Parents before children, because foreign keys are checked when each COPY ends."""
    for table in _PARENTS_FIRST:
        if table in rows:
            counts[table.name] += len(rows[table].records)
            await copy_table(connection, table, rows[table])


async def _compute_projections(connection: Connection, customer_ids: list[int], counts: Counter[str]) -> None:
    """Nobody else sees these customers yet, so nothing has to be locked."""
    for projection in PROJECTIONS:
        counts[projection.table.name] += await projection.recompute(connection, customer_ids)


_COUNT_SIGN_INS: Final = compile_statement(
    add_figures(
        count_by_quarter(Measure.SIGN_INS, customer_activity.c.last_sign_in_at, customer.c.website_id)
        .join_from(customer_activity, customer, customer.c.id == customer_activity.c.customer_id)
        .where(customer_activity.c.last_sign_in_at.is_not(None))
    )
)
"""Those that are known of a generated shop: the last one of each customer."""


async def _continue_numbers(connection: Connection, customers: int) -> None:
    """Numbers that earlier customers and companies had are not given again. A company has that of its first admin."""
    for sequence in (customer_number.name, company_number.name):
        await connection.execute(
            f"SELECT setval('{sequence}', greatest($1, (SELECT last_value FROM {sequence})))", customers
        )
