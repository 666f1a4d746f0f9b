"""What the numbers of files, imports and bulk mails are for, as readers of `test_setting_extremes.py`."""

import datetime as dt
from typing import Any

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.messaging.files.links import create_link
from customer_gql.messaging.files.store import FileStore, NewFile
from customer_gql.messaging.files.tables import FilePurpose
from customer_gql.messaging.mail.bulk import BulkMail, count_bulk_room, queue_bulk_mails

OWNER = Actor(ActorKind.STAFF, 1)
IMPORT = """mutation I($input: CustomerImportCreateInput!) { customerImportCreate(input: $input) {
  userErrors { code key path } } }"""
MEBIBYTE = 1 << 20


async def keep_file(shop: Any) -> None:
    """A file and a link to it, each with its time."""
    store = FileStore(shop.tools.database, shop.tools.settings)
    new = NewFile(purpose=FilePurpose.EXPORT, name="customers.csv", media_type="text/csv", owner=OWNER)
    async with store.writing(new) as writer:
        await writer.close()
        async with shop.connection.transaction():
            await writer.publish(shop.connection)
    async with shop.connection.transaction():
        link = await create_link(shop.connection, writer.file_id, by=OWNER)
        file = await shop.connection.fetchrow("SELECT * FROM stored_file WHERE id = $1", writer.file_id)
        await shop.connection.execute("DELETE FROM stored_file_link WHERE file_id = $1", file.id)
        await store.delete(shop.connection, file)
    if shop.setting.path == "files.kept_hours":
        expires_at, kept = file.expires_at, dt.timedelta(hours=shop.value)
    else:
        expires_at, kept = link.expires_at, dt.timedelta(minutes=shop.value)
    assert abs(expires_at - file.created_at - kept) < dt.timedelta(seconds=30)


async def announce_import(shop: Any) -> None:
    """A file of just that size, and one of a byte more."""
    given = {"layout": "ADOBE_CUSTOMERS", "fileName": "people.csv"}
    for more, refused in ((0, []), (1, [("INVALID", "import.size_out_of_range", ["sizeBytes"])])):
        answer = await shop.staff.data(IMPORT, input={**given, "sizeBytes": shop.value * MEBIBYTE + more})
        errors = answer["customerImportCreate"]["userErrors"]
        assert [(error["code"], error["key"], error["path"]) for error in errors] == refused
    await shop.connection.execute("DELETE FROM customer_import WHERE size_bytes = $1", shop.value * MEBIBYTE)


async def count_mails(shop: Any) -> None:
    """What may be sent now; nothing is left waiting."""
    transaction = shop.connection.transaction()
    await transaction.start()
    taken = "UPDATE mail_outbox SET taken_at = NULL WHERE taken_at IS NOT NULL"
    await shop.connection.execute(taken)
    await queue_bulk_mails(shop.connection, "welcome", [BulkMail("ada@example.com", 1, 1)])
    room = await count_bulk_room(shop.connection)
    await transaction.rollback()
    assert room == shop.value
