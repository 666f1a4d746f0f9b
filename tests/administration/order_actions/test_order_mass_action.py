"""Actions on many orders, as jobs; and the archive (docs/domain/orders.md#orders-20)."""

import datetime as dt
from typing import Any

import pytest

from customer_gql.administration.mass_actions.settings import AT_ONCE
from customer_gql.commerce.orders.archive.settings import ARCHIVE_DAYS, ARCHIVE_ENABLED
from customer_gql.commerce.orders.archive.work import keep_archive
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.customers import make_customer, make_order, make_product
from support.jobs import delete_open_jobs, run_all
from support.staff import make_website, staff_client

MASS = """mutation M($input: OrderMassActionInput!, $dryRun: Boolean! = false) {
  orderMassAction(input: $input, dryRun: $dryRun) {
    askedCount doneCount unchangedCount refusedCount notFoundCount failedCount canceledCount
    results { line id outcome key params path order { id state } customer { id } company { id } }
    blockers { key count params } job { id status totalCount undo { isPossible key } }
    userErrors { code key path } } }"""
UNDO = """mutation U($input: JobUndoInput!) { jobUndo(input: $input) {
  job { id doneCount unchangedCount refusedCount rows(first: 20) { nodes { id outcome key } } } userErrors { key } } }"""
JOB = """query J($id: ID!) { job(id: $id) { status doneCount refusedCount
  rows(first: 50) { nodes { outcome key id order { id state } } } } }"""
SELECT = """mutation C($input: OrderSelectionCreateInput!) { orderSelectionCreate(input: $input) {
  selection { id grid scope count sample { id } blockers(action: HOLD) { key params count sample { id } } }
  userErrors { code key path } } }"""
ARCHIVED = "SELECT archived_at IS NOT NULL FROM sales_order WHERE customer_id = $1 AND id = $2"


@pytest.fixture
async def website(connection):
    return await make_website(connection)


@pytest.fixture
async def boss(http, connection, website):
    return await staff_client(http, connection, website_ids=[website])


@pytest.fixture
async def tools(http, database, settings, connection):
    """Mass actions wait for workers."""
    await delete_open_jobs(connection)
    await put_setting(connection, AT_ONCE, 0)
    return Tools(database, settings)


async def put_setting(connection: Any, setting: Any, value: Any) -> None:
    async with connection.transaction():
        await set_value(connection, setting, value, scope=GLOBAL, scope_id=0)


async def place(connection: Any, website: int, state: str, **given: Any) -> Any:
    owner = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    items = [await make_product(connection)]
    return await make_order(connection, owner, items, state=state, store_view_id=website, **given)


def order_id(order: Any) -> str:
    return encode_id("ord", order.customer_id, order.id)


async def act(client: Any, action: str, ids: list[str], *, dry_run: bool = False, **more: Any) -> Any:
    given = {"action": action, "selection": {"ids": ids}, **more}
    return (await client.data(MASS, input=given, dryRun=dry_run))["orderMassAction"]


def results(answer: Any) -> list[Any]:
    return [(one["outcome"], one["key"]) for one in answer["results"]]


async def state(connection: Any, order: Any) -> str:
    return await connection.fetchval(
        "SELECT state FROM sales_order WHERE customer_id = $1 AND id = $2", order.customer_id, order.id
    )


async def is_archived(connection: Any, order: Any) -> bool:
    return await connection.fetchval(ARCHIVED, order.customer_id, order.id)


async def test_orders_are_held_with_a_result_for_each(boss, connection, website):
    new, held = await place(connection, website, "NEW"), await place(connection, website, "ON_HOLD")
    complete = await place(connection, website, "COMPLETE")
    elsewhere = await place(connection, await make_website(connection), "NEW")
    # The number of an order that there is, with that of another customer.
    mixed = encode_id("ord", held.customer_id, new.id)
    ids = [*map(order_id, (new, held, complete, elsewhere)), mixed]
    tried = await act(boss, "HOLD", ids, dry_run=True)
    assert results(tried) == [
        ("DONE", None),
        ("UNCHANGED", None),
        ("REFUSED", "order.state_not_possible"),
        ("NOT_FOUND", "order.not_found"),
        ("NOT_FOUND", "order.not_found"),
    ]
    assert (await state(connection, new), tried["job"]) == ("NEW", None)
    done = await act(boss, "HOLD", ids)
    assert (results(done), done["blockers"], done["userErrors"]) == (results(tried), tried["blockers"], [])
    assert done["blockers"] == [{"key": "order.state_not_possible", "count": 1, "params": {"state": "COMPLETE"}}]
    assert [one["id"] for one in done["results"]] == ids
    assert done["results"][0]["order"] == {"id": order_id(new), "state": "ON_HOLD"}
    assert [one["order"] for one in done["results"][3:]] == [None, None]
    assert done["results"][2]["path"] == ["selection", "ids", "2"]
    assert done["results"][0]["customer"] == {"id": encode_id("cus", new.customer_id)}
    assert [await state(connection, one) for one in (new, held, complete, elsewhere)] == [
        "ON_HOLD",
        "ON_HOLD",
        "COMPLETE",
        "NEW",
    ]
    history = "SELECT job_id IS NOT NULL FROM staff_event WHERE subject = $1 AND kind = 'ORDER_HOLD'"
    assert await connection.fetchval(history, order_id(new))


async def test_holding_is_undone_unless_changed_since(boss, connection, website):
    orders = [await place(connection, website, one) for one in ("NEW", "PROCESSING", "NEW")]
    done = await act(boss, "HOLD", list(map(order_id, orders)))
    assert done["job"]["undo"] == {"isPossible": True, "key": None}
    await act(boss, "UNHOLD", [order_id(orders[2])])
    undone = (await boss.data(UNDO, input={"id": done["job"]["id"]}))["jobUndo"]["job"]
    assert [(one["outcome"], one["key"]) for one in undone["rows"]["nodes"]] == [
        ("DONE", None),
        ("DONE", None),
        ("REFUSED", "undo.order_changed_since"),
    ]
    assert [one["id"] for one in undone["rows"]["nodes"]] == list(map(order_id, orders))
    assert [await state(connection, one) for one in orders] == ["NEW", "PROCESSING", "NEW"]
    canceled = await act(boss, "CANCEL", [order_id(orders[0])], reason="Sold twice.")
    assert (await state(connection, orders[0]), canceled["job"]["undo"]["isPossible"]) == ("CANCELED", False)
    text = "SELECT text FROM order_comment WHERE order_id = $1 AND kind = 'CANCELED'"
    assert await connection.fetchval(text, orders[0].id) == "Sold twice."


async def test_selected_orders_are_done_by_a_worker(boss, connection, website, tools):
    orders = [await place(connection, website, one) for one in ("NEW", "COMPLETE", "NEW", "NEW")]
    chosen = {"selection": {"everything": True}, "exceptIds": [order_id(orders[3])]}
    made = (await boss.data(SELECT, input=chosen))["orderSelectionCreate"]["selection"]
    assert (made["grid"], made["scope"], made["count"]) == ("ORDERS", "EVERYTHING", 3)
    assert {one["id"] for one in made["sample"]} == set(map(order_id, orders[:3]))
    [blocker] = made["blockers"]
    assert (blocker["key"], blocker["count"], blocker["sample"]) == (
        "order.state_not_possible",
        1,
        [{"id": order_id(orders[1])}],
    )
    given = {"action": "HOLD", "selection": {"selectionId": made["id"]}}
    tried = (await boss.data(MASS, input=given, dryRun=True))["orderMassAction"]
    assert (tried["askedCount"], tried["doneCount"], tried["refusedCount"]) == (3, 2, 1)
    job = (await boss.data(MASS, input=given))["orderMassAction"]["job"]
    assert (job["status"], job["totalCount"]) == ("QUEUED", 3)
    await run_all(tools)
    shown = (await boss.data(JOB, id=job["id"]))["job"]
    assert (shown["status"], shown["doneCount"], shown["refusedCount"]) == ("DONE", 2, 1)
    assert {one["id"] for one in shown["rows"]["nodes"]} == set(map(order_id, orders[:3]))
    assert [await state(connection, one) for one in orders] == ["ON_HOLD", "COMPLETE", "ON_HOLD", "NEW"]


async def test_orders_of_a_filter_and_a_canceled_job(boss, connection, website, tools):
    order = await place(connection, website, "NEW")
    other = await place(connection, website, "PROCESSING")
    given = {"action": "HOLD", "selection": {"filter": {"state": {"eq": "NEW"}}}}
    job = (await boss.data(MASS, input=given))["orderMassAction"]["job"]
    assert job["totalCount"] == 1
    cancel = "mutation C($input: JobCancelInput!) { jobCancel(input: $input) { userErrors { key } } }"
    assert (await boss.data(cancel, input={"id": job["id"]}))["jobCancel"]["userErrors"] == []
    await run_all(tools)
    [row] = (await boss.data(JOB, id=job["id"]))["job"]["rows"]["nodes"]
    assert (row["id"], row["outcome"]) == (order_id(order), "CANCELED")
    retry = "mutation R($input: JobRetryInput!) { jobRetry(input: $input) { job { id } userErrors { key } } }"
    again = (await boss.data(retry, input={"id": job["id"]}))["jobRetry"]["job"]
    await run_all(tools)
    [row] = (await boss.data(JOB, id=again["id"]))["job"]["rows"]["nodes"]
    assert (row["id"], row["outcome"]) == (order_id(order), "DONE")
    assert (await state(connection, order), await state(connection, other)) == ("ON_HOLD", "PROCESSING")


async def test_each_action_needs_its_permission(http, connection, website):
    order = await place(connection, website, "NEW")
    for action, missing in [("HOLD", "orders.manage"), ("CANCEL", "orders.manage"), ("ARCHIVE", "orders.archive")]:
        clerk = await staff_client(http, connection, permissions=[one for one in ALL_PERMISSIONS if one != missing])
        given = {"action": action, "selection": {"ids": [order_id(order)]}}
        refused = await clerk.answer(MASS, input=given)
        assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": missing}
    assert await state(connection, order) == "NEW"


async def test_input_that_fits_no_action_is_refused_whole(boss, connection, website):
    order = await place(connection, website, "COMPLETE")
    refused = await act(boss, "HOLD", [order_id(order)], reason="x")
    assert refused["userErrors"] == [{"code": "INVALID", "key": "mass_action.reason_unused", "path": ["reason"]}]
    off = await act(boss, "ARCHIVE", [order_id(order)])
    assert [one["key"] for one in off["userErrors"]] == ["order.archive_disabled"]
    malformed = await act(boss, "HOLD", [order_id(order), encode_id("ord", 1), "x"])
    assert [(one["key"], one["path"]) for one in malformed["userErrors"]] == [
        ("id.malformed", ["selection", "ids", "1"]),
        ("id.malformed", ["selection", "ids", "2"]),
    ]
    assert not await is_archived(connection, order)


async def test_finished_orders_are_archived_and_restored(boss, connection, website):
    await put_setting(connection, ARCHIVE_ENABLED, True)
    complete, new = await place(connection, website, "COMPLETE"), await place(connection, website, "NEW")
    ids = [order_id(complete), order_id(new)]
    done = await act(boss, "ARCHIVE", ids)
    assert results(done) == [("DONE", None), ("REFUSED", "order.state_not_possible")]
    assert results(await act(boss, "ARCHIVE", ids))[0] == ("UNCHANGED", None)
    assert await is_archived(connection, complete)
    listed = """query O($filter: OrderFilter) { orders(filter: $filter) { nodes { id } } }"""
    shown = (await boss.data(listed, filter={"archivedAt": {"isNull": True}}))["orders"]["nodes"]
    assert shown == [{"id": order_id(new)}]
    undone = (await boss.data(UNDO, input={"id": done["job"]["id"]}))["jobUndo"]["job"]
    assert (undone["doneCount"], await is_archived(connection, complete)) == (1, False)
    assert results(await act(boss, "RESTORE", ids)) == [("UNCHANGED", None)] * 2
    kinds = "SELECT kind FROM order_comment WHERE order_id = $1 ORDER BY id"
    assert [row.kind for row in await connection.fetch(kinds, complete.id)] == ["ARCHIVED", "RESTORED"]
    types = "SELECT type FROM domain_event WHERE subject = $1 ORDER BY id"
    assert [row.type for row in await connection.fetch(types, order_id(complete))] == [
        "order.archived",
        "order.restored",
    ]


async def test_old_orders_are_archived_by_themselves_and_come_back_when_it_is_off(
    http, connection, website, database, settings
):
    await put_setting(connection, ARCHIVE_ENABLED, True)
    await put_setting(connection, ARCHIVE_DAYS, 30)
    now = dt.datetime.now(dt.UTC)
    old = {"placed_at": now - dt.timedelta(days=31)}
    due = [await place(connection, website, one, **old) for one in ("COMPLETE", "CLOSED")]
    kept = [await place(connection, website, one, **old) for one in ("NEW", "CANCELED", "PROCESSING")]
    kept.append(await place(connection, website, "COMPLETE", placed_at=now - dt.timedelta(days=29)))
    tools = Tools(database, settings)
    await keep_archive(tools)
    assert [await is_archived(connection, one) for one in due] == [True, True]
    assert [await is_archived(connection, one) for one in kept] == [False] * 4
    await put_setting(connection, ARCHIVE_ENABLED, False)
    await keep_archive(tools)
    assert [await is_archived(connection, one) for one in due] == [False, False]
