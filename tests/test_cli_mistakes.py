"""Wrong use is told in one line on standard error, with an exit code that a script can see."""

import os
import re
import socket
import subprocess
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import pytest

from customer_gql.cli.databases import run as run_on_database
from customer_gql.core.terminal import CommandFailed
from customer_gql.database.pools import DatabaseUnreachable, TimeLimits, open_database
from customer_gql.database.statements import Connection
from customer_gql.embedded.server import Server, create_database, drop_database
from support.databases import cloned, short_folder
from support.processes import PROGRAM, run

pytestmark = pytest.mark.slow  # starts processes

NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"
URL_FORM = "CUSTOMER_GQL_DATABASE_URL is no address like postgresql://user:password@host:5432/database."


@pytest.fixture(scope="module")
def shop_url(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """With a customer, so that it cannot be seeded, and the staff user ann@shop.example."""
    folder = tmp_path_factory.mktemp("shop")
    with cloned(server, template) as url:
        assert run(folder, "seed", "--customers", 1, database_url=url).returncode == 0
        create = ("staff", "create", "ann@shop.example", "--role", "viewer")
        assert run(folder, *create, database_url=url).returncode == 0
        yield url


@pytest.fixture(scope="module")
def bare_url(server: Server) -> Generator[str]:
    drop_database(server, "bare_for_mistakes")
    create_database(server, "bare_for_mistakes")
    yield server.owner_url("bare_for_mistakes")
    drop_database(server, "bare_for_mistakes")


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one line, without our name."""
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"customer-gql: [^\n]+\n", done.stderr), done.stderr
    return done.stderr.removeprefix("customer-gql: ").rstrip("\n")


@pytest.mark.parametrize("arguments", [["migrate"], ["serve", "--port", "0"], ["worker"]])
def test_database_that_does_not_answer(tmp_path: Path, arguments: list[str]):
    sentence = told(run(tmp_path, *arguments, database_url=NOBODY))
    assert sentence.startswith("The database does not answer as configured: ")
    assert "Connect call failed ('127.0.0.1', 1)" in sentence


async def test_database_that_takes_connections_and_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://me:secret@127.0.0.1:{silent.getsockname()[1]}/shop"
        with pytest.raises(DatabaseUnreachable, match=r"as configured: nothing came within 0\.3 s$"):
            async with open_database(url, patience=TimeLimits(acquire=0.3)):
                pass


def test_wrong_password(tmp_path: Path, shop_url: str):
    wrong = re.sub(r":[^:@]+@", ":guessed@", shop_url)
    sentence = told(run(tmp_path, "migrate", database_url=wrong))
    reason = 'password authentication failed for user "customer_gql"'
    assert sentence == f"The database does not answer as configured: {reason}"


def test_unknown_database(tmp_path: Path, server: Server):
    sentence = told(run(tmp_path, "serve", "--port", 0, database_url=server.url("nowhere")))
    assert sentence == 'The database does not answer as configured: database "nowhere" does not exist'


@pytest.mark.parametrize(
    ("command", "url"),
    [
        ("migrate", ""),
        ("worker", "mysql://me:secret@host/shop"),
        ("worker", "postgresql://me:secret@host:port/shop"),
        ("serve", "postgresql://[::1"),
        ("migrate", "postgresql://me:secret@two..dots/shop"),
        ("migrate", "postgresql://me:secret@one,two..dots/shop"),
        ("migrate", "postgresql://me:secret@one:5432,two:port/shop"),
        ("migrate", "postgresql://me:secret@one,/shop"),
        ("migrate", "postgresql:///shop?host=one,two:0"),
        ("migrate", "postgresql://me:secret@one,two/shop?port=5432,many"),
        ("migrate", "postgresql://me:secret@one/shop?sslmode"),
    ],
)
def test_malformed_address_of_the_database(tmp_path: Path, command: str, url: str):
    assert told(run(tmp_path, command, database_url=url, port=0)) == URL_FORM


@pytest.mark.parametrize(
    "arguments", [["serve", "--port", "0"], ["staff", "token", "a@shop.example"], ["migrate", "--check"]]
)
def test_database_that_is_not_migrated(tmp_path: Path, bare_url: str, arguments: list[str]):
    sentence = told(run(tmp_path, *arguments, database_url=bare_url))
    assert re.fullmatch(
        r"The database is at migration none, this version needs [0-9a-f]{12}: run `customer-gql migrate`.", sentence
    )


@pytest.mark.parametrize("arguments", [["migrate"], ["migrate", "--check"]])
async def test_database_of_a_newer_version(
    tmp_path: Path, server: Server, empty_database_url: str, arguments: list[str]
):
    owner = server.owner_url(urlsplit(empty_database_url).path.removeprefix("/"))
    connection = await asyncpg.connect(owner)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.close()
    assert told(run(tmp_path, *arguments, database_url=empty_database_url)) == (
        "The database is at migration 9999, which this version does not know: run the version that migrated it, or a "
        "newer one."
    )


@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["worker"]])
async def test_database_with_room_for_too_few_connections(
    tmp_path: Path, server: Server, empty_database_url: str, arguments: list[str]
):
    """Found out when the pools open, after the revision was read."""
    name = urlsplit(empty_database_url).path.removeprefix("/")
    owner = await asyncpg.connect(server.owner_url(name))
    try:
        await owner.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 2')
        sentence = told(run(tmp_path, *arguments, database_url=empty_database_url))
        assert sentence.endswith(f'too many connections for database "{name}"'), sentence
    finally:
        await owner.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
        await owner.close()


def test_tables_that_the_role_may_not_read(tmp_path: Path, server: Server):
    drop_database(server, "not_granted")
    create_database(server, "not_granted")
    owner = server.owner_url("not_granted")
    assert run(tmp_path, "migrate", database_url=owner).returncode == 0
    sentence = told(run(tmp_path, "serve", "--port", 0, database_url=server.url("not_granted")))
    drop_database(server, "not_granted")
    assert sentence == (
        "The role may not read the tables: have their owner, in CUSTOMER_GQL_OWNER_DATABASE_URL, run "
        "`customer-gql migrate`."
    )


def test_several_addresses_are_tried_in_turn(tmp_path: Path, bare_url: str, monkeypatch: pytest.MonkeyPatch):
    place = urlsplit(bare_url)
    socket_folder = quote(parse_qs(place.query)["host"][0], safe="")
    monkeypatch.setenv("PGPORT", parse_qs(place.query)["port"][0])
    user = place.netloc.rpartition("@")[0]
    for hosts in (
        f"{socket_folder},127.0.0.1:1",
        f"127.0.0.1:1,{socket_folder}",
        f"[::1]:1,127.0.0.1:1,{socket_folder}",
    ):
        url = f"postgresql://{user}@{hosts}{place.path}"
        done = run(tmp_path, "migrate", "--check", database_url=url)
        assert "is at migration none" in told(done), done


def test_no_address_of_the_wanted_kind(tmp_path: Path, shop_url: str):
    sentence = told(run(tmp_path, "migrate", "--check", database_url=f"{shop_url}&target_session_attrs=standby"))
    assert sentence.startswith("The database does not answer as configured: None of the hosts match"), sentence


def test_a_fault_of_ours_is_not_told_as_an_ended_connection(shop_url: str):
    async def give_text_for_a_number(connection: Connection) -> None:
        await connection.fetchval("SELECT $1::int", "one")

    with pytest.raises(asyncpg.DataError):
        run_on_database(shop_url, give_text_for_a_number)


def test_a_connection_that_ended_before_a_statement(shop_url: str):
    async def close_it(connection: Connection) -> None:
        with suppress(asyncpg.PostgresError):
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid(), 5000)")
        await connection.execute("SELECT 1")

    for transaction in (True, False):
        with pytest.raises(CommandFailed, match=r"^The database ended the connection"):
            run_on_database(shop_url, close_it, transaction=transaction)


def test_a_connection_that_ends_meanwhile(shop_url: str):
    async def end_it(connection: Connection) -> None:
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid(), 5000)")

    with pytest.raises(CommandFailed, match=r"^The database ended the connection \(.+\): .+ Run the command again\.$"):
        run_on_database(shop_url, end_it)


def test_migration_without_a_name(tmp_path: Path):
    assert told(run(tmp_path, "migrate", "--new", "")) == 'Say what changes: make migration m="gift registries".'


def test_serve_without_a_database(tmp_path: Path):
    assert told(run(tmp_path, "serve")) == (
        "Set CUSTOMER_GQL_DATABASE_URL to a PostgreSQL 15 or newer; `customer-gql demo` brings its own."
    )


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_port_in_use(tmp_path: Path, shop_url: str, command: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = told(run(tmp_path, command, "--port", port, database_url=shop_url))
    assert sentence == f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another address or port."


def test_demo_on_the_shop_of_somebody_else(tmp_path: Path, shop_url: str):
    assert told(run(tmp_path, "demo", "--port", 0, database_url=shop_url)) == (
        "The database of CUSTOMER_GQL_DATABASE_URL holds a shop already: `customer-gql serve` serves it."
    )


def test_wrong_setting(tmp_path: Path):
    assert told(run(tmp_path, "serve", port="many")) == (
        "Wrong settings: CUSTOMER_GQL_PORT: Input should be a valid integer, unable to parse string as an integer"
    )
    assert "CUSTOMER_GQL_PORT" in told(run(tmp_path, "serve", "--port", 70000))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_disk_without_room_for_what_is_printed():
    with Path("/dev/full").open("w") as full:
        command = [PROGRAM, "schema", "--audience", "storefront"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    sentence = "What the command prints or writes has no room: No space left on device."
    assert (done.returncode, done.stderr) == (1, f"customer-gql: {sentence}\n")


def test_programs_of_postgresql_that_are_not_there(tmp_path: Path):
    missing = tmp_path / "none"
    with short_folder() as folder:
        sentence = told(run(tmp_path, "migrate", postgres_binaries=missing, data_dir=folder / "data"))
    assert f"({missing} has no postgres and no initdb)" in sentence


def test_installation_without_the_package_for_made_up_customers(
    tmp_path: Path, shop_url: str, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "mimesis.py").write_text("raise ModuleNotFoundError(name='mimesis')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    sentence = told(run(tmp_path, "seed", "--customers", 1, database_url=shop_url))
    assert sentence == 'This needs another package, mimesis: pip install "customer-gql[demo]".'


def test_files_that_are_not_there(tmp_path: Path, shop_url: str):
    missing = tmp_path / "none.csv"
    sentence = told(run(tmp_path, "import", "adobe", "--customers", missing, database_url=shop_url))
    assert sentence == f"There is no file {missing}."
    sentence = told(run(tmp_path, "import", "northwind", tmp_path, database_url=shop_url))
    assert sentence == f"There is no file {tmp_path}/employees.csv."
    assert told(run(tmp_path, "import", "adobe", database_url=shop_url)).startswith("There is nothing to import")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["staff", "create", "bob@shop.example", "--role", "boss"],
            "There is no role 'boss'; there are: administrator, support, viewer.",
        ),
        (["staff", "create", "ann@shop.example", "--role", "viewer"], "ann@shop.example is already a staff user."),
        (["staff", "create", "nonsense", "--role", "viewer"], "Enter an e-mail address such as name@example.com."),
        (["staff", "token", "bob@shop.example"], "There is no active staff user bob@shop.example."),
        (["customer", "token", "bob@shop.example"], "There is no customer bob@shop.example."),
        (["customer", "token", "bob"], "There is no customer bob."),
        (
            ["seed", "--customers", "1"],
            "The shop already has customers: seed an empty database, or drop this one and migrate again.",
        ),
        (["seed", "--customers", "0"], "A shop can be made with 1 to 10000000 customers, not 0."),
    ],
)
def test_refusals_of_the_shop(tmp_path: Path, shop_url: str, arguments: list[str], sentence: str):
    assert told(run(tmp_path, *arguments, database_url=shop_url)) == sentence


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["seed"], "Missing option '--customers'"),
        (["seed", "--customers", "many"], "Invalid value for '--customers'"),
        (["schema", "--audience", "everyone"], "'everyone' is not one of"),
        (["serve", "--bogus"], "No such option"),
        (["staff", "create", "a@shop.example"], "Missing option '--role'"),
    ],
)
def test_options_that_are_wrong(tmp_path: Path, arguments: list[str], word: str):
    done = run(tmp_path, *arguments, database_url=NOBODY)
    assert (done.returncode, done.stdout) == (2, "")
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_command_alone_explains_itself(tmp_path: Path):
    done = run(tmp_path)
    assert "Usage: customer-gql" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
