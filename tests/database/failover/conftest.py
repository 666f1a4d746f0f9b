from collections.abc import Iterator
from pathlib import Path

import pytest

from support.replication import Pair, migrated_cluster, replicating


@pytest.fixture(scope="session")
def replicated_cluster() -> Iterator[Path]:
    with migrated_cluster() as cluster:
        yield cluster


@pytest.fixture
def pair(replicated_cluster: Path) -> Iterator[Pair]:
    with replicating(replicated_cluster) as started:
        yield started
