"""What is remembered of documents is bounded, however many there are."""

import asyncio
import random
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import literal, select

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database import statements
from customer_gql.database.pools import open_database
from customer_gql.database.statements import Connection, compile_statement
from customer_gql.embedded.server import Server
from customer_gql.execution import documents as module
from customer_gql.execution.documents import DocumentCache
from customer_gql.loading import merging
from customer_gql.schema import storefront
from customer_gql.settings import StorefrontSettings
from execution.conftest import UNLIMITED_RATES, run_on_connection
from support.customers import make_full_customer
from support.many_documents import write_documents
from support.processes import memory_of
from support.servers import only_proc
from support.service import serving


def test_documents_are_forgotten_by_number_and_by_size(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_MAX_DOCUMENTS", 50)
    monkeypatch.setattr(module, "_MAX_KILOBYTES", 3000)
    documents = DocumentCache(storefront.schema._schema, StorefrontSettings())  # pyright: ignore[reportCallIssue]
    for i in range(60):
        documents.load_document(f"query q{i} {{ __typename }}")
    assert len(documents._documents) == 50
    long = " ".join(["id", "email", "firstName", "lastName", "prefix", "suffix"] * 48 + ["id", "email"])
    for i in range(12):
        documents.load_document(f"query q{i} {{ me {{ {long} }} }}")
    assert documents._kilobytes <= 3000
    assert len(documents._documents) == 10
    last = f"query q11 {{ me {{ {long} }} }}"
    assert documents.load_document(last) is documents.load_document(last)


DOCUMENTS = 1000
BACKEND_MB = 60
SERVICE_MB = 250


def backend_megabytes(server: Server, database_url: str) -> list[int]:
    """Private memory of the backends of one database; what they share is of the server's settings."""
    name = urlsplit(database_url).path.removeprefix("/")

    async def find_backends() -> list[int]:
        connection = await asyncpg.connect(server.admin_url())
        try:
            rows = await connection.fetch("SELECT pid FROM pg_stat_activity WHERE datname = $1", name)
        finally:
            await connection.close()
        return [row["pid"] for row in rows]

    return [int(memory_of(pid, "RssAnon")) for pid in asyncio.run(find_backends())]


@pytest.mark.slow
@only_proc
def test_a_thousand_documents_leave_backends_and_service_small(tmp_path: Path, empty_database_url: str, server: Server):
    """Each three times, through two connections for reads, so that none is spared."""
    texts = write_documents(storefront.schema._schema, "me", DOCUMENTS)  # pyright: ignore[reportPrivateUsage]
    token = run_on_connection(empty_database_url, make_token_of_full_customer)
    given = {"storefront__read_connections": 2, "storefront__cost": 10**6, "worker": False}
    with serving(tmp_path, empty_database_url, **UNLIMITED_RATES, **given) as service:
        for text in texts:
            for _ in range(3):
                answer = service.post({"query": text}, token=token)
                assert (answer.status_code, b'"errors"' in answer.content) == (200, False), answer.text[:300]
        backends = backend_megabytes(server, empty_database_url)
        assert len(backends) > 2
        assert max(backends) < BACKEND_MB
        assert service.memory("VmRSS") < SERVICE_MB


OFTEN = 60
RUNS = 55


@pytest.mark.slow
@only_proc
def test_many_frequent_documents_leave_backends_and_service_small(
    tmp_path: Path, empty_database_url: str, server: Server
):
    """Each as often as it takes for the database to write its JSON, more of them than there is room for."""
    token = run_on_connection(empty_database_url, make_token_of_full_customer)
    texts = write_frequent_documents(OFTEN)
    given = {"storefront__read_connections": 2, "storefront__cost": 10**6, "worker": False}
    with serving(tmp_path, empty_database_url, **UNLIMITED_RATES, **given) as service:
        for text in texts:
            answers = {service.post({"query": text}, token=token).content for _ in range(RUNS)}
            assert len(answers) == 1, text
            assert b'"errors"' not in answers.pop()
        backends = backend_megabytes(server, empty_database_url)
        assert len(backends) > 2
        assert max(backends) < BACKEND_MB
        assert service.memory("VmRSS") < SERVICE_MB


def write_frequent_documents(number: int) -> list[str]:
    """Accounts as shops show them, each with a few sections of the whole."""
    chance = random.Random(number)
    sections = (Path(__file__).parents[1] / "documents" / "account.graphql").read_text().split("\n")[1:-2]
    return [f"{{ me {{ id {' '.join(chance.sample(sections, len(sections) - 2))} }} }} # {i}" for i in range(number)]


async def make_token_of_full_customer(connection: Connection) -> str:
    return await issue_customer_token(connection, (await make_full_customer(connection)).id)


async def test_the_prepared_statements_of_a_connection_are_bounded(database_url: str, monkeypatch: pytest.MonkeyPatch):
    """By their characters; the ones used longest ago are closed, in the database too."""
    monkeypatch.setattr(statements, "KEPT_CHARACTERS", 5_000)
    async with open_database(database_url, read_connections=1) as database, database.reads.acquire() as connection:
        for number in range(30):
            assert await connection.fetchval(f"SELECT {number} /* {'x' * 1_000} */") == number
        prepared = await connection.fetch("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%/*%'")
    assert 2 <= len(prepared) <= 5


async def test_reads_are_merged_when_they_are_asked_for_often(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(merging, "MERGE_AFTER", 20)
    asked = tuple(compile_statement(select(literal(number))) for number in range(2))
    assert [merging.are_asked_often(asked) for _ in range(22)] == [False] * 20 + [True] * 2
    assert not merging.are_asked_often(asked[::-1])


async def test_reads_that_are_rarely_asked_for_together_are_answered_alike(plan_shop, monkeypatch):
    executors, shop = plan_shop
    text = "query ($id: ID!) { customer(id: $id) { email group { name } addresses { city } orders { totalCount } } }"
    given = {"id": encode_id("cus", shop.customers[0])}
    merged = await executors.answer(text, given)
    monkeypatch.setattr(merging, "MERGE_AFTER", 10**6)
    monkeypatch.setattr(merging, "_times_asked", Counter())
    apart = await executors.answer(text, given)
    assert apart.errors is None
    assert apart.data == merged.data
