"""Jobs as tests start, run and look at them."""

import asyncio
from typing import Any

from customer_gql.core.ids import decode_id, encode_id
from customer_gql.messaging.jobs.runs.runner import run_due_jobs
from customer_gql.messaging.jobs.work import Tools
from support.customers import customer_id

ACT = """mutation A($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  job { id status totalCount } askedCount doneCount results { id outcome } userErrors { code key path } } }"""
FIELDS = """id status cancelReason isDryRun errorPolicy totalCount processedCount doneCount unchangedCount refusedCount
  notFoundCount failedCount canceledCount"""
JOB = f"query J($id: ID!) {{ job(id: $id) {{ {FIELDS} }} }}"


async def start(client: Any, action: str, customers: list[Any], **more: Any) -> str:
    """The id of the job."""
    input = {"action": action, "selection": {"ids": [customer_id(one) for one in customers]}, **more}
    answer = (await client.data(ACT, input=input))["customerMassAction"]
    assert answer["userErrors"] == []
    return answer["job"]["id"]


async def show(client: Any, id: str) -> Any:
    return (await client.data(JOB, id=id))["job"]


async def delete_open_jobs(connection: Any) -> None:
    """Those of other tests, which count to how many may run at once."""
    await connection.execute("DELETE FROM job_run WHERE finished_at IS NULL")


async def run_all(tools: Tools) -> None:
    """Until nothing is due."""
    while await run_due_jobs(tools):
        await asyncio.sleep(0)


def key_of(id: str) -> int:
    return decode_id(id, "job")


async def outcomes(connection: Any, id: str) -> list[str]:
    rows = await connection.fetch("SELECT outcome FROM job_row WHERE job_id = $1 ORDER BY line", key_of(id))
    return [row.outcome for row in rows]


async def history_of(connection: Any, id: str) -> dict[int, int]:
    """How many entries the job made for each customer."""
    found = await connection.fetch(
        "SELECT customer_id, count(*) AS entries FROM customer_event WHERE job_id = $1 GROUP BY 1", key_of(id)
    )
    return {row.customer_id: row.entries for row in found}


def group(number: int) -> dict[str, str]:
    return {"groupId": encode_id("grp", number)}
