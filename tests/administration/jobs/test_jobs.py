"""Jobs are done batch by batch, each row once, with the rights that the owner has then."""

import asyncio
import contextlib
import datetime as dt
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Integer, literal_column, select, text

from customer_gql.administration.website_moves.steps import GROUP_EXCLUDED
from customer_gql.core.ids import decode_id, encode_id, new_id
from customer_gql.core.telemetry.spans import use_spans
from customer_gql.database.statements import fetch_rows
from customer_gql.messaging.jobs.runs import batches, writes
from customer_gql.messaging.jobs.runs.batches import run_batch
from customer_gql.messaging.jobs.runs.leases.claims import claim_jobs
from customer_gql.messaging.jobs.runs.leases.watching import LeaseLost
from customer_gql.messaging.jobs.runs.parts import store_parts
from customer_gql.messaging.jobs.runs.reads import select_lines
from customer_gql.messaging.jobs.runs.runner import run_due_jobs, work_on_job
from customer_gql.messaging.jobs.runs.settings import AT_ONCE, BATCH_ROWS
from customer_gql.messaging.jobs.runs.tables import job_part
from customer_gql.messaging.jobs.runs.writes import JobLease
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.clients import Client
from support.customers import customer_id
from support.jobs import ACT, JOB, group, history_of, key_of, outcomes, run_all, show, start
from support.staff import make_role, make_staff, make_website, session_of, staff_client

pytestmark = pytest.mark.usefixtures("queued")
CANCEL = """mutation C($input: JobCancelInput!) { jobCancel(input: $input) {
  job { status cancelReason } userErrors { code key path } } }"""
RETRY = """mutation R($input: JobRetryInput!) { jobRetry(input: $input) {
  job { id status totalCount startedAt finishedAt retryOf { id } } userErrors { code key path } } }"""
LIST = """query L($filter: JobFilter, $first: Int) { jobs(filter: $filter, first: $first) { nodes {
  id kind status staff { id } service { id } } totalCount } }"""
ROWS = """query R($id: ID!, $filter: JobRowFilter) { job(id: $id) {
  rows(first: 5, filter: $filter) { totalCount nodes { id line customer { id } outcome code key params message path } }
  problems { key params message count } } }"""
UNKNOWN = {"code": "NOT_FOUND", "key": "job.not_found", "path": ["id"]}


async def set_batch(connection: Any, rows: int) -> None:
    async with connection.transaction():
        await set_value(connection, BATCH_ROWS, rows, scope=GLOBAL, scope_id=0)


async def cancel(client: Any, id: str) -> Any:
    return (await client.data(CANCEL, input={"id": id}))["jobCancel"]


async def retry(client: Any, id: str, **more: Any) -> Any:
    return (await client.data(RETRY, input={"id": id, **more}))["jobRetry"]


async def possible(client: Any, id: str) -> Any:
    return (await client.data("query J($id: ID!) { job(id: $id) { action canCancel canRetry } }", id=id))["job"]


async def test_a_job_does_each_row_once_and_says_what_became_of_it(admin_client, connection, tools, shoppers):
    await set_batch(connection, 3)
    [gone] = await shoppers(1)
    members = await shoppers(2, customer_type="COMPANY_USER")
    there = await shoppers(1, group_id=2)
    customers = [*await shoppers(4), *members, *there, gone]
    id = await start(admin_client, "ASSIGN_GROUP", customers, **group(2))
    assert (await show(admin_client, id))["status"] == "QUEUED"
    await connection.execute("DELETE FROM customer WHERE id = $1", gone.id)
    await run_all(tools)
    job = await show(admin_client, id)
    assert job == {
        "id": id,
        "status": "DONE",
        "cancelReason": None,
        "isDryRun": False,
        "errorPolicy": "SKIP",
        "totalCount": 8,
        "processedCount": 8,
        "doneCount": 4,
        "unchangedCount": 1,
        "refusedCount": 2,
        "notFoundCount": 1,
        "failedCount": 0,
        "canceledCount": 0,
    }
    assert await outcomes(connection, id) == [*["DONE"] * 4, *["REFUSED"] * 2, "UNCHANGED", "NOT_FOUND"]
    assert await history_of(connection, id) == {one.id: 1 for one in customers[:4]}
    shown = (await admin_client.data(ROWS, id=id, filter={"outcome": {"in": ["REFUSED", "FAILED"]}}))["job"]
    told = {
        "key": "customer_group.decided_by_company",
        "params": {},
        "message": "The company of this customer decides the group. Change it for the company.",
    }
    assert shown["rows"] == {
        "totalCount": 2,
        "nodes": [
            {
                "id": customer_id(one),
                "line": line,
                "customer": {"id": customer_id(one)},
                "outcome": "REFUSED",
                "code": "NOT_ALLOWED",
                "path": None,
                **told,
            }
            for line, one in enumerate(members, 5)
        ],
    }
    gone_message = {"key": "customer.not_found", "params": {}, "message": "There is no such customer.", "count": 1}
    assert shown["problems"] == [{**told, "count": 2}, gone_message]


async def test_a_turn_of_a_job_is_a_span_with_its_kind(admin_client, tools, shoppers):
    opened = list[tuple[str, dict[str, Any]]]()

    def open_span(name: str, attributes: dict[str, Any]) -> Any:
        opened.append((name, attributes))
        return contextlib.nullcontext()

    id = await start(admin_client, "ASSIGN_GROUP", await shoppers(2), **group(2))
    use_spans(open_span)
    try:
        await run_all(tools)
    finally:
        use_spans(None)
    assert (await show(admin_client, id))["status"] == "DONE"
    assert ("job", {"job": "customers.mass_action"}) in opened


async def test_history_names_the_job_to_those_who_see_it(admin_client, http, connection, tools, shoppers):
    [one] = await shoppers(1)
    id = await start(admin_client, "ASSIGN_GROUP", [one], **group(2))
    await run_all(tools)
    document = "query H($id: ID!) { customer(id: $id) { history { nodes { kind job { id } } } } }"
    other = await staff_client(http, connection, ["customers.read", "history.read"])
    seen = [
        (await client.data(document, id=customer_id(one)))["customer"]["history"] for client in (admin_client, other)
    ]
    assert [history["nodes"] for history in seen] == [
        [{"kind": "EDITED", "job": {"id": id}}],
        [{"kind": "EDITED", "job": None}],
    ]


async def test_the_same_statements_for_3_and_for_300_rows(admin_client, connection, tools, shoppers, statements):
    counts = []
    for size in (3, 300):
        await start(admin_client, "ASSIGN_GROUP", await shoppers(size), **group(2))
        [lease] = await claim_jobs(tools.database)
        await statements.clear()
        assert (await run_batch(tools, lease, 1000)).status == "DONE"
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts


async def test_a_worker_that_was_only_slow_commits_nothing(admin_client, connection, tools, shoppers):
    customers = await shoppers(4)
    id = await start(admin_client, "ASSIGN_GROUP", customers, **group(2))
    [slow] = await claim_jobs(tools.database)
    assert (await show(admin_client, id))["status"] == "RUNNING"
    assert await claim_jobs(tools.database) == []
    await connection.execute("UPDATE job_run SET leased_until = now() WHERE id = $1", key_of(id))
    [next_one] = await claim_jobs(tools.database)
    assert next_one == JobLease(slow.job_id, slow.fence + 1)
    with pytest.raises(LeaseLost):
        await run_batch(tools, slow, 2)
    assert await outcomes(connection, id) == []
    assert await work_on_job(tools, next_one, seconds=60)
    with pytest.raises(LeaseLost):
        await run_batch(tools, slow, 2)
    assert await history_of(connection, id) == {one.id: 1 for one in customers}


async def test_a_worker_that_loses_its_lease_within_a_batch_takes_it_back(
    admin_client, connection, tools, shoppers, monkeypatch
):
    """Both are in the batch at one time; the first one's changes are rolled back, the second one's stay."""
    customers = await shoppers(4)
    id = await start(admin_client, "ASSIGN_GROUP", customers, **group(2))
    [slow] = await claim_jobs(tools.database)
    store, others = batches._store_results, []

    async def claim_meanwhile(inner, lease, *given, **more):
        if lease == slow and not others:
            await connection.execute("UPDATE job_run SET leased_until = now() WHERE id = $1", key_of(id))
            others.extend(await claim_jobs(tools.database))
        return await store(inner, lease, *given, **more)

    monkeypatch.setattr(batches, "_store_results", claim_meanwhile)
    with pytest.raises(LeaseLost):
        await run_batch(tools, slow, 4)
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE id = ANY($1) AND group_id = 2",
                                     [one.id for one in customers]) == 0  # fmt: skip
    assert await work_on_job(tools, others[0], seconds=60)
    assert await history_of(connection, id) == {one.id: 1 for one in customers}


FAULT = "ALTER TABLE customer ADD CONSTRAINT walk CHECK (group_id <> 2 OR id <> {}) NOT VALID"


async def test_a_batch_that_fails_is_halved_until_the_row_at_fault_is_alone(
    admin_client, connection, tools, shoppers, monkeypatch
):
    customers = await shoppers(21)
    bad = {customers[4].id, customers[17].id}
    id = await start(admin_client, "ASSIGN_GROUP", customers, **group(2))
    store = batches._store_results

    async def fail(inner, lease, lines, results, **more):
        done = {one.customer_id for one in results if one.outcome.value == "DONE"}
        if done & bad:
            raise asyncpg.DataError("a fault that no rule foresees")
        return await store(inner, lease, lines, results, **more)

    monkeypatch.setattr(batches, "_store_results", fail)
    await run_all(tools)
    expected = ["FAILED" if one.id in bad else "DONE" for one in customers]
    assert await outcomes(connection, id) == expected
    assert await history_of(connection, id) == {one.id: 1 for one in customers if one.id not in bad}
    job = await show(admin_client, id)
    assert (job["status"], job["doneCount"], job["failedCount"]) == ("DONE", 19, 2)
    monkeypatch.undo()
    again = await retry(admin_client, id)
    assert again["userErrors"] == []
    waiting = {"status": "QUEUED", "totalCount": 2, "startedAt": None, "finishedAt": None, "retryOf": {"id": id}}
    assert again["job"] == {"id": again["job"]["id"], **waiting}
    await run_all(tools)
    assert await outcomes(connection, again["job"]["id"]) == ["DONE", "DONE"]
    assert (await retry(admin_client, again["job"]["id"]))["userErrors"] == [
        {"code": "NOT_ALLOWED", "key": "job.nothing_to_retry", "path": ["id"]}
    ]


async def test_deadlocks_and_lock_timeouts_are_tried_again(admin_client, connection, tools, shoppers, monkeypatch):
    id = await start(admin_client, "ASSIGN_GROUP", await shoppers(3), **group(2))
    store, faults = batches._store_results, [asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError]

    async def fail(*given, **more):
        if faults:
            raise faults.pop()("busy")
        return await store(*given, **more)

    monkeypatch.setattr(batches, "_store_results", fail)
    await run_all(tools)
    assert await outcomes(connection, id) == ["DONE"] * 3


@pytest.mark.parametrize(
    ("policy", "expected", "status", "reason"),
    [
        ("SKIP", ["DONE", "DONE", "REFUSED", "DONE", "DONE"], "DONE", None),
        ("STOP", ["DONE", "DONE", "REFUSED", "CANCELED", "CANCELED"], "CANCELED", "STOPPED_AT_ERROR"),
        ("ALL_OR_NOTHING", ["CANCELED", "CANCELED", "REFUSED", "CANCELED", "CANCELED"], "FAILED", None),
    ],
)
async def test_the_policy_decides_what_a_refused_row_does_to_the_others(
    policy, expected, status, reason, admin_client, connection, tools, shoppers
):
    customers = await shoppers(5)
    await connection.execute("UPDATE customer SET customer_type = 'COMPANY_USER' WHERE id = $1", customers[2].id)
    id = await start(admin_client, "ASSIGN_GROUP", customers, errorPolicy=policy, **group(2))
    await run_all(tools)
    assert await outcomes(connection, id) == expected
    job = await show(admin_client, id)
    assert (job["status"], job["cancelReason"], job["processedCount"]) == (status, reason, 5)
    assert sum(count for name, count in job.items() if name.endswith("Count")) == 15  # total and processed too
    assert (await history_of(connection, id)).keys() == {
        one.id for one, outcome in zip(customers, expected, strict=True) if outcome == "DONE"
    }


@pytest.mark.parametrize(
    ("fault", "outcome"), [(asyncpg.DataError("no rule foresees it"), "FAILED"), (GROUP_EXCLUDED(), "REFUSED")]
)
async def test_a_job_of_all_or_nothing_that_does_nothing_failed(
    fault, outcome, admin_client, connection, tools, shoppers, monkeypatch
):
    id = await start(admin_client, "DEACTIVATE", await shoppers(3), errorPolicy="ALL_OR_NOTHING")

    async def fail(*_given, **_more):
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(batches, "find_scope", fail)
        await run_all(tools)
    assert await outcomes(connection, id) == [outcome] * 3
    assert (await show(admin_client, id))["status"] == "FAILED"


@pytest.mark.parametrize("dry_run", [False, True])
async def test_all_or_nothing_takes_as_many_rows_as_one_transaction_does(
    dry_run, admin_client, connection, shoppers, monkeypatch
):
    monkeypatch.setattr(writes, "MAX_IN_ONE_TRANSACTION", 2)
    customers, key = await shoppers(3), f"whole-{new_id()}"
    given = {"action": "DEACTIVATE", "errorPolicy": "ALL_OR_NOTHING", "idempotencyKey": key}
    document = """mutation A($input: CustomerMassActionInput!, $dryRun: Boolean!) { customerMassAction(input: $input, dryRun: $dryRun) {
      job { id } askedCount userErrors { code key params path } } }"""

    async def ask(count: int) -> Any:
        chosen = {"ids": [customer_id(one) for one in customers[:count]]}
        return (await admin_client.data(document, input={**given, "selection": chosen}, dryRun=dry_run))[
            "customerMassAction"
        ]

    error = {"code": "TOO_MANY", "key": "job.too_many_in_one_transaction", "params": {"limit": 2, "count": 3}}
    refused = await ask(3)
    assert (refused["job"], refused["userErrors"]) == (None, [{**error, "path": ["errorPolicy"]}])
    assert await connection.fetchval("SELECT count(*) FROM job_run WHERE idempotency_key = $1", key) == 0
    done = await ask(2)
    assert (done["askedCount"], done["userErrors"]) == (2, [])


async def test_a_canceled_job_ends_after_its_batch(admin_client, connection, tools, shoppers):
    await set_batch(connection, 2)
    customers = await shoppers(7)
    id = await start(admin_client, "ASSIGN_GROUP", customers, **group(2))
    [lease] = await claim_jobs(tools.database)
    await run_batch(tools, lease, 2)
    canceling = {"job": {"status": "CANCELING", "cancelReason": "REQUESTED"}, "userErrors": []}
    assert [await cancel(admin_client, id) for _ in range(2)] == [canceling, canceling]
    assert (await possible(admin_client, id))["canCancel"] is False
    assert await work_on_job(tools, lease, seconds=60)
    assert await outcomes(connection, id) == [*["DONE"] * 2, *["CANCELED"] * 5]
    assert (await show(admin_client, id))["status"] == "CANCELED"
    assert (await cancel(admin_client, id))["userErrors"] == [
        {"code": "NOT_ALLOWED", "key": "job.finished", "path": ["id"]}
    ]
    assert await possible(admin_client, id) == {"action": "ASSIGN_GROUP", "canCancel": False, "canRetry": True}
    again = await retry(admin_client, id, idempotencyKey="once")
    assert again["job"]["totalCount"] == 5
    assert await possible(admin_client, id) == {"action": "ASSIGN_GROUP", "canCancel": False, "canRetry": False}
    waiting = {"action": "ASSIGN_GROUP", "canCancel": True, "canRetry": False}
    assert await possible(admin_client, again["job"]["id"]) == waiting
    assert (await retry(admin_client, id, idempotencyKey="once"))["job"]["id"] == again["job"]["id"]
    await run_all(tools)
    assert await history_of(connection, again["job"]["id"]) == {one.id: 1 for one in customers[2:]}


async def test_a_cancellation_meets_the_last_batch(admin_client, connection, tools, shoppers, monkeypatch):
    """What is done is done: the job is `DONE` as if nobody had canceled it."""
    id = await start(admin_client, "ASSIGN_GROUP", await shoppers(3), **group(2))
    store = batches._store_results

    async def cancel_meanwhile(*given, **more):
        assert (await cancel(admin_client, id))["job"]["status"] == "CANCELING"
        return await store(*given, **more)

    monkeypatch.setattr(batches, "_store_results", cancel_meanwhile)
    await run_all(tools)
    job = await show(admin_client, id)
    assert (job["status"], job["cancelReason"], job["doneCount"]) == ("DONE", None, 3)


async def make_owner(http, connection, permissions=("customers.read", "customers.write"), websites=None):
    role = await make_role(connection, permissions, websites)
    user = await make_staff(connection, role)
    return Client(http, "/admin/graphql", await session_of(connection, user.id)), user, role


async def test_a_role_that_is_narrowed_holds_from_the_next_batch_on(http, connection, tools, shoppers):
    elsewhere = await make_website(connection)
    there = await shoppers(3, website_id=elsewhere, created_in_store_view_id=elsewhere)
    here = await shoppers(3)
    owner, _, role = await make_owner(http, connection, websites=[1, elsewhere])
    mixed = [one for pair in zip(here, there, strict=True) for one in pair]
    id = await start(owner, "ASSIGN_GROUP", mixed, **group(2))
    [lease] = await claim_jobs(tools.database)
    await run_batch(tools, lease, 2)
    await connection.execute("UPDATE staff_role SET website_ids = '{1}' WHERE id = $1", role)
    assert await work_on_job(tools, lease, seconds=60)
    assert await outcomes(connection, id) == ["DONE", "DONE", "DONE", "REFUSED", "DONE", "REFUSED"]
    keys = await connection.fetch("SELECT DISTINCT key FROM job_row WHERE job_id = $1 AND key IS NOT NULL", key_of(id))
    assert [row.key for row in keys] == ["job.out_of_scope"]
    assert (await history_of(connection, id)).keys() == {one.id for one in (*here, there[0])}


async def test_rights_that_were_given_since_are_not_used(http, connection, tools, shoppers):
    elsewhere = await make_website(connection)
    there, here = await shoppers(1, website_id=elsewhere, created_in_store_view_id=elsewhere), await shoppers(1)
    owner, _, role = await make_owner(http, connection, websites=[1])
    id = await start(owner, "ASSIGN_GROUP", [*here, *there], **group(2))
    await connection.execute("UPDATE staff_role SET website_ids = NULL WHERE id = $1", role)
    await run_all(tools)
    assert await outcomes(connection, id) == ["DONE", "NOT_FOUND"]


LOSSES = {
    "deactivated": "UPDATE staff_user SET is_active = false WHERE id = $1",
    "without the permission": "UPDATE staff_role SET permissions = '{customers.read}' WHERE id = "
    "(SELECT role_id FROM staff_user WHERE id = $1)",
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
async def test_an_owner_who_lost_access_stops_the_job(loss, admin_client, http, connection, tools, shoppers):
    owner, user, _ = await make_owner(http, connection)
    manager = await make_staff(connection, await make_role(connection, ["jobs.manage"]))
    elsewhere = await make_staff(connection, await make_role(connection, ["jobs.manage"], [1]))
    id = await start(owner, "ASSIGN_GROUP", await shoppers(4), **group(2))
    [lease] = await claim_jobs(tools.database)
    await run_batch(tools, lease, 1)
    await connection.execute(loss, user.id)
    assert await work_on_job(tools, lease, seconds=60)
    assert await outcomes(connection, id) == ["DONE", "CANCELED", "CANCELED", "CANCELED"]
    job = await show(admin_client, id)
    assert (job["status"], job["cancelReason"]) == ("CANCELED", "OWNER_LOST_ACCESS")
    told = (
        "SELECT placeholders::jsonb ->> 'job' AS job FROM mail_outbox WHERE template = 'job_stopped' AND recipient = $1"
    )
    assert [row.job for row in await connection.fetch(told, manager.email)] == [id]
    assert await connection.fetch(told, elsewhere.email) == []


PREVIEW = """query P($view: ID!) { mailPreview(template: JOB_STOPPED, storeViewId: $view) { subject text } }"""


async def test_the_mail_about_a_stopped_job_leads_to_the_page_of_jobs(admin_client, connection):
    async with connection.transaction():
        await set_value(connection, DECLARED_SETTINGS["mail.path.jobs"], "/work", scope=GLOBAL, scope_id=0)
    shown = (await admin_client.data(PREVIEW, view=encode_id("stv", 1)))["mailPreview"]
    assert shown["subject"] == "A job was stopped"
    assert "was stopped at 2026-01-02T03:04:00+00:00 after 400 of 1000 rows" in " ".join(shown["text"].split())
    assert "/work" in shown["text"]


async def test_signing_out_changes_nothing(http, connection, tools, shoppers):
    owner, user, _ = await make_owner(http, connection)
    id = await start(owner, "ASSIGN_GROUP", await shoppers(2), **group(2))
    await connection.execute("DELETE FROM staff_session WHERE staff_id = $1", user.id)
    await run_all(tools)
    assert await outcomes(connection, id) == ["DONE", "DONE"]


async def test_who_sees_a_job(admin_client, http, connection, shoppers):
    owner, _, _ = await make_owner(http, connection, websites=[1])
    colleague, _, _ = await make_owner(http, connection)
    elsewhere = await make_website(connection)
    manage = ["customers.read", "jobs.manage"]
    managers = [
        await staff_client(http, connection, manage, websites) for websites in (None, [1, elsewhere], [elsewhere])
    ]
    id = await start(owner, "ASSIGN_GROUP", await shoppers(1), **group(2))
    for client, sees in ((owner, True), (colleague, False), *zip(managers, (True, True, False), strict=True)):
        assert (
            (await client.data(JOB, id=id))["job"] is not None
            if sees
            else (await client.data(JOB, id=id))["job"] is None
        )
        listed = (await client.data(LIST, first=100))["jobs"]["nodes"]
        assert (id in [job["id"] for job in listed]) is sees
        if not sees:
            assert await cancel(client, id) == {"job": None, "userErrors": [UNKNOWN]}
            assert await retry(client, id) == {"job": None, "userErrors": [UNKNOWN]}
    assert await connection.fetchval("SELECT status FROM job_run WHERE id = $1", key_of(id)) == "QUEUED"
    assert (await cancel(managers[1], id))["userErrors"] == []
    for unknown in (encode_id("job", new_id()), "job_nothing"):
        answer = await cancel(admin_client, unknown)
        assert [error["code"] for error in answer["userErrors"]] == ["NOT_FOUND"]


async def test_a_retry_takes_the_permissions_of_what_it_does(admin_client, http, connection, tools, shoppers):
    id = await start(admin_client, "DELETE", await shoppers(1))
    unfinished = {"code": "NOT_ALLOWED", "key": "job.not_finished", "path": ["id"]}
    assert (await retry(admin_client, id))["userErrors"] == [unfinished]
    await cancel(admin_client, id)
    await run_all(tools)
    manager = await staff_client(http, connection, ["customers.read", "customers.write", "jobs.manage"])
    refused = await manager.answer(RETRY, input={"id": id})
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.delete"}


async def test_jobs_are_filtered_by_kind_and_status(http, connection, shoppers):
    owner, user, _ = await make_owner(http, connection)
    customers = await shoppers(1)
    waiting, canceled = [await start(owner, "ASSIGN_GROUP", customers, **group(2)) for _ in range(2)]
    await cancel(owner, canceled)
    whole = {"kind": "MASS_ACTION", "staff": {"id": encode_id("stf", user.id)}, "service": None}
    nodes = [{"id": canceled, "status": "CANCELING", **whole}, {"id": waiting, "status": "QUEUED", **whole}]
    for filter, expected in (
        (None, nodes),
        ({"kind": {"in": ["MASS_ACTION"]}}, nodes),
        ({"kind": {"in": ["EXPORT", "IMPORT", "UNDO", "WEBHOOK_REPLAY"]}}, []),
        ({"status": {"eq": "QUEUED"}}, nodes[1:]),
        ({"kind": {"eq": "MASS_ACTION"}, "status": {"notIn": ["QUEUED"]}}, nodes[:1]),
    ):
        listed = (await owner.data(LIST, filter=filter))["jobs"]
        assert listed == {"nodes": expected, "totalCount": len(expected)}


async def test_a_key_stands_for_one_job(http, connection, shoppers):
    owner, _, _ = await make_owner(http, connection)
    other, _, _ = await make_owner(http, connection)
    customers = await shoppers(2)
    asked = {"errorPolicy": "STOP", "idempotencyKey": "k", **group(2)}
    first, again = [await start(owner, "ASSIGN_GROUP", customers, **asked) for _ in range(2)]
    assert first == again
    assert await start(other, "ASSIGN_GROUP", customers, **asked) != first
    input = {"action": "ASSIGN_GROUP", "selection": {"ids": [customer_id(customers[0])]}, **asked}
    refused = await owner.answer(ACT, input=input)
    assert refused["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"
    input = {**input, "idempotencyKey": ""}
    assert (await owner.data(ACT, input=input))["customerMassAction"]["userErrors"] == [
        {"code": "INVALID", "key": "idempotency_key.invalid", "path": ["idempotencyKey"]}
    ]


async def test_one_key_at_the_same_time_makes_one_job(http, connection, shoppers):
    owner, _, _ = await make_owner(http, connection)
    customers = await shoppers(2)
    started = [start(owner, "ASSIGN_GROUP", customers, idempotencyKey="k", **group(2)) for _ in range(4)]
    assert len(set(await asyncio.gather(*started))) == 1


async def test_no_more_jobs_run_at_once_than_the_shop_allows(admin_client, connection, tools, shoppers):
    async with connection.transaction():
        await set_value(connection, AT_ONCE, 2, scope=GLOBAL, scope_id=0)
    # Those that other tests left open count too.
    for table, id in (("job_row", "job_id"), ("job_part", "job_id"), ("job_run", "id")):
        await connection.execute(
            f"DELETE FROM {table} WHERE {id} IN (SELECT id FROM job_run WHERE finished_at IS NULL)"
        )
    ids = [await start(admin_client, "ASSIGN_GROUP", await shoppers(1), **group(2)) for _ in range(3)]
    leases = [
        lease for found in await asyncio.gather(*[claim_jobs(tools.database) for _ in range(3)]) for lease in found
    ]
    assert sorted(lease.job_id for lease in leases) == sorted(key_of(id) for id in ids[:2])
    for lease in leases:
        assert await work_on_job(tools, lease, seconds=60)
    assert await run_due_jobs(tools) == 1
    assert await outcomes(connection, ids[2]) == ["DONE"]


WHOLE = """query { jobs(first: 20, filter: { kind: { in: [MASS_ACTION] } }) { nodes {
  id kind status isDryRun errorPolicy createdAt startedAt finishedAt cancelReason staff { id } service { id } retryOf { id } undoOf { id }
  totalCount processedCount doneCount unchangedCount refusedCount notFoundCount failedCount canceledCount
  problems { key params message count } undo { isPossible key until }
  rows(first: 50, filter: { outcome: { in: [REFUSED, FAILED] } }) { nodes { id line customer { id } outcome code key params path message } }
} } }"""


async def test_everything_about_jobs_is_read_at_once(http, connection, tools, shoppers):
    owner, user, _ = await make_owner(http, connection)
    rows = [*await shoppers(1), *await shoppers(1, customer_type="COMPANY_USER")]
    id = await start(owner, "ASSIGN_GROUP", rows, **group(2))
    await run_all(tools)
    [job] = (await owner.data(WHOLE))["jobs"]["nodes"]
    assert (job["id"], job["status"]) == (id, "DONE")
    assert (job["staff"], job["service"]) == ({"id": encode_id("stf", user.id)}, None)
    assert (job["retryOf"], job["undoOf"], job["undo"]["isPossible"]) == (None, None, True)
    assert [row["customer"] for row in job["rows"]["nodes"]] == [{"id": customer_id(rows[1])}]


TOKEN = """mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) {
  token serviceToken { id } userErrors { code } } }"""
ENDS = {
    "revoked": "UPDATE service_token SET revoked_at = now() WHERE id = $1",
    "over": "UPDATE service_token SET expires_at = now() WHERE id = $1",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
async def test_a_service_token_that_ended_stops_its_job(end, admin_client, http, connection, tools, shoppers):
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    asked = {"name": "ERP", "permissions": ["CUSTOMERS_READ", "CUSTOMERS_WRITE"], "expiresAt": soon}
    made = (await admin_client.data(TOKEN, input={**asked, "websiteIds": None}))["serviceTokenCreate"]
    manager = await make_staff(connection, await make_role(connection, ["jobs.manage"]))
    service = Client(http, "/admin/graphql", made["token"])
    id = await start(service, "ASSIGN_GROUP", await shoppers(3), **group(2))
    [lease] = await claim_jobs(tools.database)
    await run_batch(tools, lease, 1)
    await connection.execute(end, decode_id(made["serviceToken"]["id"], "svt"))
    assert await work_on_job(tools, lease, seconds=60)
    assert await outcomes(connection, id) == ["DONE", "CANCELED", "CANCELED"]
    job = await show(admin_client, id)
    assert (job["status"], job["cancelReason"]) == ("CANCELED", "OWNER_LOST_ACCESS")
    told = (
        "SELECT placeholders::jsonb ->> 'job' AS job FROM mail_outbox WHERE template = 'job_stopped' AND recipient = $1"
    )
    assert [row.job for row in await connection.fetch(told, manager.email)] == [id]


@pytest.mark.parametrize("count", [1, 999, 1000, 1001, 2500])
async def test_rows_that_a_statement_selects_are_frozen_by_the_thousand(count, connection):
    """The places of its rows have gaps, as those of a list have."""
    place = literal_column("n", Integer())
    chosen = select((place + 10**6).label("id"), (place * 7).label("place")).select_from(
        text(f"generate_series(1, {count}) n")
    )
    job_id = new_id()
    async with connection.transaction():
        await store_parts(connection, job_part, job_id, chosen)
    lines = await fetch_rows(connection, select_lines(), job_id=job_id, after=0, most=count + 1)
    assert [tuple(row) for row in lines] == [(line, 10**6 + line, None) for line in range(1, count + 1)]
    later = await fetch_rows(connection, select_lines(), job_id=job_id, after=count // 2, most=300)
    assert [row.line for row in later] == list(range(count // 2 + 1, min(count, count // 2 + 300) + 1))
    await connection.execute("DELETE FROM job_part WHERE job_id = $1", job_id)


async def test_an_old_job_whose_rows_are_being_deleted_is_neither_retried_nor_undone(
    admin_client, connection, tools, shoppers
):
    """Not for the rows that happen to be left."""
    undo = "mutation U($input: JobUndoInput!) { jobUndo(input: $input) { job { id } userErrors { code key path } } }"
    id = await start(admin_client, "DEACTIVATE", await shoppers(3))
    await run_all(tools)
    await connection.execute("DELETE FROM job_row WHERE job_id = $1 AND line = 1", key_of(id))
    assert (await admin_client.data(undo, input={"id": id}))["jobUndo"] == {"job": None, "userErrors": [UNKNOWN]}
    canceled = await start(admin_client, "ACTIVATE", await shoppers(3))
    await cancel(admin_client, canceled)
    await run_all(tools)
    await connection.execute("DELETE FROM job_row WHERE job_id = $1 AND line = 1", key_of(canceled))
    assert (await retry(admin_client, canceled)) == {"job": None, "userErrors": [UNKNOWN]}
