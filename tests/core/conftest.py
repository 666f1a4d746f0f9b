import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.servers import FAST
from customer_gql.core import embedded, postgres_binaries
from customer_gql.core.embedded import Server
from databases import short_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as found:
        yield found / "data"


@pytest.fixture(scope="session")
def bare_server() -> Iterator[Server]:
    with short_folder() as found, embedded.running(found / "data", settings=FAST) as running:
        yield running


@pytest.fixture(scope="session")
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
