"""A service that runs for long does not grow: no request leaves anything behind."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from customer_gql.embedded.server import Server
from execution.conftest import UNLIMITED_RATES, make_staff_token, run_on_connection
from execution.test_memory import backend_megabytes
from support.customers import make_full_customer
from support.processes import memory_of
from support.servers import only_proc
from support.service import Service, serving

ROUNDS = 600
WARM = 150
MOST_GROWTH_MB = 4
"""Of the service from the warm-up to the end; a leak of 1 KB for each request would be more."""
DOCUMENTS = Path(__file__).parents[1] / "documents"
PROFILE = (DOCUMENTS / "profile.graphql").read_text()
GRID = (DOCUMENTS / "customers.graphql").read_text()
EDIT = """mutation E($input: CustomerQuickEditInput!) {
  customerQuickEdit(input: $input) { userErrors { code } customer { taxVatNumber version } } }"""
REFUSED = "query { customer(id: 7) { noSuchField } }"


async def make_shop(connection: Connection) -> tuple[str, str]:
    return await make_staff_token(connection), encode_id("cus", (await make_full_customer(connection)).id)


def ask_in_turn(service: Service, token: str, id: str) -> Iterator[Callable[[int], int]]:
    """Ways of a request, each giving its status, given a number that no other has."""

    def post(body: Callable[[int], Any], *, of: str | None = token) -> Callable[[int], int]:
        return lambda number: service.post(body(number), "/admin/graphql", token=of).status_code

    yield post(lambda _: {"query": PROFILE, "variables": {"id": id}})
    yield post(lambda _: {"query": GRID, "variables": {}})
    yield post(lambda number: {"query": EDIT, "variables": {"input": {"id": id, "taxVatNumber": f"T{number}"}}})
    yield post(lambda number: {"query": f'query q{number % 50} {{ customer(id: "{id}") {{ email }} }}'})
    yield post(lambda _: {"query": REFUSED})
    yield post(lambda number: {"query": "{ viewer { kind } }", "variables": {"n": number}}, of="made-up")
    yield post(lambda _: b"{")


@pytest.mark.slow
@only_proc
def test_neither_the_service_nor_its_backends_grow(tmp_path: Path, empty_database_url: str, server: Server):
    token, id = run_on_connection(empty_database_url, make_shop)
    # Few documents are kept, so that those that come once do not count as growth.
    with serving(tmp_path, empty_database_url, **UNLIMITED_RATES, admin__read_connections=2) as service:
        ways, numbers = list(ask_in_turn(service, token, id)), itertools.count()

        def run(rounds: int) -> set[tuple[int, int]]:
            return {(place, way(next(numbers))) for _ in range(rounds) for place, way in enumerate(ways)}

        seen = run(WARM)
        before, backends = service.memory(), backend_megabytes(server, empty_database_url)
        assert run(ROUNDS - WARM) <= seen
        assert {status for place, status in seen if place < 4} == {200}
        grown = service.memory() - before
        assert grown < MOST_GROWTH_MB, f"{grown:.1f} MB in {(ROUNDS - WARM) * len(ways)} requests"
        after = backend_megabytes(server, empty_database_url)
        assert max(after) - max(backends) < MOST_GROWTH_MB, (backends, after)
        assert memory_of(service.process.pid, "VmHWM") < 250
