"""A service or a server that was killed loses no row and keeps nobody from starting."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from customer_gql.embedded import binaries, server as postgres_server
from customer_gql.embedded.postmaster import end_of_log, is_alive
from customer_gql.embedded.watcher import UNUSED_SECONDS
from support.processes import until
from support.servers import (
    FAST,
    SERVICE,
    ask,
    kill,
    only_proc,
    postmaster,
    run_python,
    service,
    stopped,
)

pytestmark = pytest.mark.slow

ZOMBIE = """
import ctypes, os, signal, sys, time
from pathlib import Path
from customer_gql.embedded import server as embedded
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans become ours, and we never reap them
folder = Path(sys.argv[1])
note = folder / "pgdata" / "postmaster.pid"
first = embedded.start_server(folder, settings={"fsync": "off"})
pid = int(note.read_text().split()[0])
os.kill(pid, signal.SIGKILL)
for _ in range(1000):
    if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
        break
    time.sleep(0.01)
second = embedded.start_server(folder, settings={"fsync": "off"})
print(Path(f"/proc/{pid}/stat").read_text().split()[2], int(note.read_text().split()[0]) != pid)
first.stop()
second.stop()
print(note.exists())
"""


async def test_server_of_a_killed_service_is_found_and_stopped(cluster: Path) -> None:
    with service(cluster) as killed:
        pid = postmaster(cluster)
        killed.kill()
    assert is_alive(pid)
    with postgres_server.running_server(cluster) as server:
        assert postmaster(cluster) == pid
        assert await ask(server.owner_url(), "SELECT 1") == 1
    assert not is_alive(pid)


async def test_server_of_killed_services_ends_by_itself(cluster: Path) -> None:
    """Not before the last of them is killed: the first leaves one who goes on."""
    with service(cluster) as first, service(cluster) as last:
        pid = postmaster(cluster)
        first.kill()
        time.sleep(UNUSED_SECONDS + 10)
        assert is_alive(pid)
        last.kill()
        last.wait()
        killed_at = time.monotonic()
        until(lambda: not is_alive(pid), seconds=120)
        assert time.monotonic() - killed_at >= UNUSED_SECONDS
    until(lambda: stopped(cluster))
    with postgres_server.running_server(cluster) as server:
        assert await ask(server.owner_url(), "SELECT 1") == 1
        assert postmaster(cluster) != pid
    assert stopped(cluster)


@only_proc
async def test_a_server_has_one_watcher_and_again_after_it_was_killed(cluster: Path) -> None:
    with service(cluster), postgres_server.running_server(cluster):
        until(lambda: len(watchers(cluster)) == 1)
        [watcher] = watchers(cluster)
        kill(watcher)
        with postgres_server.running_server(cluster):
            until(lambda: len(watchers(cluster)) == 1)
            assert watchers(cluster) != [watcher]
    until(lambda: watchers(cluster) == [], seconds=60)


def watchers(home: Path) -> list[int]:
    found = list[int]()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[-2:-1] == [os.fsencode(home)] and b"customer_gql.embedded.watcher" in words[1:4]:
                found.append(int(process.name))
    return found


async def test_killed_server_comes_back_with_every_committed_row(cluster: Path) -> None:
    first = postgres_server.start_server(cluster)
    await ask(first.server.owner_url(), "CREATE TABLE customer (id int)")
    connection = await asyncpg.connect(first.server.owner_url())
    for number in range(500):
        await connection.execute("INSERT INTO customer VALUES ($1)", number)
    kill(postmaster(cluster))
    connection.terminate()
    with postgres_server.running_server(cluster) as server:
        assert await ask(server.owner_url(), "SELECT count(*) FROM customer") == 500
        first.stop()
        assert await ask(server.owner_url(), "SELECT 1") == 1
    assert stopped(cluster)


@only_proc
def test_zombie_is_not_taken_for_a_server(cluster: Path) -> None:
    assert run_python(ZOMBIE, cluster) == "Z True\nFalse\n"


@only_proc
@pytest.mark.parametrize("command", [["sleep", "60"], ["postgres", "60"]], ids=["another program", "named alike"])
async def test_process_that_got_the_number_is_left_alone(
    cluster: Path, account: binaries.Account | None, command: list[str]
) -> None:
    first = postgres_server.start_server(cluster, settings=FAST)
    kill(postmaster(cluster))
    switch = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    with subprocess.Popen(command, executable=shutil.which("sleep"), cwd="/", **switch) as bearer:
        note = cluster / "pgdata" / "postmaster.pid"
        note.write_text("\n".join([str(bearer.pid), *note.read_text().splitlines()[1:]]))
        first.stop()
        with postgres_server.running_server(cluster, settings=FAST) as server:
            assert await ask(server.owner_url(), "SELECT 1") == 1
        assert bearer.poll() is None
        bearer.kill()


async def test_first_start_that_was_killed_leaves_nothing_in_the_way(folder: Path) -> None:
    arguments = [sys.executable, "-c", SERVICE, str(folder), json.dumps(FAST)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cut_short:
        until(lambda: any(folder.glob("pgdata.new-*/base")), seconds=20)
        cut_short.kill()
    assert not (folder / "pgdata").exists()
    with postgres_server.running_server(folder, settings=FAST) as server:
        assert await ask(server.owner_url(), "SELECT 1") == 1


async def test_empty_note_that_a_full_disk_left_is_no_hindrance(cluster: Path) -> None:
    (cluster / "pgdata" / "postmaster.pid").touch()
    with postgres_server.running_server(cluster, settings=FAST) as server:
        assert await ask(server.owner_url(), "SELECT 1") == 1


async def test_busy_port_is_tried_again(cluster: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        settings = FAST | {"listen_addresses": "127.0.0.1", "port": port}
        starting = asyncio.create_task(asyncio.to_thread(postgres_server.start_server, cluster, settings=settings))
        await asyncio.to_thread(until, lambda: "already in use" in end_of_log(cluster))
    attachment = await starting
    assert attachment.server.port == int(port)
    attachment.stop()
