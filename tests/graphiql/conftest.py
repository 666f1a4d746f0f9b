import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import uvicorn

from graphiql.graphiql_driver import Visit, chromium, visit
from graphiql.tiny_shop import TOKEN, tiny_shop


@pytest.fixture(scope="module")
def graphiql_url() -> Iterator[str]:
    """The address before `/graphql` and `/admin/graphql`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(tiny_shop(), ws="none", lifespan="off", log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def graphiql_token() -> str:
    return TOKEN


@pytest.fixture
def graphiql_query() -> tuple[str, str]:
    """A query that the token allows at the admin's address, and a word of its answer."""
    return "{ customers { id email } }", "customer3@example.com"


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Visit]:
    if chromium() is None:
        pytest.skip("no Chromium found; name one in CUSTOMER_GQL_CHROMIUM")
    async with visit(tmp_path / "profile") as seen:
        yield seen
