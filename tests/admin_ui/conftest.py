import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser

from customer_gql.admin_ui import read_shipped_documents
from customer_gql.database.pools import open_database
from customer_gql.demo.start import prepare_demo, prepare_sign_ins
from customer_gql.embedded.server import Server
from customer_gql.security import hashing
from customer_gql.security.passwords import store_password
from customer_gql.staff import writes as staff
from customer_gql.staff.tables import staff_password
from support.admin_driver import AXE, Desk, open_browser, open_desk
from support.databases import cloned
from support.graphiql_driver import chromium
from support.processes import drain, line, started


@dataclass(frozen=True)
class StaffShop:
    """The demo's shop, served to the admin UI's documents alone, and who signs in there."""

    url: str
    database_url: str
    token: str
    passwords: dict[str, str]
    """By the address of the staff user."""

    async def count_customers(self) -> int:
        """Now: other tests of the worker add some and delete them."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetchval("SELECT count(*) FROM customer")
        finally:
            await connection.close()


@asynccontextmanager
async def open_shop(server: Server, template: str, folder: Path) -> AsyncIterator[StaffShop]:
    _require_browser_and_build()
    with cloned(server, template) as url:
        token, _ = await prepare_demo(url, lambda _done, _total: None, is_ours=True)
        passwords = {one.email: one.password for one in await prepare_sign_ins(url, "key")}
        settings: dict[str, Any] = {"admin__bucket": 10**8, "admin__documents": "enforce", "environment": "development"}
        with started(folder, "serve", "--port", 0, database_url=url, **settings) as service:
            at = line(service.stderr).removeprefix("serving on ")
            drain(service)
            yield StaffShop(at, url, token, passwords)


@pytest.fixture(scope="session")
async def staff_shop(
    server: Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[StaffShop]:
    async with open_shop(server, template, tmp_path_factory.mktemp("admin_ui")) as shop:
        yield shop


@pytest.fixture(scope="module")
async def own_shop(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StaffShop]:
    """Of one file alone, whose tests may change what others count."""
    async with open_shop(server, template, tmp_path_factory.mktemp("admin_ui_own")) as shop:
        yield shop


async def add_colleague(shop: StaffShop, email: str, role: str) -> str:
    """A staff user of one test alone; returns the password."""
    password = secrets.token_hex(8)
    with hashing.HashingContext(hashing.HashingPool(1)):
        hash = await hashing.hash_password(password)
    async with open_database(shop.database_url, projections=()) as database, database.transaction() as connection:
        name = email.partition("@")[0].capitalize()
        id = await staff.create_staff_user(connection, email=email, name=f"Demo {name}", role=role)
        await store_password(connection, staff_password, id, hash)
    return password


def _require_browser_and_build() -> None:
    if chromium() is None:
        pytest.skip("no Chromium found; name one in CUSTOMER_GQL_CHROMIUM")
    if not read_shipped_documents() or not AXE.is_file():
        pytest.skip("the admin UI is not built; run `make setup`")


@pytest.fixture
async def chrome() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest.fixture
async def desk(chrome: Browser, staff_shop: StaffShop) -> AsyncIterator[Desk]:
    async with open_desk(chrome, staff_shop.url) as opened:
        yield opened


@pytest.fixture(scope="session")
def open_url(staff_shop: StaffShop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same shop as it is served by default, where other documents are answered too."""
    settings: dict[str, Any] = {"admin__bucket": 10**8, "environment": "development", "worker": "false"}
    folder = tmp_path_factory.mktemp("admin_ui_open")
    with started(folder, "serve", "--port", 0, database_url=staff_shop.database_url, **settings) as service:
        at = line(service.stderr).removeprefix("serving on ")
        drain(service)
        yield at
