"""Two real servers in streaming replication: the primary dies or hangs under load, the standby is promoted."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from customer_gql.database.pools import Database, open_database
from customer_gql.embedded.databases import SERVICE
from customer_gql.schema.projections import PROJECTIONS
from support.customers import customer_id, make_customer
from support.processes import run, until
from support.replication import Pair, ask, rows
from support.servers import kill
from support.service import Service, serving

pytestmark = pytest.mark.slow

NOTE = """mutation N($id: ID!, $text: String!) {
    customerNoteCreate(input: {customerId: $id, text: $text}) { note { id } userErrors { code } } }"""
NOTES = "SELECT text FROM customer_note"
WITHIN = 3.0
"""Seconds from the promotion to the first answer."""


@dataclass
class Writers:
    """Threads that write notes one after the other, and know which were acknowledged, and when."""

    service: Service
    token: str
    customer: str
    acknowledged: list[tuple[float, str]] = field(default_factory=list)
    answers: set[tuple[int, str]] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)

    def write(self, writer: int) -> None:
        number = 0
        while not self.stopped.is_set():
            number += 1
            text = f"{writer}/{number}"
            response = self.service.post(
                {"query": NOTE, "variables": {"id": self.customer, "text": text}}, "/admin/graphql", token=self.token
            )
            body = response.json()
            made = ((body.get("data") or {}).get("customerNoteCreate") or {}).get("note")
            if made:
                self.acknowledged.append((time.monotonic(), text))
            else:
                code = (body.get("errors") or [{"extensions": {"code": json.dumps(body)}}])[0]["extensions"]["code"]
                self.answers.add((response.status_code, code))
                time.sleep(0.02)

    @contextmanager
    def writing(self) -> Iterator[None]:
        threads = [threading.Thread(target=self.write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            for thread in threads:
                thread.join()

    def wait_for_more(self, count: int) -> None:
        wanted = len(self.acknowledged) + count
        until(lambda: len(self.acknowledged) >= wanted, seconds=30)


async def make_shopper(pair: Pair) -> str:
    opened = open_database(pair.primary.url(), projections=PROJECTIONS)
    async with opened as database, database.transaction() as connection:
        return customer_id(await make_customer(connection))


def make_token(folder: Path, pair: Pair) -> str:
    run(folder, "staff", "create", "eve@shop.example", "--role", "administrator", database_url=pair.url())
    done = run(folder, "staff", "token", "eve@shop.example", database_url=pair.url())
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def ready(service: Service) -> tuple[int, str]:
    answer = service.http.get("/health/ready")
    return answer.status_code, answer.json().get("reason", "")


async def test_a_killed_primary_costs_no_acknowledged_write(tmp_path: Path, pair: Pair):
    shopper, token = await make_shopper(pair), make_token(tmp_path, pair)
    pair.replicate_synchronously()
    with serving(tmp_path, pair.url(), admin__rate=1_000_000, admin__bucket=1_000_000_000) as service:
        writers = Writers(service, token, shopper)
        with writers.writing():
            writers.wait_for_more(40)
            kill(pair.primary_pid)
            until(lambda: ready(service) == (503, "the database does not respond"))
            pair.promote()
            promoted = time.monotonic()
            writers.wait_for_more(40)
            until(lambda: ready(service) == (200, ""))
    # What came after was written to the new primary, the first of it soon.
    first = min(at for at, _ in writers.acknowledged if at > promoted)
    assert first - promoted < WITHIN
    # With 200 what was stored could not be read again.
    assert writers.answers - {(200, "UNAVAILABLE")} == {(503, "UNAVAILABLE")}
    stored = [row["text"] for row in await rows(pair.standby.url(), NOTES)]
    assert {text for _, text in writers.acknowledged} - set(stored) == set()
    assert len(stored) == len(set(stored))


async def test_a_primary_that_hangs_does_not_use_up_the_time_of_the_other(tmp_path: Path, pair: Pair):
    """As a machine that is gone: connections to it are neither refused nor answered."""
    shopper, token = await make_shopper(pair), make_token(tmp_path, pair)
    os.kill(pair.primary_pid, signal.SIGSTOP)
    try:
        pair.promote()
        with serving(tmp_path, pair.url()) as service:
            answer = service.ask(NOTE, "/admin/graphql", token=token, id=shopper, text="Called.")
            assert answer["data"]["customerNoteCreate"]["note"]
            assert ready(service) == (200, "")
    finally:
        os.kill(pair.primary_pid, signal.SIGCONT)


async def read_server(database: Database, kind: str) -> str:
    async with getattr(database, kind).acquire() as connection:
        return "standby" if await connection.fetchval("SELECT pg_is_in_recovery()") else "primary"


@pytest.mark.parametrize("attribute", [None, "read-write"])
async def test_every_pool_goes_to_the_primary_wherever_it_stands_in_the_address(pair: Pair, attribute: str | None):
    turned = Pair(pair.standby, pair.primary)
    async with open_database(turned.url(attribute=attribute), projections=PROJECTIONS) as database:
        for kind in ("reads", "writes", "grids"):
            assert (kind, await read_server(database, kind)) == (kind, "primary")


async def test_an_address_may_ask_for_a_standby(pair: Pair):
    async with open_database(pair.url(attribute="standby")) as database:
        assert await read_server(database, "reads") == "standby"


async def test_connections_to_a_server_that_takes_no_writes_any_more_are_left(tmp_path: Path, pair: Pair):
    """Some products make the former primary read-only and leave its sessions open."""
    shopper, token = await make_shopper(pair), make_token(tmp_path, pair)
    note = {"id": shopper, "text": "Called."}
    with serving(tmp_path, pair.url()) as service:
        assert service.ask(NOTE, "/admin/graphql", token=token, **note)["data"]["customerNoteCreate"]["note"]
        ask(pair.primary, "ALTER SYSTEM SET default_transaction_read_only = on")
        ask(pair.primary, "SELECT pg_reload_conf()")
        until(lambda: ready(service) == (503, "the database takes no writes"))
        pair.promote()
        until(lambda: ready(service) == (200, ""))
        answer = service.ask(NOTE, "/admin/graphql", token=token, **note)
        assert answer["data"]["customerNoteCreate"]["note"]
        sessions = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{SERVICE}' AND query LIKE '%customer_note%'"
        assert ask(pair.primary, sessions) == 0
    stored = await rows(pair.standby.url(), NOTES)
    assert len(stored) == 2


async def test_a_migration_goes_to_the_primary(tmp_path: Path, pair: Pair):
    turned = Pair(pair.standby, pair.primary)
    owner = turned.url().replace(f"//{SERVICE}:{pair.primary.passwords[SERVICE]}", _owner(pair))
    done = run(tmp_path, "migrate", database_url=turned.url(), owner_database_url=owner)
    assert (done.returncode, done.stderr) == (0, "")
    alone = run(tmp_path, "migrate", database_url=pair.standby.url(), owner_database_url=pair.standby.owner_url())
    assert alone.returncode == 1
    assert "read-only" in alone.stderr or "recovery" in alone.stderr, alone.stderr


def _owner(pair: Pair) -> str:
    return pair.primary.owner_url().partition("@")[0].removeprefix("postgresql:")


async def test_no_server_of_the_address_is_told_in_one_line(tmp_path: Path, pair: Pair):
    kill(pair.primary_pid)
    done = run(tmp_path, "serve", "--port", 0, database_url=pair.url())
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
