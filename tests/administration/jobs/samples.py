"""Samples of jobs for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id, new_id
from customer_gql.messaging.jobs.runs.tables import job_row, job_run
from support.calls import about
from support.customers import put


async def make_job(connection: Any, **given: Any) -> int:
    """A job that is done, of all websites."""
    id = new_id()
    values = {
        "id": id,
        "kind": "MASS_ACTION",
        "work": "customers.mass_action",
        "parameters": '{"action": "SUBSCRIBE"}',
        "status": "DONE",
        "error_policy": "SKIP",
        "actor": "STAFF",
        "actor_id": 1,
        "permissions": ["customers.write"],
        "operation": "customerMassAction",
        "total_count": 0,
        **given,
    }
    await put(connection, job_run, **values)
    return id


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    id = await make_job(connection, website_ids=[customer.website_id], total_count=1, failed_count=1)
    await put(connection, job_row, job_id=id, line=1, customer_id=customer.id, outcome="FAILED", key="job.row_failed")
    await connection.execute("UPDATE job_run SET finished_at = now() WHERE id = $1", id)
    return {"job": encode_id("job", id)}


CALLS = {
    "jobs": [lambda _: {}, lambda _: {"filter": {"kind": {"in": ["MASS_ACTION"]}, "status": {"eq": "DONE"}}}],
    "job": [lambda ids: {"id": ids["job"]}],
    "jobCancel": [about("job")],
    "jobRetry": [about("job")],
    "jobUndo": [about("job")],
}
UNRECORDED = dict.fromkeys(("jobCancel", "jobRetry", "jobUndo"), "of the job, not of a customer")
NOT_PERSONAL = {
    **dict.fromkeys(["JobRow.key", "JobRow.path", "JobRow.message", "JobUndo.key"], "about a rule"),
    **dict.fromkeys(["JobProblem.key", "JobProblem.message"], "about a rule"),
    "Job.action": "name of an action",
    "JobServiceToken.name": "of a program",
}
