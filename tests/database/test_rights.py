"""One role owns the tables and migrates them, the service has another one that may do only what it needs."""

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from customer_gql.embedded.server import Server, create_database, drop_database
from support.databases import cloned
from support.processes import run
from support.service import serving

pytestmark = pytest.mark.slow  # starts processes

OWNS = "The role of CUSTOMER_GQL_DATABASE_URL owns the tables, so it can change what is append-only"
HELD = """SELECT string_agg(held, ' ' ORDER BY held) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',
  'REFERENCES', 'TRIGGER']) held WHERE has_table_privilege('customer_gql', $1, held)"""
CHANGING, APPENDING = "DELETE INSERT SELECT UPDATE", "INSERT SELECT"


@pytest.fixture
def name(server: Server, template: str) -> Generator[str]:
    with cloned(server, template) as url:
        yield re.sub(r".*@/([^?]+)\?.*", r"\1", url)


@pytest.fixture
def bare(server: Server) -> Generator[str]:
    drop_database(server, "bare_for_rights")
    create_database(server, "bare_for_rights")
    yield "bare_for_rights"
    drop_database(server, "bare_for_rights")


def urls(server: Server, name: str) -> dict[str, str]:
    return {"database_url": server.url(name), "owner_database_url": server.owner_url(name)}


async def value(url: str, statement: str, *arguments: Any) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close()


async def test_the_service_gets_what_it_needs_of_each_table(server: Server, name: str):
    tables = {
        "customer": CHANGING,
        "job": CHANGING,
        "customer_event": APPENDING,
        "store_credit_entry": APPENDING,
        "alembic_version": "SELECT",
    }
    assert {table: await value(server.admin_url(name), HELD, table) for table in tables} == tables
    assert await value(server.url(name), "SELECT nextval('customer_number_seq')") > 0


async def test_migrate_restores_the_rights_of_the_service(tmp_path: Path, server: Server, name: str):
    wrong = "GRANT UPDATE, TRUNCATE ON customer_event TO customer_gql; REVOKE INSERT ON customer FROM customer_gql"
    connection = await asyncpg.connect(server.owner_url(name))
    await connection.execute(wrong)
    await connection.close()
    assert await value(server.admin_url(name), HELD, "customer") == "DELETE SELECT UPDATE"
    assert run(tmp_path, "migrate", **urls(server, name)).returncode == 0
    assert await value(server.admin_url(name), HELD, "customer") == CHANGING
    assert await value(server.admin_url(name), HELD, "customer_event") == APPENDING


async def test_the_owner_is_the_services_own_role_by_default(tmp_path: Path, server: Server, bare: str):
    url = server.owner_url(bare)
    assert run(tmp_path, "migrate", database_url=url).returncode == 0
    checked = run(tmp_path, "migrate", "--check", database_url=url)
    assert (checked.returncode, checked.stdout) == (1, "No new upgrade operations detected.\n")
    assert checked.stderr.startswith(f"customer-gql: {OWNS}: ")
    done = run(tmp_path, "migrate", **urls(server, bare))
    assert done.returncode == 0, done.stderr
    assert run(tmp_path, "migrate", "--check", **urls(server, bare)).returncode == 0
    assert await value(server.admin_url(bare), HELD, "staff_event") == APPENDING


def test_the_two_addresses_are_of_one_database(tmp_path: Path, server: Server, name: str, bare: str):
    other = {"database_url": server.url(name), "owner_database_url": server.owner_url(bare)}
    done = run(tmp_path, "migrate", **other)
    expected = "CUSTOMER_GQL_OWNER_DATABASE_URL and CUSTOMER_GQL_DATABASE_URL are different databases."
    assert (done.returncode, done.stderr) == (1, f"customer-gql: {expected}\n")


def test_an_owner_address_that_is_none(tmp_path: Path, server: Server, name: str):
    done = run(tmp_path, "migrate", database_url=server.url(name), owner_database_url="mysql://x")
    assert done.stderr == (
        "customer-gql: CUSTOMER_GQL_OWNER_DATABASE_URL is no address like postgresql://user:password@host:5432/database.\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("is_owner", [True, False])
def test_serve_warns_when_it_owns_the_tables_and_stays_ready(
    tmp_path: Path, server: Server, name: str, *, is_owner: bool
):
    url = server.owner_url(name) if is_owner else server.url(name)
    with serving(tmp_path, url) as service:
        answer = service.http.get("/health/ready")
        assert answer.status_code == 200
        warnings = answer.json().get("warnings", [])
        assert [warning.partition(":")[0] for warning in warnings] == ([OWNS] if is_owner else [])
    lines = [json.loads(line) for line in service.log.read_text().splitlines() if line.startswith("{")]
    logged = [line["message"] for line in lines if line["level"] == "warning" and line["event"] == "warning"]
    assert logged == warnings
