import uuid
from collections.abc import Generator

import pytest

from support.buckets import make_client, running_server, use_server


@pytest.fixture(scope="session")
def bucket_server() -> Generator[str]:
    with running_server() as url:
        yield url


@pytest.fixture
def bucket(bucket_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket, as the setting of files names it."""
    use_server(monkeypatch, bucket_server)
    name = f"files-{uuid.uuid4().hex}"
    make_client(bucket_server).create_bucket(Bucket=name)
    return f"s3://{name}/shop/files"
