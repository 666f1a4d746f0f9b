import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_gql.embedded import binaries, server
from customer_gql.embedded.server import Server
from support.databases import short_folder
from support.servers import FAST


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as found:
        yield found / "data"


@pytest.fixture(scope="session")
def bare_server() -> Iterator[Server]:
    with short_folder() as found, server.running_server(found / "data", settings=FAST) as running:
        yield running


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    with short_folder() as found:
        server.start_server(found / "data", settings=FAST).stop()
        yield found / "data"


@pytest.fixture
def cluster(folder: Path, made: Path) -> Path:
    """A data folder of which the first start is over."""
    subprocess.run(["cp", "-a", made, folder], check=True)
    return folder


@pytest.fixture
def account() -> binaries.Account | None:
    return binaries.account_for(Path("/nowhere"))


@pytest.fixture
def programs(folder: Path, account: binaries.Account | None) -> Path:
    """Programs that the unprivileged account can run."""
    return binaries.find_engine(binaries.candidate_folders(account), account, folder.parent).folder
