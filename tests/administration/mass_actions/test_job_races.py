"""Jobs of two workers, and what others do to the same customers meanwhile: nothing is lost, doubled or half done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from customer_gql.administration.mass_actions.settings import AT_ONCE
from customer_gql.core.ids import encode_id
from customer_gql.messaging.jobs.runs.batches import run_batch
from customer_gql.messaging.jobs.runs.leases.claims import claim_jobs
from customer_gql.messaging.jobs.runs.runner import work_on_job
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer
from support.jobs import delete_open_jobs, group, history_of, outcomes, run_all, start
from support.races import stop_after
from support.staff import make_website, staff_client

LOCKED_BY_JOB = ("FROM customer", "ORDER BY customer.id FOR UPDATE")
UPDATE = """mutation U($input: CustomerUpdateInput!) { customerUpdate(input: $input) { changedFields userErrors { key } } }"""
DELETE = "mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input) { userErrors { key } } }"
UNDO = "mutation U($input: JobUndoInput!) { jobUndo(input: $input) { job { id } userErrors { key } } }"


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    """Mass actions wait for workers."""
    await delete_open_jobs(connection)
    async with connection.transaction():
        await set_value(connection, AT_ONCE, 0, scope=GLOBAL, scope_id=0)
    return Tools(database, settings)


async def update(client: Any, row: Any, **fields: Any) -> Any:
    answer = (await client.data(UPDATE, input={"id": customer_id(row), **fields}))["customerUpdate"]
    assert answer["userErrors"] == []
    return answer["changedFields"]


async def delete(client: Any, row: Any) -> Any:
    return (await client.data(DELETE, input={"id": customer_id(row)}))["customerDelete"]["userErrors"]


async def undo(client: Any, id: str) -> str:
    answer = (await client.data(UNDO, input={"id": id}))["jobUndo"]
    assert answer["userErrors"] == []
    return answer["job"]["id"]


async def do_all(tools: Tools) -> None:
    """A worker that does one of the jobs that wait."""
    for lease in await claim_jobs(tools.database):
        assert await work_on_job(tools, lease, seconds=60)


async def meanwhile(
    tools: Tools, connection: Any, other: Callable[[], Awaitable[Any]], *locked: str, nth: int = 1
) -> Any:
    """What `other` answers that comes while a job, or who has locked the customers first, is under way."""
    [lease] = await claim_jobs(tools.database)
    async with stop_after(*(locked or LOCKED_BY_JOB), nth=nth) as stop:
        job = asyncio.create_task(run_batch(tools, lease, 1000))
        await stop.reached_by(job)
        task = asyncio.ensure_future(other())
        assert await stop.is_waited_for_by(task, connection)
    await job
    return await task


async def history(connection: Any, row: Any) -> list[tuple[str, int]]:
    found = await connection.fetch(
        "SELECT kind, version FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id
    )
    return [tuple(one) for one in found]


async def test_an_edit_waits_for_the_batch_and_both_are_kept(admin_client, connection, tools):
    rows = [await make_customer(connection) for _ in range(3)]
    id = await start(admin_client, "ASSIGN_GROUP", rows, **group(2))
    changed = await meanwhile(tools, connection, lambda: update(admin_client, rows[1], prefix="Dr"))
    assert changed == ["prefix"]
    assert await outcomes(connection, id) == ["DONE"] * 3
    now = await connection.fetchrow("SELECT group_id, prefix, version FROM customer WHERE id = $1", rows[1].id)
    assert tuple(now) == (2, "Dr", 3)
    assert await history(connection, rows[1]) == [("EDITED", 2), ("EDITED", 3)]


async def test_a_batch_waits_for_an_edit_and_judges_what_it_left(admin_client, connection, tools):
    rows = [await make_customer(connection) for _ in range(2)]
    id = await start(admin_client, "ASSIGN_GROUP", rows, **group(2))
    async with stop_after("FROM customer WHERE", "FOR UPDATE") as stop:
        edit = asyncio.create_task(update(admin_client, rows[0], groupId=encode_id("grp", 2)))
        await stop.reached_by(edit)
        job = asyncio.create_task(do_all(tools))
        assert await stop.is_waited_for_by(job, connection)
    await asyncio.gather(edit, job)
    assert await outcomes(connection, id) == ["UNCHANGED", "DONE"]
    assert await history_of(connection, id) == {rows[1].id: 1}


async def test_a_deletion_comes_before_or_after_the_batch(admin_client, connection, tools):
    early, late, other = [await make_customer(connection) for _ in range(3)]
    id = await start(admin_client, "ASSIGN_GROUP", [late, other], **group(2))
    assert await meanwhile(tools, connection, lambda: delete(admin_client, late)) == []
    assert await outcomes(connection, id) == ["DONE", "DONE"]
    assert await history(connection, late) == [("EDITED", 2), ("DELETED", 3)]
    id = await start(admin_client, "ASSIGN_GROUP", [early, other], **group(3))
    async with stop_after("DELETE FROM customer WHERE") as stop:
        deletion = asyncio.create_task(delete(admin_client, early))
        await stop.reached_by(deletion)
        job = asyncio.create_task(do_all(tools))
        assert await stop.is_waited_for_by(job, connection)
    await asyncio.gather(deletion, job)
    assert await outcomes(connection, id) == ["NOT_FOUND", "DONE"]
    assert await history(connection, early) == [("DELETED", 2)]


async def test_two_jobs_on_the_same_customers_take_turns(admin_client, connection, tools):
    rows = [await make_customer(connection) for _ in range(6)]
    first = await start(admin_client, "ASSIGN_GROUP", rows, **group(2))
    second = await start(admin_client, "ASSIGN_GROUP", rows[::-1], **group(3))
    leases = await claim_jobs(tools.database)
    async with stop_after(*LOCKED_BY_JOB) as stop:
        jobs = [asyncio.create_task(work_on_job(tools, lease, seconds=60)) for lease in leases]
        await asyncio.wait({*jobs, asyncio.create_task(stop._reached.wait())}, return_when=asyncio.FIRST_COMPLETED)
        waiting = [await stop.is_waited_for_by(asyncio.create_task(asyncio.sleep(3600)), connection)]
        assert waiting == [True]
    assert await asyncio.gather(*jobs) == [True, True]
    for id in (first, second):
        assert await outcomes(connection, id) == ["DONE"] * 6
        assert await history_of(connection, id) == {row.id: 1 for row in rows}
    groups = await connection.fetch(
        "SELECT group_id, version FROM customer WHERE id = ANY($1)", [row.id for row in rows]
    )
    assert len({tuple(row) for row in groups}) == 1
    assert groups[0].version == 3


async def test_a_job_and_an_undo_take_turns(admin_client, connection, tools):
    before, after = [await make_customer(connection) for _ in range(2)]
    done = {row.id: await start(admin_client, "ASSIGN_GROUP", [row], **group(2)) for row in (before, after)}
    await run_all(tools)
    undone = await undo(admin_client, done[before.id])

    async def assign(row: Any) -> str:
        id = await start(admin_client, "ASSIGN_GROUP", [row], **group(3))
        await do_all(tools)
        return id

    job = await meanwhile(tools, connection, lambda: assign(before))
    assert (await outcomes(connection, undone), await outcomes(connection, job)) == (["DONE"], ["DONE"])
    job = await start(admin_client, "ASSIGN_GROUP", [after], **group(3))

    async def take_back() -> str:
        id = await undo(admin_client, done[after.id])
        await do_all(tools)
        return id

    undone = await meanwhile(tools, connection, take_back)
    assert (await outcomes(connection, undone), await outcomes(connection, job)) == (["REFUSED"], ["DONE"])
    groups = await connection.fetch("SELECT group_id FROM customer WHERE id = ANY($1)", [before.id, after.id])
    assert [row.group_id for row in groups] == [3, 3]


async def test_who_moved_to_another_website_meanwhile_is_not_found(admin_client, http, connection, tools):
    website = await make_website(connection)
    moved, other = [await make_customer(connection) for _ in range(2)]
    owner = await staff_client(http, connection, ["customers.read", "customers.write"], [1])
    id = await start(owner, "ASSIGN_GROUP", [moved, other], **group(2))
    async with stop_after("UPDATE customer SET", "website_id") as stop:
        move = asyncio.create_task(update(admin_client, moved, websiteId=encode_id("web", website)))
        await stop.reached_by(move)
        job = asyncio.create_task(do_all(tools))
        assert await stop.is_waited_for_by(job, connection)
    await asyncio.gather(move, job)
    assert await outcomes(connection, id) == ["NOT_FOUND", "DONE"]
    id = await start(owner, "ASSIGN_GROUP", [other], **group(3))
    moving = await meanwhile(
        tools, connection, lambda: update(admin_client, other, websiteId=encode_id("web", website))
    )
    assert moving == ["websiteId"]
    assert await outcomes(connection, id) == ["DONE"]
    now = await connection.fetchrow("SELECT group_id, website_id FROM customer WHERE id = $1", other.id)
    assert tuple(now) == (3, website)
