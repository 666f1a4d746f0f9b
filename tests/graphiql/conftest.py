import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import uvicorn

from customer_gql.core.ids import encode_id
from customer_gql.demo.start import prepare_demo
from customer_gql.embedded.server import Server
from support.databases import cloned
from support.graphiql_driver import Visit, chromium, visit
from support.processes import drain, line, started
from support.tiny_shop import tiny_shop

PROFILE = Path(__file__).parents[1] / "documents" / "profile.graphql"


@dataclass(frozen=True)
class Shop:
    """The whole application in a process of its own, and who may ask it."""

    url: str
    staff_token: str
    customer_token: str
    customer_id: str
    email: str

    @property
    def admin_url(self) -> str:
        return f"{self.url}/admin/graphql"

    @property
    def storefront_url(self) -> str:
        return f"{self.url}/graphql"


@pytest.fixture(scope="session")
async def shop(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    if chromium() is None:
        pytest.skip("no Chromium found; name one in CUSTOMER_GQL_CHROMIUM")
    folder = tmp_path_factory.mktemp("shop")
    with cloned(server, template) as url:
        tokens = await prepare_demo(url, lambda _done, _total: None, is_ours=True)
        customer = await first_customer(url)
        # Every visit asks for the whole schema, and each test is one.
        wide = {"admin__bucket": 10**8, "storefront__bucket": 10**8}
        with started(folder, "serve", "--port", 0, database_url=url, environment="development", **wide) as service:
            at = line(service.stderr).removeprefix("serving on ")
            drain(service)
            yield Shop(at, *tokens, *customer)


async def first_customer(url: str) -> tuple[str, str]:
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetchrow("SELECT id, email FROM customer ORDER BY number LIMIT 1")
    finally:
        await connection.close()
    assert found is not None
    return encode_id("cus", found["id"]), found["email"]


@pytest.fixture
def profile() -> str:
    return PROFILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tiny_url() -> Iterator[str]:
    """Of a shop that tells nobody its schema without a token."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(tiny_shop(), ws="none", lifespan="off", log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Visit]:
    if chromium() is None:
        pytest.skip("no Chromium found; name one in CUSTOMER_GQL_CHROMIUM")
    async with visit(tmp_path / "profile") as seen:
        yield seen
