"""Schedules become exports of their owner when they are due, and say when they cannot."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from customer_gql.administration.export_schedules.reads import MAX_RECIPIENTS, MAX_SCHEDULES
from customer_gql.administration.export_schedules.runs import MOST_FAILURES, run_due_schedules
from customer_gql.administration.export_schedules.tables import ExportFrequency, export_schedule
from customer_gql.administration.export_schedules.times import find_next_time
from customer_gql.administration.exports.export_job import MAX_OPEN
from customer_gql.administration.exports.formats import writing
from customer_gql.core.ids import decode_id, encode_id, new_id
from customer_gql.messaging.jobs.work import Tools
from customers.attributes.samples import delete_made, make_attribute
from support.clients import Client
from support.customers import make_customer, put
from support.exporting import LINK, download, read_csv, run_exports, start_export
from support.jobs import delete_open_jobs
from support.races import stop_before
from support.staff import mails_to, make_role, make_staff, make_website, session_of, staff_client

ALL = ["customers.read", "customers.export", "customers.pii"]
FIELDS = """id name list format frequency at weekday day timeZone recipients { id } state problem { key message } failureCount
  lastJob { id status files { id } }"""
CREATE = f"""mutation C($input: ExportScheduleCreateInput!) {{ exportScheduleCreate(input: $input) {{
  schedule {{ {FIELDS} }} userErrors {{ code key params message path }} }} }}"""
UPDATE = f"""mutation U($input: ExportScheduleUpdateInput!) {{ exportScheduleUpdate(input: $input) {{
  schedule {{ {FIELDS} }} userErrors {{ code key params message path }} }} }}"""
DELETE = """mutation D($id: ID!) { exportScheduleDelete(input: {id: $id}) { deletedId userErrors { key } } }"""
TOKEN = """mutation T($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) {
  token serviceToken { id } } }"""
LIST = f"{{ exportSchedules {{ {FIELDS} }} }}"
VIEW = (
    """mutation V($input: GridViewCreateInput!) { gridViewCreate(input: $input) { view { id } userErrors { key } } }"""
)


class Owner:
    def __init__(self, client: Client, user: Any, role: int) -> None:
        self.client = client
        self.user = user
        self.role = role


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


@pytest.fixture
async def owner(http: Any, connection: Any) -> Owner:
    role = await make_role(connection, permissions=ALL)
    user = await make_staff(connection, role)
    return Owner(Client(http, "/admin/graphql", await session_of(connection, user.id)), user, role)


def daily(number: int, **more: Any) -> dict[str, Any]:
    selection = {"filter": {"number": {"eq": number}}}
    listed = {"customers": {"selection": selection, "columns": ["number", "email"]}}
    return {"name": "Daily", "list": listed, "format": "CSV", "frequency": "DAILY", "at": "06:30", **more}


async def create(client: Client, **input: Any) -> Any:
    return (await client.data(CREATE, input=input))["exportScheduleCreate"]


async def make_due(connection: Any, schedule: Any) -> None:
    await connection.execute(
        "UPDATE export_schedule SET next_at = now() - interval '1 s' WHERE id = $1", decode_id(schedule["id"], "exs")
    )


async def show(client: Client) -> Any:
    [schedule] = (await client.data(LIST))["exportSchedules"]
    return schedule


async def run(connection: Any, tools: Tools, schedule: Any) -> None:
    await make_due(connection, schedule)
    await run_due_schedules(tools)
    await run_exports(tools)


async def test_recipients_are_read_in_one_statement(owner, connection, statements):
    one, people = await make_customer(connection), [await make_staff(connection, owner.role) for _ in range(10)]
    ids, counts = [encode_id("stf", each.id) for each in people], list[int]()
    for some in (ids[:1], ids[:1], ids):
        schedule = (await create(owner.client, **daily(one.number, recipientStaffIds=some)))["schedule"]
        await statements.clear()
        [shown] = (await owner.client.data("{ exportSchedules { recipients { id } } }"))["exportSchedules"]
        counts.append(await statements.count())
        assert [each["id"] for each in shown["recipients"]] == some
        await owner.client.data(DELETE, id=schedule["id"])
    assert counts[1] == counts[2], statements.texts


async def test_a_schedule_makes_a_file_for_its_owner_and_recipients(owner, http, connection, tools):
    recipient = await make_staff(connection, await make_role(connection, permissions=ALL))
    narrow = await make_staff(connection, await make_role(connection, permissions=["customers.read"]))
    one = await make_customer(connection)
    ids = [encode_id("stf", person.id) for person in (recipient, narrow)]
    made = await create(owner.client, **daily(one.number, recipientStaffIds=ids))
    schedule = made["schedule"]
    assert made["userErrors"] == []
    assert (schedule["at"], schedule["timeZone"], schedule["state"], schedule["lastJob"]) == (
        "06:30",
        "UTC",
        "READY",
        None,
    )
    assert [one["id"] for one in schedule["recipients"]] == ids
    await run(connection, tools, schedule)
    shown = await show(owner.client)
    assert (shown["state"], shown["failureCount"], shown["lastJob"]["status"]) == ("READY", 0, "DONE")
    [file] = shown["lastJob"]["files"]
    for person in (owner.user, recipient):
        client = Client(http, "/admin/graphql", await session_of(connection, person.id))
        [row] = read_csv(await download(client, file["id"]))
        assert row == {"ID": str(one.number), "E-mail": one.email}
        assert await mails_to(connection, person) == ["export_ready"]
    denied = await session_of(connection, narrow.id)
    answer = await http.get(f"/admin/files/{file['id']}", headers={"Authorization": f"Bearer {denied}"})
    assert answer.status_code == 404
    mail = await connection.fetchval("SELECT placeholders FROM mail_outbox WHERE recipient = $1", recipient.email)
    assert file["id"] not in mail
    next_at = await connection.fetchval(
        "SELECT next_at FROM export_schedule WHERE id = $1", decode_id(schedule["id"], "exs")
    )
    assert next_at > dt.datetime.now(dt.UTC)
    await run_due_schedules(tools)
    assert (await show(owner.client))["lastJob"]["id"] == shown["lastJob"]["id"]


async def test_a_view_is_read_each_time_and_one_that_is_gone_breaks_the_schedule(owner, connection, tools):
    first, second = await make_customer(connection), await make_customer(connection)
    content = {"customers": {"filter": {"number": {"eq": first.number}}, "columns": ["number"]}}
    view = (await owner.client.data(VIEW, input={"name": "One", "content": content}))["gridViewCreate"]["view"]["id"]
    listed = {"customers": {"selection": {"viewId": view}}}
    schedule = (await create(owner.client, **daily(0, list=listed)))["schedule"]
    update = "mutation U($input: GridViewUpdateInput!) { gridViewUpdate(input: $input) { userErrors { key } } }"
    content["customers"]["filter"]["number"]["eq"] = second.number
    await owner.client.data(update, input={"id": view, "content": content})
    await run(connection, tools, schedule)
    [file] = (await show(owner.client))["lastJob"]["files"]
    assert read_csv(await download(owner.client, file["id"])) == [{"ID": str(second.number)}]
    await owner.client.data("mutation D($id: ID!) { gridViewDelete(input: {id: $id}) { deletedId } }", id=view)
    await run(connection, tools, schedule)
    shown = await show(owner.client)
    assert (shown["state"], shown["problem"]["key"]) == ("BROKEN", "export_schedule.list_broken")
    assert await mails_to(connection, owner.user) == ["export_ready", "export_failed"]
    await run(connection, tools, schedule)
    assert (await show(owner.client))["lastJob"]["id"] == shown["lastJob"]["id"]


async def test_a_job_that_ends_later_leaves_a_broken_schedule_as_it_is(owner, connection, tools):
    number = (await make_customer(connection)).number
    content = {"customers": {"filter": {"number": {"eq": number}}, "columns": ["number"]}}
    view = (await owner.client.data(VIEW, input={"name": "Late", "content": content}))["gridViewCreate"]["view"]["id"]
    listed = {"customers": {"selection": {"viewId": view}}}
    schedule = (await create(owner.client, **daily(0, list=listed)))["schedule"]
    await make_due(connection, schedule)
    await run_due_schedules(tools)
    await owner.client.data("mutation D($id: ID!) { gridViewDelete(input: {id: $id}) { deletedId } }", id=view)
    await make_due(connection, schedule)
    await run_due_schedules(tools)
    await run_exports(tools)
    shown = await show(owner.client)
    assert (shown["lastJob"]["status"], shown["state"], shown["failureCount"]) == ("DONE", "BROKEN", 1)
    assert shown["problem"]["key"] == "export_schedule.list_broken"
    assert await mails_to(connection, owner.user) == ["export_failed", "export_ready"]


async def test_a_view_that_narrows_nothing_any_more_breaks_the_schedule(owner, connection, tools):
    number = (await make_customer(connection)).number
    content = {"customers": {"filter": {"number": {"eq": number}}, "columns": ["number"]}}
    view = (await owner.client.data(VIEW, input={"name": "Two", "content": content}))["gridViewCreate"]["view"]["id"]
    listed = {"customers": {"selection": {"viewId": view}}}
    schedule = (await create(owner.client, **daily(0, list=listed)))["schedule"]
    update = "mutation U($input: GridViewUpdateInput!) { gridViewUpdate(input: $input) { userErrors { key } } }"
    emptied = {"customers": {"columns": ["number"]}}
    changed = (await owner.client.data(update, input={"id": view, "content": emptied}))["gridViewUpdate"]
    assert changed["userErrors"] == []
    await run(connection, tools, schedule)
    shown = await show(owner.client)
    assert (shown["state"], shown["problem"]["key"], shown["lastJob"]) == ("BROKEN", "selection.filter_empty", None)
    [error] = (await create(owner.client, **daily(0, list=listed)))["userErrors"]
    assert (error["key"], error["path"]) == (
        "selection.filter_empty",
        ["list", "customers", "selection", "viewId"],
    )


async def test_a_view_that_names_what_is_gone_breaks_the_schedule(owner, connection, tools):
    listed = '{"grid": "CUSTOMERS", "viewId": "%s"}'
    view, owned = new_id(), ("STAFF", owner.user.id)
    await connection.execute(
        "INSERT INTO grid_view (id, grid, owner_kind, owner_id, name, is_shared, content) VALUES ($1, 'CUSTOMERS', $2, $3, 'Old', false, $4)",
        view,
        *owned,
        '{{"filter": {{"group": {{"eq": "{}"}}}}, "columns": ["number"]}}'.format(encode_id("grp", 10**9)),
    )
    schedule = (await create(owner.client, **daily(1)))["schedule"]
    await connection.execute(
        "UPDATE export_schedule SET list = $2 WHERE id = $1",
        decode_id(schedule["id"], "exs"),
        listed % encode_id("gvw", view),
    )
    await run(connection, tools, schedule)
    assert (await show(owner.client))["problem"]["key"] == "export_schedule.list_broken"


@pytest.mark.parametrize(
    "lose",
    [
        "UPDATE staff_role SET permissions = array_remove(permissions, 'customers.pii') WHERE id = $1",
        "UPDATE staff_role SET permissions = array_remove(permissions, 'customers.export') WHERE id = $1",
        "UPDATE staff_user SET is_active = false WHERE role_id = $1",
    ],
)
async def test_an_owner_without_access_breaks_the_schedule(lose, owner, connection, tools):
    schedule = (await create(owner.client, **daily((await make_customer(connection)).number)))["schedule"]
    await connection.execute(lose, owner.role)
    await run(connection, tools, schedule)
    row = await connection.fetchrow(
        "SELECT state, problem_key, last_job_id FROM export_schedule WHERE id = $1", decode_id(schedule["id"], "exs")
    )
    assert tuple(row) == ("BROKEN", "export_schedule.owner_lost_access", None)


async def test_three_failures_break_a_schedule_and_a_change_lets_it_go_on(owner, connection, tools, monkeypatch):
    async def write_one_less(*_: Any) -> int:
        return 0

    schedule = (await create(owner.client, **daily((await make_customer(connection)).number)))["schedule"]
    with monkeypatch.context() as patched:
        kind = type(writing.FILE_FORMATS[writing.ExportFormat.CSV])
        patched.setattr(kind, "write", property(lambda _: write_one_less))
        states = []
        for _ in range(MOST_FAILURES):
            await run(connection, tools, schedule)
            states.append((await show(owner.client))["state"])
    shown = await show(owner.client)
    assert states == ["READY", "READY", "BROKEN"]
    assert (shown["failureCount"], shown["problem"]["key"]) == (3, "export.rows_differ")
    assert await mails_to(connection, owner.user) == ["export_failed"] * 3
    changed = await owner.client.data(UPDATE, input={"id": schedule["id"], "format": "JSON_LINES"})
    again = changed["exportScheduleUpdate"]["schedule"]
    assert (again["state"], again["problem"], again["failureCount"], again["format"]) == (
        "READY",
        None,
        0,
        "JSON_LINES",
    )
    await run(connection, tools, schedule)
    assert (await show(owner.client))["lastJob"]["status"] == "DONE"


@pytest.mark.parametrize(
    ("wrong", "key", "path"),
    [
        ({"at": "6:30"}, "time_invalid", ["at"]),
        ({"at": "24:00"}, "time_invalid", ["at"]),
        ({"timeZone": "Mars/Base"}, "zone_unknown", ["timeZone"]),
        ({"weekday": "MONDAY"}, "weekday_wrong", ["weekday"]),
        ({"frequency": "WEEKLY"}, "weekday_wrong", ["weekday"]),
        ({"day": 1}, "day_wrong", ["day"]),
        ({"day": -1}, "day_wrong", ["day"]),
        ({"frequency": "MONTHLY"}, "day_wrong", ["day"]),
        ({"frequency": "MONTHLY", "day": 32}, "day_wrong", ["day"]),
        ({"recipientStaffIds": [encode_id("stf", 1)]}, "recipient_unknown", ["recipientStaffIds", "0"]),
        ({"recipientStaffIds": [encode_id("stf", 1)] * (MAX_RECIPIENTS + 1)}, "too_many_recipients", ["recipientStaffIds"]),
        ({"list": {"customers": {"selection": {"ids": [encode_id("cus", 1)]}}}}, "list_fixed", ["list"]),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_refused_with_its_path(wrong, key, path, owner, connection):
    answer = await create(owner.client, **daily(1, **wrong))
    assert answer["schedule"] is None
    assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [(f"export_schedule.{key}", path)]


async def test_a_name_is_one_line_that_is_not_empty(owner):
    answer = await create(owner.client, **daily(1, name=" "))
    assert [one["path"] for one in answer["userErrors"]] == [["name"]]


async def test_schedules_are_their_owners_alone(owner, admin_client, connection):
    schedule = (await create(owner.client, **daily(1)))["schedule"]
    assert schedule["id"] not in [one["id"] for one in (await admin_client.data(LIST))["exportSchedules"]]
    answer = await admin_client.data(UPDATE, input={"id": schedule["id"], "name": "Mine"})
    assert [one["key"] for one in answer["exportScheduleUpdate"]["userErrors"]] == ["export_schedule.not_found"]
    gone = await admin_client.data(DELETE, id=schedule["id"])
    assert gone["exportScheduleDelete"] == {"deletedId": None, "userErrors": [{"key": "export_schedule.not_found"}]}
    gone = await owner.client.data(DELETE, id=schedule["id"])
    assert gone["exportScheduleDelete"] == {"deletedId": schedule["id"], "userErrors": []}
    assert (await owner.client.data(LIST))["exportSchedules"] == []


async def test_nobody_has_more_schedules_than_the_limit(owner, connection):
    for _ in range(MAX_SCHEDULES):
        await put(
            connection,
            export_schedule,
            id=new_id(),
            owner_kind="STAFF",
            owner_id=owner.user.id,
            name="Nightly",
            list="{}",
            format="CSV",
            frequency="DAILY",
            at=dt.time(6, 30),
            time_zone="UTC",
            next_at=dt.datetime(2199, 1, 1, tzinfo=dt.UTC),
        )
    answer = await create(owner.client, **daily(1))
    assert [(one["code"], one["key"]) for one in answer["userErrors"]] == [
        ("LIMIT_REACHED", "export_schedule.limit_reached")
    ]


async def test_who_may_not_see_the_list_may_not_schedule_it(http, connection):
    client = await staff_client(http, connection, ["customers.read", "customers.export"])
    answer = await client.answer(CREATE, input=daily(1))
    assert answer["errors"][0]["extensions"]["permission"] == "customers.pii"


@pytest.mark.parametrize(
    ("frequency", "weekday", "day", "zone", "after", "expected"),
    [
        ("DAILY", None, None, "UTC", "2026-03-01T06:29:59+00:00", "2026-03-01T06:30:00+00:00"),
        ("DAILY", None, None, "UTC", "2026-03-01T06:30:00+00:00", "2026-03-02T06:30:00+00:00"),
        ("DAILY", None, None, "Europe/Berlin", "2026-07-01T00:00:00+00:00", "2026-07-01T04:30:00+00:00"),
        ("DAILY", None, None, "Pacific/Auckland", "2026-07-01T20:00:00+00:00", "2026-07-02T18:30:00+00:00"),
        ("WEEKLY", 1, None, "UTC", "2026-03-02T06:30:00+00:00", "2026-03-09T06:30:00+00:00"),
        ("MONTHLY", None, 31, "UTC", "2026-02-01T00:00:00+00:00", "2026-02-28T06:30:00+00:00"),
        ("MONTHLY", None, 31, "UTC", "2026-02-28T06:30:00+00:00", "2026-03-31T06:30:00+00:00"),
        ("MONTHLY", None, 29, "UTC", "2028-02-01T00:00:00+00:00", "2028-02-29T06:30:00+00:00"),
    ],
)
def test_the_next_time_is_that_of_the_clock_of_the_zone(frequency, weekday, day, zone, after, expected):
    found = find_next_time(
        ExportFrequency(frequency), dt.time(6, 30), weekday, day, zone, after=dt.datetime.fromisoformat(after)
    )
    assert found == dt.datetime.fromisoformat(expected)


def test_a_time_that_the_clock_skips_is_the_one_it_shows_instead():
    found = find_next_time(
        ExportFrequency.DAILY,
        dt.time(2, 30),
        None,
        None,
        "Europe/Berlin",
        after=dt.datetime(2026, 3, 29, 0, 0, tzinfo=dt.UTC),
    )
    assert found == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)


DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


@pytest.mark.parametrize(("number", "weekday"), list(enumerate(DAYS, 1)))
async def test_a_weekly_schedule_is_due_on_its_day(number, weekday, owner):
    given = daily(0, frequency="WEEKLY", weekday=weekday, timeZone="UTC")
    assert (await create(owner.client, **given))["userErrors"] == []
    [shown] = (await owner.client.data("{ exportSchedules { weekday nextAt } }"))["exportSchedules"]
    assert (shown["weekday"], dt.datetime.fromisoformat(shown["nextAt"]).isoweekday()) == (weekday, number)


async def test_a_schedule_waits_while_its_owner_has_too_many_exports_and_delays_no_other(
    owner, http, connection, tools
):
    other = await staff_client(http, connection, ALL)
    waiting = (await create(owner.client, **daily((await make_customer(connection)).number)))["schedule"]
    later = (await create(other, **daily((await make_customer(connection)).number)))["schedule"]
    for _ in range(MAX_OPEN):
        await start_export(owner.client, {"customers": {"selection": {"everything": True}, "columns": ["number"]}})
    await make_due(connection, waiting)
    await make_due(connection, later)
    await run_due_schedules(tools)
    assert ((await show(owner.client))["lastJob"], (await show(other))["lastJob"]["status"]) == (None, "QUEUED")
    await delete_open_jobs(connection)
    await run_due_schedules(tools)
    assert (await show(owner.client))["lastJob"]["status"] == "QUEUED"
    await delete_open_jobs(connection)


@pytest.mark.parametrize("end", ["done", "without access"])
async def test_a_retry_of_somebody_else_tells_nothing_about_the_schedule(end, owner, http, connection, tools):
    schedule = (await create(owner.client, **daily((await make_customer(connection)).number)))["schedule"]
    await make_due(connection, schedule)
    await run_due_schedules(tools)
    job = (await show(owner.client))["lastJob"]["id"]
    await owner.client.data("mutation C($id: ID!) { jobCancel(input: {id: $id}) { job { id } } }", id=job)
    await run_exports(tools)
    role = await make_role(connection, permissions=[*ALL, "jobs.manage"])
    user = await make_staff(connection, role)
    other = Client(http, "/admin/graphql", await session_of(connection, user.id))
    await other.data("mutation R($id: ID!) { jobRetry(input: {id: $id}) { job { id } } }", id=job)
    if end == "without access":
        await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", user.id)
    await run_exports(tools)
    shown = await show(owner.client)
    assert (shown["state"], shown["problem"], shown["failureCount"]) == ("READY", None, 0)
    assert await mails_to(connection, owner.user) == []


async def test_an_edit_judges_no_recipient_that_it_does_not_name(owner, connection):
    recipient = await make_staff(connection, await make_role(connection, permissions=ALL))
    ids = [encode_id("stf", recipient.id)]
    schedule = (await create(owner.client, **daily(1, recipientStaffIds=ids)))["schedule"]
    await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", recipient.id)
    renamed = (await owner.client.data(UPDATE, input={"id": schedule["id"], "name": "Nightly"}))["exportScheduleUpdate"]
    assert (renamed["schedule"]["name"], renamed["userErrors"]) == ("Nightly", [])
    again = await owner.client.data(UPDATE, input={"id": schedule["id"], "recipientStaffIds": ids})
    assert [(one["key"], one["path"]) for one in again["exportScheduleUpdate"]["userErrors"]] == [
        ("export_schedule.recipient_unknown", ["recipientStaffIds", "0"])
    ]


async def test_an_edit_skips_no_time_that_is_due(owner, connection, tools):
    schedule = (await create(owner.client, **daily((await make_customer(connection)).number)))["schedule"]
    await make_due(connection, schedule)
    await owner.client.data(UPDATE, input={"id": schedule["id"], "name": "Nightly"})
    await run_due_schedules(tools)
    assert (await show(owner.client))["lastJob"]["status"] == "QUEUED"
    await delete_open_jobs(connection)
    await make_due(connection, schedule)
    await owner.client.data(UPDATE, input={"id": schedule["id"], "at": "07:30"})
    shown = await owner.client.data("{ exportSchedules { nextAt } }")
    assert dt.datetime.fromisoformat(shown["exportSchedules"][0]["nextAt"]) > dt.datetime.now(dt.UTC)


async def test_of_two_workers_one_makes_the_export_of_a_schedule(owner, connection, tools):
    schedule = (await create(owner.client, **daily((await make_customer(connection)).number)))["schedule"]
    await make_due(connection, schedule)
    async with stop_before("INSERT INTO job_run") as stop:
        first = asyncio.create_task(run_due_schedules(tools))
        await stop.reached_by(first)
        await run_due_schedules(tools)
        assert (await show(owner.client))["lastJob"] is None
    await first
    await run_due_schedules(tools)
    made = "SELECT count(*) FROM job_run WHERE work = 'lists.export' AND actor_id = $1"
    assert await connection.fetchval(made, owner.user.id) == 1
    await run_exports(tools)
    assert await mails_to(connection, owner.user) == ["export_ready"]


@pytest.mark.parametrize("edit", ["changed", "deleted"])
async def test_an_edit_waits_for_the_worker_that_makes_the_export(edit, owner, connection, tools):
    schedule = (await create(owner.client, **daily((await make_customer(connection)).number)))["schedule"]
    await make_due(connection, schedule)
    async with stop_before("INSERT INTO job_run") as stop:
        running = asyncio.create_task(run_due_schedules(tools))
        await stop.reached_by(running)
        editing = asyncio.create_task(
            owner.client.data(UPDATE, input={"id": schedule["id"], "name": "Nightly"})
            if edit == "changed"
            else owner.client.data(DELETE, id=schedule["id"])
        )
        assert await stop.is_waited_for_by(editing, connection)
    await running
    await editing
    await run_exports(tools)
    if edit == "changed":
        shown = await show(owner.client)
        assert (shown["name"], shown["lastJob"]["status"]) == ("Nightly", "DONE")
        assert await mails_to(connection, owner.user) == ["export_ready"]
    else:
        made = "SELECT status FROM job_run WHERE work = 'lists.export' AND actor_id = $1"
        assert [row.status for row in await connection.fetch(made, owner.user.id)] == ["DONE"]
        assert await mails_to(connection, owner.user) == []


async def test_a_service_has_schedules_until_its_token_is_revoked(owner, http, admin_client, connection, tools):
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    permissions = [permission.upper().replace(".", "_") for permission in ALL]
    asked = {"name": "ERP", "permissions": permissions, "expiresAt": soon, "websiteIds": None}
    token = (await admin_client.data(TOKEN, input=asked))["serviceTokenCreate"]
    service = Client(http, "/admin/graphql", token["token"])
    recipients = [encode_id("stf", owner.user.id)]
    given = daily((await make_customer(connection)).number, recipientStaffIds=recipients)
    schedule = (await create(service, **given))["schedule"]
    await run(connection, tools, schedule)
    [file] = (await show(service))["lastJob"]["files"]
    assert await download(owner.client, file["id"]) == await download(service, file["id"])
    await connection.execute(
        "UPDATE service_token SET revoked_at = now() WHERE id = $1", decode_id(token["serviceToken"]["id"], "svt")
    )
    await run(connection, tools, schedule)
    row = await connection.fetchrow(
        "SELECT state, problem_key FROM export_schedule WHERE id = $1", decode_id(schedule["id"], "exs")
    )
    assert tuple(row) == ("BROKEN", "export_schedule.owner_lost_access")
    assert await mails_to(connection, owner.user) == ["export_ready", "export_failed"]


async def test_a_recipient_of_another_website_is_told_but_gets_no_file(owner, http, connection, tools):
    website = await make_website(connection)
    person = await make_staff(connection, await make_role(connection, ALL, [website]))
    client = Client(http, "/admin/graphql", await session_of(connection, person.id))
    one = await make_customer(connection)
    made = await create(owner.client, **daily(one.number, recipientStaffIds=[encode_id("stf", person.id)]))
    await run(connection, tools, made["schedule"])
    [file] = (await show(owner.client))["lastJob"]["files"]
    answer = await http.get(f"/admin/files/{file['id']}", headers={"Authorization": f"Bearer {client.token}"})
    assert answer.status_code == 404
    link = (await client.data(LINK, id=file["id"]))["downloadLinkCreate"]
    assert (link["url"], link["userErrors"][0]["key"]) == (None, "file.not_found")


async def test_the_number_of_statements_does_not_depend_on_the_number_of_schedules(
    owner, connection, tools, statements
):
    ids = [encode_id("stf", (await make_staff(connection, await make_role(connection))).id) for _ in range(2)]
    counts = {}
    for size in (1, 20):
        for _ in range(size - len((await owner.client.data(LIST))["exportSchedules"])):
            made = await create(owner.client, **daily(1, recipientStaffIds=ids))
            await make_due(connection, made["schedule"])
        await run_due_schedules(tools)
        await run_exports(tools)
        await owner.client.data(LIST)
        await statements.clear()
        shown = (await owner.client.data(LIST))["exportSchedules"]
        counts[size] = await statements.count()
        assert [len(one["lastJob"]["files"]) for one in shown] == [1] * size
    assert counts[1] == counts[20]


async def test_an_option_that_is_gone_breaks_the_schedule(owner, connection, tools):
    row = await make_attribute(connection, ("s", "m"), type="SELECT", is_grid_column=True, is_grid_filter=True)
    filter = {"attributes": [{"code": row.code, "options": {"hasNone": ["m"]}}]}
    listed = {"customers": {"selection": {"filter": filter}, "columns": ["number"]}}
    schedule = (await create(owner.client, **daily(0, list=listed)))["schedule"]
    await connection.execute("DELETE FROM attribute_option WHERE attribute_id = $1 AND code = 'm'", row.id)
    await connection.execute("UPDATE attribute SET version = version + 1 WHERE id = $1", row.id)
    await run(connection, tools, schedule)
    shown = await show(owner.client)
    assert (shown["state"], shown["problem"]["key"]) == ("BROKEN", "export_schedule.list_broken")
    await delete_made(connection)
