"""A server that speaks the protocol of Amazon S3, for tests of files in a bucket."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import boto3  # pyright: ignore[reportMissingTypeStubs]
import pytest

SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""
"""A process of its own, whose memory is not that of the tests. It ends with its input."""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


@contextmanager
def running_server() -> Generator[str]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def use_server(patch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": url, "AWS_ALLOW_HTTP": "true"}.items():
        patch.setenv(name, value)


def make_client(url: str | None = None) -> Any:
    given: Any = {} if url is None else {"endpoint_url": url}
    return boto3.client("s3", region_name="us-east-1", **given)


def list_folders(bucket: str) -> list[str]:
    """What the folder of the files has, by the names at its first level. The address comes from the environment."""
    parts = urlsplit(bucket)
    prefix = f"{parts.path.strip('/')}/"
    found = make_client().list_objects_v2(Bucket=parts.hostname, Prefix=prefix)
    return sorted({one["Key"].removeprefix(prefix).partition("/")[0] for one in found.get("Contents", [])})
