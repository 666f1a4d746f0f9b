"""Imports whose time ends just as somebody tries them."""

import asyncio
import datetime as dt
from typing import Any

from customer_gql.administration.customer_import.cleanup import expire_imports
from customer_gql.core.ids import new_id
from customer_gql.messaging.jobs.runs.tables import job_run
from customer_gql.messaging.jobs.work import Tools
from support.adobe_shop import ANN, sheet
from support.customers import put
from support.importing import import_key, show, upload
from support.jobs import delete_open_jobs
from support.races import until_blocking


async def test_a_dry_run_that_starts_as_the_time_ends_keeps_its_import(
    admin_client: Any, http: Any, database: Any, settings: Any, connection: Any
):
    """The start has the lock and its job is not seen yet: the expiry waits for it, and looks again."""
    await delete_open_jobs(connection)
    tried = await upload(admin_client, sheet(ANN | {"email": "expiry.tried@shop.example"}).encode())
    idle = await upload(admin_client, sheet(ANN | {"email": "expiry.idle@shop.example"}).encode())
    late = dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)
    keys = [import_key(tried), import_key(idle)]
    await connection.execute("UPDATE customer_import SET created_at = $2 WHERE id = ANY($1)", keys, late)
    job = {
        "id": new_id(),
        "kind": "IMPORT",
        "work": "customers.import",
        "parameters": "{}",
        "status": "QUEUED",
        "error_policy": "SKIP",
        "actor": "STAFF",
        "actor_id": 1,
        "permissions": ["customers.import"],
        "operation": "customerImportStart",
        "total_count": 0,
        "is_dry_run": True,
    }
    async with database.writes.acquire() as theirs:
        async with theirs.transaction():
            await theirs.fetchval("SELECT id FROM customer_import WHERE id = $1 FOR UPDATE", keys[0])
            await put(theirs, job_run, **job)
            await theirs.execute("UPDATE customer_import SET job_id = $2 WHERE id = $1", keys[0], job["id"])
            expiring = asyncio.create_task(expire_imports(Tools(database, settings)))
            await until_blocking(theirs, task=expiring)
        await expiring
    assert (await show(admin_client, tried))["status"] == "READY"
    assert (await show(admin_client, idle))["status"] == "CANCELED"
    await delete_open_jobs(connection)
