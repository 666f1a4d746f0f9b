"""The database of all variants: an embedded PostgreSQL with a seeded shop, created once and kept."""

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

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.profile.reads import NEWEST, customer_list
from customer_gql.database.schema import migrations
from customer_gql.database.statements import Row
from customer_gql.demo.seed.seeding import seed_shop
from customer_gql.embedded.server import Server, create_database, drop_database, running_server
from customer_gql.staff import writes as staff

DATA = Path(__file__).parent / ".data"
PEERS = Path(__file__).parent / "peers"
EMAIL = "bench@example.com"
SERVER_SETTINGS = {"shared_buffers": "512MB", "max_connections": "200"}


@dataclass
class BenchmarkShop:
    server: Server
    name: str
    token: str
    variables: dict[str, list[dict[str, Any]]]

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(processes.processes_in_folder(self.server.data_dir))


@contextmanager
def running_shop(customers: int) -> Generator[BenchmarkShop]:
    with running_server(DATA, settings=SERVER_SETTINGS) as server:
        name = f"bench_{customers}_{hash_migrations()}"
        if not asyncio.run(find_database(server, name)):
            create_shop(server, name, lambda raw: _seed(server, raw, customers))
        url = server.url(name)
        migrations.upgrade_database(server.owner_url(name), service_url=url)
        asyncio.run(_create_peer_functions(server.owner_url(name)))
        token, variables = asyncio.run(_prepare_documents(url))
        yield BenchmarkShop(server, name, token, variables)


def hash_migrations() -> str:
    """Changes when an unreleased migration changes; the shop is then created again."""
    files = sorted((DATA.parents[1] / "migrations").rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


async def find_database(server: Server, name: str) -> bool:
    connection = await asyncpg.connect(server.admin_url())
    try:
        return bool(await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name))
    finally:
        await connection.close()


def create_shop(server: Server, name: str, fill: Callable[[str], object]) -> None:
    """Renamed when complete, so that an interrupted run leaves no incomplete shop."""
    raw = f"{name}_raw"
    drop_database(server, raw)
    create_database(server, raw)
    migrations.upgrade_database(server.owner_url(raw), service_url=server.url(raw))
    fill(raw)
    asyncio.run(_finish_database(server, raw, name))


def _seed(server: Server, name: str, customers: int) -> None:
    asyncio.run(seed_shop(server.url(name), customers=customers, seed=1, on_progress=create_progress()))


def create_progress() -> Callable[[int, int], None]:
    def print_progress(done: int, of: int) -> None:
        print(f"\r{done:,} of {of:,} customers", end="" if done < of else "\n", flush=True)

    return print_progress


async def _finish_database(server: Server, raw: str, name: str) -> None:
    connection = await asyncpg.connect(server.admin_url(raw))
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    connection = await asyncpg.connect(server.admin_url())
    await connection.execute(f'ALTER DATABASE "{raw}" RENAME TO "{name}"')
    await connection.close()


# The newest customers of a seeded shop have few orders. The nested page should be full, so the twenty customers with the
# most orders become the newest.
_BUSY_FIRST = """
WITH busy AS (
  SELECT o.customer_id, row_number() OVER (ORDER BY count(*) DESC, o.customer_id) AS place
  FROM sales_order o
  WHERE (SELECT count(*) FROM sales_order_item i WHERE i.customer_id = o.customer_id AND i.order_id = o.id) >= 3
  GROUP BY o.customer_id HAVING count(*) >= 5 ORDER BY count(*) DESC, o.customer_id LIMIT 20)
UPDATE customer c SET number = 1000000000 + busy.place FROM busy
WHERE c.id = busy.customer_id AND NOT EXISTS (SELECT FROM customer WHERE number > 1000000000)
"""


async def _create_peer_functions(owner_url: str) -> None:
    """As the role that owns the tables, which the service is not."""
    connection = await asyncpg.connect(owner_url)
    await connection.execute((PEERS / "functions.sql").read_text())
    await connection.close()


async def issue_token(url: str) -> str:
    connection = await asyncpg.connect(url, record_class=Row)
    try:
        return await _issue_token(connection)
    finally:
        await connection.close()


def act_as(staff_id: int) -> Actor:
    """An administrator who changes something."""
    viewer = Viewer(ViewerKind.STAFF, staff_id=staff_id, permissions=ALL_PERMISSIONS)
    return Actor(ActorKind.STAFF, staff_id, viewer=viewer)


async def _issue_token(connection: Any) -> str:
    if not await connection.fetchval("SELECT 1 FROM staff_user WHERE email = $1", EMAIL):
        await staff.create_staff_user(connection, email=EMAIL, name="Bench", role="administrator")
    return await staff.issue_staff_token(connection, email=EMAIL)


async def _prepare_documents(url: str) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    connection = await asyncpg.connect(url, record_class=Row)
    try:
        await connection.execute(_BUSY_FIRST)
        token = await _issue_token(connection)
        chance = random.Random(1)
        rows = await connection.fetch("SELECT id, number FROM customer ORDER BY number")
        some = chance.sample(rows, min(500, len(rows)))
        sort = customer_list.sorts[NEWEST]
        pages = [{"after": _encode_cursor(sort, row)} for row in some]
        return token, {
            "profile": [{"id": encode_id("cus", row["id"])} for row in some],
            "grid": pages,
            "nested": [{}, *pages],  # the full page, and one of each caller
        }
    finally:
        await connection.close()


def _encode_cursor(sort: Any, row: Any) -> str:
    class NamedRow:
        id = row["id"]
        number = row["number"]

    return sort.cursor(NamedRow)
