"""Undo gives back what a mass action replaced, unless it was changed since."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from customer_gql.administration.customer_actions import undone_values
from customer_gql.administration.mass_actions.settings import AT_ONCE
from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.messaging.jobs.runs.settings import KEPT_DAYS
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.customers import make_customer
from support.jobs import delete_open_jobs, group, history_of, key_of, outcomes, run_all, start
from support.staff import make_website, staff_client

UNDO = """mutation U($input: JobUndoInput!, $dryRun: Boolean! = false) { jobUndo(input: $input, dryRun: $dryRun) {
  job { id kind status isDryRun totalCount doneCount unchangedCount refusedCount notFoundCount undoOf { id } undo { isPossible key until }
    problems { key params message count } }
  userErrors { code key path } } }"""
SHOW = "query J($id: ID!) { job(id: $id) { finishedAt undo { isPossible key until } } }"
LATER = dt.datetime(2090, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC)
COLUMNS = """group_id, status, prefix, suffix, gender, tax_vat_number, date_of_birth, birth_year,
  is_automatic_group_change_disabled, locked_until, lock_reason, lock_staff_id, lock_note, lock_failed_attempts"""


async def undo(client: Any, id: str, *, dry_run: bool = False, **more: Any) -> Any:
    return (await client.data(UNDO, input={"id": id, **more}, dryRun=dry_run))["jobUndo"]


async def undone(client: Any, connection: Any, id: str) -> list[str]:
    """The outcomes of an undo, in the order of the rows."""
    answer = await undo(client, id)
    assert answer["userErrors"] == []
    return await outcomes(connection, answer["job"]["id"])


async def refusal(client: Any, id: str) -> str:
    answer = await undo(client, id)
    assert answer["job"] is None
    [error] = answer["userErrors"]
    assert (error["code"], error["path"]) == ("NOT_ALLOWED", ["id"])
    return error["key"]


async def stored(connection: Any, rows: list[Any]) -> list[Any]:
    """Everything that mass actions change."""
    ids = [row.id for row in rows]
    found = await connection.fetch(f"SELECT {COLUMNS} FROM customer WHERE id = ANY($1) ORDER BY id", ids)
    tags = await connection.fetch(
        "SELECT customer_id, tag FROM customer_tag WHERE customer_id = ANY($1) ORDER BY 1, 2", ids
    )
    views = await connection.fetch(
        "SELECT customer_id, store_view_id, status FROM newsletter_subscription WHERE customer_id = ANY($1) ORDER BY 1, 2",
        ids,
    )
    return [tuple(row) for row in (*found, *tags, *views)]


async def subscribe(connection: Any, row: Any, view: int, status: str) -> None:
    await connection.execute("INSERT INTO newsletter_subscription VALUES ($1, $2, $3)", row.id, view, status)


async def second_view(connection: Any) -> int:
    await connection.execute(
        "INSERT INTO store_view (id, store_id, code, name) VALUES (9002, 1, 'second', 'Second') ON CONFLICT DO NOTHING"
    )
    return 9002


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("ASSIGN_GROUP", group(2), "EDITED"),
    (
        "EDIT",
        {"edit": {"prefix": "Ms", "suffix": None, "gender": None, "taxVatNumber": "X", "birthYear": 1999}},
        "EDITED",
    ),
    ("EDIT", {"edit": {"isAutomaticGroupChangeDisabled": True}}, "EDITED"),
    ("ACTIVATE", {}, "DEACTIVATED"),
    ("DEACTIVATE", {}, "ACTIVATED"),
    ("LOCK", {"lockedUntil": LATER.isoformat(), "note": "a"}, "UNLOCKED"),
    ("UNLOCK", {}, "LOCKED"),
    ("ADD_TAGS", {"tags": ["new", "OLD"]}, "TAGS_CHANGED"),
    ("REMOVE_TAGS", {"tags": ["old"]}, "TAGS_CHANGED"),
    ("SUBSCRIBE", {}, "UNSUBSCRIBED"),
    ("UNSUBSCRIBE", {}, "SUBSCRIBED"),
]


async def furnish(connection: Any, action: str) -> list[Any]:
    plain = await make_customer(connection)
    given: dict[str, Any] = {"prefix": "Dr", "suffix": "Jr", "gender": "FEMALE", "date_of_birth": dt.date(1980, 1, 2)}
    if action == "UNLOCK":
        given |= {"locked_until": LATER, "lock_reason": "PASSWORD", "lock_failed_attempts": 10}
    full = await make_customer(connection, **given, status="INACTIVE" if action == "ACTIVATE" else "ACTIVE")
    await connection.execute("INSERT INTO customer_tag VALUES ($1, 'old', 'Old')", full.id)
    await subscribe(connection, full, await second_view(connection), "SUBSCRIBED")
    if action == "UNSUBSCRIBE":
        await subscribe(connection, plain, 1, "NOT_ACTIVE")
    return [plain, full]


@pytest.mark.parametrize(("action", "more", "kind"), CASES, ids=[action for action, _, _ in CASES])
async def test_what_was_replaced_comes_back(action, more, kind, admin_client, connection):
    rows = await furnish(connection, action)
    before = await stored(connection, rows)
    id = await start(admin_client, action, rows, **more)
    after = await stored(connection, rows)
    assert after != before
    done = (await outcomes(connection, id)).count("DONE")
    dry = await undo(admin_client, id, dry_run=True)
    assert (dry["job"]["isDryRun"], dry["job"]["doneCount"], dry["job"]["status"]) == (True, done, "DONE")
    assert await stored(connection, rows) == after
    answer = await undo(admin_client, id)
    job = answer["job"]
    assert (job["kind"], job["status"], job["doneCount"], job["isDryRun"]) == ("UNDO", "DONE", done, False)
    assert (job["totalCount"], job["undoOf"], answer["userErrors"]) == (done, {"id": id}, [])
    assert await stored(connection, rows) == before
    kinds = "SELECT DISTINCT kind FROM customer_event WHERE job_id = $1"
    assert kind in {row.kind for row in await connection.fetch(kinds, key_of(job["id"]))}
    assert len(await history_of(connection, job["id"])) == done


async def test_a_value_that_was_changed_since_is_refused(admin_client, connection):
    same, moved, back, gone = [await make_customer(connection) for _ in range(4)]
    id = await start(admin_client, "ASSIGN_GROUP", [same, moved, back, gone], **group(2))
    for row, groups in ((moved, (3,)), (back, (3, 2))):
        for number in groups:
            await start(admin_client, "ASSIGN_GROUP", [row], **group(number))
    await start(admin_client, "EDIT", [same], edit={"prefix": "Dr"})
    await start(admin_client, "DELETE", [gone])
    answer = await undo(admin_client, id)
    assert await outcomes(connection, answer["job"]["id"]) == ["DONE", "REFUSED", "DONE", "NOT_FOUND"]
    assert answer["job"]["problems"][-1] == {
        "key": "undo.changed_since",
        "params": {},
        "message": "This customer was changed after the job.",
        "count": 1,
    }
    groups = await connection.fetch(
        "SELECT group_id FROM customer WHERE id = ANY($1) ORDER BY id", [same.id, moved.id, back.id]
    )
    assert [row.group_id for row in groups] == [1, 3, 1]
    prefix = await connection.fetchval("SELECT prefix FROM customer WHERE id = $1", same.id)
    assert prefix == "Dr"


async def test_a_customers_own_opt_out_counts_even_where_the_job_had_ended_it(admin_client, as_customer, connection):
    rows = [await make_customer(connection) for _ in range(2)]
    for row in rows:
        await subscribe(connection, row, 1, "SUBSCRIBED")
        await subscribe(connection, row, await second_view(connection), "SUBSCRIBED")
    id = await start(admin_client, "UNSUBSCRIBE", rows)
    own = "mutation U($view: ID!) { newsletterUnsubscribe(storeViewId: $view) { isChanged userErrors { key } } }"
    answer = await (await as_customer(rows[0].id)).data(own, view=encode_id("stv", 1))
    assert answer["newsletterUnsubscribe"] == {"isChanged": False, "userErrors": []}
    assert await undone(admin_client, connection, id) == ["REFUSED", "DONE"]
    statuses = "SELECT status FROM newsletter_subscription WHERE customer_id = $1"
    assert {row.status for row in await connection.fetch(statuses, rows[0].id)} == {"UNSUBSCRIBED"}
    assert {row.status for row in await connection.fetch(statuses, rows[1].id)} == {"SUBSCRIBED"}


async def test_an_opt_out_before_the_job_is_none_since(admin_client, as_customer, connection):
    row = await make_customer(connection)
    await subscribe(connection, row, 1, "SUBSCRIBED")
    await (await as_customer(row.id)).data("mutation { newsletterUnsubscribe { isChanged } }")
    id = await start(admin_client, "SUBSCRIBE", [row])
    assert await undone(admin_client, connection, id) == ["DONE"]
    opted_out = "SELECT status, opted_out_at IS NOT NULL FROM newsletter_subscription WHERE customer_id = $1"
    assert tuple(await connection.fetchrow(opted_out, row.id)) == ("UNSUBSCRIBED", True)


async def test_who_confirmed_the_account_since_is_subscribed_again(admin_client, connection):
    row = await make_customer(connection, is_email_confirmed=False)
    await subscribe(connection, row, 1, "UNCONFIRMED")
    id = await start(admin_client, "UNSUBSCRIBE", [row])
    await connection.execute("UPDATE customer SET is_email_confirmed = true WHERE id = $1", row.id)
    assert await undone(admin_client, connection, id) == ["DONE"]
    status = "SELECT status FROM newsletter_subscription WHERE customer_id = $1"
    assert await connection.fetchval(status, row.id) == "SUBSCRIBED"


async def test_each_tag_is_a_value_of_its_own(admin_client, connection):
    kept, lost, full = [await make_customer(connection) for _ in range(3)]
    id = await start(admin_client, "ADD_TAGS", [kept, lost, full], tags=["vip"])
    await start(admin_client, "ADD_TAGS", [kept], tags=["other"])
    await start(admin_client, "REMOVE_TAGS", [lost], tags=["vip"])
    removed = await start(admin_client, "REMOVE_TAGS", [full], tags=["vip"])
    await connection.execute(
        "INSERT INTO customer_tag SELECT $1, 't' || n, 'T' || n FROM generate_series(1, 50) n", full.id
    )
    assert await undone(admin_client, connection, removed) == ["REFUSED"]
    key = await connection.fetchval("SELECT key FROM job_row WHERE key = 'tag.too_many' AND customer_id = $1", full.id)
    assert key == "tag.too_many"
    assert await undone(admin_client, connection, id) == ["DONE", "REFUSED", "REFUSED"]
    tags = await connection.fetch("SELECT tag FROM customer_tag WHERE customer_id = $1", kept.id)
    assert [row.tag for row in tags] == ["other"]


async def test_the_rules_of_a_group_hold_for_the_one_that_comes_back(admin_client, connection):
    website = await make_website(connection)
    member, excluded, gone = [
        await make_customer(connection, website_id=website, created_in_store_view_id=website) for _ in range(3)
    ]
    await connection.execute("INSERT INTO customer_group SELECT 5001, 'Short-lived', min(id) FROM tax_class")
    for row, number in ((excluded, 3), (gone, 5001)):
        await connection.execute("UPDATE customer SET group_id = $2 WHERE id = $1", row.id, number)
    rows = [member, excluded, gone]
    id = await start(admin_client, "ASSIGN_GROUP", rows, **group(2))
    await connection.execute("UPDATE customer SET customer_type = 'COMPANY_USER' WHERE id = $1", member.id)
    await connection.execute("INSERT INTO customer_group_excluded_website VALUES (3, $1)", website)
    await connection.execute("DELETE FROM customer_group WHERE id = 5001")
    answer = await undo(admin_client, id)
    keys = await connection.fetch(
        "SELECT key FROM job_row WHERE job_id = $1 ORDER BY line", key_of(answer["job"]["id"])
    )
    assert [row.key for row in keys] == [
        "customer_group.decided_by_company",
        "customer_group.excluded_from_website",
        "customer_group.not_found",
    ]
    groups = await connection.fetch("SELECT group_id FROM customer WHERE id = ANY($1)", [row.id for row in rows])
    assert {row.group_id for row in groups} == {2}


async def test_sessions_stay_ended_and_end_where_an_account_is_switched_off(admin_client, connection):
    active, inactive = await make_customer(connection), await make_customer(connection, status="INACTIVE")
    admin = await make_customer(connection, status="INACTIVE", customer_type="COMPANY_ADMIN")
    await issue_customer_token(connection, active.id)
    off = await start(admin_client, "DEACTIVATE", [active])
    assert await undone(admin_client, connection, off) == ["DONE"]
    sessions = "SELECT count(*) FROM customer_token WHERE customer_id = $1"
    assert await connection.fetchval(sessions, active.id) == 0
    on = await start(admin_client, "ACTIVATE", [inactive, admin])
    await issue_customer_token(connection, inactive.id)
    assert await undone(admin_client, connection, on) == ["DONE", "REFUSED"]
    assert await connection.fetchval(sessions, inactive.id) == 0


async def test_a_lock_that_is_over_meanwhile_is_not_set_again(admin_client, connection, monkeypatch):
    row = await make_customer(connection, locked_until=LATER, lock_reason="STAFF")
    id = await start(admin_client, "UNLOCK", [row])
    monkeypatch.setattr(undone_values, "read_clock", lambda: LATER)
    assert await undone(admin_client, connection, id) == ["UNCHANGED"]


async def test_an_earlier_lock_comes_back(admin_client, connection):
    row = await make_customer(connection, locked_until=LATER, lock_reason="STAFF", lock_note="first")
    id = await start(admin_client, "LOCK", [row], note="second")
    assert await undone(admin_client, connection, id) == ["DONE"]
    note = await connection.fetchrow("SELECT locked_until, lock_note FROM customer WHERE id = $1", row.id)
    assert tuple(note) == (LATER, "first")
    kinds = await connection.fetch("SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id)
    assert [one.kind for one in kinds] == ["LOCKED", "LOCKED"]


async def test_what_can_be_undone_and_until_when(admin_client, connection):
    rows = [await make_customer(connection, group_id=2)]
    async with connection.transaction():
        await set_value(connection, KEPT_DAYS, 3, scope=GLOBAL, scope_id=0)
    moved = await start(admin_client, "ASSIGN_GROUP", rows, **group(3))
    shown = (await admin_client.data(SHOW, id=moved))["job"]
    finished, until = (dt.datetime.fromisoformat(time) for time in (shown["finishedAt"], shown["undo"]["until"]))
    assert (shown["undo"]["isPossible"], shown["undo"]["key"], until - finished) == (True, None, dt.timedelta(days=3))
    nothing = await start(admin_client, "ASSIGN_GROUP", rows, **group(3))
    forced = await start(admin_client, "FORCE_SIGN_IN", rows)
    assert await undone(admin_client, connection, moved) == ["DONE"]
    for id, key in (
        (moved, "undo.undone_already"),
        (nothing, "undo.nothing_done"),
        (forced, "undo.not_possible"),
        (await start(admin_client, "RESET_PASSWORD", rows), "undo.not_possible"),
        (await start(admin_client, "DELETE", rows), "undo.not_possible"),
    ):
        shown = (await admin_client.data(SHOW, id=id))["job"]["undo"]
        assert shown == {"isPossible": False, "key": key, "until": None}
        assert await refusal(admin_client, id) == key


async def test_a_key_gets_the_same_undo_and_a_dry_run_leaves_it(admin_client, connection):
    rows = [await make_customer(connection)]
    id = await start(admin_client, "ASSIGN_GROUP", rows, **group(2))
    dry = await undo(admin_client, id, dry_run=True, idempotencyKey="u")
    first, again = [await undo(admin_client, id, idempotencyKey="u") for _ in range(2)]
    assert first["job"]["id"] == again["job"]["id"] != dry["job"]["id"]
    assert first["job"]["undo"] == {"isPossible": False, "key": "undo.not_possible", "until": None}
    other = await start(admin_client, "ASSIGN_GROUP", rows, **group(2))
    conflict = await admin_client.answer(UNDO, input={"id": other, "idempotencyKey": "u"})
    assert conflict["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"


async def test_of_two_undos_at_one_time_one_is_done(admin_client, connection):
    rows = [await make_customer(connection) for _ in range(3)]
    id = await start(admin_client, "ASSIGN_GROUP", rows, **group(2))
    answers = await asyncio.gather(*[undo(admin_client, id) for _ in range(3)])
    keys = sorted(error["key"] for answer in answers for error in answer["userErrors"])
    assert keys == ["undo.undone_already"] * 2


async def test_it_takes_the_permission_of_the_action_and_the_sight_of_the_job(admin_client, http, connection):
    row = await make_customer(connection)
    id = await start(admin_client, "ASSIGN_GROUP", [row], **group(2))
    stranger = await staff_client(http, connection, ["customers.read", "customers.write"])
    assert (await undo(stranger, id))["userErrors"] == [{"code": "NOT_FOUND", "key": "job.not_found", "path": ["id"]}]
    reader = await staff_client(http, connection, ["customers.read", "jobs.manage"])
    refused = await reader.answer(UNDO, input={"id": id})
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.write"}
    manager = await staff_client(http, connection, ["customers.read", "customers.write", "jobs.manage"])
    assert await undone(manager, connection, id) == ["DONE"]


async def test_a_worker_undoes_what_was_done_to_many(admin_client, http, database, settings, connection):
    rows = [await make_customer(connection) for _ in range(3)]
    id = await start(admin_client, "ASSIGN_GROUP", rows, **group(2))
    await delete_open_jobs(connection)
    async with connection.transaction():
        await set_value(connection, AT_ONCE, 0, scope=GLOBAL, scope_id=0)
    answer = await undo(admin_client, id)
    unfinished = await undo(admin_client, answer["job"]["id"])
    assert (answer["job"]["status"], unfinished["userErrors"][0]["key"]) == ("QUEUED", "undo.not_possible")
    await run_all(Tools(database, settings))
    assert await outcomes(connection, answer["job"]["id"]) == ["DONE"] * 3


@pytest.mark.parametrize(("action", "more"), [(action, more) for action, more, _ in CASES])
async def test_statements_do_not_depend_on_the_number_of_customers(action, more, admin_client, connection, statements):
    counts = []
    for size in (2, 20):
        rows = [row for _ in range(size // 2) for row in await furnish(connection, action)]
        id = await start(admin_client, action, rows, **more)
        await statements.clear()
        answer = await undo(admin_client, id)
        assert answer["job"]["doneCount"] == (await outcomes(connection, id)).count("DONE")
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts
