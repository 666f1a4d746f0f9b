"""Clients that do not read what they asked for: the service keeps nothing for them, and they lose nothing."""

import json
import re
import socket
import time
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import pytest

from customer_gql.administration.event_feed.feed import encode_event_cursor
from execution.conftest import UNLIMITED_RATES, make_staff_token, run_on_connection
from support.processes import until
from support.service import Service, request, serving

pytestmark = pytest.mark.slow  # starts processes

EVENTS = 3_000
FEED = f"subscription {{ eventPublished(after: $after) {{ cursor {' '.join(f'a{n}: data' for n in range(25))} }} }}"
DOCUMENT = FEED.replace("subscription", "subscription Feed($after: String)")


async def fill_feed(connection: Any) -> None:
    await connection.execute(
        "INSERT INTO domain_event (id, type, subject, changed_fields, actor, website_id, position) "
        "SELECT 10^15 + n, 'customer.updated', 'cus_1', '{firstName,lastName}', 'SYSTEM', 1, n FROM generate_series(1, $1) n",
        EVENTS,
    )
    await connection.execute("UPDATE domain_event_feed SET position = $1 WHERE name = 'events'", EVENTS)


@pytest.fixture
def shop(empty_database_url: str, tmp_path: Any) -> Generator[tuple[Service, list[str]]]:
    run_on_connection(empty_database_url, fill_feed)
    tokens = [run_on_connection(empty_database_url, make_staff_token) for _ in range(2)]
    with serving(tmp_path, empty_database_url, worker=False, write_seconds=20, **UNLIMITED_RATES) as service:
        yield service, tokens


def follow(service: Service, token: str, stack: ExitStack) -> socket.socket:
    """A stream whose client reads only when it is told to."""
    opened = stack.enter_context(socket.socket())
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.settimeout(20)
    opened.connect(("127.0.0.1", service.port))
    body = json.dumps({"query": DOCUMENT, "variables": {"after": encode_event_cursor(1)}}).encode()
    headers = ("Accept: text/event-stream", f"Authorization: Bearer {token}")
    opened.sendall(request(body, *headers, path="/admin/graphql"))
    assert opened.recv(12) == b"HTTP/1.1 200"
    return opened


def test_streams_that_nobody_reads_fill_no_memory_and_are_cut_off(shop: tuple[Service, list[str]]):
    service, tokens = shop
    with ExitStack() as stack:
        follow(service, tokens[0], stack)  # what a first one needs is there afterwards
        before = service.memory()
        streams = [follow(service, token, stack) for token in tokens for _ in range(2)]
        rest(service)
        assert service.memory() - before < 15  # of 45 MiB that are asked for
        until(lambda: not any(service.holds(stream) for stream in streams), seconds=40)
    assert {line["outcome"] for line in service.lines() if line["event"] == "stream"} == {"CLIENT_GONE"}


def rest(service: Service) -> None:
    """Until the service has nothing to do any more: each stream waits for its client."""
    spent = [-1.0]

    def is_idle() -> bool:
        spent.append(service.cpu())
        time.sleep(0.5)
        return service.cpu() - spent[-1] < 0.05

    until(is_idle, seconds=60)


def test_a_client_that_reads_late_gets_every_event_in_order(shop: tuple[Service, list[str]]):
    service, tokens = shop
    with ExitStack() as stack:
        stream = follow(service, tokens[0], stack)
        rest(service)
        last = encode_event_cursor(EVENTS).encode()
        content = b""
        while last not in content[-20_000:]:
            chunk = stream.recv(1_000_000)
            assert chunk
            content += chunk
    cursors = [found.decode() for found in re.findall(rb"^id: (\S+)", content, re.MULTILINE)]
    assert cursors == [encode_event_cursor(place) for place in range(2, EVENTS + 1)]
