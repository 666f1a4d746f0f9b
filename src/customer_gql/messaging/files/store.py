"""The port to files: they are written and read as streams, and nobody sees one before it is whole
(docs/domain/files.md#files-3)."""

import datetime as dt
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.viewer import Websites
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_value
from customer_gql.settings import Settings
from customer_gql.shop.settings.reads import setting

from .buckets import BucketStorage
from .settings import KEPT_HOURS
from .storages import DatabaseStorage, FileContentMissing, FolderStorage, Storage
from .tables import FilePurpose, FileStorage, stored_file


class FileTooLarge(Exception):
    """More was written than the file may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file to write. Everybody who reads it needs `permissions`, and to reach `website_ids`; None is all websites.

    `is_kept`: something stored refers to it, so that it does not expire.
    """

    purpose: FilePurpose
    name: str
    media_type: str
    owner: Actor
    permissions: frozenset[str] = frozenset()
    website_ids: Websites = None
    recipient_staff_ids: Sequence[int] = ()
    job_id: int | None = None
    max_bytes: int | None = None
    is_kept: bool = False


class FileStore:
    """New files go to the storage of the settings; each file is read where it was written."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._in_database = DatabaseStorage(database)
        folder, bucket = settings.files_folder, settings.files_bucket
        self._in_folder = None if folder is None else FolderStorage(folder)
        self._in_bucket = None if bucket is None else BucketStorage(bucket)
        self._storage: Storage = self._in_folder or self._in_bucket or self._in_database

    @asynccontextmanager
    async def writing(self, new: NewFile) -> AsyncGenerator["FileWriter"]:
        """A writer for one file, of which nothing is left when it was not published.

        The transaction that publishes it begins and ends inside.
        """
        file_id = new_id()
        async with self._database.writes.acquire() as connection:
            hours = await setting(connection, KEPT_HOURS)
            row = _describe_file(file_id, new, self._storage.kind, hours)
            await execute_statement(connection, insert(stored_file).values(row))
        try:
            yield FileWriter(file_id, self._storage, new.max_bytes)
        finally:
            await self._discard_unpublished(file_id)

    async def _discard_unpublished(self, file_id: int) -> None:
        own = stored_file.c.id == file_id
        async with self._database.transaction() as connection:
            if await fetch_value(connection, select(stored_file.c.stored_at).where(own).with_for_update()) is None:
                await self._storage.delete(connection, file_id)
                await execute_statement(connection, delete(stored_file).where(own))

    def read(self, file: Row) -> AsyncIterator[bytes]:
        """The content of a row of `stored_file`, part by part. Raises `FileContentMissing`."""
        return self._storage_of(file).read(file.id, file.size_bytes)

    async def delete(self, connection: Connection, file: Row) -> None:
        """The content goes first: a row without content tells what is left to do, and content without a row is never found."""
        await self._storage_of(file).delete(connection, file.id)
        await execute_statement(connection, delete(stored_file).where(stored_file.c.id == file.id))

    def _storage_of(self, file: Row) -> Storage:
        if file.storage == FileStorage.DATABASE.value:
            return self._in_database
        in_bucket = file.storage == FileStorage.S3.value
        found = self._in_bucket if in_bucket else self._in_folder
        if found is None:
            place = "bucket" if in_bucket else "folder"
            raise FileContentMissing(f"The file is in a {place}, and CUSTOMER_GQL_FILES names none.")
        return found


def _describe_file(file_id: int, new: NewFile, storage: FileStorage, hours: int) -> dict[str, Any]:
    return {
        "id": file_id,
        "purpose": new.purpose.value,
        "name": new.name,
        "media_type": new.media_type,
        "owner_kind": new.owner.kind.value,
        "owner_id": new.owner.id,
        "recipient_staff_ids": sorted(new.recipient_staff_ids),
        "permissions": sorted(new.permissions),
        "website_ids": None if new.website_ids is None else sorted(new.website_ids),
        "job_id": new.job_id,
        "storage": storage.value,
        "expires_at": None if new.is_kept else read_clock() + dt.timedelta(hours=hours),
    }


class FileWriter:
    """Writes one file, with one part of it in memory. `write` as often as needed, then `close`, then `publish`."""

    def __init__(self, file_id: int, storage: Storage, max_bytes: int | None) -> None:
        self.file_id = file_id
        self.size = 0
        self._storage = storage
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._waiting = bytearray()
        self._parts = 0
        self._is_closed = False

    async def write(self, content: bytes | bytearray | memoryview) -> None:
        """Raises `FileTooLarge`."""
        self.size += len(content)
        if self._max_bytes is not None and self.size > self._max_bytes:
            raise FileTooLarge
        self._waiting += content
        size = self._storage.part_bytes
        while len(self._waiting) >= size:
            part = bytes(memoryview(self._waiting)[:size])
            del self._waiting[:size]
            await self._write_part(part)

    async def _write_part(self, part: bytes) -> None:
        self._hash.update(part)
        await self._storage.write(self.file_id, self._parts, part)
        self._parts += 1

    async def close(self) -> None:
        """Store the rest, so that it outlasts a crash."""
        if self._waiting or not self._parts:
            await self._write_part(bytes(self._waiting))
            self._waiting.clear()
        await self._storage.complete(self.file_id)
        self._is_closed = True

    async def publish(self, connection: Connection, *, row_count: int | None = None) -> None:
        """Have the file seen when the transaction of the connection commits. Raises `FileContentMissing` when it took so long
        that the file was taken for abandoned."""
        assert self._is_closed, "close the file first"
        published = await execute_statement(
            connection,
            update(stored_file)
            .where(stored_file.c.id == self.file_id)
            .values(
                stored_at=func.clock_timestamp(), size_bytes=self.size, sha256=self._hash.digest(), row_count=row_count
            ),
        )
        if not published:
            raise FileContentMissing(encode_id("fil", self.file_id))
