"""Where the content of files is: parts in the database, or files of a folder; a bucket has a module of its own
(docs/domain/files.md#files-2)."""

import asyncio
import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import BigInteger, Integer, bindparam, delete, insert, select

from customer_gql.core.ids import encode_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, compile_statement, execute_statement, fetch_value

from .tables import FileStorage, stored_file_part

PART_BYTES: Final = 512 * 1024
_part: Any = stored_file_part.c
_file_id = bindparam("file_id", type_=BigInteger())
_INSERT_PART: Final = compile_statement(insert(stored_file_part))
_DELETE_PARTS: Final = compile_statement(delete(stored_file_part).where(_part.file_id == _file_id))
_READ_PART: Final = compile_statement(
    select(_part.content).where(_part.file_id == _file_id, _part.number == bindparam("number", type_=Integer()))
)


class FileContentMissing(Exception):
    """The content of a file is not where it was stored: the folder was changed, or is not that of the other processes."""


class Storage(Protocol):
    """`write` gets the parts in their order, of `part_bytes` but for the last."""

    @property
    def kind(self) -> FileStorage: ...

    @property
    def part_bytes(self) -> int: ...

    async def write(self, file_id: int, number: int, content: bytes) -> None: ...

    async def complete(self, file_id: int) -> None:
        """Have what was written outlast a crash."""

    def read(self, file_id: int, size: int) -> AsyncGenerator[bytes]:
        """The parts in their order. Holds no connection between them. Raises `FileContentMissing`."""
        ...

    async def delete(self, connection: Connection, file_id: int) -> None:
        """A repeat does nothing."""


@dataclass(frozen=True, slots=True)
class DatabaseStorage:
    database: Database
    kind: FileStorage = FileStorage.DATABASE
    part_bytes: int = PART_BYTES

    async def write(self, file_id: int, number: int, content: bytes) -> None:
        async with self.database.writes.acquire() as connection:
            await execute_statement(connection, _INSERT_PART, file_id=file_id, number=number, content=content)

    async def complete(self, file_id: int) -> None:
        """Each part was committed."""

    async def read(self, file_id: int, size: int) -> AsyncGenerator[bytes]:
        for number in range(-(-size // PART_BYTES)):  # none of an empty file
            async with self.database.reads.acquire() as connection:
                content = await fetch_value(connection, _READ_PART, file_id=file_id, number=number)
            if content is None:
                raise FileContentMissing(encode_id("fil", file_id))
            yield content

    async def delete(self, connection: Connection, file_id: int) -> None:
        await execute_statement(connection, _DELETE_PARTS, file_id=file_id)


@dataclass(frozen=True, slots=True)
class FolderStorage:
    """Only the owner of the process may read the files. Several processes share the folder."""

    folder: Path
    kind: FileStorage = FileStorage.FOLDER
    part_bytes: int = PART_BYTES

    def path(self, file_id: int) -> Path:
        return self.folder / encode_id("fil", file_id)

    async def write(self, file_id: int, number: int, content: bytes) -> None:
        await asyncio.to_thread(_append, self.path(file_id), content, is_first=number == 0)

    async def complete(self, file_id: int) -> None:
        await asyncio.to_thread(_sync, self.path(file_id))

    async def read(self, file_id: int, size: int) -> AsyncGenerator[bytes]:
        for start in range(0, size, PART_BYTES):
            yield await asyncio.to_thread(_read_part, self.path(file_id), start, min(PART_BYTES, size - start))

    async def delete(self, connection: Connection, file_id: int) -> None:  # noqa: ARG002
        await asyncio.to_thread(self.path(file_id).unlink, missing_ok=True)


def _append(path: Path, content: bytes, *, is_first: bool) -> None:
    flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)
    if is_first:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags |= os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "ab") as file:
        file.write(content)


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _read_part(path: Path, start: int, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(start)
            content = file.read(size)
    except FileNotFoundError:
        raise FileContentMissing(path.name) from None
    if len(content) != size:
        raise FileContentMissing(path.name)
    return content
