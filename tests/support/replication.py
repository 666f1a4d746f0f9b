"""A primary and a standby that streams from it: two real servers, in folders of their own."""

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

from customer_gql.database.schema import migrations
from customer_gql.embedded import binaries, server as embedded
from customer_gql.embedded.databases import SERVICE, run_in_thread
from customer_gql.embedded.launching import find_home
from customer_gql.embedded.server import Server
from support.databases import short_folder
from support.processes import until
from support.servers import postmaster

SETTINGS = {
    "fsync": "off",  # processes are killed here, not machines
    "shared_buffers": "16MB",
    "autovacuum": "off",
    "wal_sender_timeout": "5s",
}
REPLICATES = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"


def find_programs() -> Path:
    """The folder of a PostgreSQL that can copy and back up a server, as the one that comes with the package can."""
    return next(folder for folder in binaries.candidate_folders(None) if (folder / "pg_basebackup").is_file())


@dataclass
class Pair:
    primary: Server
    standby: Server

    def url(self, *, attribute: str | None = None) -> str:
        """The address of the service, which names both."""
        folders = ",".join(quote(str(server.socket_dir), safe="") for server in (self.primary, self.standby))
        stated = f"&target_session_attrs={attribute}" if attribute else ""
        place = f"host={folders}&port={self.primary.port}{stated}"
        return f"postgresql://{SERVICE}:{self.primary.passwords[SERVICE]}@/{SERVICE}?{place}"

    @property
    def primary_pid(self) -> int:
        return postmaster(self.primary.data_dir)

    def promote(self) -> None:
        assert ask(self.standby, "SELECT pg_promote()")

    def replicate_synchronously(self) -> None:
        """A commit is answered when the standby has it."""
        ask(self.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        ask(self.primary, "SELECT pg_reload_conf()")
        until(lambda: ask(self.primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"))


def ask(server: Server, statement: str) -> Any:
    """As the superuser, in the database of the service."""

    async def done() -> Any:
        connection = await asyncpg.connect(server.admin_url(SERVICE), timeout=10)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return run_in_thread(done)


@contextmanager
def migrated_cluster() -> Generator[Path]:
    """A data folder with the tables of the service, to be copied while no server runs on it."""
    with short_folder() as folder:
        with embedded.running_server(folder / "data", settings=SETTINGS) as server:
            migrations.upgrade_database(server.owner_url(), service_url=server.url())
        yield folder / "data"


@contextmanager
def replicating(cluster: Path) -> Generator[Pair]:
    """Two servers, the first with a copy of the cluster."""
    with short_folder() as folder:
        subprocess.run(["cp", "-a", cluster, folder / "primary"], check=True)
        with embedded.running_server(folder / "primary", settings=SETTINGS) as primary:
            copy_server(primary, folder / "standby")
            with embedded.running_server(folder / "standby", settings=SETTINGS) as standby:
                until(lambda: ask(primary, REPLICATES))
                yield Pair(primary, standby)


def copy_server(primary: Server, folder: Path) -> None:
    """Make a data folder whose server will stream from the primary."""
    home, account = find_home(folder)
    pgdata = home / "pgdata"
    pgdata.mkdir(mode=0o700)
    binaries.give_to_account(pgdata, account)
    programs = binaries.find_engine([find_programs()], account, home).folder
    source = f"host={primary.socket_dir} port={primary.port} user={binaries.SUPERUSER}"
    options = ["-D", pgdata, "--wal-method=stream", "--checkpoint=fast", "--write-recovery-conf"]
    password = f"password={primary.passwords[binaries.SUPERUSER]}"
    done = binaries.run_program(account, programs / "pg_basebackup", f"--dbname={source} {password}", *options)
    assert done.returncode == 0, done.stdout
    shutil.copy(primary.data_dir / "passwords.json", home)


async def rows(url: str, statement: str) -> list[Any]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()
