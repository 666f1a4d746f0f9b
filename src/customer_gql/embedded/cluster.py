"""The cluster: the folder of PostgreSQL's data, made whole or not at all, and of one major version."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from . import binaries
from .binaries import SUPERUSER, Account, EmbeddedPostgresError, Engine, open_private

_SPACE_NEEDED = 150 * 2**20  # bytes: a fresh cluster, its first write-ahead log and a copy of the engine


def check_version(pgdata: Path, engine: Engine) -> None:
    try:
        found = (pgdata / "PG_VERSION").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if not pgdata.exists():
            return
        raise EmbeddedPostgresError(
            f"{pgdata} is no PostgreSQL data folder (it has no PG_VERSION): restore it, or delete it to start again."
        ) from None
    if found != str(engine.version):
        raise EmbeddedPostgresError(
            f"The data in {pgdata} is of PostgreSQL {found}, the programs in {engine.folder} are PostgreSQL "
            f"{engine.version}: name a folder with the programs of version {found}, or dump the data with those "
            "and restore it into a new folder."
        )


def make_cluster(
    engine: Engine, account: Account | None, home: Path, passwords: Mapping[str, str], *, durable: bool
) -> None:
    """Make the cluster under another name until it is whole, so that one cut short is never taken for it."""
    for remains in home.glob("pgdata.new-*"):
        shutil.rmtree(remains, ignore_errors=True)
    if (free := shutil.disk_usage(home).free) < _SPACE_NEEDED:
        needed = _SPACE_NEEDED >> 20
        raise EmbeddedPostgresError(f"A new database needs {needed} MB in {home}, but only {free >> 20} MB are free.")
    write_private(home / "passwords.json", json.dumps(passwords))
    password = home / "initdb.password"
    write_private(password, passwords[SUPERUSER], account)
    fresh = Path(tempfile.mkdtemp(prefix="pgdata.new-", dir=home))
    binaries.give_to_account(fresh, account)
    locale = ["--locale=C.UTF-8"]
    if engine.version >= 17:
        # libc's C leaves É alone in lower(), and with lc-ctype C pg_trgm drops every letter beyond ASCII.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8"]
    options = ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", *locale]
    if not durable:
        options.append("--no-sync")
    done = binaries.run_program(
        account, engine.folder / "initdb", f"--pgdata={fresh}", f"--username={SUPERUSER}", *options
    )
    password.unlink()
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedPostgresError(f"initdb made no database in {home}: {binaries.last_lines(done.stdout)}")
    fresh.rename(home / "pgdata")


def write_private(path: Path, text: str, reader: Account | None = None) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open_private(fresh, "x") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    binaries.give_to_account(fresh, reader)
    fresh.replace(path)
