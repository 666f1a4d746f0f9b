"""Files in a bucket of a server that speaks the protocol of Amazon S3 (docs/domain/files.md#files-2)."""

import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest

from customer_gql.messaging.files.buckets import OBJECT_BYTES, BucketFailed, BucketStorage
from customer_gql.messaging.files.cleanup import delete_expired_files
from customer_gql.messaging.files.storages import FileContentMissing
from customer_gql.messaging.files.store import FileStore
from customer_gql.messaging.jobs.work import Tools
from customer_gql.settings import load_settings
from support.buckets import list_folders, make_client, use_server

from .test_files import FILE, read_content, write_file

WITHOUT_EXTRA = """
import sys
sys.modules["obstore"] = None
import importlib.util as u
find = u.find_spec
u.find_spec = lambda name, *rest: None if name == "obstore" else find(name, *rest)
from customer_gql.settings import load_settings
load_settings(files="s3://bucket/files")
"""


@pytest.fixture
def stored(settings: Any, bucket: str) -> Any:
    return settings.model_copy(update={"files": bucket})


def keys_of(bucket: str) -> dict[str, int]:
    found = make_client().list_objects_v2(Bucket=urlsplit(bucket).hostname)
    return {one["Key"]: one["Size"] for one in found.get("Contents", [])}


async def test_a_file_is_objects_below_its_id(http, connection, database, stored, bucket):
    content = os.urandom(2 * OBJECT_BYTES + 1)
    id = await write_file(FileStore(database, stored), connection, content, name="../../etc/passwd")
    folder = f"shop/files/fil_{id:016x}"
    sizes = [OBJECT_BYTES, OBJECT_BYTES, 1]
    assert keys_of(bucket) == {f"{folder}/{number:08}": size for number, size in enumerate(sizes)}
    file = await connection.fetchrow(FILE, id)
    assert await read_content(FileStore(database, stored), file) == content


async def test_a_deleted_file_leaves_other_files_alone(http, connection, database, stored, bucket):
    store = FileStore(database, stored)
    ids = [await write_file(store, connection, b"a" * (OBJECT_BYTES + 1)) for _ in range(2)]
    await store.delete(connection, await connection.fetchrow(FILE, ids[0]))
    assert list_folders(bucket) == [f"fil_{ids[1]:016x}"]
    await BucketStorage(bucket).delete(connection, ids[0])  # a repeat does nothing


async def test_a_part_that_is_gone_or_cut_off_is_told(http, connection, database, stored, bucket):
    store = FileStore(database, stored)
    id = await write_file(store, connection, b"a" * (OBJECT_BYTES + 5))
    file, [_, last], parts = await connection.fetchrow(FILE, id), sorted(keys_of(bucket)), urlsplit(bucket)
    make_client().put_object(Bucket=parts.hostname, Key=last, Body=b"aaaa")
    with pytest.raises(FileContentMissing):
        await read_content(store, file)
    make_client().delete_object(Bucket=parts.hostname, Key=last)
    with pytest.raises(FileContentMissing):
        await read_content(store, file)


async def test_a_bucket_that_is_missing_fails_without_saying_what_it_answered(
    http, connection, database, settings, bucket
):
    store = FileStore(database, settings.model_copy(update={"files": "s3://there-is-none"}))
    with pytest.raises(BucketFailed) as failed:
        await write_file(store, connection)
    assert "there-is-none" not in str(failed.value)
    assert "secret" not in str(failed.value)


async def test_a_file_that_cannot_be_deleted_waits_for_the_next_run(
    http, connection, database, stored, bucket, bucket_server, monkeypatch
):
    """The bucket of this process does not answer; another process reaches it later."""
    id = await write_file(FileStore(database, stored), connection)
    await connection.execute("UPDATE stored_file SET expires_at = now() - interval '1 minute' WHERE id = $1", id)
    away = "s3://another-bucket-of-nobody/files"
    use_server(monkeypatch, "http://127.0.0.1:9")
    await delete_expired_files(Tools(database, stored.model_copy(update={"files": away})))
    assert await connection.fetchrow(FILE, id) is not None
    use_server(monkeypatch, bucket_server)
    await delete_expired_files(Tools(database, stored))
    assert (await connection.fetchrow(FILE, id), list_folders(bucket)) == (None, [])


async def test_files_of_other_storages_stay_readable(http, connection, database, settings, stored):
    id = await write_file(FileStore(database, settings.model_copy(update={"files": "database:"})), connection)
    file = await connection.fetchrow(FILE, id)
    assert await read_content(FileStore(database, stored), file) == b"a,b\n"


def test_a_bucket_is_a_place_for_files():
    assert load_settings(files="s3://bucket").files_bucket == "s3://bucket"
    assert load_settings(files="s3://my.bucket/shop/files").files_bucket == "s3://my.bucket/shop/files"
    assert load_settings(files="database:").files_bucket is None


def test_without_the_extra_the_setting_says_what_to_install():
    done = subprocess.run([sys.executable, "-c", WITHOUT_EXTRA], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert 'pip install "customer-gql[s3]"' in done.stderr
