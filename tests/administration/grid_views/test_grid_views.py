"""Saved views: saving, showing, changing and deleting them, and who may."""

import datetime as dt

import orjson
import pytest

from administration.grid_views.samples import make_view
from customer_gql.core.permissions import ALL_PERMISSIONS
from support.clients import Client
from support.staff import staff_client, staff_id_of

VIEW = """id grid name isShared isDefault owner { id } state problems { path message } filter search sort columns pageSize
  version createdAt"""
ERRORS = "userErrors { code key params message path }"
CREATE = f"""mutation C($input: GridViewCreateInput!) {{ gridViewCreate(input: $input) {{
  changedFields view {{ {VIEW} }} {ERRORS} }} }}"""
UPDATE = f"""mutation U($input: GridViewUpdateInput!) {{ gridViewUpdate(input: $input) {{
  changedFields view {{ {VIEW} }} userErrors {{ code key path
    ... on VersionConflictError {{ currentVersion conflicts {{ field base yours stored }} }} }} }} }}"""
DELETE = f"mutation D($input: GridViewDeleteInput!) {{ gridViewDelete(input: $input) {{ deletedId {ERRORS} }} }}"
CHOOSE = f"""mutation S($input: GridViewSetDefaultInput!) {{ gridViewSetDefault(input: $input) {{
  changedFields view {{ id isDefault }} {ERRORS} }} }}"""
READ = f"query R($id: ID!) {{ gridView(id: $id) {{ {VIEW} }} }}"
LIST = f"""query L($first: Int, $after: String, $last: Int, $before: String) {{
  gridViews(grid: CUSTOMERS, first: $first, after: $after, last: $last, before: $before) {{
    totalCount nodes {{ {VIEW} }} edges {{ cursor node {{ id }} }} pageInfo {{ endCursor hasNextPage }} }} }}"""
SERVICE = "mutation T($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { token } }"
MAY = ("CUSTOMERS_READ", "CUSTOMERS_PII", "VIEWS_SHARE")
DORMANT = {
    "filter": {
        "orderCount": {"gte": 1},
        "lifetimeValue": {"currency": "USD", "gt": "19.90"},
        "createdAt": {"lt": "2026-01-01T00:00:00+00:00", "isNull": False},
        "dateOfBirth": {"gte": "1990-02-28"},
        "or": [{"status": {"in": ["ACTIVE"]}}, {"not": {"isLocked": {"eq": True}}}],
        "group": {"eq": "grp_0000000000000001"},
    },
    "search": "anna meyer",
    "sort": [{"by": "LAST_ORDER_AT", "direction": "ASC"}, {"by": "NAME", "direction": "DESC"}],
    "columns": ["name", "email", "lastOrderAt"],
    "pageSize": 50,
}


async def call(client, document, **input):
    [answer] = (await client.data(document, input=input)).values()
    return answer


async def save(client, content=None, **given):
    content = {"filter": {"orderCount": {"gte": 1}}} if content is None else content
    return await call(client, CREATE, **{"name": "Dormant", "content": {"customers": content}, **given})


async def saved(client, content=None, **given):
    answer = await save(client, content, **given)
    assert answer["userErrors"] == []
    return answer["view"]


async def show(client, id):
    return (await client.data(READ, id=id))["gridView"]


def keys(answer):
    return [(error["code"], error["key"], error["path"]) for error in answer["userErrors"]]


async def told(connection, id):
    rows = await connection.fetch("SELECT kind, changes, version FROM staff_event WHERE subject = $1 ORDER BY id", id)
    return [(row.kind, orjson.loads(row.changes), row.version) for row in rows]


@pytest.fixture
async def clerk(http, connection):
    """Staff who see everything and share nothing."""
    return await staff_client(http, connection, ALL_PERMISSIONS - {"views.share"})


@pytest.fixture
async def sharer(http, connection):
    return await staff_client(http, connection)


async def test_a_view_is_shown_as_it_was_saved(clerk, connection):
    answer = await save(clerk, DORMANT)
    view = answer["view"]
    assert answer == {"changedFields": ["name", "content"], "view": view, "userErrors": []}
    assert view == {
        "id": view["id"],
        "grid": "CUSTOMERS",
        "name": "Dormant",
        "isShared": False,
        "isDefault": False,
        "owner": {"id": await staff_id_of(connection, clerk)},
        "state": "READY",
        "problems": [],
        **DORMANT,
        "version": 1,
        "createdAt": view["createdAt"],
    }
    assert await show(clerk, view["id"]) == view
    assert await told(connection, view["id"]) == []


async def test_what_is_left_out_is_null(clerk):
    view = await saved(clerk, {"sort": [{"by": "NAME"}]})
    shown = [view[part] for part in ("filter", "search", "columns", "pageSize")]
    assert (shown, view["sort"]) == ([None] * 4, [{"by": "NAME", "direction": "ASC"}])


async def test_views_are_listed_by_name_with_shared_ones(clerk, sharer, http, connection):
    own = [await saved(clerk, name=name) for name in ("zulu", "Álpha")]
    shared = await saved(sharer, name="Bravo shared", isShared=True)
    private = await saved(sharer, name="Charlie private")
    listed = (await clerk.data(LIST, first=100))["gridViews"]
    names = [view["name"] for view in listed["nodes"]]
    assert listed["totalCount"] == len(names)
    assert [name for name in names if name in ("zulu", "Álpha", "Bravo shared")] == ["Álpha", "Bravo shared", "zulu"]
    assert {own[0]["id"], own[1]["id"], shared["id"]} <= {view["id"] for view in listed["nodes"]}
    assert private["id"] not in {view["id"] for view in listed["nodes"]}
    first = (await clerk.data(LIST, first=1))["gridViews"]
    assert first["pageInfo"]["hasNextPage"] is True
    second = (await clerk.data(LIST, first=1, after=first["pageInfo"]["endCursor"]))["gridViews"]
    assert [second["nodes"][0]["id"]] == [listed["nodes"][1]["id"]]
    back = (await clerk.data(LIST, last=1, before=second["edges"][0]["cursor"]))["gridViews"]
    assert back["nodes"][0]["id"] == listed["nodes"][0]["id"]


async def test_a_private_view_is_unknown_to_others(clerk, sharer, connection):
    id = (await saved(clerk))["id"]
    assert await show(sharer, id) is None
    unknown = [("NOT_FOUND", "grid_view.not_found", ["id"])]
    assert keys(await call(sharer, UPDATE, id=id, name="Taken")) == unknown
    assert keys(await call(sharer, DELETE, id=id)) == unknown
    chosen = await call(sharer, CHOOSE, grid="CUSTOMERS", viewId=id)
    assert keys(chosen) == [("NOT_FOUND", "grid_view.not_found", ["viewId"])]
    run = await sharer.answer("query R($id: ID!) { customers(viewId: $id) { totalCount } }", id=id)
    assert run["errors"][0]["extensions"] == {
        "code": "BAD_USER_INPUT",
        "key": "grid_view.not_found",
        "argument": ["viewId"],
    }
    assert (await show(clerk, id))["name"] == "Dormant"


async def test_sharing_takes_the_permission(clerk, sharer, connection):
    refused = {"code": "FORBIDDEN", "permission": "views.share"}
    mine, shared = await saved(clerk), await saved(sharer, isShared=True)
    content = {"customers": {}}
    asked = [
        (CREATE, {"name": "All", "isShared": True, "content": content}),
        (UPDATE, {"id": mine["id"], "isShared": True}),
        (UPDATE, {"id": shared["id"], "name": "Mine now"}),
        (DELETE, {"id": shared["id"]}),
    ]
    for document, input in asked:
        answer = await clerk.answer(document, input=input)
        assert answer["errors"][0]["extensions"] == refused
    assert (await show(clerk, mine["id"]))["isShared"] is False
    assert (await show(clerk, shared["id"])) == {**shared, "isDefault": False}


async def test_a_shared_view_outlives_its_owner_and_others_change_it(clerk, sharer, http, connection):
    leaver = await staff_client(http, connection)
    view = await saved(leaver, isShared=True)
    gone = int((await staff_id_of(connection, leaver))[4:], 16)
    await connection.execute("DELETE FROM staff_user WHERE id = $1", gone)
    assert await show(clerk, view["id"]) == {**view, "owner": None}
    changed = await call(sharer, UPDATE, id=view["id"], name="Kept", content={"customers": {"pageSize": 20}})
    assert (changed["changedFields"], changed["view"]["version"]) == (["name", "content"], 2)
    kept = await call(sharer, UPDATE, id=view["id"], isShared=False)
    assert keys(kept) == [("NOT_ALLOWED", "grid_view.not_owner", ["isShared"])]
    assert (await call(sharer, DELETE, id=view["id"]))["deletedId"] == view["id"]
    assert await show(clerk, view["id"]) is None


async def test_only_a_change_is_stored(clerk):
    view = await saved(clerk, DORMANT)
    same = await call(clerk, UPDATE, id=view["id"], name=" Dormant ", isShared=False, content={"customers": DORMANT})
    assert same == {"changedFields": [], "view": view, "userErrors": []}
    changed = await call(clerk, UPDATE, id=view["id"], content={"customers": {"pageSize": 10}})
    nothing = dict.fromkeys(("filter", "search", "sort", "columns"))
    assert changed["view"] == {**view, **nothing, "pageSize": 10, "version": 2}


async def test_an_edit_of_another_version_is_a_conflict(clerk):
    id = (await saved(clerk))["id"]
    await call(clerk, UPDATE, id=id, name="First", expectedVersion=1)
    later = await call(clerk, UPDATE, id=id, name="Second", expectedVersion=1)
    assert later["userErrors"] == [
        {
            "code": "VERSION_CONFLICT",
            "key": "version.conflict",
            "path": ["expectedVersion"],
            "currentVersion": 2,
            "conflicts": [{"field": "name", "base": None, "yours": "Second", "stored": "First"}],
        }
    ]
    assert (await call(clerk, UPDATE, id=id, name="Second", expectedVersion=2))["view"]["version"] == 3


async def test_a_view_stays_one_of_its_grid(clerk, connection):
    staff = int((await staff_id_of(connection, clerk))[4:], 16)
    id = await make_view(connection, staff, grid="ORDERS")
    assert keys(await call(clerk, UPDATE, id=id, content={"customers": {}})) == [
        ("INVALID", "grid_view.other_grid", ["content"])
    ]
    assert keys(await call(clerk, CHOOSE, grid="CUSTOMERS", viewId=id))[0][1] == "grid_view.not_found"


async def test_a_shared_view_of_a_list_that_somebody_does_not_see_is_unknown(sharer, http, connection):
    other = await staff_client(http, connection, ALL_PERMISSIONS - {"history.read"})
    staff = int((await staff_id_of(connection, sharer))[4:], 16)
    id = await make_view(connection, staff, grid="HISTORY", is_shared=True)
    assert await show(other, id) is None
    for document, given in ((UPDATE, {"name": "x"}), (DELETE, {})):
        assert keys(await call(other, document, id=id, **given)) == [("NOT_FOUND", "grid_view.not_found", ["id"])]
    for input in ({"grid": "HISTORY", "viewId": id}, {"grid": "HISTORY", "viewId": None}):
        answer = await other.answer(CHOOSE, input=input)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "history.read"}
    assert (await show(sharer, id))["name"] == "Dormant"


async def test_a_view_of_a_list_that_is_gone_is_unknown(clerk, connection):
    staff = int((await staff_id_of(connection, clerk))[4:], 16)
    id = await make_view(connection, staff, grid="GONE")
    assert await show(clerk, id) is None
    for document, given in ((UPDATE, {"name": "x"}), (DELETE, {})):
        assert keys(await call(clerk, document, id=id, **given)) == [("NOT_FOUND", "grid_view.not_found", ["id"])]


async def test_everybody_chooses_their_own_default(clerk, sharer):
    view = await saved(sharer, isShared=True)
    chosen = await call(clerk, CHOOSE, grid="CUSTOMERS", viewId=view["id"])
    assert chosen == {"changedFields": ["viewId"], "view": {"id": view["id"], "isDefault": True}, "userErrors": []}
    assert await call(clerk, CHOOSE, grid="CUSTOMERS", viewId=view["id"]) == {**chosen, "changedFields": []}
    assert [(await show(client, view["id"]))["isDefault"] for client in (clerk, sharer)] == [True, False]
    other = await saved(clerk)
    await call(clerk, CHOOSE, grid="CUSTOMERS", viewId=other["id"])
    assert [(await show(clerk, id))["isDefault"] for id in (view["id"], other["id"])] == [False, True]
    for changed in (["viewId"], []):
        assert await call(clerk, CHOOSE, grid="CUSTOMERS", viewId=None) == {
            "changedFields": changed,
            "view": None,
            "userErrors": [],
        }
    assert (await show(clerk, other["id"]))["isDefault"] is False


async def test_a_view_that_is_shared_no_longer_is_nobody_elses_default(clerk, sharer, connection):
    id = (await saved(sharer, isShared=True))["id"]
    for client in (clerk, sharer):
        await call(client, CHOOSE, grid="CUSTOMERS", viewId=id)
    assert (await call(sharer, UPDATE, id=id, isShared=False))["view"]["isDefault"] is True
    assert (await show(clerk, id)) is None
    count = "SELECT count(*) FROM grid_view_default WHERE view_id = $1"
    key = int(id[4:], 16)
    assert await connection.fetchval(count, key) == 1
    await call(sharer, DELETE, id=id)
    assert await connection.fetchval(count, key) == 0


async def test_the_history_of_staff_tells_of_shared_views_without_personal_values(sharer, connection):
    content = {"filter": {"email": {"eq": "gil@example.com"}, "or": [{"country": {"eq": "GB"}}]}, "search": "gil"}
    id = (await saved(sharer, content, isShared=True, name="Gil"))["id"]
    await call(sharer, UPDATE, id=id, name="Gil again", content={"customers": {"pageSize": 10}})
    await call(sharer, DELETE, id=id)
    assert await told(connection, id) == [
        (
            "GRID_VIEW_CREATED",
            {
                "grid": [None, "CUSTOMERS"],
                "name": [None, "Gil"],
                "isShared": [None, True],
                "filteredColumns": [None, ["country", "email"]],
                "hasSearch": [None, True],
            },
            1,
        ),
        (
            "GRID_VIEW_CHANGED",
            {
                "name": ["Gil", "Gil again"],
                "filteredColumns": [["country", "email"], None],
                "hasSearch": [True, False],
                "pageSize": [None, 10],
            },
            2,
        ),
        (
            "GRID_VIEW_DELETED",
            {
                "grid": ["CUSTOMERS", None],
                "name": ["Gil again", None],
                "isShared": [True, None],
                "hasSearch": [False, None],
                "pageSize": [10, None],
            },
            None,
        ),
    ]


async def test_a_service_keeps_views_of_its_own(sharer, http, connection, clerk):
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    token = await call(sharer, SERVICE, name="Reports", permissions=list(MAY), expiresAt=soon)
    service = Client(http, "/admin/graphql", token["token"])
    view, shared = await saved(service), await saved(service, isShared=True)
    assert (view["owner"], view["grid"]) == (None, "CUSTOMERS")
    assert await show(service, view["id"]) == view
    assert [await show(clerk, one["id"]) for one in (view, shared)] == [None, shared]


async def test_a_page_of_views_costs_as_many_statements_for_1_and_for_50(clerk, connection, statements):
    staff = int((await staff_id_of(connection, clerk))[4:], 16)
    content = '{"filter": {"group": {"eq": "grp_0000000000000001"}, "website": {"eq": "web_0000000000000001"}}}'
    counts = []
    for number in (1, 49):
        for _ in range(number):
            await make_view(connection, staff, content=content)
        await statements.clear()
        assert len((await clerk.data(LIST, first=50))["gridViews"]["nodes"]) >= number
        counts.append(await statements.count())
    assert counts[0] == counts[1]


async def test_an_owner_has_at_most_100_views_of_a_grid(clerk, connection):
    staff = int((await staff_id_of(connection, clerk))[4:], 16)
    for _ in range(99):
        await make_view(connection, staff)
    await make_view(connection, staff, grid="GONE")
    await saved(clerk)
    assert keys(await save(clerk)) == [("LIMIT_REACHED", "grid_view.limit_reached", None)]
    assert await connection.fetchval("SELECT count(*) FROM grid_view WHERE owner_id = $1", staff) == 101


async def test_a_key_is_a_view_only_of_its_own_table(clerk):
    for id in ("cus_0000000000000001", "gvw_1", "x"):
        answer = await clerk.answer(READ, id=id)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert keys(await call(clerk, DELETE, id=id)) == [("NOT_FOUND", "id.malformed", ["id"])]


@pytest.mark.parametrize(
    ("content", "key", "path", "german"),
    [
        ({"sort": [{"by": "NAME"}] * 4}, "grid.too_many_sort_keys", ["sort"], "höchstens 3 Schlüsseln, nicht nach 4."),
        ({"sort": [{"by": "NAME"}] * 2}, "grid.sort_key_repeated", ["sort"], "jeden Schlüssel einmal."),
        ({"search": " "}, "grid.search_empty", ["search"], "mindestens ein Wort ein"),
        ({"search": "a b c d e f g h i"}, "grid.too_many_words", ["search"], "höchstens 8 Wörter ein, nicht 9."),
        (
            {"filter": {"number": {"in": list(range(501))}}},
            "grid.too_many_values",
            ["filter", "number", "in"],
            "höchstens 500 Werten.",
        ),
        ({"filter": {"number": {"eq": None}}}, "grid.null_compared", ["filter", "number", "eq"], "Null ist kein Wert"),
        (
            {"filter": {"createdAt": {"inLastDays": 36_501}}},
            "grid.days_out_of_range",
            ["filter", "createdAt", "inLastDays"],
            "0 bis 36.500 Tage.",
        ),
        (
            {"filter": {"lifetimeValue": {"currency": "EUR"}}},
            "grid.amount_missing",
            ["filter", "lifetimeValue"],
            "eines von",
        ),
        (
            {"filter": {"not": {"not": {"not": {"not": {"not": {"not": {}}}}}}}},
            "grid.too_deep",
            None,
            "höchstens 5 Ebenen",
        ),
        ({"filter": {"or": [{"number": {"eq": 1}}] * 61}}, "grid.too_many_clauses", None, "höchstens 60 Bedingungen."),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
async def test_what_the_list_refuses_is_told_in_the_language_of_the_request(content, key, path, german, clerk):
    input = {"name": "Dormant", "content": {"customers": content}}
    headers = {"Authorization": f"Bearer {clerk.token}", "Accept-Language": "de"}
    body = {"query": CREATE.replace("path", "path message"), "variables": {"input": input}}
    answer = (await clerk.http.post(clerk.path, json=body, headers=headers)).json()["data"]["gridViewCreate"]
    [error] = answer["userErrors"]
    assert error["key"] == key
    assert path is None or error["path"] == ["content", "customers", *path]
    assert german in error["message"]
