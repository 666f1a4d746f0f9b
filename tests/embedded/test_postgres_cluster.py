"""A data folder that cannot be used is named, and left as it is."""

import json
from pathlib import Path

import pytest

from customer_gql.embedded import binaries, server
from customer_gql.embedded.server import EmbeddedPostgresError
from support.servers import FAST, mode, run_python, stopped

pytestmark = pytest.mark.slow

SMALL_DISK = """
import resource, sys
from pathlib import Path
from customer_gql.embedded import server as embedded
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
try:
    embedded.start_server(Path(sys.argv[1]))
except embedded.EmbeddedPostgresError as error:
    print(error)
"""


def test_data_of_another_version_is_named_and_not_touched(folder: Path) -> None:
    pgdata = folder / "pgdata"
    pgdata.mkdir(parents=True)
    (pgdata / "PG_VERSION").write_text("12\n")
    with pytest.raises(
        EmbeddedPostgresError, match=r"is of PostgreSQL 12, the programs in .* are PostgreSQL \d+: .*dump"
    ):
        server.start_server(folder)
    assert [path.name for path in pgdata.iterdir()] == ["PG_VERSION"]
    assert mode(pgdata) == 0o755


def test_folder_without_a_cluster_is_refused(folder: Path) -> None:
    (folder / "pgdata").mkdir(parents=True)
    with pytest.raises(EmbeddedPostgresError, match="is no PostgreSQL data folder"):
        server.start_server(folder)


def test_lost_passwords_are_named(cluster: Path) -> None:
    with server.running_server(cluster, settings=FAST):
        pass
    (cluster / "passwords.json").unlink()
    with pytest.raises(EmbeddedPostgresError, match="passwords of the database"):
        server.start_server(cluster)


def test_setting_that_keeps_it_from_starting_is_quoted_from_the_log(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=r"did not start .*server\.log: .*shared_buffers"):
        server.start_server(folder, settings={"fsync": "off", "shared_buffers": "none"})
    with server.running_server(folder, settings=FAST):
        pass


def test_locale_that_knows_ascii_only_is_refused(
    folder: Path, account: binaries.Account | None, programs: Path
) -> None:
    folder.mkdir()
    (folder / "passwords.json").write_text(json.dumps({"postgres": "known", "customer_gql": "known"}))
    (folder.parent / "password").write_text("known")
    pgdata = folder / "pgdata"
    pgdata.mkdir(mode=0o700)
    binaries.give_to_account(pgdata, account)
    options = ["-U", "postgres", "-A", "scram-sha-256", "--locale=C", "-E", "UTF8", "--no-sync"]
    password = f"--pwfile={folder.parent / 'password'}"
    assert binaries.run_program(account, programs / "initdb", "-D", pgdata, password, *options).returncode == 0
    with pytest.raises(EmbeddedPostgresError, match="made with a locale that knows ASCII letters only"):
        server.start_server(folder, settings=FAST)
    assert stopped(folder)


def test_full_disk_is_one_sentence(folder: Path) -> None:
    told = run_python(SMALL_DISK, folder)
    assert told.startswith(f"initdb made no database in {folder}: ")
    assert told.count("\n") == 1
    assert not list(folder.glob("pgdata*"))
