"""One `PUT` of exactly the announced size, judged by its content before anything is stored (docs/domain/attributes.md#attributes-17)."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final, NamedTuple

from sqlalchemy import select, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.customers.attributes.tables import attribute
from customer_gql.customers.attributes.uploads.content import clean_content
from customer_gql.customers.attributes.uploads.tables import attribute_upload
from customer_gql.customers.attributes.uploads.writes import rules_of
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one
from customer_gql.messaging.files.store import FileStore, NewFile
from customer_gql.messaging.files.tables import FilePurpose
from customer_gql.messaging.files.uploads import seconds_to_send
from customer_gql.security.tokens import hash_token
from customer_gql.settings import Settings

USE_WITHIN: Final = dt.timedelta(days=1)
"""How long a file waits for the value that it is to be."""
GUESTS_USE_WITHIN: Final = dt.timedelta(hours=1)
_SERVICE: Final = Actor(ActorKind.SYSTEM, 0)
"""The stored file is reached through the value alone."""
_WORK: Final = dt.timedelta(minutes=2)
"""What decoding and storing may take."""

UPLOAD_NOT_FOUND: Final = Refusal(
    "upload.not_found", "There is no such upload, or its time is over. Ask for another URL.", UserErrorCode.NOT_FOUND
)
UPLOAD_DONE: Final = Refusal(
    "upload.received", "This file was received already, or is being received.", UserErrorCode.NOT_ALLOWED
)
SIZE_WRONG: Final = Refusal(
    "upload.size_wrong", "The file has {found} bytes; {announced} were announced. Ask for a URL for this size."
)
STATUSES: Final = {UPLOAD_NOT_FOUND.key: HTTPStatus.NOT_FOUND, UPLOAD_DONE.key: HTTPStatus.CONFLICT}


class Received(NamedTuple):
    name: str
    media_type: str
    size: int


async def begin_receiving(connection: Connection, token: str) -> Row:
    """The upload of a URL, which nobody else sends until the request is over or its time is. Raises `RuleError`."""
    upload, now = attribute_upload.c, read_clock()
    found = select(attribute_upload).where(upload.token_hash == hash_token(token)).with_for_update()
    row = await fetch_one(connection, found)
    if row is None or (row.file_id is None and row.expires_at <= now):
        raise UPLOAD_NOT_FOUND()
    if row.file_id is not None or (row.receiving_until is not None and row.receiving_until > now):
        raise UPLOAD_DONE()
    until = now + dt.timedelta(seconds=seconds_to_send(row.size_bytes)) + _WORK
    leased = update(attribute_upload).where(upload.id == row.id).values(receiving_until=until)
    leased_row = await fetch_one(connection, leased.returning(attribute_upload))
    assert leased_row is not None
    return leased_row


async def receive_file(
    database: Database, settings: Settings, upload: Row, chunks: AsyncIterator[bytes], decoding: asyncio.Semaphore
) -> Received:
    """Store what is sent. Raises `RuleError`, and the file can be sent once more then."""
    try:
        content = await _read_whole(chunks, upload.size_bytes)
        rules = rules_of(await _find_attribute_of(database, upload.attribute_id))
        # A picture takes a core and a hundred megabytes while it is decoded.
        async with decoding:
            content = await asyncio.to_thread(clean_content, content, upload.name, rules)
        return await _store_received(database, settings, upload, content)
    except BaseException:
        await asyncio.shield(_give_back(database, upload))
        raise


async def _find_attribute_of(database: Database, attribute_id: int) -> Row:
    async with database.reads.acquire() as connection:
        row = await fetch_one(connection, select(attribute).where(attribute.c.id == attribute_id))
    if row is None or row.is_being_deleted:
        raise UPLOAD_NOT_FOUND()
    return row


async def _read_whole(chunks: AsyncIterator[bytes], announced: int) -> bytes:
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > announced:
            break
    if len(content) != announced:
        raise SIZE_WRONG(path=["size"], found=len(content), announced=announced)
    return bytes(content)


async def _store_received(database: Database, settings: Settings, upload: Row, content: bytes) -> Received:
    new = NewFile(
        purpose=FilePurpose.ATTRIBUTE, name=upload.name, media_type=upload.media_type, owner=_SERVICE, is_kept=True
    )
    waits = GUESTS_USE_WITHIN if upload.owner_kind == ActorKind.NOBODY.value else USE_WITHIN
    async with FileStore(database, settings).writing(new) as writer:
        await writer.write(content)
        await writer.close()
        async with database.transaction() as connection:
            await writer.publish(connection)
            stored = {
                "file_id": writer.file_id,
                "size_bytes": len(content),
                "receiving_until": None,
                "expires_at": read_clock() + waits,
            }
            if not await execute_statement(
                connection, update(attribute_upload).where(*_still_own(upload)).values(stored)
            ):
                raise UPLOAD_DONE()
    return Received(upload.name, upload.media_type, len(content))


async def _give_back(database: Database, upload: Row) -> None:
    async with database.transaction() as connection:
        freed = update(attribute_upload).where(*_still_own(upload)).values(receiving_until=None)
        await execute_statement(connection, freed)


def _still_own(upload: Row):  # noqa: ANN202 - conditions
    """As long as no later request took it over."""
    columns = attribute_upload.c
    return columns.id == upload.id, columns.file_id.is_(None), columns.receiving_until == upload.receiving_until
