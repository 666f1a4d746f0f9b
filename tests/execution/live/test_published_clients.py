"""`graphql-ws` and `graphql-sse` as they are published, against the service as it is run, also over a restart of it."""

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from customer_gql.administration.event_feed.feed import encode_event_cursor
from customer_gql.core.actor import SYSTEM
from customer_gql.core.ids import encode_id
from customer_gql.database.pools import Database
from customer_gql.messaging.events.numbering import number_events
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.messaging.jobs.work import Tools
from support.customers import customer_id, make_customer
from support.following import make_job, progress
from support.processes import free_port
from support.service import serving
from support.staff import make_role, make_staff, session_of

pytestmark = pytest.mark.slow  # starts processes

CLIENTS = Path(__file__).parents[3] / "web" / "clients"
QUICK = {"live__poll_seconds": 0.1, "worker": False}


class Script:
    """A client's script, and the lines that it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.Queue[Any] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def stop(self) -> None:
        with suppress(ProcessLookupError):  # it has ended
            os.killpg(self.process.pid, signal.SIGKILL)  # node itself is a child of the program of this name
        self._reader.join()

    def line(self) -> Any:
        """The next one; None at the end."""
        return self._lines.get(timeout=30)


@contextmanager
def script(name: str, *arguments: object) -> Iterator[Script]:
    node = shutil.which("node", path=str(Path(sys.executable).parent))
    assert node is not None
    command = [node, str(CLIENTS / f"{name}.js"), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        started = Script(process)
        try:
            yield started
        finally:
            started.stop()


@pytest.fixture
async def shop(empty_database: Database, settings: Any) -> Any:
    """A connection to a database of this test alone, a customer, a staff user with a token, and what publishes events."""
    async with empty_database.writes.acquire() as connection:
        customer = await make_customer(connection)
        user = await make_staff(connection, await make_role(connection))
        token = await session_of(connection, user.id)

        async def publish(*names: str) -> None:
            for name in names:
                await emit(connection, [Event(name, customer_id(customer), (), customer.id)], by=SYSTEM)
            while await number_events(Tools(empty_database, settings)):
                pass

        yield connection, user, token, publish


async def test_published_clients_follow_with_their_defaults(shop: Any, empty_database_url: str, tmp_path: Path):
    connection, user, token, publish = shop
    await publish("customer.created", "customer.updated")
    job = await make_job(connection, user)
    with serving(tmp_path, empty_database_url, **QUICK) as service:
        url = f"http://127.0.0.1:{service.port}/admin/graphql"
        with script("live", url, token, encode_id("job", job), encode_event_cursor(1)) as client:
            told: dict[str, list[Any]] = {"graphql-ws": [], "graphql-sse": []}
            while (line := client.line()) is not None:
                told[line["client"]].append((line["name"], line["told"]))
                both = [lines[-1] for lines in told.values() if lines]
                if both == [("event", "CUSTOMER_UPDATED")] * 2:
                    await publish("customer.locked")
                if both == [("progress", ["RUNNING", 0])] * 2:
                    await progress(connection, job, 3)
                if both == [("progress", ["RUNNING", 3])] * 2:
                    statement = "UPDATE job_run SET done_count = 10, status = 'DONE', finished_at = now() WHERE id = $1"
                    await connection.execute(statement, job)
            assert client.process.wait(30) == 0
    expected = [
        ("viewer", "STAFF"),
        ("unknown", "GRAPHQL_VALIDATION_FAILED"),
        ("event", "CUSTOMER_UPDATED"),
        ("event", "CUSTOMER_LOCKED"),
        ("progress", ["RUNNING", 0]),
        ("progress", ["RUNNING", 3]),
        ("progress", ["DONE", 10]),
        ("end", None),
    ]
    assert told == {
        "graphql-ws": [*expected, ("refused", [4401, "Unauthorized"])],
        "graphql-sse": expected,
    }


@pytest.mark.parametrize(
    ("name", "cut"), [("graphql-ws", [{"closed": 1012}, {"cut": True}]), ("graphql-sse", [{"cut": True}])]
)
async def test_a_restart_loses_and_repeats_no_event(
    name: str, cut: list[Any], shop: Any, empty_database_url: str, tmp_path: Path
):
    _, _, token, publish = shop
    await publish("customer.created")
    port = free_port()
    url = f"http://127.0.0.1:{port}/admin/graphql"
    with (
        serving(tmp_path, empty_database_url, **{**QUICK, "port": port}) as service,
        script("reconnecting", name, url, token, encode_event_cursor(1)) as client,
    ):
        await publish("customer.updated")
        assert events_of(client, 1) == [{"type": "CUSTOMER_UPDATED", "cursor": encode_event_cursor(2)}]
        service.process.send_signal(signal.SIGTERM)
        assert [client.line() for _ in cut] == cut
        assert service.process.wait(20) == 0
        assert [line["outcome"] for line in service.lines() if line["event"] == "stream"] == ["SERVICE_STOPS"]
        await publish("customer.locked", "customer.unlocked")
        with serving(tmp_path, empty_database_url, **{**QUICK, "port": port}):
            told = events_of(client, 2)
            await publish("customer.deleted")
            told += events_of(client, 1)
        assert [one["cursor"] for one in told] == [encode_event_cursor(place) for place in (3, 4, 5)]


def events_of(client: Script, count: int) -> list[Any]:
    """The next events; a client that was cut off says so in between."""
    told: list[Any] = []
    while len(told) < count:
        line = client.line()
        told += [line] if "type" in line else []
    return told
