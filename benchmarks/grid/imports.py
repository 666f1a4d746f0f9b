"""Imports that are measured: rows straight into the tables, and files by the importer. Both are rolled back."""

import csv
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
from prepare import BenchmarkShop

from customer_gql.administration.customer_import.adobe.load import import_adobe
from customer_gql.customers.profile.tables import customer
from customer_gql.database.seeding import to_milliseconds
from customer_gql.database.transactions import mark_customers
from customer_gql.demo.seed.batches import DemoShop
from customer_gql.schema.projections import PROJECTIONS

from .client import GridClient
from .rows import TABLES, make_rows
from .shop import BATCH, copy_batch

COPIED: Final = 100_000
IMPORTED: Final = 100_000


def copying(customers: int) -> Callable[[GridClient, int], Awaitable[int]]:
    made = DemoShop(customers + COPIED, 1, to_milliseconds(datetime.now(UTC)))

    async def run(client: GridClient, number: int) -> int:
        del number
        client.seen.clear()
        async with client.database.transaction(dry_run=True) as connection:
            for first in range(customers + 1, customers + COPIED + 1, BATCH):
                ids = await copy_batch(connection, make_rows(made, first, BATCH))
                mark_customers(connection, ids, customer)
        return len(client.seen)

    return run


async def import_files(client: GridClient, number: int) -> int:
    """By `customer-gql import adobe`, which copies the rows of the files, checks them and then writes them."""
    del number
    client.seen.clear()
    with TemporaryDirectory() as folder:
        people, places = Path(folder) / "customers.csv", Path(folder) / "addresses.csv"
        _write_file(people, _people())
        _write_file(places, _places())
        async with client.database.writes.acquire() as connection:
            done = await import_adobe(connection, customers=people, addresses=places, dry_run=True)
    assert done.customers.valid == done.addresses.valid == IMPORTED, done
    return len(client.seen)


def _people() -> Iterator[dict[str, str]]:
    for n in range(IMPORTED):
        name = {"firstname": f"Ann{n % 977}", "lastname": f"Lee{n % 1013}"}
        yield {"email": f"imported.{n}@shop.example", "_website": "base", **name, "taxvat": f"T{n}"}


def _places() -> Iterator[dict[str, str]]:
    for n in range(IMPORTED):
        yield {
            "_website": "base",
            "_email": f"imported.{n}@shop.example",
            "firstname": f"Ann{n % 977}",
            "lastname": f"Lee{n % 1013}",
            "street": f"{n} High Street",
            "city": "York",
            "country_id": "GB",
            "postcode": f"YO{n % 90 + 1} {n % 10}AA",
            "telephone": f"+44 1904 55{n % 10_000:04d}",
            "_address_default_billing_": "1",
            "_address_default_shipping_": "1",
        }


def _write_file(path: Path, rows: Iterator[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        first = next(rows)
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)


async def vacuum(shop: BenchmarkShop) -> None:
    """Removes what was rolled back."""
    connection = await asyncpg.connect(shop.server.admin_url(shop.name))
    tables = [table.name for table in {*TABLES, *(projection.table for projection in PROJECTIONS)}]
    await connection.execute(f"VACUUM {', '.join(tables)}")
    await connection.close()
