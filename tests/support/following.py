"""What tests follow."""

import datetime as dt
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import insert

from customer_gql.core.ids import new_id
from customer_gql.database.statements import execute_statement
from customer_gql.messaging.jobs.runs.tables import job_run

FOLLOW = "subscription Progress($id: ID!) { jobChanged(id: $id) { status processedCount totalCount } }"


async def make_job(connection: Any, user: Any, *, total: int = 10, **values: Any) -> int:
    id = new_id()
    given = {
        "id": id,
        "kind": "MASS_ACTION",
        "work": "test",
        "status": "RUNNING",
        "error_policy": "SKIP",
        "actor": "STAFF",
        "actor_id": user.id,
        "permissions": [],
        "operation": "test",
        "total_count": total,
        "leased_until": dt.datetime.now(dt.UTC) + dt.timedelta(hours=1),
        **values,
    }
    await execute_statement(connection, insert(job_run).values(**given))
    return id


@asynccontextmanager
async def deleted_job(connection: Any, user: Any, **values: Any) -> AsyncGenerator[int]:
    """A job that is gone afterwards, so that no worker of another test takes it."""
    job = await make_job(connection, user, **values)
    try:
        yield job
    finally:
        await connection.execute("DELETE FROM job_run WHERE id = $1", job)


async def progress(connection: Any, job: int, done: int) -> None:
    await connection.execute("UPDATE job_run SET done_count = $2 WHERE id = $1", job, done)
