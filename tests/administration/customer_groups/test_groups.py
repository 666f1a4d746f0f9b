"""Groups are created, changed and deleted by staff of all websites (docs/domain/groups.md#groups-1)."""

import asyncio
import datetime as dt
import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP
from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, sheet
from support.customers import customer_id, make_customer, recompute_rows
from support.importing import problems, run_import, upload
from support.jobs import delete_open_jobs, run_all
from support.staff import make_website, staff_client

GROUP = "id number version name taxClass { id kind } excludedWebsites { id } isAssignable memberCount"
CREATE = f"""mutation C($input: CustomerGroupCreateInput!) {{ customerGroupCreate(input: $input) {{
  customerGroup {{ {GROUP} }} userErrors {{ code key path params }} }} }}"""
UPDATE = f"""mutation U($input: CustomerGroupUpdateInput!) {{ customerGroupUpdate(input: $input) {{
  customerGroup {{ {GROUP} }} userErrors {{ code key path params }} }} }}"""
DELETE = """mutation D($input: CustomerGroupDeleteInput!, $dryRun: Boolean! = false) {
  customerGroupDelete(input: $input, dryRun: $dryRun) { deletedGroupId movedCustomerCount job { id kind status totalCount }
  userErrors { code key path params } } }"""
ONE = f"query O($id: ID!) {{ customerGroup(id: $id) {{ {GROUP} gridRow {{ number name isAssignable version }} }} }}"
LIST = """query L($filter: CustomerGroupFilter, $search: String) { customerGroups(first: 100, filter: $filter, search: $search) {
  totalCount nodes { id name } } }"""
TAX = encode_id("tax", 3)


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


def fresh():
    return f"G {uuid.uuid4().hex[:28]}"


async def call(client, document, **input):
    [answer] = (await client.data(document, input=input)).values()
    return answer


def refusals(answer):
    return [(one["code"], one["key"], one["path"]) for one in answer["userErrors"]]


async def make_group(client, **given):
    answer = await call(client, CREATE, **{"name": fresh(), **given})
    assert answer["userErrors"] == []
    return answer["customerGroup"]


async def test_a_group_is_created_changed_and_deleted(boss, connection):
    other = encode_id("web", await make_website(connection))
    made = await make_group(boss, name="  Trade Partners ", excludedWebsiteIds=[other])
    id = made["id"]
    assert made == {
        "id": id,
        "number": made["number"],
        "version": 1,
        "name": "Trade Partners",
        "taxClass": {"id": TAX, "kind": "CUSTOMER"},
        "excludedWebsites": [{"id": other}],
        "isAssignable": True,
        "memberCount": 0,
    }
    assert made["number"] > 100
    changed = await call(boss, UPDATE, id=id, name="Partners", excludedWebsiteIds=[], expectedVersion=1)
    assert changed["customerGroup"] == {**made, "version": 2, "name": "Partners", "excludedWebsites": []}
    same = await call(boss, UPDATE, id=id, name="Partners")
    assert same["customerGroup"]["version"] == 2
    shown = (await boss.data(ONE, id=id))["customerGroup"]
    assert shown["gridRow"] == {"number": made["number"], "name": "Partners", "isAssignable": True, "version": 2}
    deleted = await call(boss, DELETE, id=id)
    assert deleted == {"deletedGroupId": id, "movedCustomerCount": 0, "job": None, "userErrors": []}
    assert (await boss.data(ONE, id=id))["customerGroup"] is None
    kinds = await connection.fetch("SELECT kind, changes FROM staff_event WHERE subject = $1 ORDER BY id", id)
    assert [row.kind for row in kinds] == ["GROUP_CREATED", "GROUP_CHANGED", "GROUP_DELETED"]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"name": " "}, [("REQUIRED", "value.required", ["name"])]),
        ({"name": "x" * 33}, [("TOO_LONG", "text.too_long", ["name"])]),
        ({"name": "gEnErAl"}, [("TAKEN", "customer_group.name_taken", ["name"])]),
        ({"taxClassId": encode_id("tax", 2)}, [("NOT_FOUND", "tax_class.not_found", ["taxClassId"])]),
        ({"taxClassId": encode_id("tax", 1 << 40)}, [("NOT_FOUND", "tax_class.not_found", ["taxClassId"])]),
        (
            {"excludedWebsiteIds": [encode_id("web", 1), encode_id("web", 99_999)]},
            [("NOT_FOUND", "website.not_found", ["excludedWebsiteIds", "1"])],
        ),
        (
            {"name": "", "taxClassId": encode_id("tax", 9)},
            [("REQUIRED", "value.required", ["name"]), ("NOT_FOUND", "tax_class.not_found", ["taxClassId"])],
        ),
    ],
)
async def test_what_is_no_group(given, refused, boss, connection):
    before = await connection.fetchval("SELECT count(*) FROM customer_group")
    assert refusals(await call(boss, CREATE, **{"name": fresh(), **given})) == refused
    group = await make_group(boss)
    assert refusals(await call(boss, UPDATE, id=group["id"], **given)) == refused
    assert await connection.fetchval("SELECT count(*) FROM customer_group") == before + 1


async def test_nulls_and_ids_of_other_things_are_refused(boss):
    group = await make_group(boss)
    assert refusals(await call(boss, UPDATE, id=group["id"], name=None)) == [("REQUIRED", "value.null", ["name"])]
    for document in (UPDATE, DELETE):
        [(code, _, path)] = refusals(await call(boss, document, id=encode_id("web", 1)))
        assert (code, path) == ("NOT_FOUND", ["id"])
        assert refusals(await call(boss, document, id=encode_id("grp", 1 << 40))) == [
            ("NOT_FOUND", "customer_group.not_found", ["id"])
        ]


async def test_edits_of_one_group_merge_and_conflict(boss):
    group = await make_group(boss)
    name = fresh()
    await call(boss, UPDATE, id=group["id"], name=name)
    conflict = await call(boss, UPDATE, id=group["id"], name=fresh(), expectedVersion=1)
    assert refusals(conflict) == [("VERSION_CONFLICT", "version.conflict", ["expectedVersion"])]
    merged = await call(boss, UPDATE, id=group["id"], excludedWebsiteIds=[encode_id("web", 1)], expectedVersion=1)
    assert (merged["customerGroup"]["name"], merged["customerGroup"]["version"]) == (name, 3)


async def test_of_two_groups_of_one_name_at_once_one_is_made(boss):
    name = fresh()
    answers = await asyncio.gather(*[call(boss, CREATE, name=name.swapcase() if i else name) for i in range(2)])
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1]


async def test_only_staff_of_all_websites_with_the_permission_manage_groups(http, connection):
    some = await staff_client(http, connection, ["customers.read", "groups.manage"], [1])
    without = await staff_client(http, connection, ["customers.read", "customers.write"])
    for client in (some, without):
        for document, input in (
            (CREATE, {"name": fresh()}),
            (UPDATE, {"id": encode_id("grp", 1)}),
            (DELETE, {"id": encode_id("grp", 1)}),
        ):
            answer = await client.answer(document, input=input)
            assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await some.data("{ taxClasses { name kind } }"))["taxClasses"][:2] == [
        {"name": "Taxable Goods", "kind": "PRODUCT"},
        {"name": "Retail Customer", "kind": "CUSTOMER"},
    ]


async def test_groups_are_filtered_and_searched(boss):
    group = await make_group(boss)
    for given in (
        {"filter": {"name": {"eq": group["name"].upper()}}},
        {"filter": {"number": {"eq": group["number"]}}},
        {"search": group["name"][2:]},
        {
            "filter": {
                "and": [{"taxClass": {"eq": TAX}}, {"version": {"eq": 1}}, {"name": {"startsWith": group["name"]}}]
            }
        },
    ):
        assert [node["id"] for node in (await boss.data(LIST, **given))["customerGroups"]["nodes"]] == [group["id"]]
    none = (await boss.data(LIST, filter={"isAssignable": {"eq": False}}))["customerGroups"]["nodes"]
    assert encode_id("grp", 0) in [node["id"] for node in none]


async def test_the_columns_of_the_grid(boss):
    columns = (await boss.data("{ gridColumns(grid: CUSTOMER_GROUPS) { key sortKey isPersonal } }"))["gridColumns"]
    assert [(column["key"], column["sortKey"]) for column in columns] == [
        ("number", "NUMBER"),
        ("name", "NAME"),
        ("taxClass", None),
        ("isAssignable", "IS_ASSIGNABLE"),
        ("version", "VERSION"),
    ]
    assert not any(column["isPersonal"] for column in columns)
    sort = "{ customerGroups(first: 1, sort: [{ by: IS_ASSIGNABLE, direction: ASC }]) { nodes { number } } }"
    assert (await boss.data(sort))["customerGroups"]["nodes"] == [{"number": 0}]


async def test_members_are_counted_as_far_as_the_viewer_reaches(boss, http, connection, statements):
    elsewhere = await make_website(connection)
    groups = [await make_group(boss) for _ in range(5)]
    for place, group in enumerate(groups):
        for _ in range(place):
            await make_customer(connection, group_id=group["number"])
    await make_customer(connection, group_id=groups[4]["number"], website_id=elsewhere)
    some = await staff_client(http, connection, ["customers.read"], [1])
    many = (
        "query M($filter: CustomerGroupFilter) { customerGroups(first: 50, filter: $filter) { nodes { memberCount } } }"
    )
    counts = {}
    for client, expected in ((boss, [0, 1, 2, 3, 5]), (some, [0, 1, 2, 3, 4])):
        for shown in (1, 5):
            chosen = {"number": {"gte": groups[0]["number"], "lt": groups[0]["number"] + shown}}
            await client.data(many, filter=chosen)
            await statements.clear()
            nodes = (await client.data(many, filter=chosen))["customerGroups"]["nodes"]
            counts[shown] = await statements.count()
            assert [node["memberCount"] for node in nodes] == expected[:shown]
        assert counts[1] == counts[5]


async def test_excluding_a_website_ends_the_sessions_of_members_there(boss, as_customer, connection):
    group = await make_group(boss)
    member, other = await make_customer(connection, group_id=group["number"]), await make_customer(connection)
    clients = [await as_customer(row.id) for row in (member, other)]
    me = "{ me { id } }"
    for client in clients:
        assert (await client.data(me))["me"]
    await call(boss, UPDATE, id=group["id"], excludedWebsiteIds=[encode_id("web", 1)])
    assert "errors" in await clients[0].answer(me)
    assert (await clients[1].data(me))["me"]
    assert not await connection.fetchval("SELECT count(*) FROM customer_session WHERE customer_id = $1", member.id)
    await call(boss, UPDATE, id=group["id"], excludedWebsiteIds=[])
    assert "errors" in await clients[0].answer(me)


EDIT = "mutation E($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code key path } } }"
ACT = "mutation A($input: CustomerMassActionInput!) { customerMassAction(input: $input) { doneCount job { id } userErrors { key } } }"


UNDO = "mutation U($input: JobUndoInput!) { jobUndo(input: $input) { userErrors { key } } }"


async def by_edit(boss, _tools, row, group):
    assert refusals(await call(boss, EDIT, id=customer_id(row), groupId=group["id"])) == []


async def by_mass_action(boss, _tools, row, group):
    chosen = {"ids": [customer_id(row)]}
    done = await call(boss, ACT, action="ASSIGN_GROUP", groupId=group["id"], selection=chosen)
    assert (done["doneCount"], done["userErrors"]) == (1, [])
    return done["job"]["id"]


async def by_import(boss, tools, row, group):
    line = sheet({**ANN, "email": row.email, "group_id": str(group["number"])})
    id = await upload(boss, line.encode())
    assert await run_import(boss, tools, id) == {"read": 1, "updated": 1}


@pytest.mark.parametrize("move", [by_edit, by_mass_action, by_import])
async def test_moving_a_customer_into_a_group_ends_sessions_on_the_websites_it_excludes(move, boss, connection, tools):
    elsewhere = await make_website(connection)
    group = await make_group(boss, excludedWebsiteIds=[encode_id("web", elsewhere)])
    row = await make_customer(connection)
    await recompute_rows(connection, row.id)
    await sign_in_on(connection, row, [1, elsewhere])
    await move(boss, tools, row, group)
    assert await session_websites(connection, row) == [1]


async def test_an_undo_that_moves_a_customer_back_into_a_group_ends_sessions_too(boss, connection, tools):
    elsewhere = await make_website(connection)
    group = await make_group(boss, excludedWebsiteIds=[encode_id("web", elsewhere)])
    row = await make_customer(connection, group_id=group["number"])
    await recompute_rows(connection, row.id)
    job = await by_mass_action(boss, tools, row, {"id": encode_id("grp", 1)})
    await sign_in_on(connection, row, [1, elsewhere])
    await delete_open_jobs(connection)
    assert await call(boss, UNDO, id=job) == {"userErrors": []}
    await run_all(tools)
    assert await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", row.id) == group["number"]
    assert await session_websites(connection, row) == [1]


async def sign_in_on(connection, row, websites):
    expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    for place, website in enumerate(websites):
        await connection.execute(
            "INSERT INTO customer_session (customer_id, id, website_id, expires_at) VALUES ($1, $2, $3, $4)",
            row.id,
            row.id + place,
            website,
            expires_at,
        )


async def session_websites(connection, row):
    left = await connection.fetch("SELECT website_id FROM customer_session WHERE customer_id = $1", row.id)
    return [one.website_id for one in left]


async def test_a_file_cannot_name_a_group_that_is_being_deleted(boss, connection, tools):
    group, row = await make_group(boss), await make_customer(connection)
    await recompute_rows(connection, row.id)
    await connection.execute("UPDATE customer_group SET is_being_deleted = true WHERE id = $1", group["number"])
    id = await upload(boss, sheet({**ANN, "email": row.email, "group_id": str(group["number"])}).encode())
    await run_import(boss, tools, id)
    [problem] = await problems(boss, id)
    assert (problem["column"], problem["key"]) == ("group_id", "import.value_unknown")
    assert await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", row.id) == 1


async def test_members_of_a_deleted_group_get_the_default_group_of_their_store_view(boss, connection, isolated):
    group, fallback = await make_group(boss), await make_group(boss)
    view = await connection.fetchval(
        "INSERT INTO store_view (id, store_id, code, name, locale) SELECT max(id) + 1, 1, $1, 'Other', 'en_US'"
        " FROM store_view RETURNING id",
        uuid.uuid4().hex,
    )
    async with connection.transaction():
        await set_value(connection, DEFAULT_GROUP, fallback["number"], scope=STORE_VIEW, scope_id=view)
    here = await make_customer(connection, group_id=group["number"])
    there = await make_customer(connection, group_id=group["number"], created_in_store_view_id=view)
    for row in (here, there):
        await recompute_rows(connection, row.id)
    tried = await call_dry(boss, group["id"])
    assert (tried["deletedGroupId"], tried["movedCustomerCount"]) == (group["id"], 2)
    assert (await boss.data(ONE, id=group["id"]))["customerGroup"]["memberCount"] == 2
    deleted = await call(boss, DELETE, id=group["id"])
    assert deleted == {"deletedGroupId": group["id"], "movedCustomerCount": 2, "job": None, "userErrors": []}
    for row, number in ((here, 1), (there, fallback["number"])):
        stored = await connection.fetchrow("SELECT group_id, version FROM customer WHERE id = $1", row.id)
        assert tuple(stored) == (number, row.version + 1)
        assert await connection.fetchval("SELECT kind FROM customer_event WHERE customer_id = $1", row.id) == "EDITED"
    in_use = await call(boss, DELETE, id=fallback["id"])
    assert refusals(in_use) == [("NOT_ALLOWED", "customer_group.in_use", ["id"])]
    assert in_use["userErrors"][0]["params"] == {"uses": [f"customers.default_group ({encode_id('stv', view)})"]}


async def call_dry(client, id):
    return (await client.data(DELETE, input={"id": id}, dryRun=True))["customerGroupDelete"]


async def test_groups_in_use_stay(boss, connection, isolated):
    guests = await call(boss, DELETE, id=encode_id("grp", 0))
    assert refusals(guests) == [("NOT_ALLOWED", "customer_group.is_for_guests", ["id"])]
    general = await call(boss, DELETE, id=encode_id("grp", 1))
    uses = general["userErrors"][0]["params"]["uses"]
    # Other tests leave companies of the group that every shop has.
    assert [use for use in uses if not use.startswith("company ")] == ["customers.default_group"]
    rated = await make_group(boss)
    await connection.execute(
        "INSERT INTO reward_points_rate (id, group_id, points, amount, currency) VALUES ($1, $1, 1, 1, 'USD')",
        rated["number"],
    )
    answer = await call(boss, DELETE, id=rated["id"])
    assert answer["userErrors"][0]["params"] == {"uses": ["reward exchange rate (USD)"]}
    await connection.execute("DELETE FROM reward_points_rate WHERE group_id = $1", rated["number"])
    async with connection.transaction():
        await set_value(connection, DEFAULT_GROUP, rated["number"], scope=GLOBAL, scope_id=0)
    answer = await call(boss, DELETE, id=rated["id"])
    assert answer["userErrors"][0]["params"] == {"uses": ["customers.default_group"]}


async def test_deleting_a_group_against_putting_a_customer_into_it(boss, connection):
    """Whoever comes first: the customer is in a group that there is."""
    for _ in range(5):
        group, row = await make_group(boss), await make_customer(connection)
        member = await make_customer(connection, group_id=group["number"])
        answers = await asyncio.gather(
            call(boss, DELETE, id=group["id"]), call(boss, EDIT, id=customer_id(row), groupId=group["id"])
        )
        assert answers[0]["deletedGroupId"] == group["id"]
        assert answers[1]["userErrors"] in (
            [],
            [{"code": "NOT_FOUND", "key": "customer_group.not_found", "path": ["groupId"]}],
        )
        groups = await connection.fetch("SELECT group_id FROM customer WHERE id = ANY($1)", [row.id, member.id])
        assert [one.group_id for one in groups] == [1, 1]
