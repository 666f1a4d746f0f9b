"""A group with many members is deleted by a job (docs/domain/groups.md#groups-8)."""

import uuid
from typing import Any

import pytest

from customer_gql.administration.customer_groups import deletion
from customer_gql.core.ids import encode_id
from customer_gql.messaging.jobs.runs.batches import run_batch
from customer_gql.messaging.jobs.runs.leases.claims import claim_jobs
from customer_gql.messaging.jobs.runs.runner import work_on_job
from customer_gql.messaging.jobs.work import Tools
from support.customers import customer_id, make_customer
from support.jobs import delete_open_jobs, key_of, outcomes, run_all, show
from support.staff import make_website, staff_client

from .samples import make_group

DELETE = """mutation D($input: CustomerGroupDeleteInput!) { customerGroupDelete(input: $input) {
  deletedGroupId movedCustomerCount job { id kind status totalCount } userErrors { code key } } }"""
EDIT = "mutation E($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code key path } } }"
ACTIONS = {
    "jobCancel": "mutation C($input: JobCancelInput!) { jobCancel(input: $input) { job { id } userErrors { key } } }",
    "jobRetry": "mutation R($input: JobRetryInput!) { jobRetry(input: $input) { job { id } userErrors { key } } }",
}
MOST = 2


@pytest.fixture
async def boss(http: Any, connection: Any) -> Any:
    return await staff_client(http, connection)


@pytest.fixture(autouse=True)
async def few(connection: Any, isolated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than two members are many."""
    monkeypatch.setattr(deletion, "MAX_MOVED_AT_ONCE", MOST)
    await delete_open_jobs(connection)


async def make_members(connection: Any, group: int, count: int = 4, **given: Any) -> list[Any]:
    return [await make_customer(connection, group_id=group, **given) for _ in range(count)]


async def delete(client: Any, group: int) -> Any:
    answer = (await client.data(DELETE, input={"id": encode_id("grp", group)}))["customerGroupDelete"]
    assert answer["userErrors"] == []
    return answer


async def act(client: Any, name: str, id: str) -> Any:
    """Cancel or retry a job."""
    answer = (await client.data(ACTIONS[name], input={"id": id}))[name]
    assert answer["userErrors"] == []
    return answer["job"]["id"]


async def cancel_after(tools: Tools, client: Any, id: str, count: int) -> None:
    """Cancel a job that has moved so many members."""
    [lease] = await claim_jobs(tools.database)
    if count:
        await run_batch(tools, lease, count)
    await act(client, "jobCancel", id)
    assert await work_on_job(tools, lease, seconds=60)
    assert (await show(client, id))["status"] == "CANCELED"


async def groups_of(connection: Any, rows: list[Any]) -> list[int]:
    found = await connection.fetch("SELECT group_id FROM customer WHERE id = ANY($1)", [row.id for row in rows])
    return [row.group_id for row in found]


async def is_there(connection: Any, group: int) -> bool:
    return await connection.fetchval("SELECT EXISTS (SELECT FROM customer_group WHERE id = $1)", group)


async def test_many_members_are_moved_by_a_job_and_the_group_goes_with_the_last(boss, connection, tools):
    group = await make_group(connection, name=uuid.uuid4().hex)
    rows = await make_members(connection, group)
    begun = await delete(boss, group)
    job = begun["job"]
    assert begun == {"deletedGroupId": None, "movedCustomerCount": 4, "job": job, "userErrors": []}
    assert {**job, "id": ""} == {"id": "", "kind": "GROUP_DELETE", "status": "QUEUED", "totalCount": 4}
    shown = await boss.data("query G($id: ID!) { customerGroup(id: $id) { isAssignable } }", id=encode_id("grp", group))
    assert shown["customerGroup"] == {"isAssignable": False}
    late = await make_customer(connection)
    refused = await boss.data(EDIT, input={"id": customer_id(late), "groupId": encode_id("grp", group)})
    assert refused["customerUpdate"]["userErrors"] == [
        {"code": "NOT_ALLOWED", "key": "customer_group.being_deleted", "path": ["groupId"]}
    ]
    await run_all(tools)
    assert not await is_there(connection, group)
    done = await show(boss, job["id"])
    assert (done["status"], done["doneCount"]) == ("DONE", 4)
    assert await groups_of(connection, rows) == [1] * 4


@pytest.mark.parametrize("moved", [0, 3])
async def test_deleting_again_ends_what_was_canceled(moved, boss, connection, tools):
    group = await make_group(connection, name=uuid.uuid4().hex)
    rows = await make_members(connection, group)
    first = (await delete(boss, group))["job"]["id"]
    await cancel_after(tools, boss, first, moved)
    assert await is_there(connection, group)
    again = await delete(boss, group)
    assert again["movedCustomerCount"] == 4 - moved
    assert (again["deletedGroupId"] is None) == (again["job"] is not None) == (4 - moved > MOST)
    await run_all(tools)
    assert not await is_there(connection, group)
    assert await groups_of(connection, rows) == [1] * 4
    retried = await act(boss, "jobRetry", first)
    await run_all(tools)
    assert await outcomes(connection, retried) == ["UNCHANGED"] * (4 - moved)


async def test_retrying_ends_what_was_canceled(boss, connection, tools):
    group = await make_group(connection, name=uuid.uuid4().hex)
    rows = await make_members(connection, group)
    first = (await delete(boss, group))["job"]["id"]
    await cancel_after(tools, boss, first, 1)
    retried = await act(boss, "jobRetry", first)
    await run_all(tools)
    assert await outcomes(connection, retried) == ["DONE"] * 3
    assert not await is_there(connection, group)
    assert await groups_of(connection, rows) == [1] * 4


async def test_a_group_that_is_deleted_while_its_job_runs_leaves_the_rest_unchanged(boss, connection, tools):
    group = await make_group(connection, name=uuid.uuid4().hex)
    await make_members(connection, group)
    job = (await delete(boss, group))["job"]["id"]
    [lease] = await claim_jobs(tools.database)
    await run_batch(tools, lease, 2)
    assert (await delete(boss, group))["deletedGroupId"] == encode_id("grp", group)
    assert await work_on_job(tools, lease, seconds=60)
    assert await outcomes(connection, job) == ["DONE", "DONE", "UNCHANGED", "UNCHANGED"]


async def test_an_owner_who_no_longer_reaches_all_websites_moves_nobody(boss, http, connection, tools):
    elsewhere = await make_website(connection)
    group = await make_group(connection, name=uuid.uuid4().hex)
    rows = await make_members(connection, group, 2)
    rows += await make_members(connection, group, 2, website_id=elsewhere, created_in_store_view_id=elsewhere)
    owner = await staff_client(http, connection)
    job = (await delete(owner, group))["job"]["id"]
    narrowed = """UPDATE staff_role SET website_ids = '{1}' WHERE id = (SELECT role_id FROM staff_user
        JOIN job_run ON job_run.actor_id = staff_user.id WHERE job_run.id = $1)"""
    await connection.execute(narrowed, key_of(job))
    await run_all(tools)
    shown = await show(boss, job)
    assert (shown["status"], shown["cancelReason"]) == ("CANCELED", "OWNER_LOST_ACCESS")
    assert await groups_of(connection, rows) == [group] * 4
    refused = await owner.answer(ACTIONS["jobRetry"], input={"id": job})
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "groups.manage"}
    await act(boss, "jobRetry", job)
    await run_all(tools)
    assert not await is_there(connection, group)
