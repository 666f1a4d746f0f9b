"""Too many requests, clients that leave, a database that goes, and the end of the process."""

import asyncio
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import asyncpg
import httpx
import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database import migrations
from customer_gql.embedded.postmaster import read_pid_file
from customer_gql.embedded.server import running_server
from execution.conftest import OPEN
from support.customers import make_full_customer
from support.databases import short_folder
from support.processes import until
from support.service import Service, code_of, request, serving

ME = "{ me { email addresses { city } orders { nodes { number } } } }"


def another(number: int) -> dict[str, str]:
    """A document that asks for other things than every other: requests that ask for the same share statements."""
    return {"query": f"{{ me {{ email addresses {{ city }} orders(first: {number + 1}) {{ nodes {{ number }} }} }} }}"}


FULL = {"storefront__requests": 8, "storefront__read_connections": 4, "storefront__seconds": 4, "lock_seconds": 3}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """With room for eight requests and four statements of the storefront."""
    with serving(tmp_path_factory.mktemp("small"), database_url, **OPEN, **FULL, pool_seconds=1) as served:
        yield served


@asynccontextmanager
async def blocked(url: str, table: str = "address") -> AsyncGenerator[asyncpg.Connection]:
    """Whatever reads the table waits, until this ends."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield connection
    finally:
        await connection.close()


async def waiting(connection: asyncpg.Connection) -> int:
    """Statements of this database that wait for the lock."""
    await connection.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees one state of them otherwise
    found: Any = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return found


async def settled(check: Callable[[], Any], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.02)


def asking(service: Service, token: str) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=200)
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.port}", headers=headers, timeout=20, limits=limits)


async def test_a_full_house_tells_to_come_again(small: Service, customer_token: str, database_url: str):
    async with asking(small, customer_token) as http:
        async with blocked(database_url) as lock:
            inside = [asyncio.create_task(http.post("/graphql", json=another(i))) for i in range(8)]
            await settled(lambda: _at_least(lock, 4))
            started = time.perf_counter()
            answers = await asyncio.gather(*[http.post("/graphql", json={"query": ME}) for _ in range(30)])
            assert time.perf_counter() - started < 3
            assert {(a.status_code, a.headers["retry-after"], code_of(a.json())) for a in answers} == {
                (503, "1", "UNAVAILABLE")
            }
            # Health and the other audience have room of their own.
            assert (await http.get("/health/live")).status_code == 200
            assert (await http.get("/health/ready")).status_code == 200
            admin = await http.post("/admin/graphql", json={"query": "{ __typename }"}, headers={"authorization": ""})
            assert admin.json()["data"] == {"__typename": "Query"}
        ended = [answer.status_code for answer in await asyncio.gather(*inside)]
        assert set(ended) <= {200, 503}
        assert ended.count(200) >= 4
        assert (await http.post("/graphql", json={"query": ME})).status_code == 200


async def _at_least(lock: asyncpg.Connection, count: int) -> bool:
    return await waiting(lock) >= count


async def _none(lock: asyncpg.Connection) -> bool:
    return await waiting(lock) == 0


async def test_a_lock_that_is_not_given_ends_the_wait(small: Service, customer_token: str, database_url: str):
    async with asking(small, customer_token) as http, blocked(database_url):
        started = time.perf_counter()
        answer = await http.post("/graphql", json={"query": ME})
        assert time.perf_counter() - started < 8
    assert code_of(answer.json()) == "UNAVAILABLE"
    assert "lock" not in answer.text


async def test_a_client_that_goes_away_takes_its_statement_along(
    small: Service, customer_token: str, database_url: str
):
    """Twenty times: asked, seen to wait in the database, hung up; within two seconds nothing waits any more."""
    authorization = f"Authorization: Bearer {customer_token}"
    raw = [request(json.dumps(another(i)).encode(), authorization) for i in range(4)]
    start = len(small.log.read_text())
    async with blocked(database_url) as lock:
        for _ in range(5):
            connections = [small.connect() for _ in range(4)]
            for connection, sent in zip(connections, raw, strict=True):
                connection.sendall(sent)
            await settled(lambda: _at_least(lock, 4))
            for connection in connections:
                connection.close()
            await settled(lambda: _none(lock), 3)
    gone = [line for line in small.lines(start) if line.get("outcome") == "CLIENT_GONE"]
    assert len(gone) == 20
    async with asking(small, customer_token) as http:
        assert (await http.post("/graphql", json={"query": ME})).status_code == 200
    assert "Traceback" not in small.log.read_text()


async def test_an_audience_that_is_stuck_leaves_the_other_alone(
    small: Service, staff_token: str, customer_token: str, database_url: str
):
    """The admin's connections all wait for a lock; a shopper does not notice."""
    # Each asks for something else beside the addresses: those who ask for the same would wait in one statement.
    asked = (
        "{{ customers(first: 2) {{ nodes {{ addresses {{ city }} orders(first: {0}) {{ nodes {{ number }} }} }} }} }}"
    )
    slow = [{"query": asked.format(number + 1)} for number in range(20)]
    async with asking(small, staff_token) as staff, asking(small, customer_token) as shopper:
        quick = {"query": "{ me { email } }"}
        idle = await _slowest(shopper, quick)
        async with blocked(database_url) as lock:
            inside = [asyncio.create_task(staff.post("/admin/graphql", json=body)) for body in slow]
            await settled(lambda: _at_least(lock, 5))
            assert await _slowest(shopper, quick) < 3 * idle + 1
        await asyncio.gather(*inside)


async def _slowest(http: httpx.AsyncClient, body: Any) -> float:
    """Of twenty, without the slowest one."""
    took: list[float] = []
    for _ in range(20):
        started = time.perf_counter()
        assert (await http.post("/graphql", json=body)).json()["data"]["me"] is not None
        took.append(time.perf_counter() - started)
    return sorted(took)[-2]


def test_a_killed_process_leaves_no_statement_behind(tmp_path: Path, database_url: str, customer_token: str):
    async def run(service: Service) -> None:
        raw = request(b'{"query": "' + ME.encode() + b'"}', f"Authorization: Bearer {customer_token}")
        with service.connect() as connection:
            async with blocked(database_url) as lock:
                connection.sendall(raw)
                await settled(lambda: _at_least(lock, 1))
                service.process.kill()
                service.process.wait()
                await settled(lambda: _none(lock), 5)

    with serving(tmp_path, database_url, **OPEN, lock_seconds=20, storefront__seconds=20) as service:
        asyncio.run(run(service))


class Load:
    """Clients in threads that ask until told to stop, each on a connection it keeps."""

    def __init__(self, service: Service, token: str, clients: int = 8) -> None:
        self.answers: list[tuple[float, str]] = []
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
                    told = f"{answer.status_code} {errors[0]['extensions']['code']}" if errors else "ok"
                    assert not errors or answer.status_code != 503 or answer.headers["retry-after"]
                except httpx.ConnectError:
                    told = "refused"
                except httpx.TransportError as error:
                    told = type(error).__name__
                self.answers.append((time.monotonic(), told))
                if told != "ok":
                    time.sleep(0.01)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> Counter[str]:
        self.ended.set()
        for one in self._running:
            one.result()
        self._pool.shutdown()
        return Counter(told for _, told in self.answers)


def test_a_restart_of_the_database_is_survived(tmp_path: Path):
    """An immediate restart under load: clean refusals while it is away, and answers again without being asked to."""

    async def arranged(url: str) -> str:
        from customer_gql.database.pools import open_database

        async with open_database(url) as database, database.writes.acquire() as connection:
            shopper = await make_full_customer(connection)
            return await issue_customer_token(connection, shopper.id)

    fast = {"fsync": "off", "shared_buffers": "16MB"}
    # Not in a folder of root's alone: the server's files would be kept elsewhere, and stay there.
    with short_folder() as folder, running_server(folder / "database", settings=fast) as server:
        migrations.upgrade_database(server.url())
        token = asyncio.run(arranged(server.url()))
        with serving(tmp_path, server.url(), **OPEN) as service, ExitStack() as stack:
            stack.enter_context(load := Load(service, token))
            until(lambda: len(load.answers) > 100)
            _crash(server)
            until(lambda: _ready(service) == 503, seconds=5)
            assert service.http.get("/health/live").status_code == 200
            with running_server(folder / "database", settings=fast):
                up = time.monotonic()
                until(lambda: any(told == "ok" for when, told in load.answers[-50:] if when > up), seconds=10)
                first = next(when for when, told in load.answers if when > up and told == "ok")
                time.sleep(4)
                seen = load.stop()
                late = [told for when, told in load.answers if when > up + 3 and told != "ok"]
                assert _ready(service) == 200
    assert set(seen) <= {"ok", "503 UNAVAILABLE"}
    assert seen["503 UNAVAILABLE"] > 0
    assert late == []
    assert first - up < 3
    assert "Traceback" not in service.log.read_text()


def _crash(server: Any) -> None:
    """As the operating system does it when memory runs out."""
    noted = read_pid_file(server.data_dir / "pgdata")
    assert noted is not None
    os.kill(noted.pid, signal.SIGQUIT)


def _ready(service: Service) -> int:
    with suppress(httpx.TransportError):
        return service.http.get("/health/ready").status_code
    return 0


def test_the_end_waits_for_those_inside(tmp_path: Path, database_url: str, customer_token: str):
    """SIGTERM under load, with requests that take a second: none is lost, and the process is gone soon after."""

    async def run(service: Service) -> list[int]:
        async with asking(service, customer_token) as http:
            async with blocked(database_url) as lock:
                inside = [asyncio.create_task(http.post("/graphql", json=another(i))) for i in range(6)]
                await settled(lambda: _at_least(lock, 6))
                service.process.send_signal(signal.SIGTERM)
                await settled(lambda: asyncio.to_thread(lambda: _ready(service) in (0, 503)))
                await asyncio.sleep(1)
                assert service.process.poll() is None
            return [answer.status_code for answer in await asyncio.gather(*inside)]

    with serving(tmp_path, database_url, **OPEN, lock_seconds=4) as service:
        with Load(service, customer_token, clients=4) as load:
            until(lambda: len(load.answers) > 50)
        assert asyncio.run(run(service)) == [200] * 6
        started = time.monotonic()
        assert service.process.wait(10) == 0
        assert time.monotonic() - started < 15


def test_the_end_is_told_before_the_door_closes(tmp_path: Path, database_url: str, customer_token: str):
    """Clients that are sent elsewhere once the service is not ready lose nothing."""
    told = {**OPEN, "unready_seconds": 3}
    with serving(tmp_path, database_url, **told) as service, Load(service, customer_token, 6) as load:
        until(lambda: len(load.answers) > 100)
        assert _ready(service) == 200
        service.process.send_signal(signal.SIGTERM)
        until(lambda: _ready(service) == 503, seconds=3)
        before = len(load.answers)
        until(lambda: len(load.answers) > before + 10, seconds=3)
        assert set(load.stop()) == {"ok"}
        assert service.process.wait(20) == 0


def test_the_end_does_not_wait_for_ever(tmp_path: Path, database_url: str, customer_token: str):
    async def run(service: Service) -> None:
        async with blocked(database_url) as lock:
            with service.connect() as connection:
                raw = request(b'{"query": "' + ME.encode() + b'"}', f"Authorization: Bearer {customer_token}")
                connection.sendall(raw)
                await settled(lambda: _at_least(lock, 1))
                service.process.send_signal(signal.SIGTERM)
                await asyncio.to_thread(service.process.wait, 10)
                await settled(lambda: _none(lock), 3)

    with serving(tmp_path, database_url, **OPEN, drain_seconds=1, lock_seconds=30, storefront__seconds=30) as service:
        asyncio.run(run(service))
        assert service.process.returncode == 0
        assert "Traceback" not in service.log.read_text()
