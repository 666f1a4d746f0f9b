"""What a job and a selection are to those who started them, whatever else their role opens
(docs/domain/bulk-jobs.md#bulk-jobs-7)."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id, new_id
from customer_gql.messaging.files.tables import stored_file
from customer_gql.messaging.jobs.work import Tools
from support.clients import Client
from support.companies import company_id, make_company
from support.customers import make_customer
from support.jobs import delete_open_jobs
from support.staff import make_website, staff_client

from .samples import make_job

COMPANIES_ONLY = ["companies.read", "companies.write"]
BLOCK = """mutation M($input: CompanyMassActionInput!) { companyMassAction(input: $input) {
  job { id status } doneCount userErrors { key } } }"""
SEEN = """query S($id: ID!) { jobs(first: 50) { nodes { id } } job(id: $id) { id status doneCount files { id }
  rows(first: 5) { nodes { id outcome company { id } } } } }"""
OF_CUSTOMERS = "query R($id: ID!) { job(id: $id) { rows(first: 5) { nodes { customer { email } } } } }"
CANCEL = """mutation C($input: JobCancelInput!) { jobCancel(input: $input) {
  job { status } userErrors { code key path } } }"""
RETRY = "mutation R($input: JobRetryInput!) { jobRetry(input: $input) { job { status } userErrors { code key path } } }"
UNDO = """mutation U($input: JobUndoInput!) { jobUndo(input: $input) {
  job { doneCount } userErrors { code key path } } }"""
SELECT = """mutation S($input: CompanySelectionCreateInput!) { companySelectionCreate(input: $input) {
  selection { id } userErrors { key } } }"""
DROP = """mutation D($input: SelectionDeleteInput!) { selectionDelete(input: $input) {
  deletedId userErrors { code key path } } }"""
LINK = """mutation L($input: DownloadLinkCreateInput!) { downloadLinkCreate(input: $input) {
  url userErrors { code key path } } }"""


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


@pytest.fixture
async def clerk(http: Any, connection: Any) -> Client:
    return await staff_client(http, connection, COMPANIES_ONLY)


@pytest.fixture
async def other(http: Any, connection: Any) -> Client:
    return await staff_client(http, connection, COMPANIES_ONLY)


async def block(client: Client, row: Any) -> str:
    given = {"action": "BLOCK", "selection": {"ids": [company_id(row)]}}
    done = (await client.data(BLOCK, input=given))["companyMassAction"]
    assert (done["doneCount"], done["job"]["status"], done["userErrors"]) == (1, "DONE", [])
    return done["job"]["id"]


async def test_who_may_not_read_customers_follows_and_undoes_their_own_jobs(
    clerk: Client, other: Client, tools: Tools, connection: Any
):
    firm = await make_company(connection)
    id = await block(clerk, firm)
    seen = await clerk.data(SEEN, id=id)
    assert [one["id"] for one in seen["jobs"]["nodes"]] == [id]
    row = {"id": company_id(firm), "outcome": "DONE", "company": {"id": company_id(firm)}}
    assert seen["job"] == {"id": id, "status": "DONE", "doneCount": 1, "files": [], "rows": {"nodes": [row]}}
    assert await other.data(SEEN, id=id) == {"jobs": {"nodes": []}, "job": None}
    not_found = [{"code": "NOT_FOUND", "key": "job.not_found", "path": ["id"]}]
    for name, document in (("jobCancel", CANCEL), ("jobRetry", RETRY), ("jobUndo", UNDO)):
        assert (await other.data(document, input={"id": id}))[name] == {"job": None, "userErrors": not_found}
    undone = (await clerk.data(UNDO, input={"id": id}))["jobUndo"]
    assert undone == {"job": {"doneCount": 1}, "userErrors": []}
    assert await connection.fetchval("SELECT status FROM company WHERE id = $1", firm.id) == "ACTIVE"


async def test_who_may_not_read_customers_cancels_their_own_job(clerk: Client, other: Client, connection: Any):
    id = await make_job(connection, status="QUEUED", **await owner_of(connection, await block_any(clerk, connection)))
    given = {"id": encode_id("job", id)}
    assert (await other.data(CANCEL, input=given))["jobCancel"]["userErrors"][0]["code"] == "NOT_FOUND"
    assert (await clerk.data(CANCEL, input=given))["jobCancel"]["userErrors"] == []
    assert await connection.fetchval("SELECT status FROM job_run WHERE id = $1", id) in ("CANCELING", "CANCELED")


async def block_any(client: Client, connection: Any) -> str:
    return await block(client, await make_company(connection))


async def owner_of(connection: Any, job: str) -> dict[str, Any]:
    row = await connection.fetchrow("SELECT actor, actor_id FROM job_run WHERE id = $1", int(job[4:], 16))
    return dict(row)


async def test_managers_of_jobs_see_those_of_websites_that_they_reach(clerk: Client, http: Any, connection: Any):
    website = await make_website(connection)
    id = await make_job(connection, website_ids=[website])
    given = {"id": encode_id("job", id)}
    near = await staff_client(http, connection, ["jobs.manage"], [website])
    far = await staff_client(http, connection, ["jobs.manage"], [1])
    assert (await near.data(SEEN, **given))["job"]["id"] == given["id"]
    assert (await far.data(SEEN, **given))["job"] is None
    assert (await clerk.data(SEEN, **given))["job"] is None


async def test_rows_about_customers_stay_closed_to_those_who_may_not_read_them(clerk: Client, connection: Any):
    shopper = await make_customer(connection)
    owner = await owner_of(connection, await block_any(clerk, connection))
    id = await make_job(connection, total_count=1, done_count=1, **owner)
    await connection.execute(
        "INSERT INTO job_row (job_id, line, customer_id, outcome) VALUES ($1, 1, $2, 'DONE')", id, shopper.id
    )
    answer = await clerk.answer(OF_CUSTOMERS, id=encode_id("job", id))
    [row] = answer["data"]["job"]["rows"]["nodes"]
    assert row["customer"] is None
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_selections_are_deleted_by_their_owners_alone(clerk: Client, other: Client, connection: Any):
    firm = await make_company(connection)
    given = {"selection": {"ids": [company_id(firm)]}}
    made = (await clerk.data(SELECT, input=given))["companySelectionCreate"]
    id = made["selection"]["id"]
    refused = (await other.data(DROP, input={"id": id}))["selectionDelete"]
    assert refused["userErrors"] == [{"code": "NOT_FOUND", "key": "selection.not_found", "path": ["id"]}]
    assert (await clerk.data(DROP, input={"id": id}))["selectionDelete"] == {"deletedId": id, "userErrors": []}


@pytest.mark.parametrize(("permission", "is_covered"), [("companies.read", True), ("customers.read", False)])
async def test_files_of_jobs_take_what_is_in_them_and_no_more(
    permission: str, is_covered: bool, clerk: Client, other: Client, connection: Any
):
    owner = await owner_of(connection, await block_any(clerk, connection))
    id = new_id()
    await connection.execute(
        f"""INSERT INTO {stored_file.name} (id, purpose, storage, name, media_type, size_bytes, owner_kind, owner_id, permissions,
            recipient_staff_ids, sha256, stored_at) VALUES ($1, 'EXPORT', 'DATABASE', 'a.csv', 'text/csv', 0, $2, $3, $4, '{{}}', sha256(''), now())""",
        id,
        owner["actor"],
        owner["actor_id"],
        [permission],
    )
    given = {"fileId": encode_id("fil", id)}
    not_found = [{"code": "NOT_FOUND", "key": "file.not_found", "path": ["fileId"]}]
    assert (await other.data(LINK, input=given))["downloadLinkCreate"]["userErrors"] == not_found
    made = (await clerk.data(LINK, input=given))["downloadLinkCreate"]
    assert made["userErrors"] == ([] if is_covered else not_found)
