"""The database under all variants: an embedded PostgreSQL with a seeded shop, made once and kept."""

import asyncio
import hashlib
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import processes

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.reads import customer_list
from customer_gql.database import migrations
from customer_gql.database.statements import Row
from customer_gql.demo.seed.seeding import seed
from customer_gql.embedded.server import Server, create_database, drop_database, running_server
from customer_gql.staff import writes as staff

DATA = Path(__file__).parent / ".data"
PEERS = Path(__file__).parent / "peers"
EMAIL = "bench@example.com"


@dataclass
class Shop:
    server: Server
    url: str
    token: str
    variables: dict[str, list[dict[str, Any]]]

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(processes.in_folder(self.server.data_dir))


@contextmanager
def shop(customers: int) -> Generator[Shop]:
    with running_server(DATA, settings={"shared_buffers": "512MB", "max_connections": "200"}) as server:
        name = f"bench_{customers}_{_migrations()}"
        if not asyncio.run(_exists(server, name)):
            _make(server, name, customers)
        url = server.url(name)
        migrations.upgrade_database(url)
        token, variables = asyncio.run(_arranged(url))
        yield Shop(server, url, token, variables)


def _migrations() -> str:
    """Changes when a migration that is not released yet does: the shop is then made anew."""
    files = sorted((DATA.parents[1] / "migrations").rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


async def _exists(server: Server, name: str) -> bool:
    connection = await asyncpg.connect(server.admin_url())
    try:
        return bool(await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name))
    finally:
        await connection.close()


def _make(server: Server, name: str, customers: int) -> None:
    """Built aside and renamed when whole, so that a run that was cut short leaves nothing half made."""
    raw = f"{name}_raw"
    drop_database(server, raw)
    create_database(server, raw)
    migrations.upgrade_database(server.url(raw))
    asyncio.run(seed(server.url(raw), customers=customers, seed=1, on_progress=_told()))
    asyncio.run(_settled(server, raw, name))


def _told() -> Callable[[int, int], None]:
    def tell(done: int, of: int) -> None:
        print(f"\r{done:,} of {of:,} customers", end="" if done < of else "\n", flush=True)

    return tell


async def _settled(server: Server, raw: str, name: str) -> None:
    connection = await asyncpg.connect(server.admin_url(raw))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    connection = await asyncpg.connect(server.admin_url())
    await connection.execute(f'ALTER DATABASE "{raw}" RENAME TO "{name}"')
    await connection.close()


# The newest customers of a seeded shop have hardly ordered yet. The nested page is meant to be full, so twenty who have
# ordered most become the newest.
_BUSY_FIRST = """
WITH busy AS (
  SELECT o.customer_id, row_number() OVER (ORDER BY count(*) DESC, o.customer_id) AS place
  FROM sales_order o
  WHERE (SELECT count(*) FROM sales_order_item i WHERE i.customer_id = o.customer_id AND i.order_id = o.id) >= 3
  GROUP BY o.customer_id HAVING count(*) >= 5 ORDER BY count(*) DESC, o.customer_id LIMIT 20)
UPDATE customer c SET number = 1000000000 + busy.place FROM busy
WHERE c.id = busy.customer_id AND NOT EXISTS (SELECT FROM customer WHERE number > 1000000000)
"""


async def _arranged(url: str) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    connection = await asyncpg.connect(url, record_class=Row)
    try:
        await connection.execute(_BUSY_FIRST)
        await connection.execute((PEERS / "functions.sql").read_text())
        if not await connection.fetchval("SELECT 1 FROM staff_user WHERE email = $1", EMAIL):
            await staff.create(connection, email=EMAIL, name="Bench", role="administrator")
        token = await staff.issue_token(connection, email=EMAIL)
        chosen = random.Random(1)
        rows = await connection.fetch("SELECT id, number FROM customer ORDER BY number")
        some = chosen.sample(rows, min(500, len(rows)))
        sort = customer_list.sorts["NEWEST"]
        return token, {
            "profile": [{"id": encode_id("cus", row["id"])} for row in some],
            "grid": [{"after": _cursor(sort, row)} for row in some],
            "nested": [{}],
        }
    finally:
        await connection.close()


def _cursor(sort: Any, row: Any) -> str:
    class Named:
        id = row["id"]
        number = row["number"]

    return sort.cursor(Named)
