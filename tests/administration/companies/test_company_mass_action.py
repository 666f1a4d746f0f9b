"""Actions on many companies, as jobs (docs/domain/companies.md#companies-14)."""

import asyncio
import uuid

import pytest

from customer_gql.administration.company_actions.actions import MAX_ACCOUNTS
from customer_gql.administration.mass_actions.settings import AT_ONCE
from customer_gql.core.ids import encode_id
from customer_gql.messaging.jobs.runs.batches import run_batch
from customer_gql.messaging.jobs.runs.leases.claims import claim_jobs
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.companies import company_id, make_company, make_member
from support.customers import customer_id, make_customer
from support.jobs import delete_open_jobs, run_all
from support.races import stop_before
from support.staff import make_role, make_staff, make_website, staff_client

from .documents import call, mutation

MASS = """mutation M($input: CompanyMassActionInput!, $dryRun: Boolean! = false) {
  companyMassAction(input: $input, dryRun: $dryRun) {
    askedCount doneCount unchangedCount refusedCount notFoundCount failedCount canceledCount
    results { line id outcome key params path company { id status } customer { id } }
    blockers { key count params } job { id status totalCount undo { isPossible key } }
    userErrors { code key path } } }"""
UNDO = """mutation U($input: JobUndoInput!) { jobUndo(input: $input) {
  job { id doneCount unchangedCount refusedCount rows(first: 20) { nodes { id outcome key } } } userErrors { key } } }"""
JOB = """query J($id: ID!) { job(id: $id) { status totalCount processedCount doneCount unchangedCount refusedCount
  failedCount rows(first: 50) { nodes { outcome key company { id } } } } }"""
STATE = "SELECT status, group_id, sales_representative_id FROM company WHERE id = $1"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def tools(http, database, settings, connection):
    """Mass actions wait for workers."""
    await delete_open_jobs(connection)
    async with connection.transaction():
        await set_value(connection, AT_ONCE, 0, scope=GLOBAL, scope_id=0)
    return Tools(database, settings)


async def act(client, action, rows, *, dry_run=False, **more):
    ids = [company_id(row) for row in rows]
    given = {"action": action, "selection": {"ids": ids}, **more}
    return (await client.data(MASS, input=given, dryRun=dry_run))["companyMassAction"]


def results(answer):
    return [(one["outcome"], one["key"]) for one in answer["results"]]


def counts(answer):
    return {
        name: answer[f"{name}Count"] for name in ("done", "unchanged", "refused", "notFound") if answer[f"{name}Count"]
    }


async def make_rejected(connection, **more):
    now = (await make_customer(connection)).created_at
    return await make_company(connection, status="REJECTED", rejection_reason="x", rejected_at=now, **more)


async def test_companies_are_blocked_with_a_result_for_each(boss, connection):
    active, blocked = await make_company(connection), await make_company(connection, status="BLOCKED")
    waiting = await make_company(connection, status="PENDING")
    gone = encode_id("com", uuid.uuid4().int >> 66)
    given = {"action": "BLOCK", "selection": {"ids": [*map(company_id, (active, blocked, waiting)), gone]}}
    wanted = [
        ("DONE", None),
        ("UNCHANGED", None),
        ("REFUSED", "company.status_not_possible"),
        ("NOT_FOUND", "company.not_found"),
    ]
    tried = (await boss.data(MASS, input=given, dryRun=True))["companyMassAction"]
    assert (results(tried), counts(tried), tried["job"]) == (
        wanted,
        {"done": 1, "unchanged": 1, "refused": 1, "notFound": 1},
        None,
    )
    assert (await connection.fetchrow(STATE, active.id)).status == "ACTIVE"
    done = (await boss.data(MASS, input=given))["companyMassAction"]
    assert (results(done), counts(done), done["userErrors"]) == (results(tried), counts(tried), [])
    refusal = {"status": "PENDING", "wanted": "BLOCKED"}
    assert done["blockers"] == tried["blockers"]
    assert done["blockers"] == [{"key": "company.status_not_possible", "count": 1, "params": refusal}]
    assert done["results"][0]["company"] == {"id": company_id(active), "status": "BLOCKED"}
    assert [one["id"] for one in done["results"]] == given["selection"]["ids"]
    assert done["results"][2]["path"] == ["selection", "ids", "2"]
    assert done["results"][0]["customer"] is None
    assert (await connection.fetchrow(STATE, active.id)).status == "BLOCKED"
    assert (done["askedCount"], done["job"]["totalCount"], done["job"]["undo"]) == (
        4,
        4,
        {"isPossible": True, "key": None},
    )
    history = "SELECT job_id IS NOT NULL FROM staff_event WHERE subject = $1 AND kind = 'COMPANY_STATUS_CHANGED'"
    assert await connection.fetchval(history, company_id(active))
    mails = "SELECT is_bulk FROM mail_outbox WHERE template = 'company_blocked' AND customer_id = $1"
    assert [row.is_bulk for row in await connection.fetch(mails, active.admin_customer_id)] == [True]


async def test_activation_lets_accounts_in_and_mails_each_one_link(boss, connection):
    anna = await make_customer(connection, status="INACTIVE")
    waiting = await make_company(connection, anna, status="PENDING")
    await connection.execute("UPDATE company_member SET is_account_of_company = true WHERE customer_id = $1", anna.id)
    rejected, active = await make_rejected(connection), await make_company(connection)
    answer = await act(boss, "ACTIVATE", [waiting, rejected, active])
    assert results(answer) == [("DONE", None), ("DONE", None), ("UNCHANGED", None)]
    assert await connection.fetchval("SELECT status FROM customer WHERE id = $1", anna.id) == "ACTIVE"
    links = "SELECT count(*) FROM mail_outbox WHERE customer_id = $1 AND template = 'welcome_without_password'"
    assert await connection.fetchval(links, anna.id) == 1
    taken_back = (await call(boss, UNDO, id=answer["job"]["id"]))["job"]
    assert [(one["outcome"], one["key"]) for one in taken_back["rows"]["nodes"]] == [
        ("REFUSED", "undo.company_approved"),
        ("REFUSED", "undo.company_approved"),
    ]


async def test_a_group_reaches_members_and_is_given_back(boss, connection):
    one, two = await make_company(connection, group_id=2), await make_company(connection, group_id=1)
    member = await make_customer(connection)
    await make_member(connection, one, member)
    answer = await act(boss, "ASSIGN_GROUP", [one, two], groupId=encode_id("grp", 1))
    assert results(answer) == [("DONE", None), ("UNCHANGED", None)]
    group = "SELECT group_id FROM customer WHERE id = $1"
    assert await connection.fetchval(group, member.id) == 1
    tried = await boss.data(
        UNDO.replace("(input: $input)", "(input: $input, dryRun: true)"), input={"id": answer["job"]["id"]}
    )
    assert tried["jobUndo"]["job"]["doneCount"] == 1
    assert await connection.fetchval(group, member.id) == 1
    undone = (await call(boss, UNDO, id=answer["job"]["id"]))["job"]
    assert (undone["doneCount"], undone["rows"]["nodes"][0]["id"]) == (1, company_id(one))
    assert await connection.fetchval(group, member.id) == 2
    assert (await connection.fetchrow(STATE, one.id)).group_id == 2


async def test_an_undo_leaves_what_was_changed_since(boss, connection):
    made, other = await make_company(connection), await make_company(connection)
    answer = await act(boss, "BLOCK", [made, other])
    assert (await call(boss, mutation("companyActivate"), id=company_id(made)))["userErrors"] == []
    undone = (await call(boss, UNDO, id=answer["job"]["id"]))["job"]
    assert [(one["outcome"], one["key"]) for one in undone["rows"]["nodes"]] == [
        ("REFUSED", "undo.company_changed_since"),
        ("DONE", None),
    ]
    assert (await connection.fetchrow(STATE, other.id)).status == "ACTIVE"


async def test_a_sales_representative_is_assigned_and_nobody_is_too(boss, connection):
    role = await make_role(connection)
    grace, former = await make_staff(connection, role), await make_staff(connection, role)
    one = await make_company(connection, sales_representative_id=former.id)
    chosen = encode_id("stf", grace.id)
    answer = await act(boss, "ASSIGN_SALES_REPRESENTATIVE", [one], salesRepresentativeId=chosen)
    assert results(answer) == [("DONE", None)]
    shown = "SELECT sales_representative_id FROM customer_grid_row WHERE customer_id = $1"
    assert await connection.fetchval(shown, one.admin_customer_id) == grace.id
    undone = (await call(boss, UNDO, id=answer["job"]["id"]))["job"]
    assert undone["doneCount"] == 1
    assert (await connection.fetchrow(STATE, one.id)).sales_representative_id == former.id
    cleared = await act(boss, "ASSIGN_SALES_REPRESENTATIVE", [one], salesRepresentativeId=None)
    assert results(cleared) == [("DONE", None)]
    assert (await connection.fetchrow(STATE, one.id)).sales_representative_id is None


async def test_deletion_is_for_good(boss, connection):
    made, child = await make_company(connection), await make_company(connection)
    await connection.execute("UPDATE company SET parent_id = $1 WHERE id = $2", made.id, child.id)
    created = await make_customer(connection)
    await make_member(connection, made, created, is_account_of_company=True)
    answer = await act(boss, "DELETE", [made, child])
    assert (results(answer), answer["results"][0]["company"]) == ([("DONE", None), ("DONE", None)], None)
    assert answer["job"]["undo"] == {"isPossible": False, "key": "undo.not_possible"}
    assert await connection.fetchval("SELECT status FROM customer WHERE id = $1", created.id) == "INACTIVE"
    assert await connection.fetchval("SELECT count(*) FROM company WHERE id = ANY($1)", [made.id, child.id]) == 0


async def test_companies_are_found_by_parent_and_other_filters(boss, connection):
    parent = await make_company(connection)
    children = [await make_company(connection, parent_id=parent.id) for _ in range(3)]
    given = {
        "action": "BLOCK",
        "selection": {"filter": {"parent": {"eq": company_id(parent)}}},
        "exceptIds": [company_id(children[0])],
    }
    answer = (await boss.data(MASS, input=given))["companyMassAction"]
    assert {one["id"] for one in answer["results"]} == {company_id(row) for row in children[1:]}
    assert [(await connection.fetchrow(STATE, row.id)).status for row in (parent, *children)] == [
        "ACTIVE",
        "ACTIVE",
        "BLOCKED",
        "BLOCKED",
    ]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"action": "ASSIGN_GROUP"}, ("REQUIRED", "mass_action.group_missing", ["groupId"])),
        ({"groupId": encode_id("grp", 1)}, ("INVALID", "mass_action.group_unused", ["groupId"])),
        (
            {"action": "ASSIGN_SALES_REPRESENTATIVE"},
            ("REQUIRED", "mass_action.representative_missing", ["salesRepresentativeId"]),
        ),
        (
            {"salesRepresentativeId": None},
            ("INVALID", "mass_action.representative_unused", ["salesRepresentativeId"]),
        ),
        (
            {"action": "ASSIGN_GROUP", "groupId": encode_id("grp", 0)},
            ("NOT_ALLOWED", "customer_group.for_guests", ["groupId"]),
        ),
        (
            {"action": "ASSIGN_SALES_REPRESENTATIVE", "salesRepresentativeId": encode_id("stf", 1 << 40)},
            ("NOT_FOUND", "company.sales_representative_not_found", ["salesRepresentativeId"]),
        ),
        ({"selection": {"ids": []}}, ("REQUIRED", "selection.empty", ["selection", "ids"])),
        ({"selection": {"filter": {}}}, ("INVALID", "selection.filter_empty", ["selection", "filter"])),
        ({"selection": {"everything": False}}, ("INVALID", "selection.not_everything", ["selection", "everything"])),
        ({"selection": {"ids": [encode_id("cus", 1)]}}, ("NOT_FOUND", None, ["selection", "ids", "0"])),
        ({"exceptIds": [encode_id("com", 1)]}, ("INVALID", "selection.not_narrowed", ["exceptIds"])),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
async def test_what_is_refused_as_a_whole(boss, connection, given, error, dry_run):
    made = await make_company(connection)
    input = {"action": "BLOCK", "selection": {"ids": [company_id(made)]}, **given}
    answer = (await boss.data(MASS, input=input, dryRun=dry_run))["companyMassAction"]
    [refused] = answer["userErrors"]
    assert (refused["code"], refused["path"]) == (error[0], error[2])
    assert error[1] in (None, refused["key"])
    assert answer["job"] is None
    assert (await connection.fetchrow(STATE, made.id)).status == "ACTIVE"


async def test_a_repeat_with_the_key_gets_the_same_job(boss, connection):
    made = await make_company(connection)
    key = uuid.uuid4().hex
    first, second = [await act(boss, "BLOCK", [made], idempotencyKey=key) for _ in range(2)]
    assert first["job"]["id"] == second["job"]["id"]
    assert results(second) == [("DONE", None)]
    other = {"action": "DELETE", "selection": {"ids": [company_id(made)]}, "idempotencyKey": key}
    refused = await boss.answer(MASS, input=other)
    assert refused["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"


async def test_staff_act_within_their_permissions_and_websites(http, connection):
    made = await make_company(connection)
    reader = await staff_client(http, connection, ["companies.read", "customers.read"])
    given = {"action": "BLOCK", "selection": {"ids": [company_id(made)]}}
    for document in ({"dryRun": False}, {"dryRun": True}):
        refused = await reader.answer(MASS, input=given, **document)
        assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "companies.write"}
    writer = await staff_client(http, connection, ["companies.read", "companies.write", "customers.read"])
    refused = await writer.answer(MASS, input={**given, "action": "DELETE"})
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "companies.delete"}
    there = await staff_client(http, connection, website_ids=[await make_website(connection)])
    for dry_run in (True, False):
        answer = await act(there, "DELETE", [made], dry_run=dry_run)
        assert results(answer) == [("NOT_FOUND", "company.not_found")]
    every = {"action": "DELETE", "selection": {"everything": True}}
    answer = (await there.data(MASS, input=every, dryRun=True))["companyMassAction"]
    assert (answer["askedCount"], answer["results"]) == (0, [])
    assert tuple(await connection.fetchrow("SELECT version, status FROM company WHERE id = $1", made.id)) == (
        1,
        "ACTIVE",
    )


async def test_a_role_that_was_narrowed_meanwhile_reaches_no_further(http, connection, tools):
    website = await make_website(connection)
    there = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    here, away = await make_company(connection), await make_company(connection, there)
    client = await staff_client(http, connection, website_ids=[1, website])
    answer = await act(client, "BLOCK", [here, away])
    role = "UPDATE staff_role SET website_ids = $1 WHERE id = (SELECT role_id FROM staff_user ORDER BY created_at DESC LIMIT 1)"
    await connection.execute(role, [1])
    await run_all(tools)
    job = (await client.data(JOB, id=answer["job"]["id"]))["job"]
    assert [(one["outcome"], one["key"]) for one in job["rows"]["nodes"]] == [
        ("DONE", None),
        ("REFUSED", "job.out_of_scope"),
    ]
    assert (await connection.fetchrow(STATE, away.id)).status == "ACTIVE"


async def test_a_killed_worker_leaves_whole_companies_and_another_goes_on(boss, connection, tools):
    rows = [await make_company(connection) for _ in range(3)]
    answer = await act(boss, "BLOCK", rows)
    [lease] = await claim_jobs(tools.database)
    async with stop_before("INSERT INTO job_row") as stop:
        task = asyncio.create_task(run_batch(tools, lease, 3))
        await stop.reached_by(task)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert {(await connection.fetchrow(STATE, row.id)).status for row in rows} == {"ACTIVE"}
    await connection.execute("UPDATE job_run SET leased_until = NULL WHERE id = $1", lease.job_id)
    await run_all(tools)
    job = (await boss.data(JOB, id=answer["job"]["id"]))["job"]
    assert (job["status"], job["processedCount"], job["doneCount"]) == ("DONE", 3, 3)
    assert {(await connection.fetchrow(STATE, row.id)).status for row in rows} == {"BLOCKED"}
    events = "SELECT count(*) FROM staff_event WHERE subject = $1 AND kind = 'COMPANY_STATUS_CHANGED'"
    assert {await connection.fetchval(events, company_id(row)) for row in rows} == {1}


async def test_a_batch_takes_as_many_companies_as_have_so_many_members(boss, connection, tools, monkeypatch):
    assert MAX_ACCOUNTS == 10_000
    monkeypatch.setattr("customer_gql.administration.company_actions.actions.MAX_ACCOUNTS", 2)
    rows = [await make_company(connection) for _ in range(3)]
    await make_member(connection, rows[0], await make_customer(connection))
    await make_member(connection, rows[0], await make_customer(connection))
    answer = await act(boss, "ASSIGN_GROUP", rows, groupId=encode_id("grp", 2))
    [lease] = await claim_jobs(tools.database)
    for processed in (1, 3):
        job = await run_batch(tools, lease, 3)
        assert (job.processed_count, job.done_count) == (processed, processed)
    assert (await boss.data(JOB, id=answer["job"]["id"]))["job"]["status"] == "DONE"


async def test_members_who_join_meanwhile_get_the_group_too(boss, connection, tools):
    made, ada = await make_company(connection), await make_customer(connection)
    await act(boss, "ASSIGN_GROUP", [made], groupId=encode_id("grp", 2))
    [lease] = await claim_jobs(tools.database)
    add = mutation("companyMemberAdd", "companyMember { id }")
    async with stop_before("FROM company", "FOR UPDATE") as stop:
        task = asyncio.create_task(run_batch(tools, lease, 10))
        await stop.reached_by(task)
        joined = await call(boss, add, companyId=company_id(made), customerId=customer_id(ada))
        assert joined["userErrors"] == []
    await task
    assert await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", ada.id) == 2


async def test_actions_take_the_same_statements_for_each_company(boss, connection, statements):
    taken = {}
    for size in (1, 10):
        rows = [await make_company(connection) for _ in range(size)]
        await statements.clear()
        assert counts(await act(boss, "BLOCK", rows, dry_run=True)) == {"done": size}
        taken[size] = await statements.count()
    assert taken[1] == taken[10], statements.texts
