"""Files are written as streams into the database, a folder or a bucket, and seen when they are whole."""

import asyncio
import hashlib
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.viewer import GUEST, Viewer, ViewerKind
from customer_gql.messaging.files.cleanup import delete_expired_files
from customer_gql.messaging.files.reads import find_readable_file
from customer_gql.messaging.files.settings import KEPT_HOURS
from customer_gql.messaging.files.storages import PART_BYTES, FileContentMissing
from customer_gql.messaging.files.store import FileStore, FileTooLarge, NewFile
from customer_gql.messaging.files.tables import FilePurpose
from customer_gql.messaging.jobs.work import Tools
from customer_gql.settings import SettingsError, load_settings
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.buckets import list_folders

SCRIPT = Path(__file__).parents[2] / "support" / "file_writer.py"
OWNER = Viewer(ViewerKind.STAFF, staff_id=7, permissions=frozenset({"customers.export"}))
FILE = "SELECT * FROM stored_file WHERE id = $1"
PARTS = "SELECT count(*) FROM stored_file_part WHERE file_id = $1"


@pytest.fixture(params=["database", "folder", "bucket"])
def placed(request: Any, settings: Any, tmp_path: Path) -> Any:
    if request.param == "bucket":
        files = request.getfixturevalue("bucket")
    else:
        files = "database:" if request.param == "database" else f"file:{tmp_path / 'files'}"
    return settings.model_copy(update={"files": files})


@pytest.fixture
def store(http: Any, database: Any, placed: Any) -> FileStore:
    return FileStore(database, placed)


def new_file(**given: Any) -> NewFile:
    values: dict[str, Any] = {
        "purpose": FilePurpose.EXPORT,
        "name": "customers.csv",
        "media_type": "text/csv",
        "owner": Actor(ActorKind.STAFF, 7),
        **given,
    }
    return NewFile(**values)


async def write_file(store: FileStore, connection: Any, content: bytes = b"a,b\n", **given: Any) -> int:
    async with store.writing(new_file(**given)) as writer:
        for start in range(0, len(content), 70_000):
            await writer.write(content[start : start + 70_000])
        await writer.close()
        async with connection.transaction():
            await writer.publish(connection, row_count=1)
    return writer.file_id


async def read_content(store: FileStore, file: Any) -> bytes:
    return b"".join([part async for part in store.read(file)])


def left_in(settings: Any) -> list[str]:
    folder = settings.files_folder
    if settings.files_bucket is not None:
        return list_folders(settings.files_bucket)
    return [] if folder is None or not folder.exists() else [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("size", [0, 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES - 1])
async def test_what_is_written_is_read(store, connection, size):
    content = os.urandom(size)
    id = await write_file(store, connection, content)
    file = await find_readable_file(connection, id, OWNER)
    assert file is not None
    assert await read_content(store, file) == content
    assert (file.size_bytes, file.sha256, file.row_count) == (size, hashlib.sha256(content).digest(), 1)


async def test_nobody_sees_a_file_before_it_is_published_and_committed(store, connection, database, placed):
    async with store.writing(new_file()) as writer:
        await writer.write(b"a" * PART_BYTES)
        assert await find_readable_file(connection, writer.file_id, OWNER) is None
        await writer.close()
        async with database.writes.acquire() as other, other.transaction():
            await writer.publish(other)
            assert await find_readable_file(connection, writer.file_id, OWNER) is None
    assert await find_readable_file(connection, writer.file_id, OWNER) is not None


@pytest.mark.parametrize("fault", [RuntimeError, asyncio.CancelledError])
async def test_nothing_is_left_of_a_file_that_was_not_published(store, connection, placed, fault):
    ids = []
    with pytest.raises(fault):  # noqa: PT012 - the fault comes in the middle
        async with store.writing(new_file()) as writer:
            ids.append(writer.file_id)
            await writer.write(b"a" * 3 * PART_BYTES)
            raise fault
    assert await connection.fetchrow(FILE, ids[0]) is None
    assert (await connection.fetchval(PARTS, ids[0]), left_in(placed)) == (0, [])


async def test_a_file_is_not_seen_when_its_transaction_is_rolled_back(store, connection, placed):
    ids = []
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with store.writing(new_file()) as writer:
            ids.append(writer.file_id)
            await writer.close()
            async with connection.transaction():
                await writer.publish(connection)
                raise RuntimeError
    assert await connection.fetchrow(FILE, ids[0]) is None
    assert left_in(placed) == []


async def test_a_file_has_no_more_bytes_than_it_may(store, connection, placed):
    with pytest.raises(FileTooLarge):
        await write_file(store, connection, b"abcdef", max_bytes=5)
    assert left_in(placed) == []
    await write_file(store, connection, b"abcde", max_bytes=5)


async def test_a_file_is_for_its_owner_and_recipients_whose_rights_cover_it(store, connection):
    need = {"permissions": frozenset({"customers.export", "customers.pii"}), "website_ids": frozenset({1, 2})}
    id = await write_file(store, connection, recipient_staff_ids=[9], **need)

    async def is_seen(**given: Any) -> bool:
        viewer: dict[str, Any] = {"kind": ViewerKind.STAFF, "permissions": need["permissions"], **given}
        return await find_readable_file(connection, id, Viewer(**viewer)) is not None

    assert await is_seen(staff_id=7)
    assert await is_seen(staff_id=9, website_ids=frozenset({1, 2, 3}))
    assert not await is_seen(staff_id=8)
    assert not await is_seen(staff_id=7, website_ids=frozenset({1}))
    assert not await is_seen(staff_id=7, permissions=frozenset({"customers.export"}))
    assert not await is_seen(kind=ViewerKind.SERVICE, service_id=7)
    assert not await is_seen(kind=ViewerKind.CUSTOMER, customer_id=7, staff_id=7)
    assert await find_readable_file(connection, id, GUEST) is None


async def test_a_file_of_all_websites_is_not_for_those_who_reach_some(store, connection):
    id = await write_file(store, connection)
    narrow = Viewer(ViewerKind.STAFF, staff_id=7, website_ids=frozenset({1}))
    assert await find_readable_file(connection, id, narrow) is None


async def test_files_expire_and_are_deleted_but_not_those_that_are_kept(store, connection, database, placed):
    tools = Tools(database, placed)
    await delete_expired_files(tools)
    async with connection.transaction():
        await set_value(connection, KEPT_HOURS, 2, scope=GLOBAL, scope_id=0)
    old, fresh = [await write_file(store, connection) for _ in range(2)]
    kept = await write_file(store, connection, is_kept=True)
    await connection.execute(
        "UPDATE stored_file SET expires_at = expires_at - interval '119 minutes' WHERE id = $1", fresh
    )
    await connection.execute(
        "UPDATE stored_file SET expires_at = expires_at - interval '121 minutes' WHERE id = $1", old
    )
    assert [await find_readable_file(connection, id, OWNER) is not None for id in (old, fresh, kept)] == [
        False,
        True,
        True,
    ]
    await delete_expired_files(tools)
    assert [
        await connection.fetchval(PARTS.replace("_part", "").replace("file_id", "id"), id) for id in (old, fresh, kept)
    ] == [0, 1, 1]
    assert await connection.fetchval(PARTS, old) == 0
    assert placed.files == "database:" or len(left_in(placed)) == 2


async def test_what_a_dead_process_left_is_deleted_after_a_day(store, connection, database, placed):
    async with store.writing(new_file()) as writer:
        await writer.write(b"a" * PART_BYTES)
        await delete_expired_files(Tools(database, placed))
        assert await connection.fetchrow(FILE, writer.file_id) is not None
        await connection.execute(
            "UPDATE stored_file SET created_at = created_at - interval '25 hours' WHERE id = $1", writer.file_id
        )
        await delete_expired_files(Tools(database, placed))
        assert await connection.fetchrow(FILE, writer.file_id) is None
        assert (await connection.fetchval(PARTS, writer.file_id), left_in(placed)) == (0, [])
        await writer.write(b"a" * (PART_BYTES - 1))
        with pytest.raises((FileContentMissing, FileNotFoundError)):  # noqa: PT012
            await writer.close()
            await writer.publish(connection)
    assert (await connection.fetchval(PARTS, writer.file_id), left_in(placed)) == (0, [])


async def test_a_file_is_read_where_it_was_written(connection, database, placed, tmp_path):
    id = await write_file(FileStore(database, placed), connection)
    file = await connection.fetchrow(FILE, id)
    other = FileStore(database, placed.model_copy(update={"files": f"file:{tmp_path / 'other'}"}))
    if placed.files == "database:":
        assert await read_content(other, file) == b"a,b\n"
        return
    for away in (other, FileStore(database, placed.model_copy(update={"files": "database:"}))):
        with pytest.raises(FileContentMissing):
            await read_content(away, file)


async def test_the_folder_is_for_the_process_alone(connection, database, settings, tmp_path):
    folder = tmp_path / "files"
    await write_file(FileStore(database, settings.model_copy(update={"files": f"file:{folder}"})), connection)
    [file] = folder.iterdir()
    modes = [path.stat().st_mode & 0o777 for path in (folder, file)]
    assert modes == [0o700, 0o600]


async def test_memory_does_not_grow_with_the_file(store, connection):
    piece = b"a" * 1_000_000
    tracemalloc.start()
    try:
        async with store.writing(new_file()) as writer:
            for _ in range(40):
                await writer.write(piece)
            await writer.close()
            await writer.publish(connection)
        async for _ in store.read(await connection.fetchrow(FILE, writer.file_id)):
            pass
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    await store.delete(connection, await connection.fetchrow(FILE, writer.file_id))


@pytest.mark.slow
async def test_a_writer_that_is_killed_leaves_nothing_that_is_seen(store, connection, database_url, database, placed):
    with subprocess.Popen(
        [sys.executable, SCRIPT, database_url, placed.files], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        [id] = {int(await asyncio.to_thread(process.stdout.readline)) for _ in range(3)}
        process.kill()
    assert await find_readable_file(connection, id, OWNER) is None
    written = await connection.fetchval(PARTS, id) if placed.files == "database:" else len(left_in(placed))
    assert written > 0
    await connection.execute("UPDATE stored_file SET created_at = now() - interval '25 hours' WHERE id = $1", id)
    await delete_expired_files(Tools(database, placed))
    assert (await connection.fetchval(PARTS, id), left_in(placed)) == (0, [])


@pytest.mark.parametrize(
    "files",
    [
        "file:relative",
        "folder",
        "s3:",
        "s3://",
        "s3://Bucket",
        "s3://user:pass@bucket",
        "s3://bucket/../other",
        "file:",
    ],
)
def test_another_place_for_files_is_refused(files):
    with pytest.raises(SettingsError, match=r"CUSTOMER_GQL_FILES: .* is neither database: nor file:"):
        load_settings(files=files)
