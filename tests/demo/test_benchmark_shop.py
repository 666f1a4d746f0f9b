"""The customers of the benchmark's large shop fit the tables, and their rows in the grid can be computed."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from customer_gql.database.pools import Database
from customer_gql.demo.copying import copy_table
from customer_gql.demo.seed.batches import DemoShop, make_shop_rows
from customer_gql.schema.tables import metadata

CUSTOMERS = 300
UNTIL = 80_000_000_000  # milliseconds, in the middle of 2026


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch):
    """Its modules, which import each other by their names, and are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    yield import_module
    for name in set(sys.modules) - before:
        if name.split(".")[0] in {"grid", "prepare", "processes"}:
            del sys.modules[name]


async def test_a_batch_is_copied_and_shown_in_the_grid(benchmarks, empty_database: Database):
    rows, shop = benchmarks("grid.rows"), benchmarks("grid.shop")
    made = DemoShop(CUSTOMERS, 1, UNTIL)
    async with empty_database.transaction(dry_run=True) as connection:
        furniture = make_shop_rows(made)
        for table in [table for table in metadata.sorted_tables if table in furniture]:
            await copy_table(connection, table, furniture[table])
        ids = await shop.copy_batch(connection, rows.make_rows(made, 1, CUSTOMERS))
        for projection in shop.PROJECTIONS:
            await projection.recompute(connection, ids)
        shown = await connection.fetchrow(
            "SELECT count(*) AS total, count(DISTINCT telephone_e164) AS telephones, count(tags) AS tagged,"
            " count(r.external_id) AS known, count(last_order_at) AS ordered, count(locked_until) AS locked"
            " FROM customer_grid_row r JOIN customer ON customer.id = customer_id"
        )
    assert shown is not None
    assert len(ids) == shown.total == CUSTOMERS
    assert all(0 < count <= CUSTOMERS for count in shown.values())
    assert shown.telephones > CUSTOMERS / 4


def test_the_floor_starts_by_itself():
    """It imports reads without the rest of the service."""
    folder = Path(__file__).parents[2] / "benchmarks"
    subprocess.run([sys.executable, "-c", "import floor"], cwd=folder, check=True)
