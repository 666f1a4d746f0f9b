"""Full queues of imports, an export, a mass action and mails, while whole machines die: each row and mail is accounted for."""

import csv
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

import pytest

from administration.customer_import.test_killed_imports import SCRIPT
from customer_gql.administration.customer_actions.actions import MASS_ACTION_WORK
from customer_gql.administration.customer_import.tables import ImportBehavior, ImportLayout
from customer_gql.administration.customer_import.uploads.receiving import find_own_upload, receive_upload
from customer_gql.administration.customer_import.writes import (
    NewImport,
    create_import,
    lock_visible_import,
    start_import,
)
from customer_gql.administration.exports.export_job import EXPORT_WORK
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.pools import Database, open_database
from customer_gql.messaging.files.reads import find_readable_file
from customer_gql.messaging.files.store import FileStore
from customer_gql.messaging.jobs.runs.parts import freeze_ids
from customer_gql.messaging.jobs.runs.settings import BATCH_ROWS
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import Settings, load_settings
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, sheet
from support.blocking import wait_until
from support.customers import make_customer
from support.databases import cloned
from support.isolation import ask_for_every_field
from support.mailed import SECRET_KEYS
from support.mailroom import Inbox, receiving
from support.staff import make_role, make_staff

pytestmark = pytest.mark.slow
FILES, ROWS, OLD_CUSTOMERS, MAILS, BATCH, MACHINES_LOST, WORKERS = 2, 800, 120, 300, 20, 4, 2
REFUSED_OF: Final = 8
IS_LEFT: Final = """SELECT EXISTS (SELECT FROM job_run WHERE finished_at IS NULL)
  OR EXISTS (SELECT FROM customer_import WHERE status NOT IN ('DONE', 'FAILED', 'CANCELED'))
  OR EXISTS (SELECT FROM mail_outbox WHERE sent_at IS NULL AND dead_at IS NULL)"""
PROGRESS: Final = "SELECT (SELECT count(*) FROM job_row) + (SELECT count(*) FROM mail_outbox WHERE sent_at IS NOT NULL)"
# What a machine held is free after its leases, which takes minutes.
END_LEASES: Final = (
    "UPDATE job_run SET leased_until = now() WHERE finished_at IS NULL",
    "UPDATE mail_outbox SET next_attempt_at = now() WHERE sent_at IS NULL",
)


@dataclass
class Shop:
    database: Database
    connection: Any
    settings: Settings
    viewer: Viewer
    inbox: Inbox

    def start_machine(self) -> list[subprocess.Popen[bytes]]:
        smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.inbox.port), "SMTP_TLS": "none"}
        given = {**smtp, "SECRET_KEYS": SECRET_KEYS, "STOREFRONT_URL": "https://shop.example.com"}
        environment = {**os.environ, **{f"CUSTOMER_GQL_{name}": value for name, value in given.items()}}
        command = [sys.executable, SCRIPT, str(self.settings.database_url)]
        return [subprocess.Popen(command, env=environment) for _ in range(WORKERS)]

    async def submit(self, work: Any, parameters: Any, *rows: Any) -> int:
        submission = Submission(work, parameters, "test", *rows)
        async with self.database.transaction() as inner:
            return (await submit_job(inner, submission, by=actor_of(self.viewer))).job_id

    async def import_people(self, number: int) -> tuple[int, int]:
        people = [
            ANN | {"email": "nobody" if row % REFUSED_OF == 0 else f"full.{number}.{row}@shop.example"}
            for row in range(ROWS)
        ]
        content, by = sheet(*people).encode(), actor_of(self.viewer)
        new = NewImport(
            layout=ImportLayout.ADOBE_CUSTOMERS,
            behavior=ImportBehavior.ADD_UPDATE,
            error_policy=ErrorPolicy.SKIP,
            file_name=f"people{number}.csv",
            size_bytes=len(content),
            website_id=None,
            options={},
        )

        async def chunks() -> AsyncGenerator[bytes]:
            yield content

        async with self.database.transaction() as inner:
            key = await create_import(inner, new, by=by)
            imported = await find_own_upload(inner, key, by)
        await receive_upload(self.database, self.settings, imported, chunks(), by=by)
        async with self.database.transaction() as inner:
            locked = await lock_visible_import(inner, key, by=by)
            return key, await start_import(inner, locked, is_dry_run=False, by=by)


@pytest.fixture
async def shop(server: Any, template: str) -> AsyncGenerator[Shop]:
    async with AsyncExitStack() as stack:
        url = stack.enter_context(cloned(server, template))
        database = await stack.enter_async_context(
            open_database(url, read_connections=2, write_connections=4, projections=PROJECTIONS)
        )
        connection = await stack.enter_async_context(database.writes.acquire())
        inbox = await stack.enter_async_context(receiving())
        await ask_for_every_field(connection)
        async with connection.transaction():
            await set_value(connection, BATCH_ROWS, BATCH, scope=GLOBAL, scope_id=0)
        user = await make_staff(connection, await make_role(connection))
        viewer = Viewer(ViewerKind.STAFF, staff_id=user.id, permissions=frozenset(ALL_PERMISSIONS))
        yield Shop(database, connection, load_settings(database_url=url), viewer, inbox)


async def test_full_queues_survive_the_loss_of_whole_machines(shop: Shop) -> None:
    chance, connection = random.Random(17), shop.connection
    shop.inbox.slow = 0.01
    ids = [(await make_customer(connection)).id for _ in range(OLD_CUSTOMERS)]
    tags = {"action": "ADD_TAGS", "tags": {"full": "Full"}}
    tagging = await shop.submit(MASS_ACTION_WORK, tags, freeze_ids(ids), ErrorPolicy.SKIP)
    listed = {"grid": "CUSTOMERS", "columns": ["number", "email"]}
    rights = {"permissions": ["customers.export", "customers.pii", "customers.read"]}
    exporting = await shop.submit(EXPORT_WORK, {"list": listed, "format": "CSV", **rights}, None)
    imports = [await shop.import_people(number) for number in range(FILES)]
    recipients = [f"full.{number}@mail.example" for number in range(MAILS)]
    for recipient in recipients:
        await queue_mail(connection, template="welcome", recipient=recipient, placeholders={"firstName": "Ada"})
    machine = shop.start_machine()
    try:
        for _ in range(MACHINES_LOST):
            await work_on(shop, chance.randrange(1, 200))
            for worker in machine:
                worker.kill()
            for worker in machine:
                worker.wait()
            assert not await is_nothing_left(connection)
            for statement in END_LEASES:
                await connection.execute(statement)
            machine = shop.start_machine()
        await wait_until(lambda: is_nothing_left(connection), 400)
    finally:
        for worker in machine:
            worker.kill()
            worker.wait()
    await check_tags(connection, tagging, ids)
    await check_export(shop, exporting)
    for number, (import_id, job_id) in enumerate(imports):
        await check_import(connection, number, import_id, job_id)
    await check_mails(shop, recipients)


async def work_on(shop: Shop, more: int) -> None:
    """Until so much more is done, or all of it."""
    before = await shop.connection.fetchval(PROGRESS)

    async def is_further() -> bool:
        done = await shop.connection.fetchval(PROGRESS) >= before + more
        return done or await is_nothing_left(shop.connection)

    await wait_until(is_further, 200)


async def is_nothing_left(connection: Any) -> bool:
    return not await connection.fetchval(IS_LEFT)


async def find_job(connection: Any, job_id: int) -> Any:
    return await connection.fetchrow("SELECT * FROM job_run WHERE id = $1", job_id)


async def check_tags(connection: Any, job_id: int, ids: list[int]) -> None:
    job = await find_job(connection, job_id)
    assert (job.status, job.done_count, job.failed_count) == ("DONE", OLD_CUSTOMERS, 0)
    rows = await connection.fetch("SELECT line, customer_id FROM job_row WHERE job_id = $1 ORDER BY line", job_id)
    assert [tuple(row) for row in rows] == list(enumerate(ids, 1))
    entries = "SELECT customer_id, count(*) AS entries FROM customer_event WHERE job_id = $1 GROUP BY 1"
    assert {row.customer_id: row.entries for row in await connection.fetch(entries, job_id)} == dict.fromkeys(ids, 1)


async def check_export(shop: Shop, job_id: int) -> None:
    job = await find_job(shop.connection, job_id)
    stored = "SELECT * FROM stored_file WHERE job_id = $1 AND stored_at IS NOT NULL"
    [file] = await shop.connection.fetch(stored, job_id)
    readable = await find_readable_file(shop.connection, file.id, shop.viewer)
    assert readable is not None
    content = b"".join([part async for part in FileStore(shop.database, shop.settings).read(readable)])
    lines = list(csv.reader(StringIO(content.decode("utf-8-sig"))))[1:]
    assert (job.status, job.done_count, file.row_count) == ("DONE", len(lines), len(lines))
    # Those who came by an import meanwhile may be in it.
    assert len({line[0] for line in lines}) == len(lines) >= OLD_CUSTOMERS
    assert await shop.connection.fetchval("SELECT count(*) FROM staff_event WHERE kind = 'EXPORTED'") == 1


async def check_import(connection: Any, number: int, import_id: int, job_id: int) -> None:
    refused = ROWS // REFUSED_OF
    assert await connection.fetchval("SELECT status FROM customer_import WHERE id = $1", import_id) == "DONE"
    job = await find_job(connection, job_id)
    assert (job.status, job.total_count) == ("DONE", ROWS)
    assert (job.done_count, job.refused_count, job.unchanged_count) == (ROWS - refused, refused, 0)
    lines = await connection.fetch("SELECT line FROM job_row WHERE job_id = $1 ORDER BY line", job_id)
    assert [row.line for row in lines] == list(range(1, ROWS + 1))
    stored = """SELECT c.email, c.version,
            (SELECT count(*) FROM customer_event e WHERE e.customer_id = c.id AND e.job_id = $1) AS entries,
            (SELECT count(*) FROM domain_event d WHERE d.customer_id = c.id AND d.job_id = $1) AS events
        FROM customer c WHERE c.email LIKE $2"""
    found = [tuple(row) for row in await connection.fetch(stored, job_id, f"full.{number}.%")]
    wanted = [(f"full.{number}.{row}@shop.example", 1, 1, 1) for row in range(ROWS) if row % REFUSED_OF]
    assert sorted(found) == sorted(wanted)


async def check_mails(shop: Shop, recipients: list[str]) -> None:
    """One that a machine was just sending is sent again, and known as the same by its Message-ID."""
    assert await shop.connection.fetchval("SELECT count(*) FROM mail_outbox WHERE dead_at IS NOT NULL") == 0
    messages = [message for message in shop.inbox.messages if message["To"] in set(recipients)]
    by_id: dict[str, set[str]] = {}
    for message in messages:
        by_id.setdefault(message["Message-ID"], set()).add(message["To"])
    assert sorted(to for [to] in by_id.values()) == sorted(recipients)
    again = Counter(message["Message-ID"] for message in messages)
    assert max(again.values()) <= 1 + MACHINES_LOST
