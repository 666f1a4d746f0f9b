"""Too many requests, disconnecting clients, an unavailable database, and the shutdown of the process."""

import asyncio
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.schema import migrations
from customer_gql.embedded.postmaster import read_pid_file
from customer_gql.embedded.server import running_server
from execution.conftest import UNLIMITED_RATES
from support.blocking import blocked_table, count_waiting, wait_for_none_waiting, wait_for_waiting, wait_until
from support.customers import make_full_customer
from support.databases import short_folder
from support.processes import until
from support.service import Service, code_of, request, serving

pytestmark = pytest.mark.slow

ME = "{ me { email addresses { city } orders { nodes { number } } } }"


def distinct_query(number: int) -> dict[str, str]:
    """A document unlike those of other numbers: requests for the same rows would share one statement."""
    return {"query": f"{{ me {{ email addresses {{ city }} orders(first: {number + 1}) {{ nodes {{ number }} }} }} }}"}


FULL = {"storefront__requests": 8, "storefront__read_connections": 4, "storefront__seconds": 9, "lock_seconds": 8}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """With room for eight requests and four statements of the storefront."""
    with serving(tmp_path_factory.mktemp("small"), database_url, **UNLIMITED_RATES, **FULL, pool_seconds=1) as served:
        yield served


def open_client(service: Service, token: str) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=200)
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.port}", headers=headers, timeout=20, limits=limits)


async def test_a_full_service_refuses_at_once(small: Service, customer_token: str, database_url: str):
    async with open_client(small, customer_token) as http:
        async with blocked_table(database_url) as lock:
            inside = [asyncio.create_task(http.post("/graphql", json=distinct_query(i))) for i in range(8)]
            await wait_for_waiting(lock, 4)
            answers = await asyncio.gather(*[http.post("/graphql", json={"query": ME}) for _ in range(30)])
            assert await count_waiting(lock) == 4  # those inside still wait, so nobody waited for them
            assert {(a.status_code, a.headers["retry-after"], code_of(a.json())) for a in answers} == {
                (503, "1", "UNAVAILABLE")
            }
            # Health checks and the other audience have room of their own.
            assert (await http.get("/health/live")).status_code == 200
            assert (await http.get("/health/ready")).status_code == 200
            admin = await http.post("/admin/graphql", json={"query": "{ __typename }"}, headers={"authorization": ""})
            assert admin.json()["data"] == {"__typename": "Query"}
        ended = [answer.status_code for answer in await asyncio.gather(*inside)]
        assert set(ended) <= {200, 503}
        assert ended.count(200) >= 4
        assert (await http.post("/graphql", json={"query": ME})).status_code == 200


async def test_a_request_that_waits_too_long_for_a_lock_is_answered(
    small: Service, customer_token: str, database_url: str
):
    async with open_client(small, customer_token) as http, blocked_table(database_url):
        answer = await http.post("/graphql", json={"query": ME})
    assert code_of(answer.json()) == "UNAVAILABLE"
    assert "lock" not in answer.text


async def test_a_disconnected_client_ends_its_statement(small: Service, customer_token: str, database_url: str):
    """Twenty requests are seen to wait in the database; after their clients hang up, none of them waits."""
    authorization = f"Authorization: Bearer {customer_token}"
    raw = [request(json.dumps(distinct_query(i)).encode(), authorization) for i in range(4)]
    start = len(small.log.read_text())
    async with blocked_table(database_url) as lock:
        for _ in range(5):
            connections = [small.connect() for _ in range(4)]
            for connection, sent in zip(connections, raw, strict=True):
                connection.sendall(sent)
            await wait_for_waiting(lock, 4)
            for connection in connections:
                connection.close()
            await wait_for_none_waiting(lock, 6)  # well before the lock timeout
    gone = [line for line in small.lines(start) if line.get("outcome") == "CLIENT_GONE"]
    assert len(gone) == 20
    async with open_client(small, customer_token) as http:
        assert (await http.post("/graphql", json={"query": ME})).status_code == 200
    assert "Traceback" not in small.log.read_text()


async def test_a_blocked_audience_does_not_block_the_other(
    small: Service, staff_token: str, customer_token: str, database_url: str
):
    """All connections of the admin endpoint wait for a lock while shoppers are answered."""
    # Each requests something else beside the addresses; requests for the same rows would wait in one statement.
    asked = (
        "{{ customers(first: 2) {{ nodes {{ addresses {{ city }} orders(first: {0}) {{ nodes {{ number }} }} }} }} }}"
    )
    slow = [{"query": asked.format(number + 1)} for number in range(20)]
    async with open_client(small, staff_token) as staff, open_client(small, customer_token) as shopper:
        async with blocked_table(database_url) as lock:
            inside = [asyncio.create_task(staff.post("/admin/graphql", json=body)) for body in slow]
            await wait_for_waiting(lock, 5)
            for _ in range(20):
                answer = await shopper.post("/graphql", json={"query": "{ me { email } }"})
                assert answer.json()["data"]["me"] is not None
            assert await count_waiting(lock) == 5
        await asyncio.gather(*inside)


def test_a_killed_process_leaves_no_statement_behind(tmp_path: Path, database_url: str, customer_token: str):
    async def run(service: Service) -> None:
        raw = request(b'{"query": "' + ME.encode() + b'"}', f"Authorization: Bearer {customer_token}")
        with service.connect() as connection:
            async with blocked_table(database_url) as lock:
                connection.sendall(raw)
                await wait_for_waiting(lock, 1)
                service.process.kill()
                service.process.wait()
                await wait_for_none_waiting(lock)

    with serving(tmp_path, database_url, **UNLIMITED_RATES, lock_seconds=20, storefront__seconds=20) as service:
        asyncio.run(run(service))


class Load:
    """Clients in threads that send requests until stopped, each on a connection of its own."""

    def __init__(self, service: Service, token: str, clients: int = 8) -> None:
        self.answers: list[str] = []
        self.ended = threading.Event()
        self._service = service
        self._token = token
        self._pool = ThreadPoolExecutor(clients)
        self._running = [self._pool.submit(self._ask) for _ in range(clients)]

    def _ask(self) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self._service.port}", timeout=20) as http:
            while not self.ended.is_set():
                try:
                    answer = http.post(
                        "/graphql", json={"query": ME}, headers={"authorization": f"Bearer {self._token}"}
                    )
                    errors = answer.json().get("errors")
                    outcome = f"{answer.status_code} {errors[0]['extensions']['code']}" if errors else "ok"
                    assert not errors or answer.status_code != 503 or answer.headers["retry-after"]
                except httpx.ConnectError:
                    outcome = "refused"
                except httpx.TransportError as error:
                    outcome = type(error).__name__
                self.answers.append(outcome)
                if outcome != "ok":
                    self.ended.wait(0.01)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> Counter[str]:
        self.ended.set()
        for one in self._running:
            one.result()
        self._pool.shutdown()
        return Counter(self.answers)


def test_a_restart_of_the_database(tmp_path: Path):
    """A crash under load: clean refusals while the database is down, and answers again once it is up."""

    async def make_token(url: str) -> str:
        from customer_gql.database.pools import open_database

        async with open_database(url) as database, database.writes.acquire() as connection:
            shopper = await make_full_customer(connection)
            return await issue_customer_token(connection, shopper.id)

    fast = {"fsync": "off", "shared_buffers": "16MB"}
    # Not in a folder that only root may enter: the server's files would be kept elsewhere, and stay there.
    with short_folder() as folder, running_server(folder / "database", settings=fast) as server:
        migrations.upgrade_database(server.owner_url(), service_url=server.url())
        token = asyncio.run(make_token(server.url()))
        with serving(tmp_path, server.url(), **UNLIMITED_RATES) as service, ExitStack() as stack:
            stack.enter_context(load := Load(service, token))
            until(lambda: len(load.answers) > 100)
            _crash_server(server)
            until(lambda: _ready_status(service) == 503, seconds=5)
            assert service.http.get("/health/live").status_code == 200
            with running_server(folder / "database", settings=fast):
                until(lambda: set(load.answers[-200:]) == {"ok"}, seconds=20)
                assert _ready_status(service) == 200
                seen = load.stop()
    assert set(seen) <= {"ok", "503 UNAVAILABLE"}
    assert seen["503 UNAVAILABLE"] > 0
    assert "Traceback" not in service.log.read_text()


def _crash_server(server: Any) -> None:
    """As the operating system does when memory runs out."""
    noted = read_pid_file(server.data_dir / "pgdata")
    assert noted is not None
    os.kill(noted.pid, signal.SIGQUIT)


def _ready_status(service: Service) -> int:
    with suppress(httpx.TransportError):
        return service.http.get("/health/ready").status_code
    return 0


def test_shutdown_finishes_running_requests(tmp_path: Path, database_url: str, customer_token: str):
    """SIGTERM while requests run: the service stops listening, answers them, and exits."""

    async def run(service: Service) -> list[int]:
        async with open_client(service, customer_token) as http:
            async with blocked_table(database_url) as lock:
                inside = [asyncio.create_task(http.post("/graphql", json=distinct_query(i))) for i in range(6)]
                await wait_for_waiting(lock, 6)
                service.process.send_signal(signal.SIGTERM)
                await wait_until(lambda: asyncio.to_thread(lambda: _ready_status(service) == 0))
                assert service.process.poll() is None
                assert await count_waiting(lock) == 6
            return [answer.status_code for answer in await asyncio.gather(*inside)]

    with serving(tmp_path, database_url, **UNLIMITED_RATES, lock_seconds=4) as service:
        with Load(service, customer_token, clients=4) as load:
            until(lambda: len(load.answers) > 50)
        assert asyncio.run(run(service)) == [200] * 6
        assert service.process.wait(10) == 0


def test_shutdown_reports_not_ready_before_it_stops_listening(tmp_path: Path, database_url: str, customer_token: str):
    """Clients that a load balancer redirects once the service is not ready lose no request."""
    with (
        serving(tmp_path, database_url, **UNLIMITED_RATES, unready_seconds=3) as service,
        Load(service, customer_token, 6) as load,
    ):
        until(lambda: len(load.answers) > 100)
        assert _ready_status(service) == 200
        service.process.send_signal(signal.SIGTERM)
        until(lambda: _ready_status(service) == 503, seconds=3)
        before = len(load.answers)
        until(lambda: len(load.answers) > before + 10, seconds=3)
        assert set(load.stop()) == {"ok"}
        assert service.process.wait(20) == 0


def test_shutdown_ends_requests_after_the_drain_time(tmp_path: Path, database_url: str, customer_token: str):
    async def run(service: Service) -> None:
        async with blocked_table(database_url) as lock:
            with service.connect() as connection:
                raw = request(b'{"query": "' + ME.encode() + b'"}', f"Authorization: Bearer {customer_token}")
                connection.sendall(raw)
                await wait_for_waiting(lock, 1)
                service.process.send_signal(signal.SIGTERM)
                await asyncio.to_thread(service.process.wait, 10)
                await wait_for_none_waiting(lock)

    with serving(
        tmp_path, database_url, **UNLIMITED_RATES, drain_seconds=1, lock_seconds=30, storefront__seconds=30
    ) as service:
        asyncio.run(run(service))
        assert service.process.returncode == 0
        assert "Traceback" not in service.log.read_text()
