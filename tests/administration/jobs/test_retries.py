"""The rows of a job that were not done become one other job, whoever asks for it and how often."""

import asyncio
from typing import Any

import pytest

from customer_gql.core.ids import new_id
from support.jobs import group, history_of, key_of, outcomes, run_all, start
from support.staff import staff_client

pytestmark = pytest.mark.usefixtures("queued")
CANCEL = "mutation C($input: JobCancelInput!) { jobCancel(input: $input) { userErrors { key } } }"
RETRY = """mutation R($input: JobRetryInput!) { jobRetry(input: $input) {
  job { id totalCount } userErrors { code key path } } }"""
RETRIED = {"job": None, "userErrors": [{"code": "NOT_ALLOWED", "key": "job.retried_already", "path": ["id"]}]}


async def retry(client: Any, id: str, **more: Any) -> Any:
    return (await client.data(RETRY, input={"id": id, **more}))["jobRetry"]


async def cancel_all(client: Any, tools: Any, id: str) -> None:
    assert (await client.data(CANCEL, input={"id": id}))["jobCancel"]["userErrors"] == []
    await run_all(tools)


async def test_of_two_tabs_one_retries(admin_client, http, connection, tools, shoppers):
    """Twice the rows would be done: each customer would get two mails."""
    customers = await shoppers(3)
    id = await start(admin_client, "RESET_PASSWORD", customers)
    await cancel_all(admin_client, tools, id)
    manager = await staff_client(
        http, connection, ["customers.read", "customers.write", "customers.reset_password", "jobs.manage"]
    )
    answers = await asyncio.gather(*[retry(client, id) for client in (admin_client, manager) * 2])
    done = [answer for answer in answers if not answer["userErrors"]]
    assert [answer["job"]["totalCount"] for answer in done] == [3]
    assert [answer for answer in answers if answer["userErrors"]] == [RETRIED] * 3
    await run_all(tools)
    assert await history_of(connection, done[0]["job"]["id"]) == {one.id: 1 for one in customers}
    assert await connection.fetchval("SELECT count(*) FROM job_run WHERE retry_of_id = $1", key_of(id)) == 1
    assert await retry(admin_client, id) == RETRIED


async def test_a_key_gets_its_retry_also_when_others_are_refused(admin_client, tools, shoppers):
    id = await start(admin_client, "ASSIGN_GROUP", await shoppers(2), **group(2))
    await cancel_all(admin_client, tools, id)
    key = str(new_id())
    first, second = await asyncio.gather(*[retry(admin_client, id, idempotencyKey=key) for _ in range(2)])
    assert first == second
    assert first["userErrors"] == []
    assert await retry(admin_client, id, idempotencyKey=f"{key}-2") == RETRIED


async def test_what_a_retry_leaves_is_retried_as_the_job_that_it_is(admin_client, connection, tools, shoppers):
    id = await start(admin_client, "ASSIGN_GROUP", await shoppers(2), **group(2))
    for _ in range(2):
        await cancel_all(admin_client, tools, id)
        id = (await retry(admin_client, id))["job"]["id"]
    await run_all(tools)
    assert await outcomes(connection, id) == ["DONE", "DONE"]
