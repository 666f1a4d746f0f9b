"""An export is a job that writes a list to a file, as far as its owner may see it."""

import asyncio
from typing import Any

import orjson
import pytest

from customer_gql.administration.exports import export_job
from customer_gql.administration.exports.export_job import MAX_OPEN
from customer_gql.core.ids import decode_id, encode_id
from customer_gql.messaging.jobs.runs.leases import watching
from customer_gql.messaging.jobs.whole_runs import runner as whole_jobs
from customer_gql.messaging.jobs.whole_runs.runner import run_due_whole_jobs
from support.clients import Client
from support.customers import customer_id, make_customer
from support.exporting import (
    create_export,
    export,
    read_csv,
    read_json_lines,
    read_workbook,
    run_exports,
    show_export,
    start_export,
)
from support.jobs import start
from support.races import stop_before
from support.staff import make_role, make_staff, make_website, session_of, staff_client

ALL = ["customers.read", "customers.export", "customers.pii"]
CANCEL = "mutation C($id: ID!) { jobCancel(input: {id: $id}) { job { status } userErrors { key } } }"
RETRY = (
    """mutation R($id: ID!) { jobRetry(input: {id: $id}) { job { id status retryOf { id } } userErrors { key } } }"""
)
VIEW = (
    """mutation V($input: GridViewCreateInput!) { gridViewCreate(input: $input) { view { id } userErrors { key } } }"""
)
NAMES = [
    "=HYPERLINK(1)",
    "+1",
    "-1",
    "@sum",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "'=1",
    "''=1",
    "'plain",
    'quo"te, and\ncomma',
    "Anna",
]


def of(*customers: Any, **more: Any) -> Any:
    return {"customers": {"selection": {"ids": [customer_id(one) for one in customers]}, "columns": ["number"], **more}}


async def make_named(connection: Any, names: list[str]) -> list[Any]:
    """Customers whose external ids are these texts, as no rule would let them be typed."""
    made = [await make_customer(connection) for _ in names]
    for one, name in zip(made, names, strict=True):
        await connection.execute("UPDATE customer_grid_row SET name = $2 WHERE customer_id = $1", one.id, name)
    return made


async def delete_all(connection: Any, made: list[Any]) -> None:
    await connection.execute("DELETE FROM customer WHERE id = ANY($1)", [one.id for one in made])


async def test_no_cell_of_a_csv_file_is_computed_and_every_text_comes_back(admin_client, connection, tools):
    made = await make_named(connection, NAMES)
    asked = of(*made, columns=["name"], sort=[{"by": "NUMBER", "direction": "ASC"}])
    cells = [row["Name"] for row in read_csv(await export(admin_client, tools, asked))]
    assert not [cell for cell in cells if cell and cell[0] in "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"]
    assert cells == [f"'{name}" if name.lstrip("'")[0] in "=+-@\uff1d\uff0b\uff0d\uff20" else name for name in NAMES]
    book = read_workbook(await export(admin_client, tools, asked, "XLSX"))
    assert [row["Name"] for row in book] == NAMES
    lines = read_json_lines(await export(admin_client, tools, asked, "JSON_LINES"))
    assert [row["name"] for row in lines] == NAMES
    await delete_all(connection, made)


async def test_the_columns_are_those_of_the_view_else_those_shown_by_default(admin_client, connection, tools):
    one = await make_customer(connection)
    content = {"customers": {"filter": {"number": {"eq": one.number}}, "columns": ["email", "number"]}}
    saved = await admin_client.data(VIEW, input={"name": "Two", "content": content})
    by_view = {"customers": {"selection": {"viewId": saved["gridViewCreate"]["view"]["id"]}}}
    [row] = read_json_lines(await export(admin_client, tools, by_view, "JSON_LINES"))
    assert list(row) == ["email", "number"]
    [row] = read_json_lines(
        await export(admin_client, tools, {"customers": {"selection": {"ids": [customer_id(one)]}}}, "JSON_LINES")
    )
    assert list(row)[:3] == ["number", "name", "email"]
    chosen = {"customers": {**by_view["customers"], "columns": ["number"]}}
    assert read_json_lines(await export(admin_client, tools, chosen, "JSON_LINES")) == [{"number": one.number}]


async def test_a_search_narrows_a_view_of_customers_that_searches_too(admin_client, connection, tools):
    both = await make_customer(connection, first_name="Quirinus", last_name="Zebulon")
    await make_customer(connection, first_name="Quirinus")
    await make_customer(connection, last_name="Zebulon")
    saved = await admin_client.data(VIEW, input={"name": "Quirinus", "content": {"customers": {"search": "quirinus"}}})
    by_view = {"selection": {"viewId": saved["gridViewCreate"]["view"]["id"]}, "columns": ["number"]}
    asked = {"customers": {**by_view, "search": "zebulon"}}
    assert read_json_lines(await export(admin_client, tools, asked, "JSON_LINES")) == [{"number": both.number}]


async def test_a_selection_is_exported_as_it_was_frozen(admin_client, connection, tools):
    first, second = await make_customer(connection), await make_customer(connection)
    create = """mutation S($input: CustomerSelectionCreateInput!) { customerSelectionCreate(input: $input) {
      selection { id } userErrors { key } } }"""
    made = await admin_client.data(create, input={"selection": {"ids": [customer_id(first), customer_id(second)]}})
    id = made["customerSelectionCreate"]["selection"]["id"]
    asked = {"customers": {"selection": {"selectionId": id}, "columns": ["number"]}}
    job = await start_export(admin_client, asked, "JSON_LINES")
    await admin_client.data("mutation D($id: ID!) { selectionDelete(input: {id: $id}) { deletedId } }", id=id)
    await run_exports(tools)
    shown = await show_export(admin_client, job)
    assert (shown["status"], shown["totalCount"], shown["doneCount"], shown["processedCount"]) == ("DONE", 2, 2, 2)
    assert shown["files"][0]["rowCount"] == 2


async def test_what_became_of_the_rows_of_a_job_is_exported(admin_client, connection, tools):
    members = [await make_customer(connection, customer_type="COMPANY_USER") for _ in range(2)]
    job = await start(admin_client, "ASSIGN_GROUP", members, groupId=encode_id("grp", 2))
    rows = read_json_lines(await export(admin_client, tools, {"jobRows": {"jobId": job}}, "JSON_LINES"))
    assert rows == [
        {
            "line": line,
            "customer": {"id": customer_id(one), "label": None},
            "company": None,
            "outcome": "REFUSED",
            "key": "customer_group.decided_by_company",
            "params": "{}",
            "path": None,
        }
        for line, one in enumerate(members, 1)
    ]
    unknown = await create_export(admin_client, {"jobRows": {"jobId": encode_id("job", 1)}})
    assert unknown["userErrors"][0]["key"] == "export.job_not_found"


@pytest.mark.parametrize(
    ("list", "refused"),
    [
        ({"customers": {"selection": {"everything": True}, "columns": ["nothing"]}}, ("export.column_unknown", ["list", "customers", "columns", "0"])),
        ({"customers": {"selection": {"everything": True}, "columns": []}}, ("export.columns_missing", ["list", "customers", "columns"])),
        ({"customers": {"selection": {"everything": True}, "columns": ["email", "number", "email"]}}, ("grid_view.column_repeated", ["list", "customers", "columns", "2"])),
        ({"orders": {"columns": ["grandTotal", "x"]}}, ("export.column_unknown", ["list", "orders", "columns", "1"])),
        ({"orders": {"viewId": encode_id("gvw", 1)}}, ("grid_view.not_found", ["list", "orders", "viewId"])),
        ({"customers": {"selection": {"selectionId": encode_id("sel", 1)}}}, ("selection.not_found", ["list", "customers", "selection", "selectionId"])),
    ],
)  # fmt: skip
async def test_what_is_not_there_is_refused_with_its_path(list, refused, admin_client, connection, tools):
    answer = await create_export(admin_client, list)
    assert answer["job"] is None
    assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [refused]
    assert await connection.fetchval("SELECT count(*) FROM job_run WHERE finished_at IS NULL") == 0


@pytest.mark.parametrize(
    ("permissions", "list", "missing"),
    [
        (["customers.read", "customers.pii"], {"customers": {"selection": {"everything": True}}}, "customers.export"),
        (["customers.read", "customers.export"], {"customers": {"selection": {"everything": True}}}, "customers.pii"),
        (["customers.read", "customers.export"], {"customers": {"selection": {"filter": {"email": {"startsWith": "a"}}}, "columns": ["number"]}}, "customers.pii"),
        (["customers.read", "customers.export"], {"customers": {"selection": {"everything": True}, "columns": ["number"], "sort": [{"by": "EMAIL"}]}}, "customers.pii"),
        (["customers.read", "customers.export"], {"customers": {"selection": {"everything": True}, "columns": ["number"], "search": "a"}}, "customers.pii"),
        (["customers.read", "customers.export"], {"staffHistory": {}}, "staff.manage"),
        (["customers.read", "customers.export", "customers.pii"], {"history": {}}, "history.read"),
    ],
)  # fmt: skip
async def test_who_may_not_see_the_list_may_not_export_it(permissions, list, missing, http, connection):
    client = await staff_client(http, connection, permissions)
    answer = await client.answer(
        "mutation E($input: ExportCreateInput!) { exportCreate(input: $input) { job { id } } }",
        input={"list": list, "format": "CSV"},
    )
    assert answer["errors"][0]["extensions"]["permission"] == missing


async def test_only_customers_of_the_owners_websites_are_exported(http, connection, tools):
    website = await make_website(connection)
    inside, outside = await make_customer(connection, website_id=website), await make_customer(connection)
    client = await staff_client(http, connection, ALL, website_ids=[website])
    rows = read_json_lines(await export(client, tools, of(inside, outside), "JSON_LINES"))
    assert rows == [{"number": inside.number}]


async def test_the_history_of_staff_records_what_was_exported_and_each_download(admin_client, connection, tools):
    one = await make_customer(connection)
    await export(
        admin_client,
        tools,
        {"customers": {"selection": {"filter": {"number": {"eq": one.number}}}, "columns": ["number"]}},
    )
    rows = await connection.fetch("SELECT kind, subject, changes FROM staff_event ORDER BY id DESC LIMIT 2")
    assert [row.kind for row in rows] == ["FILE_DOWNLOADED", "EXPORTED"]
    assert rows[0].subject == rows[1].subject
    told = {key: after for key, (_, after) in orjson.loads(rows[1].changes).items()}
    assert told["filter"] == {"number": {"eq": one.number}}
    assert (told["columns"], told["rowCount"], told["format"]) == (["number"], 1, "CSV")


async def test_a_repeat_with_the_same_key_is_the_same_job(admin_client, connection, tools):
    one = await make_customer(connection)
    first, second = [await start_export(admin_client, of(one), idempotencyKey=f"e-{one.id}") for _ in range(2)]
    assert first == second
    answer = await admin_client.answer(
        "mutation E($input: ExportCreateInput!) { exportCreate(input: $input) { job { id } } }",
        input={"list": of(one), "format": "XLSX", "idempotencyKey": f"e-{one.id}"},
    )
    assert answer["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"
    await run_exports(tools)


async def test_nobody_has_more_exports_waiting_than_the_limit(admin_client, connection, tools):
    one = await make_customer(connection)
    for _ in range(MAX_OPEN):
        await start_export(admin_client, of(one))
    answer = await create_export(admin_client, of(one))
    assert [(e["code"], e["key"], e["params"]) for e in answer["userErrors"]] == [
        ("LIMIT_REACHED", "export.limit_reached", {"limit": MAX_OPEN})
    ]
    await connection.execute("DELETE FROM job_run WHERE finished_at IS NULL")


async def test_a_retry_counts_to_the_limit_too(admin_client, connection, tools):
    one = await make_customer(connection)
    canceled = await start_export(admin_client, of(one))
    await admin_client.data(CANCEL, id=canceled)
    await run_exports(tools)
    for _ in range(MAX_OPEN):
        await start_export(admin_client, of(one))
    refused = (await admin_client.data(RETRY, id=canceled))["jobRetry"]
    assert (refused["job"], refused["userErrors"]) == (None, [{"key": "export.limit_reached"}])
    await connection.execute("DELETE FROM job_run WHERE finished_at IS NULL")


async def test_a_canceled_export_leaves_no_file_and_can_be_retried(admin_client, connection, tools, monkeypatch):
    monkeypatch.setattr(watching, "CHECK_SECONDS", 0.01)
    one = await make_customer(connection)
    id = await start_export(admin_client, of(one))
    async with stop_before("UPDATE stored_file SET") as stop:
        running = asyncio.create_task(run_due_whole_jobs(tools))
        await stop.reached_by(running)
        await admin_client.data(CANCEL, id=id)
        await asyncio.wait_for(running, 10)
    shown = await show_export(admin_client, id)
    assert (shown["status"], shown["cancelReason"], shown["files"]) == ("CANCELED", "REQUESTED", [])
    assert (shown["totalCount"], shown["canceledCount"], shown["processedCount"]) == (1, 1, 1)
    assert await connection.fetchval("SELECT count(*) FROM stored_file WHERE job_id = $1", decode_id(id, "job")) == 0
    again = (await admin_client.data(RETRY, id=id))["jobRetry"]["job"]
    assert again["retryOf"] == {"id": id}
    await run_exports(tools)
    shown = await show_export(admin_client, again["id"])
    assert (shown["status"], shown["files"][0]["rowCount"]) == ("DONE", 1)
    done = (await admin_client.data(RETRY, id=again["id"]))["jobRetry"]
    assert done["userErrors"] == [{"key": "job.nothing_to_retry"}]


async def test_a_waiting_export_is_canceled_without_a_file(admin_client, connection, tools):
    id = await start_export(admin_client, of(await make_customer(connection)))
    await admin_client.data(CANCEL, id=id)
    await run_exports(tools)
    shown = await show_export(admin_client, id)
    assert (shown["status"], shown["cancelReason"], shown["totalCount"]) == ("CANCELED", "REQUESTED", 0)


async def test_a_file_with_another_number_of_rows_is_deleted(admin_client, connection, tools, monkeypatch):
    from customer_gql.administration.exports.formats import writing

    async def write_one_less(*_: Any) -> int:
        return 0

    monkeypatch.setattr(
        writing.FILE_FORMATS[writing.ExportFormat.CSV].__class__, "write", property(lambda _: write_one_less)
    )
    id = await start_export(admin_client, of(await make_customer(connection)))
    await run_exports(tools)
    shown = await show_export(admin_client, id)
    assert (shown["status"], shown["files"], shown["totalCount"], shown["failedCount"]) == ("FAILED", [], 1, 1)
    assert [problem["key"] for problem in shown["problems"]] == ["export.rows_differ"]
    assert await connection.fetchval("SELECT count(*) FROM stored_file WHERE job_id = $1", decode_id(id, "job")) == 0


@pytest.mark.parametrize("when", ["before", "while"])
async def test_an_owner_who_lost_the_right_gets_no_file(when, http, connection, tools):
    user = await make_staff(connection, await make_role(connection, permissions=ALL))
    client = Client(http, "/admin/graphql", await session_of(connection, user.id))
    id = await start_export(client, of(await make_customer(connection)))
    deactivate = "UPDATE staff_user SET is_active = false WHERE id = $1"
    if when == "before":
        await connection.execute(deactivate, user.id)
        await run_exports(tools)
    else:
        async with stop_before("UPDATE stored_file SET") as stop:
            running = asyncio.create_task(run_due_whole_jobs(tools))
            await stop.reached_by(running)
            await connection.execute(deactivate, user.id)
        await running
    job = await connection.fetchrow("SELECT status, cancel_reason FROM job_run WHERE id = $1", decode_id(id, "job"))
    assert tuple(job) == ("CANCELED", "OWNER_LOST_ACCESS")
    assert await connection.fetchval("SELECT count(*) FROM stored_file WHERE job_id = $1", decode_id(id, "job")) == 0


async def test_rows_and_count_are_those_of_one_moment(admin_client, connection, tools):
    website = await make_website(connection)
    for _ in range(3):
        await make_customer(connection, website_id=website)
    asked = {
        "customers": {"selection": {"filter": {"website": {"eq": encode_id("web", website)}}}, "columns": ["number"]}
    }
    id = await start_export(admin_client, asked)
    async with stop_before("UPDATE job_run SET total_count") as stop:
        running = asyncio.create_task(run_due_whole_jobs(tools))
        await stop.reached_by(running)
        await make_customer(connection, website_id=website)
    await running
    shown = await show_export(admin_client, id)
    assert (shown["status"], shown["totalCount"], shown["files"][0]["rowCount"]) == ("DONE", 3, 3)


async def test_a_worker_that_lost_its_lease_publishes_nothing(admin_client, connection, tools):
    id = await start_export(admin_client, of(await make_customer(connection)))
    async with stop_before("UPDATE stored_file SET") as stop:
        slow = asyncio.create_task(run_due_whole_jobs(tools))
        await stop.reached_by(slow)
        await connection.execute(
            "UPDATE job_run SET leased_until = now() - interval '1 s' WHERE id = $1", decode_id(id, "job")
        )
        assert await run_due_whole_jobs(tools) == 1
    await slow
    shown = await show_export(admin_client, id)
    assert (shown["status"], len(shown["files"])) == ("DONE", 1)
    assert await connection.fetchval("SELECT count(*) FROM stored_file WHERE job_id = $1", decode_id(id, "job")) == 1


async def test_workers_that_are_stopped_give_an_export_back_however_often(admin_client, connection, tools):
    id = await start_export(admin_client, of(await make_customer(connection)))
    for _ in range(whole_jobs.MOST_CLAIMS + 1):
        async with stop_before("UPDATE stored_file SET") as stop:
            running = asyncio.create_task(run_due_whole_jobs(tools))
            await stop.reached_by(running)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
    await run_exports(tools)
    shown = await show_export(admin_client, id)
    assert (shown["status"], len(shown["files"])) == ("DONE", 1)
    assert await connection.fetchval("SELECT count(*) FROM stored_file WHERE job_id = $1", decode_id(id, "job")) == 1


async def test_a_job_that_ends_its_workers_is_given_up(admin_client, connection, tools):
    id = await start_export(admin_client, of(await make_customer(connection)))
    await connection.execute(
        "UPDATE job_run SET fence = $2 WHERE id = $1", decode_id(id, "job"), whole_jobs.MOST_CLAIMS
    )
    await run_exports(tools)
    shown = await show_export(admin_client, id)
    assert (shown["status"], [one["key"] for one in shown["problems"]]) == ("FAILED", ["job.failed"])


@pytest.mark.parametrize("place", ["filter", "viewFilter"])
async def test_a_filter_that_the_list_does_not_have_any_more_exports_nothing(place, admin_client, connection, tools):
    one = await make_customer(connection)
    asked = {"customers": {"selection": {"filter": {"number": {"eq": one.number}}}, "columns": ["number"]}}
    id = await start_export(admin_client, asked)
    gone = {"gone": {"eq": 1}, "number": {"wasOnce": 1}}
    await connection.execute(
        "UPDATE job_run SET parameters = jsonb_set(parameters, $2, $3) WHERE id = $1",
        decode_id(id, "job"),
        ["list", place],
        orjson.dumps(gone).decode(),
    )
    await run_exports(tools)
    shown = await show_export(admin_client, id)
    assert (shown["status"], shown["files"]) == ("FAILED", [])
    assert {one["key"] for one in shown["problems"]} == {"grid_view.column_missing", "grid_view.operator_missing"}


async def test_columns_that_the_list_does_not_have_any_more_are_named(admin_client, connection, tools):
    id = await start_export(admin_client, of(await make_customer(connection)))
    columns = (
        """UPDATE job_run SET parameters = jsonb_set(parameters, '{list,columns}', '["gone", "number", "lost"]')"""
    )
    await connection.execute(f"{columns} WHERE id = $1", decode_id(id, "job"))
    await run_exports(tools)
    shown = await show_export(admin_client, id)
    assert (shown["status"], [(one["key"], one["count"]) for one in shown["problems"]]) == (
        "FAILED",
        [("export.column_unknown", 2)],
    )


async def test_an_owner_who_lost_websites_that_the_list_needs_gets_no_file(http, connection, tools):
    role = await make_role(connection, permissions=[*ALL, "staff.manage"])
    user = await make_staff(connection, role)
    client = Client(http, "/admin/graphql", await session_of(connection, user.id))
    id = await start_export(client, {"staffHistory": {}})
    await connection.execute(
        "UPDATE staff_role SET website_ids = $2 WHERE id = $1", role, [await make_website(connection)]
    )
    await run_exports(tools)
    shown = await show_export(client, id)
    assert (shown["status"], shown["cancelReason"], shown["files"]) == ("CANCELED", "OWNER_LOST_ACCESS", [])


@pytest.mark.parametrize("when", ["run", "download"])
async def test_rows_of_a_job_of_somebody_else_are_for_those_who_still_see_it(
    when, http, admin_client, connection, tools
):
    job = await start(admin_client, "ASSIGN_GROUP", [await make_customer(connection)], groupId=encode_id("grp", 2))
    role = await make_role(connection, permissions=[*ALL, "jobs.manage"])
    user = await make_staff(connection, role)
    client = Client(http, "/admin/graphql", await session_of(connection, user.id))
    id = await start_export(client, {"jobRows": {"jobId": job}})
    lose = "UPDATE staff_role SET permissions = array_remove(permissions, 'jobs.manage') WHERE id = $1"
    if when == "run":
        await connection.execute(lose, role)
        await run_exports(tools)
        shown = await show_export(client, id)
        assert (shown["status"], shown["cancelReason"], shown["files"]) == ("CANCELED", "OWNER_LOST_ACCESS", [])
        return
    await run_exports(tools)
    [file] = (await show_export(client, id))["files"]
    await connection.execute(lose, role)
    answer = await http.get(f"/admin/files/{file['id']}", headers={"Authorization": f"Bearer {client.token}"})
    assert answer.status_code == 404


async def test_whoever_retries_an_export_of_the_rows_of_a_job_must_see_that_job(http, admin_client, connection, tools):
    """The owner of both was narrowed to a website between them."""
    website = await make_website(connection)
    role = await make_role(connection, permissions=[*ALL, "customers.write"])
    user = await make_staff(connection, role)
    owner = Client(http, "/admin/graphql", await session_of(connection, user.id))
    job = await start(owner, "ASSIGN_GROUP", [await make_customer(connection)], groupId=encode_id("grp", 2))
    await connection.execute("UPDATE staff_role SET website_ids = $2 WHERE id = $1", role, [website])
    export_of_rows = await start_export(owner, {"jobRows": {"jobId": job}})
    await owner.data(CANCEL, id=export_of_rows)
    await run_exports(tools)
    other = await staff_client(http, connection, [*ALL, "jobs.manage"], website_ids=[website])
    unseen = await create_export(other, {"jobRows": {"jobId": job}})
    assert unseen["userErrors"][0]["key"] == "export.job_not_found"
    again = (await other.data(RETRY, id=export_of_rows))["jobRetry"]["job"]["id"]
    await run_exports(tools)
    shown = await show_export(other, again)
    assert (shown["status"], shown["files"]) == ("FAILED", [])
    assert [one["key"] for one in shown["problems"]] == ["job.not_found"]


async def test_customers_that_are_gone_or_out_of_reach_are_counted_as_not_found(http, connection, tools):
    website = await make_website(connection)
    inside, gone = [await make_customer(connection, website_id=website) for _ in range(2)]
    client = await staff_client(http, connection, ALL, website_ids=[website])
    id = await start_export(client, of(inside, gone, await make_customer(connection)))
    await delete_all(connection, [gone])
    await run_exports(tools)
    shown = await show_export(client, id)
    assert (shown["status"], shown["totalCount"], shown["doneCount"], shown["processedCount"]) == ("DONE", 3, 1, 3)
    assert shown["files"][0]["rowCount"] == 1


@pytest.mark.parametrize("whose", ["of somebody else", "expired"])
async def test_a_selection_that_is_foreign_or_expired_is_refused(whose, http, admin_client, connection):
    other = await staff_client(http, connection, ALL)
    maker = other if whose == "of somebody else" else admin_client
    create = """mutation S($input: CustomerSelectionCreateInput!) { customerSelectionCreate(input: $input) {
      selection { id } } }"""
    made = await maker.data(create, input={"selection": {"ids": [customer_id(await make_customer(connection))]}})
    id = made["customerSelectionCreate"]["selection"]["id"]
    if whose == "expired":
        await connection.execute("UPDATE selection SET expires_at = now() WHERE id = $1", decode_id(id, "sel"))
    answer = await create_export(admin_client, {"customers": {"selection": {"selectionId": id}}})
    assert (answer["job"], [(one["key"], one["path"]) for one in answer["userErrors"]]) == (
        None,
        [("selection.not_found", ["list", "customers", "selection", "selectionId"])],
    )


async def test_an_export_that_is_being_finished_cannot_be_canceled_any_more(admin_client, connection, tools):
    id = await start_export(admin_client, of(await make_customer(connection)))
    async with stop_before("INSERT INTO staff_event") as stop:
        running = asyncio.create_task(run_due_whole_jobs(tools))
        await stop.reached_by(running)
        canceling = asyncio.create_task(admin_client.data(CANCEL, id=id))
        assert await stop.is_waited_for_by(canceling, connection)
    await running
    assert (await canceling)["jobCancel"]["userErrors"] != []
    shown = await show_export(admin_client, id)
    assert (shown["status"], shown["cancelReason"], len(shown["files"])) == ("DONE", None, 1)


async def test_a_file_larger_than_allowed_is_deleted(admin_client, connection, tools, monkeypatch):
    monkeypatch.setattr(export_job, "MAX_BYTES", 4)
    id = await start_export(admin_client, of(await make_customer(connection)))
    await run_exports(tools)
    shown = await show_export(admin_client, id)
    assert (shown["status"], shown["files"], [one["key"] for one in shown["problems"]]) == (
        "FAILED",
        [],
        ["export.too_large"],
    )
    assert await connection.fetchval("SELECT count(*) FROM stored_file WHERE job_id = $1", decode_id(id, "job")) == 0


@pytest.mark.parametrize("format", ["CSV", "EXCEL_XML", "XLSX", "JSON_LINES"])
async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(
    format, admin_client, connection, tools, statements
):
    made = [await make_customer(connection) for _ in range(50)]
    counts = {}
    for size in (1, 1, 50):  # once to come to know the graph
        await start_export(admin_client, of(*made[:size], columns=["number", "email", "group", "website"]), format)
        await statements.clear()
        await run_exports(tools)
        counts[size] = await statements.count()
    assert counts[1] == counts[50]
