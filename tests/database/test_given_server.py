"""The suite can run on a server that somebody gives, and on one of other programs."""

import asyncio
import os
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from customer_gql.embedded.server import Server, create_database, drop_database, running_server
from support.databases import FAST, name_database
from support.given_server import BINARIES, DSN, GivenServer, server_of_tests

OLDEST = Path("/usr/lib/postgresql/15/bin")


def test_addresses_on_a_given_server():
    passwords = {"customer_gql": "a", "customer_gql_owner": "b"}
    given = GivenServer(Path(), 0, Path(), 15, passwords, "postgresql://root:secret@db.example:5433/postgres?ssl=off")
    assert given.url("shop") == "postgresql://customer_gql:a@db.example:5433/shop?ssl=off"
    assert given.owner_url("shop") == "postgresql://customer_gql_owner:b@db.example:5433/shop?ssl=off"
    assert given.admin_url() == "postgresql://root:secret@db.example:5433/postgres?ssl=off"
    assert given.admin_url("shop") == "postgresql://root:secret@db.example:5433/shop?ssl=off"


async def ask(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def roles_of_given(dsn: str) -> tuple[Any, ...]:
    name = name_database()
    with server_of_tests(Path(), {DSN: dsn}) as server:
        create_database(server, name)
        try:
            urls = (server.url(name), server.owner_url(name), server.admin_url(name))
            return tuple(asyncio.run(ask(url, "SELECT current_user")) for url in urls)
        finally:
            drop_database(server, name)


@pytest.mark.slow
def test_a_given_server_gets_the_roles(tmp_path: Path):
    with running_server(tmp_path / "given", settings=FAST) as server:
        dsn = server.admin_url()
        assert roles_of_given(dsn)[:2] == ("customer_gql", "customer_gql_owner")
        with server_of_tests(Path(), {DSN: dsn}) as given:
            service = given.url("postgres")
        with pytest.raises(ValueError, match="superuser"), server_of_tests(Path(), {DSN: service}):
            pass


@pytest.mark.slow
@pytest.mark.skipif(not OLDEST.is_dir(), reason="PostgreSQL 15 of Debian is not installed")
def test_the_oldest_version_can_be_chosen(tmp_path: Path, server: Server):
    with server_of_tests(tmp_path, {**os.environ, DSN: "", BINARIES: str(OLDEST)}) as oldest:
        assert oldest.version == 15
        assert oldest.data_dir != server.data_dir
