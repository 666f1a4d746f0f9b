"""How many jobs one owner may have at one time, and which of them others wait for."""

import asyncio
from typing import Any

import pytest

from customer_gql.administration.customer_actions.actions import MASS_ACTION_WORK
from customer_gql.administration.mass_actions.settings import AT_ONCE as IN_THE_ANSWER
from customer_gql.core.actor import actor_of
from customer_gql.core.ids import new_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.messaging.jobs.runs.leases.claims import claim_jobs
from customer_gql.messaging.jobs.runs.parts import freeze_ids
from customer_gql.messaging.jobs.runs.settings import AT_ONCE, MAX_OPEN
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id
from support.jobs import ACT, group, key_of, run_all, start
from support.staff import staff_client

pytestmark = pytest.mark.usefixtures("queued")
CANCEL = "mutation C($input: JobCancelInput!) { jobCancel(input: $input) { userErrors { key } } }"
RETRY = "mutation R($input: JobRetryInput!) { jobRetry(input: $input) { job { id } userErrors { code key path } } }"
UNDO = "mutation U($input: JobUndoInput!) { jobUndo(input: $input) { job { id } userErrors { code key path } } }"
FULL = [{"code": "LIMIT_REACHED", "key": "job.too_many_open", "path": None}]


async def set_option(connection: Any, option: Any, value: int) -> None:
    async with connection.transaction():
        await set_value(connection, option, value, scope=GLOBAL, scope_id=0)


async def act(client: Any, customer: Any, **more: Any) -> Any:
    input = {"action": "ASSIGN_GROUP", "selection": {"ids": [customer_id(customer)]}, **group(2), **more}
    return (await client.data(ACT, input=input))["customerMassAction"]


async def test_nobody_has_more_open_jobs_than_the_shop_allows(http, connection, tools, shoppers):
    [one] = await shoppers(1)
    await set_option(connection, MAX_OPEN, 3)
    owner, other = [await staff_client(http, connection) for _ in range(2)]
    key = {"idempotencyKey": str(new_id())}
    first = await act(owner, one, **key)
    before = await connection.fetchval("SELECT count(*) FROM job_part")
    answers = await asyncio.gather(*[act(owner, one) for _ in range(6)])
    assert sorted(answer["job"] is None for answer in answers) == [False] * 2 + [True] * 4
    assert [answer["userErrors"] for answer in answers if answer["job"] is None] == [FULL] * 4
    assert await connection.fetchval("SELECT count(*) FROM job_run WHERE finished_at IS NULL") == 3
    assert await connection.fetchval("SELECT count(*) FROM job_part") == before + 2
    assert await act(owner, one, **key) == first
    assert (await act(other, one))["userErrors"] == []
    await run_all(tools)
    assert (await act(owner, one))["userErrors"] == []


async def test_what_the_answer_does_is_no_open_job_afterwards(http, connection, shoppers):
    [one] = await shoppers(1)
    await set_option(connection, MAX_OPEN, 1)
    await set_option(connection, IN_THE_ANSWER, 1)
    owner = await staff_client(http, connection)
    for _ in range(3):
        assert (await act(owner, one))["userErrors"] == []


async def test_a_retry_and_an_undo_are_jobs_too(http, connection, tools, shoppers):
    owner = await staff_client(http, connection)
    done = await start(owner, "ASSIGN_GROUP", await shoppers(1), **group(2))
    await run_all(tools)
    canceled = await start(owner, "ASSIGN_GROUP", await shoppers(1), **group(2))
    assert (await owner.data(CANCEL, input={"id": canceled}))["jobCancel"]["userErrors"] == []
    await run_all(tools)
    await set_option(connection, MAX_OPEN, 1)
    await start(owner, "ASSIGN_GROUP", await shoppers(1), **group(2))
    refused = {"job": None, "userErrors": FULL}
    assert (await owner.data(RETRY, input={"id": canceled}))["jobRetry"] == refused
    assert (await owner.data(UNDO, input={"id": done}))["jobUndo"] == refused


async def test_what_answers_do_keeps_no_job_from_beginning(admin_client, connection, tools, shoppers):
    """A program that acts on one customer after another would keep the queue waiting for ever."""
    await set_option(connection, AT_ONCE, 2)
    viewer = Viewer(ViewerKind.STAFF, staff_id=1, permissions=frozenset(ALL_PERMISSIONS))
    for one in await shoppers(3):
        asked = Submission(MASS_ACTION_WORK, {"action": "ACTIVATE"}, "customerMassAction", freeze_ids([one.id]))
        async with tools.database.transaction() as inner:
            made = await submit_job(inner, asked, by=actor_of(viewer), at_once=1)
            assert made.lease is not None
    waiting = [await start(admin_client, "ASSIGN_GROUP", await shoppers(1), **group(2)) for _ in range(3)]
    leases = await claim_jobs(tools.database)
    assert sorted(lease.job_id for lease in leases) == sorted(map(key_of, waiting[:2]))
    assert await claim_jobs(tools.database) == []
