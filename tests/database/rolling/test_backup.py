"""A backup of the tables, restored into another database: what docs/operations.md says to do gives the same shop."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from customer_gql.embedded.server import Server, create_database, drop_database
from support.databases import cloned
from support.processes import run
from support.replication import find_programs

pytestmark = pytest.mark.slow

ROWS = """SELECT count(*), md5(string_agg(c::text, '' ORDER BY id)) FROM customer c"""
HISTORY = """SELECT count(*), md5(string_agg(e::text, '' ORDER BY e.customer_id, e.id)) FROM customer_event e"""


@pytest.fixture
def restored(server: Server) -> Iterator[str]:
    drop_database(server, "restored")
    create_database(server, "restored")
    yield "restored"
    drop_database(server, "restored")


async def value(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        [row] = await connection.fetch(statement)
        return tuple(row)
    finally:
        await connection.close()


def program(name: str, *arguments: object) -> None:
    done = subprocess.run([find_programs() / name, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_a_restored_backup_is_the_same_shop(tmp_path: Path, server: Server, template: str, restored: str):
    with cloned(server, template) as url:
        name = re.sub(r".*@/([^?]+)\?.*", r"\1", url)
        before = {"database_url": server.url(name), "owner_database_url": server.owner_url(name)}
        after = {"database_url": server.url(restored), "owner_database_url": server.owner_url(restored)}
        assert run(tmp_path, "seed", "--customers", 50, **before).returncode == 0
        backup = tmp_path / "backup"
        program("pg_dump", "--format=custom", "--no-privileges", f"--file={backup}", before["owner_database_url"])
        program("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={after['owner_database_url']}", backup)

        # Without privileges the service may do nothing, and a check says so.
        assert run(tmp_path, "migrate", "--check", **after).returncode == 1
        assert run(tmp_path, "migrate", **after).returncode == 0
        assert run(tmp_path, "reproject", **after).returncode == 0
        checked = run(tmp_path, "migrate", "--check", **after)
        assert (checked.returncode, checked.stderr) == (0, "")
        for statement in (ROWS, HISTORY):
            assert await value(after["database_url"], statement) == await value(before["database_url"], statement)
        append_only = "SELECT has_table_privilege('customer_event', 'UPDATE')"
        assert await value(after["database_url"], append_only) == (False,)
