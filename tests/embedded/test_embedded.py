"""What a service finds: a private server that it shares with others and leaves when it is done."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from customer_gql.embedded import binaries, server as postgres_server
from customer_gql.embedded.postmaster import is_alive
from customer_gql.embedded.server import EmbeddedPostgresError, Server
from support.processes import until
from support.servers import (
    FAST,
    ask,
    leave,
    mode,
    postmaster,
    service,
    stopped,
)

pytestmark = pytest.mark.slow


RIGHTS = (
    "SELECT concat_ws(' ', rolname, rolsuper, rolcreatedb, rolcreaterole) FROM pg_roles WHERE rolname = current_user"
)


async def test_one_role_owns_the_database_and_the_service_is_another(bare_server: Server) -> None:
    rights = [await ask(url, RIGHTS) for url in (bare_server.owner_url(), bare_server.url())]
    assert rights == ["customer_gql_owner f f f", "customer_gql f f f"]
    assert await ask(bare_server.url(), "SELECT has_schema_privilege('public', 'CREATE')") is False
    assert await ask(bare_server.url(), "SELECT pg_has_role('customer_gql_owner', 'MEMBER')") is False
    owner = await ask(
        bare_server.owner_url(), "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    )
    assert owner == "customer_gql_owner"
    assert await ask(bare_server.admin_url(), "SELECT current_user") == "postgres"


async def test_server_is_utf8_beyond_ascii_and_on_utc(bare_server: Server) -> None:
    assert await ask(bare_server.owner_url(), "SELECT lower('ÉÄŽ')") == "éäž"
    assert await ask(bare_server.owner_url(), "SHOW server_encoding") == "UTF8"
    assert await ask(bare_server.owner_url(), "SHOW timezone") == "UTC"
    trigrams = await ask(bare_server.admin_url(), "CREATE EXTENSION pg_trgm", "SELECT show_trgm('É') <> '{}'")
    assert trigrams is True


async def test_server_listens_on_a_private_socket_only(bare_server: Server) -> None:
    assert await ask(bare_server.owner_url(), "SHOW listen_addresses") == ""
    assert mode(bare_server.socket_dir) == 0o700
    assert bare_server.socket_dir.stat().st_uid != 0


async def test_passwords_are_asked_for_and_private(bare_server: Server) -> None:
    assert mode(bare_server.data_dir / "passwords.json") == 0o600
    assert not (bare_server.data_dir / "initdb.password").exists()
    assert not any(password in repr(bare_server) for password in bare_server.passwords.values())
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(bare_server.owner_url().replace(bare_server.passwords["customer_gql_owner"], "guess"))
    kinds = await ask(
        bare_server.admin_url(),
        "SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules WHERE type = 'local'",
    )
    assert kinds == "scram-sha-256"


async def test_databases_are_made_from_a_template_and_dropped(bare_server: Server) -> None:
    postgres_server.create_database(bare_server, "shop")
    await ask(bare_server.owner_url("shop"), "CREATE TABLE customer (id int)", "INSERT INTO customer VALUES (7)")
    postgres_server.create_database(bare_server, 'worker "1"', template="shop")
    assert await ask(bare_server.owner_url('worker "1"'), "UPDATE customer SET id = 8 RETURNING id") == 8
    connection = await asyncpg.connect(bare_server.owner_url('worker "1"'))
    postgres_server.drop_database(bare_server, 'worker "1"')
    connection.terminate()
    postgres_server.drop_database(bare_server, 'worker "1"')
    with pytest.raises(EmbeddedPostgresError, match="already exists"):
        postgres_server.create_database(bare_server, "shop")


async def test_data_outlives_a_stop(folder: Path) -> None:
    with postgres_server.running_server(folder, settings=FAST) as server:
        await ask(server.owner_url(), "CREATE TABLE customer (id int)", "INSERT INTO customer VALUES (7)")
        assert server.data_dir == folder
    assert stopped(folder)
    with postgres_server.running_server(folder, settings=FAST) as again:
        assert again.owner_url() == server.owner_url()
        assert await ask(again.owner_url(), "SELECT id FROM customer") == 7
    assert stopped(folder)


async def test_last_to_leave_stops_whoever_started(cluster: Path) -> None:
    with service(cluster) as starter, service(cluster) as other:
        pid = postmaster(cluster)
        attachment = postgres_server.start_server(cluster)
        leave(starter)
        assert await ask(attachment.server.owner_url(), "SELECT 1") == 1
        attachment.stop()
        attachment.stop()
        assert is_alive(pid)
        leave(other)
    assert not is_alive(pid)
    assert stopped(cluster)


async def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    attachments = await asyncio.gather(
        *(asyncio.to_thread(postgres_server.start_server, folder, settings=FAST) for _ in range(4)),
    )
    started = {
        await ask(attachment.server.owner_url(), "SELECT pg_postmaster_start_time()::text")
        for attachment in attachments
    }
    for attachment in attachments:
        attachment.stop()
    assert len(started) == 1
    assert stopped(folder)


async def test_server_started_by_hand_is_used_and_left(
    cluster: Path, account: binaries.Account | None, programs: Path
) -> None:
    with postgres_server.running_server(cluster, settings=FAST):
        pass
    sockets = cluster.parent / "by-hand"
    sockets.mkdir()
    binaries.give_to_account(sockets, account)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}", "-c", "fsync=off"]
    by_hand = ["/bin/sh", "-c", '"$@" >/dev/null 2>&1 & echo $!', "sh", programs / "postgres", "-D", cluster / "pgdata"]
    pid = int(binaries.run_program(account, *by_hand, *options).stdout)
    until(lambda: not stopped(cluster))
    with postgres_server.running_server(cluster) as server:
        assert server.socket_dir == sockets
        assert await ask(server.owner_url(), "SELECT 1") == 1
    assert is_alive(pid)
    os.kill(pid, signal.SIGINT)
    until(lambda: not is_alive(pid))


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(bare_server: Server) -> None:
    assert os.getsid(postmaster(bare_server.data_dir)) != os.getsid(0)
    assert os.getpgid(postmaster(bare_server.data_dir)) != os.getpgrp()


async def test_long_path_gets_a_short_socket(folder: Path) -> None:
    deep = folder / ("x" * 60) / ("y" * 60)
    with postgres_server.running_server(deep, settings=FAST) as server:
        assert await ask(server.owner_url(), "SELECT 1") == 1
        assert server.socket_dir.parent == Path("/tmp")
        assert mode(server.socket_dir) == 0o700
    assert not server.socket_dir.exists()
