"""The history of all customers; `tests/loading/grids` look at what all grids have in common."""

import re

import pytest

from customer_gql.core.actor import SYSTEM, Actor, ActorKind
from customer_gql.core.ids import encode_id
from customer_gql.customers.history.kinds import list_history_kinds
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.tables import deleted_customer
from support.customers import customer_id, make_customer, put
from support.declared_names import SOURCES
from support.slice_samples import merge
from support.staff import make_role, make_staff, make_website, staff_client

LIST = """query L($filter: HistoryEventFilter, $search: String, $sort: [HistoryEventSort!]) {
  history(filter: $filter, search: $search, sort: $sort) { totalCount nodes { kind customer { id } } } }"""
ROW = """query R($filter: HistoryEventFilter) { history(filter: $filter) { nodes { gridRow {
  createdAt kind actor staff { id label } impersonator { id label } website { id label } customerNumber } } } }"""
SORT_KEYS = "CREATED_AT KIND ACTOR CUSTOMER_NUMBER"
RECORDED = re.compile(r'record_customer_events?\((?:[^()]|\([^()]*\))*?kind="([A-Z_]+)"')


def of(row):
    return {"customerNumber": {"eq": row.number}}


async def test_a_row_shows_who_did_what(admin_client, connection):
    row = await make_customer(connection)
    staff = await make_staff(connection, await make_role(connection))
    by_staff, as_customer = Actor(ActorKind.STAFF, staff.id), Actor(ActorKind.CUSTOMER, row.id, staff.id)
    await record_customer_event(connection, row.id, kind="EDITED", version=1, by=by_staff)
    await record_customer_event(connection, row.id, kind="SIGNED_IN", version=1, by=as_customer)
    stored = await connection.fetch("SELECT created_at FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id)
    read = await admin_client.data(ROW, filter=of(row))
    person = {"id": encode_id("stf", staff.id), "label": "Grace"}
    shared = {"website": {"id": encode_id("web", 1), "label": "Main Website"}, "customerNumber": row.number}
    assert [node["gridRow"] for node in read["history"]["nodes"]] == [
        {
            **shared,
            "createdAt": stored[1]["created_at"].isoformat(),
            "kind": "SIGNED_IN",
            "actor": "CUSTOMER",
            "staff": None,
            "impersonator": person,
        },
        {
            **shared,
            "createdAt": stored[0]["created_at"].isoformat(),
            "kind": "EDITED",
            "actor": "STAFF",
            "staff": person,
            "impersonator": None,
        },
    ]


async def test_events_follow_a_customer_to_another_website(http, connection):
    here, there = await make_website(connection), await make_website(connection)
    row = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    await record_customer_event(connection, row.id, kind="EDITED", version=1, by=SYSTEM)
    clerks = {website: await staff_client(http, connection, website_ids=[website]) for website in (here, there)}
    shown = {"totalCount": 1, "nodes": [{"kind": "EDITED", "customer": {"id": customer_id(row)}}]}
    hidden = {"totalCount": 0, "nodes": []}
    assert (await clerks[here].data(LIST, filter=of(row)))["history"] == shown
    assert (await clerks[there].data(LIST, filter=of(row)))["history"] == hidden
    await connection.execute("UPDATE customer SET website_id = $2 WHERE id = $1", row.id, there)
    assert (await clerks[here].data(LIST, filter=of(row)))["history"] == hidden
    assert (await clerks[there].data(LIST, filter=of(row)))["history"] == shown
    await connection.execute("DELETE FROM customer WHERE id = $1", row.id)
    assert (await clerks[there].data(LIST))["history"]["totalCount"] == 0
    gone = {"customer_id": row.id, "number": row.number, "website_id": here, "actor": "SYSTEM"}
    await put(connection, deleted_customer, **gone)
    left = {"totalCount": 1, "nodes": [{"kind": "EDITED", "customer": None}]}
    assert (await clerks[here].data(LIST, filter=of(row)))["history"] == left
    assert (await clerks[there].data(LIST, filter=of(row)))["history"] == hidden


async def test_the_history_needs_its_permission(http, connection, as_customer, storefront):
    clerk = await staff_client(http, connection, permissions=["customers.read"])
    answer = await clerk.answer("{ history { totalCount } }")
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "history.read"}
    row = await make_customer(connection)
    for client in (storefront, await as_customer(row.id)):
        answer = await client.answer("{ history { totalCount } }")
        assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    auditor = await staff_client(http, connection, permissions=["history.read"])
    await record_customer_event(connection, row.id, kind="EDITED", version=1, by=SYSTEM)
    answer = await auditor.answer(LIST, filter=of(row))
    assert answer["data"]["history"]["nodes"] == [{"kind": "EDITED", "customer": None}]
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.read"}


async def test_the_column_of_kinds_lists_every_kind(admin_client):
    document = "{ gridColumns(grid: HISTORY) { key type values } }"
    columns = {column["key"]: column for column in (await admin_client.data(document))["gridColumns"]}
    assert columns["kind"] == {"key": "kind", "type": "STRING", "values": list_history_kinds()}
    assert list(columns) == ["createdAt", "kind", "actor", "staff", "impersonator", "website", "customerNumber"]


def test_every_kind_that_is_written_is_listed():
    texts = [file.read_text(encoding="utf-8") for file in SOURCES.rglob("*.py")]
    written = {kind for text in texts for kind in RECORDED.findall(text)}
    sampled = {kind for changes in merge("CHANGES").values() for _, kind, _ in changes}
    assert len(written) > 10
    assert sorted((written | sampled) - set(list_history_kinds())) == [], "add them to `HISTORY` of their slice"


async def test_a_kind_that_no_slice_declares_is_not_written(connection):
    row = await make_customer(connection)
    with pytest.raises(LookupError, match="No slice declares the kind of history FORGOTTEN"):
        await record_customer_event(connection, row.id, kind="FORGOTTEN", version=1, by=SYSTEM)
    assert await connection.fetchval("SELECT count(*) FROM customer_event WHERE customer_id = $1", row.id) == 0


async def test_kinds_are_filtered_in_any_case_and_found_by_words(admin_client, connection):
    row = await make_customer(connection)
    for kind in ("LOCKED_OUT", "UNLOCKED"):
        await record_customer_event(connection, row.id, kind=kind, version=1, by=SYSTEM)

    async def kinds(**given):
        return [node["kind"] for node in (await admin_client.data(LIST, **given))["history"]["nodes"]]

    filter = of(row)
    assert await kinds(filter=filter) == ["UNLOCKED", "LOCKED_OUT"]
    assert await kinds(filter={**filter, "kind": {"eq": "locked_out"}}) == ["LOCKED_OUT"]
    assert await kinds(filter={**filter, "kind": {"startsWith": "un"}}) == ["UNLOCKED"]
    assert await kinds(filter=filter, search="locked out") == ["LOCKED_OUT"]
    assert sorted(await kinds(search=str(row.number), filter=filter)) == ["LOCKED_OUT", "UNLOCKED"]
    for key in SORT_KEYS.split():
        assert len(await kinds(filter=filter, sort=[{"by": key}])) == 2


@pytest.mark.parametrize("filter", [{"kind": {"eq": "a\x00"}}, {"staff": {"eq": "cus_0000000000000001"}}])
async def test_filters_that_cannot_be(filter, admin_client):
    answer = await admin_client.answer(LIST, filter=filter)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_customers_of_a_page_are_read_together(admin_client, connection, statements):
    website = await make_website(connection)
    for _ in range(50):
        row = await make_customer(connection, website_id=website, created_in_store_view_id=website)
        await record_customer_event(connection, row.id, kind="EDITED", version=1, by=SYSTEM)
    document = """query L($filter: HistoryEventFilter, $first: Int) { history(filter: $filter, first: $first) {
      nodes { customer { id } } } }"""
    counts = []
    for size in (1, 50):
        await statements.clear()
        read = await admin_client.data(document, filter={"website": {"eq": encode_id("web", website)}}, first=size)
        assert len([node for node in read["history"]["nodes"] if node["customer"]]) == size
        counts.append(await statements.count())
    assert counts[0] == counts[1]
