"""Files in a bucket that speaks the protocol of Amazon S3: one object for each part (docs/domain/files.md#files-2).

An object that is whole is found, and of one that is not there is nothing, so what a killed process left is listed and
deleted like any file. The credentials and the address come from the variables of the tools of AWS, such as
`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION` and `AWS_ENDPOINT_URL`.
"""

import datetime as dt
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection

from .storages import FileContentMissing
from .tables import FileStorage

OBJECT_BYTES: Final = 2 * 1024 * 1024
"""Bytes of an object but the last; a file of a gigabyte has about 500."""
_TIMEOUTS: Final[dict[str, Any]] = {"connect_timeout": "5s", "timeout": "60s"}
_RETRIES: Final[dict[str, Any]] = {"max_retries": 3, "retry_timeout": dt.timedelta(seconds=30)}


class BucketFailed(OSError):
    """The bucket does not answer, or refused. The message has no credentials and no content."""


@dataclass(frozen=True, slots=True)
class BucketStorage:
    """`url` is `s3://bucket` or `s3://bucket/prefix`."""

    url: str
    kind: FileStorage = FileStorage.S3
    part_bytes: int = OBJECT_BYTES

    async def write(self, file_id: int, number: int, content: bytes) -> None:
        with _telling_faults(file_id):
            await _open_bucket(self.url).put_async(_path(file_id, number), content)

    async def complete(self, file_id: int) -> None:
        """Each object was stored when its request was answered."""

    async def read(self, file_id: int, size: int) -> AsyncGenerator[bytes]:
        for start in range(0, size, OBJECT_BYTES):
            with _telling_faults(file_id):
                answer = await _open_bucket(self.url).get_async(_path(file_id, start // OBJECT_BYTES))
                content = bytes(await answer.bytes_async())
            if len(content) != min(OBJECT_BYTES, size - start):
                raise FileContentMissing(encode_id("fil", file_id))
            yield content

    async def delete(self, connection: Connection, file_id: int) -> None:  # noqa: ARG002
        bucket = _open_bucket(self.url)
        with _telling_faults(file_id):
            async for objects in bucket.list(_folder(file_id), chunk_size=1_000):
                await bucket.delete_async([one["path"] for one in objects])


def _folder(file_id: int) -> str:
    return encode_id("fil", file_id)


def _path(file_id: int, number: int) -> str:
    return f"{_folder(file_id)}/{number:08}"


@cache
def _open_bucket(url: str) -> Any:
    """One for the process, which keeps its connections."""
    from obstore.store import S3Store  # noqa: PLC0415 - an extra

    # Options of the client replace this variable of the library.
    options: Any = {**_TIMEOUTS, "allow_http": os.environ.get("AWS_ALLOW_HTTP") == "true"}
    return S3Store.from_url(url, client_options=options, retry_config=_RETRIES)  # pyright: ignore


@contextmanager
def _telling_faults(file_id: int) -> Generator[None]:
    """Raises `FileContentMissing` for an object that is not there, and `BucketFailed` for any other fault of the bucket: its
    own message may hold an answer of the server."""
    from obstore.exceptions import BaseError  # noqa: PLC0415 - an extra

    try:
        yield
    except FileNotFoundError:
        raise FileContentMissing(encode_id("fil", file_id)) from None
    except BaseError as error:
        raise BucketFailed(f"The bucket of CUSTOMER_GQL_FILES failed: {type(error).__name__}") from error
