"""The upload of an import: one PUT of exactly the announced size, stored as it comes and looked into on the way
(docs/domain/import.md#import-26)."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import orjson
from sqlalchemy import select, update

from customer_gql.administration.customer_import.adobe.scopes import load_shop
from customer_gql.administration.customer_import.reading.files import CsvFile
from customer_gql.administration.customer_import.reading.lines import ImportFault
from customer_gql.administration.customer_import.reading.refusals import FILE_UNUSABLE, SIZE_WRONG, UPLOADED
from customer_gql.administration.customer_import.reading.unpacking import Unpacker
from customer_gql.administration.customer_import.runs.columns import describe_columns
from customer_gql.administration.customer_import.runs.layouts import make_sheet
from customer_gql.administration.customer_import.runs.options import read_options
from customer_gql.administration.customer_import.runs.row_storage import MEBIBYTE
from customer_gql.administration.customer_import.runs.work import IMPORT_NOT_FOUND
from customer_gql.administration.customer_import.settings import MAX_MEBIBYTES, UNPACKED_FACTOR
from customer_gql.administration.customer_import.staging import require_columns
from customer_gql.administration.customer_import.tables import (
    ImportBehavior,
    ImportLayout,
    ImportStatus,
    customer_import,
)
from customer_gql.core.actor import Actor
from customer_gql.core.permissions import Permission
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_value
from customer_gql.messaging.files.store import FileStore, NewFile
from customer_gql.messaging.files.tables import FilePurpose
from customer_gql.settings import Settings
from customer_gql.shop.settings.reads import setting

_HEAD: Final = MEBIBYTE
"""Bytes of the content in which the columns and their samples are looked for."""


async def find_own_upload(connection: Connection, import_id: int, by: Actor) -> Row:
    """An import that waits for its file, for its owner. Raises `RuleError`; others learn nothing of it."""
    imported = await fetch_one(connection, select(customer_import).where(customer_import.c.id == import_id))
    if imported is None or (imported.actor, imported.actor_id) != (by.kind.value, by.id):
        raise IMPORT_NOT_FOUND(path=["id"])
    if imported.status != ImportStatus.UPLOADING.value:
        raise UPLOADED(path=["id"])
    return imported


async def receive_upload(
    database: Database, settings: Settings, imported: Row, chunks: AsyncIterator[bytes], *, by: Actor
) -> ImportStatus:
    """Store the file and let the import go on. Raises `RuleError`, and nothing is stored then."""
    async with database.reads.acquire() as connection:
        limit = await setting(connection, MAX_MEBIBYTES) * MEBIBYTE * UNPACKED_FACTOR
    new = NewFile(
        purpose=FilePurpose.UPLOAD,
        name=imported.file_name,
        media_type="application/octet-stream",
        owner=by,
        permissions=frozenset({Permission.CUSTOMERS_IMPORT.value, Permission.CUSTOMERS_PII.value}),
        website_ids=None if imported.website_ids is None else frozenset(imported.website_ids),
    )
    look = _Look(limit)
    async with FileStore(database, settings).writing(new) as writer:
        async for chunk in chunks:
            if writer.size + len(chunk) > imported.size_bytes:
                raise SIZE_WRONG(path=["sizeBytes"], found=writer.size + len(chunk), announced=imported.size_bytes)
            await writer.write(chunk)
            await look.feed(chunk)
        if writer.size != imported.size_bytes:
            raise SIZE_WRONG(path=["sizeBytes"], found=writer.size, announced=imported.size_bytes)
        await look.finish()
        await writer.close()
        async with database.transaction() as connection:
            await writer.publish(connection)
            return await _store_upload(connection, imported, writer.file_id, look.head)


class _Look:
    """Unpacks what comes, and keeps the beginning of it."""

    def __init__(self, limit: int) -> None:
        self._unpacker = Unpacker(limit)
        self.head = b""

    async def feed(self, chunk: bytes) -> None:
        # A small chunk may unpack to many megabytes, which the event loop need not wait for.
        await asyncio.to_thread(self._take, self._unpacker.feed(chunk))

    async def finish(self) -> None:
        await asyncio.to_thread(self._take, self._unpacker.finish())

    def _take(self, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            if len(self.head) < _HEAD:
                self.head += piece[: _HEAD - len(self.head)]


async def _store_upload(connection: Connection, imported: Row, file_id: int, head: bytes) -> ImportStatus:
    columns = await _describe_columns(connection, imported, head)
    is_mapped = imported.layout == ImportLayout.MAPPED.value
    status = ImportStatus.MAPPING if is_mapped else ImportStatus.READY
    waiting = (customer_import.c.id == imported.id, customer_import.c.status == ImportStatus.UPLOADING.value)
    stored = await fetch_value(
        connection,
        update(customer_import)
        .where(*waiting)
        .values(status=status.value, file_id=file_id, columns=orjson.dumps(columns).decode())
        .returning(customer_import.c.id),
    )
    if stored is None:
        raise UPLOADED(path=["id"])
    return status


async def _describe_columns(connection: Connection, imported: Row, head: bytes) -> list[dict[str, Any]]:
    """The columns by the first lines of the file. Raises `RuleError` for a file of another layout."""
    layout = ImportLayout(imported.layout)
    options = read_options(imported.options)
    # Any website will do, since no row is read here.
    website = "" if layout is ImportLayout.MAPPED else None
    shop = await load_shop(connection)
    sheet = make_sheet(layout, ImportBehavior(imported.behavior), shop, options, website=website)
    # A line that the end of the head cuts is no sample of anything.
    whole = head[: head.rfind(b"\n") + 1] or head if len(head) == _HEAD else head
    try:
        file = CsvFile(io.BytesIO(whole), imported.file_name, options)
        if layout is not ImportLayout.MAPPED:
            require_columns(file, sheet)
    except ImportFault as fault:
        raise fault.refused or FILE_UNUSABLE(path=["id"], reason=str(fault)) from None
    return describe_columns(file, layout, sheet, shop.attributes)
