"""Nobody grants more than they hold, nobody locks themselves out, and the last administrator stays."""

import asyncio
import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.database.pools import open_database
from customer_gql.staff.roles import writes
from support.clients import Client, served
from support.staff import (
    PASSWORD,
    events,
    make_role,
    make_staff,
    make_website,
    session_of,
    staff_client,
    staff_id_of,
    with_token,
)

pytest_plugins = ["support.staff_fixtures"]

CREATE_ROLE = """mutation C($input: StaffRoleCreateInput!) { staffRoleCreate(input: $input) {
  role { id name permissions websites { id } } userErrors { code path } } }"""
UPDATE_ROLE = """mutation U($input: StaffRoleUpdateInput!) { staffRoleUpdate(input: $input) {
  role { name permissions websites { id } } userErrors { code path } } }"""
DELETE_ROLE = "mutation D($input: StaffRoleDeleteInput!) { staffRoleDelete(input: $input) { deletedId userErrors { code path } } }"
CREATE = """mutation C($input: StaffCreateInput!) { staffCreate(input: $input) {
  staffUser { id email name jobTitle isActive assignedRole { id } } userErrors { code path } } }"""
UPDATE = """mutation U($input: StaffUpdateInput!) { staffUpdate(input: $input) {
  staffUser { name jobTitle assignedRole { id } } userErrors { code path } } }"""
DEACTIVATE = """mutation D($input: StaffUserInput!) { staffDeactivate(input: $input) {
  staffUser { isActive } endedSessionCount userErrors { code path } } }"""
ACTIVATE = "mutation A($input: StaffUserInput!) { staffActivate(input: $input) { staffUser { isActive } userErrors { code path } } }"
LIST = "{ staffUsers(first: 100) { totalCount nodes { id } } staffRoles { id } }"


async def one(client, document, **input):
    return next(iter((await client.data(document, input=input)).values()))


def refusals(answer):
    return [(error["code"], error["path"]) for error in answer["userErrors"]]


def role_input(**given):
    return {"name": uuid.uuid4().hex, "permissions": ["CUSTOMERS_READ"], "websiteIds": None, **given}


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """A shop has a hundred roles at most, and other tests leave theirs behind."""
    monkeypatch.setattr(writes, "MAX_ROLES", 100_000)


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def test_a_role_is_made_changed_and_deleted(boss, connection):
    asked = role_input(
        name="Help desk", permissions=["CUSTOMERS_WRITE", "CUSTOMERS_READ"], websiteIds=[encode_id("web", 1)]
    )
    made = await one(boss, CREATE_ROLE, **asked)
    id = made["role"].pop("id")
    role = {
        "name": "Help desk",
        "permissions": ["CUSTOMERS_READ", "CUSTOMERS_WRITE"],
        "websites": [{"id": encode_id("web", 1)}],
    }
    assert made == {"role": role, "userErrors": []}
    changed = await one(boss, UPDATE_ROLE, id=id, name="Desk", websiteIds=None)
    assert changed == {"role": {**role, "name": "Desk", "websites": None}, "userErrors": []}
    assert await one(boss, DELETE_ROLE, id=id) == {"deletedId": id, "userErrors": []}
    kinds = await connection.fetch("SELECT kind FROM staff_event WHERE subject = $1 ORDER BY id", id)
    assert [row.kind for row in kinds] == ["ROLE_CREATED", "ROLE_CHANGED", "ROLE_DELETED"]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"name": " "}, [("REQUIRED", ["name"])]),
        ({"name": "x" * 256}, [("TOO_LONG", ["name"])]),
        ({"name": "administrator"}, [("TAKEN", ["name"])]),
        ({"name": "Administrator"}, [("TAKEN", ["name"])]),
        ({"websiteIds": []}, [("REQUIRED", ["websiteIds"])]),
        ({"websiteIds": [encode_id("web", 99999)]}, [("NOT_FOUND", ["websiteIds", "0"])]),
        ({"websiteIds": [encode_id("web", 1 << 40)]}, [("NOT_FOUND", ["websiteIds", "0"])]),
    ],
)
async def test_what_is_no_role(given, refused, boss, connection):
    before = await connection.fetchval("SELECT count(*) FROM staff_role")
    assert refusals(await one(boss, CREATE_ROLE, **role_input(**given))) == refused
    assert await connection.fetchval("SELECT count(*) FROM staff_role") == before


async def test_saving_a_role_asks_for_ones_own_password(admin, grace, connection):
    me = with_token(admin, await session_of(connection, grace.id))
    role = encode_id("rol", await make_role(connection, ["customers.read"]))
    for document, input in (
        (CREATE_ROLE, role_input()),
        (UPDATE_ROLE, {"id": role, "name": uuid.uuid4().hex}),
        (DELETE_ROLE, {"id": role}),
    ):
        assert refusals(await one(me, document, **input)) == [("REQUIRED", ["password"])]
        assert refusals(await one(me, document, **input, password="wrong")) == [("INVALID", ["password"])]
        assert refusals(await one(me, document, **input, password=PASSWORD)) == []


HELD = ["staff.manage", "customers.read"]


@pytest.fixture
async def shop(connection):
    """A second website."""
    return await make_website(connection)


@pytest.fixture
async def limited(http, connection, shop):
    """Manages the staff of one website, and may read its customers."""
    return await staff_client(http, connection, HELD, [shop])


async def test_nobody_grants_a_permission_they_do_not_hold(http, connection):
    client = await staff_client(http, connection, HELD)
    more = encode_id("rol", await make_role(connection, [*HELD, "customers.delete"]))
    less = await make_role(connection, ["customers.read"])
    user = await make_staff(connection, less)
    weak, stf = encode_id("rol", less), encode_id("stf", user.id)
    made = await one(client, CREATE_ROLE, **role_input(permissions=["CUSTOMERS_DELETE"]))
    assert refusals(made) == [("NOT_ALLOWED", ["permissions"])]
    raised = await one(client, UPDATE_ROLE, id=weak, permissions=["CUSTOMERS_READ", "CUSTOMERS_DELETE"])
    assert refusals(raised) == [("NOT_ALLOWED", ["permissions"])]
    assert refusals(await one(client, UPDATE, id=stf, roleId=more)) == [("NOT_ALLOWED", ["roleId"])]
    new = {"email": f"{uuid.uuid4().hex}@example.com", "name": "New", "roleId": more}
    assert refusals(await one(client, CREATE, **new)) == [("NOT_ALLOWED", ["roleId"])]
    assert await connection.fetchval("SELECT permissions FROM staff_role WHERE id = $1", less) == ["customers.read"]
    assert await connection.fetchval("SELECT role_id FROM staff_user WHERE id = $1", user.id) == less
    assert await connection.fetchval("SELECT count(*) FROM staff_user WHERE email = $1", new["email"]) == 0


async def test_nobody_touches_what_holds_more(http, connection):
    client = await staff_client(http, connection, HELD)
    role = await make_role(connection, [*HELD, "customers.delete"])
    stronger = encode_id("stf", (await make_staff(connection, role)).id)
    for document, input, path in (
        (UPDATE_ROLE, {"id": encode_id("rol", role), "permissions": ["CUSTOMERS_READ"]}, ["id"]),
        (DELETE_ROLE, {"id": encode_id("rol", role)}, ["id"]),
        (UPDATE, {"id": stronger, "name": "Other"}, ["id"]),
        (DEACTIVATE, {"id": stronger}, ["id"]),
        (ACTIVATE, {"id": stronger}, ["id"]),
    ):
        assert refusals(await one(client, document, **input)) == [("NOT_ALLOWED", path)], document


async def test_nobody_grants_a_website_they_do_not_reach(limited, shop, connection):
    everywhere = encode_id("rol", await make_role(connection, ["customers.read"]))
    here = await make_role(connection, ["customers.read"], [shop])
    user = await make_staff(connection, here)
    for websites, refused in (
        (None, ("NOT_ALLOWED", ["websiteIds"])),
        ([encode_id("web", 1)], ("NOT_FOUND", ["websiteIds", "0"])),
    ):
        for document, input in (
            (CREATE_ROLE, role_input(websiteIds=websites)),
            (UPDATE_ROLE, {"id": encode_id("rol", here), "websiteIds": websites}),
        ):
            assert refusals(await one(limited, document, **input)) == [refused]
    several = [encode_id("web", id) for id in (1, shop, 424242)]
    assert refusals(await one(limited, CREATE_ROLE, **role_input(websiteIds=several))) == [
        ("NOT_FOUND", ["websiteIds", place]) for place in "02"
    ]
    moved = await one(limited, UPDATE, id=encode_id("stf", user.id), roleId=everywhere)
    assert refusals(moved) == [("NOT_FOUND", ["roleId"])]
    allowed = await one(limited, CREATE_ROLE, **role_input(websiteIds=[encode_id("web", shop)]))
    assert refusals(allowed) == []


async def test_a_manager_of_a_website_knows_of_its_staff_alone(limited, shop, connection):
    here = await make_staff(connection, await make_role(connection, ["customers.read"], [shop]))
    there = await make_staff(connection, await make_role(connection, ["customers.read"], [1]))
    answer = await limited.data(LIST)
    users = [node["id"] for node in answer["staffUsers"]["nodes"]]
    assert encode_id("stf", here.id) in users
    assert encode_id("stf", there.id) not in users
    assert answer["staffUsers"]["totalCount"] == len(users) == 2
    assert len(answer["staffRoles"]) == 2


async def test_nobody_changes_their_own_role_or_leaves_by_themselves(boss, connection):
    me = await staff_id_of(connection, boss)
    other = encode_id("rol", await make_role(connection))
    assert refusals(await one(boss, UPDATE, id=me, roleId=other)) == [("NOT_ALLOWED", ["roleId"])]
    assert refusals(await one(boss, DEACTIVATE, id=me)) == [("NOT_ALLOWED", ["id"])]
    own = encode_id("rol", await connection.fetchval("SELECT role_id FROM staff_user WHERE id = $1", int(me[4:], 16)))
    lost = await one(boss, UPDATE_ROLE, id=own, permissions=["CUSTOMERS_READ"])
    assert refusals(lost) == [("NOT_ALLOWED", ["permissions"])]
    narrowed = await one(boss, UPDATE_ROLE, id=own, websiteIds=[encode_id("web", 1)])
    assert refusals(narrowed) == [("NOT_ALLOWED", ["websiteIds"])]
    assert refusals(await one(boss, UPDATE, id=me, name="New name")) == []


async def test_a_user_is_made_changed_deactivated_and_activated(boss, http, connection):
    role = encode_id("rol", await make_role(connection, ["customers.read"]))
    email = f"{uuid.uuid4().hex}@Example.com"
    made = await one(boss, CREATE, email=email, name=" Ada ", roleId=role, jobTitle="Helper")
    id = made["staffUser"].pop("id")
    assert made["staffUser"] == {
        "email": email.lower(),
        "name": "Ada",
        "jobTitle": "Helper",
        "isActive": True,
        "assignedRole": {"id": role},
    }
    assert refusals(await one(boss, CREATE, email=email.upper(), name="Ada", roleId=role)) == [("TAKEN", ["email"])]
    assert refusals(await one(boss, CREATE, email="", name=" ", jobTitle="x" * 256, roleId=role)) == [
        ("REQUIRED", ["email"]),
        ("REQUIRED", ["name"]),
        ("TOO_LONG", ["jobTitle"]),
    ]
    changed = await one(boss, UPDATE, id=id, jobTitle=None, name="Ada B.")
    assert changed["staffUser"] == {"name": "Ada B.", "jobTitle": None, "assignedRole": {"id": role}}
    await session_of(connection, int(id[4:], 16))
    gone = await one(boss, DEACTIVATE, id=id)
    assert gone == {"staffUser": {"isActive": False}, "endedSessionCount": 1, "userErrors": []}
    assert (await one(boss, DEACTIVATE, id=id))["endedSessionCount"] == 0
    assert await one(boss, ACTIVATE, id=id) == {"staffUser": {"isActive": True}, "userErrors": []}
    kinds = [kind for kind, _ in await events(connection, int(id[4:], 16))]
    assert kinds == ["USER_CREATED", "USER_CHANGED", "USER_DEACTIVATED", "USER_ACTIVATED"]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"email": "nowhere"}, [("INVALID", ["email"])]),
        ({"email": "x" * 300 + "@example.com"}, [("TOO_LONG", ["email"])]),
        ({"name": ""}, [("REQUIRED", ["name"])]),
        ({"jobTitle": "x" * 256}, [("TOO_LONG", ["jobTitle"])]),
        ({"roleId": encode_id("rol", 7)}, [("NOT_FOUND", ["roleId"])]),
        ({"roleId": encode_id("rol", 1 << 40)}, [("NOT_FOUND", ["roleId"])]),
    ],
)
async def test_what_is_no_staff_user(given, refused, boss):
    asked = {"email": "new@example.com", "name": "New", "roleId": encode_id("rol", 1), **given}
    assert refusals(await one(boss, CREATE, **asked)) == refused


async def test_a_role_somebody_has_is_not_deleted(boss, connection):
    role = await make_role(connection, ["customers.read"])
    await make_staff(connection, role)
    assert refusals(await one(boss, DELETE_ROLE, id=encode_id("rol", role))) == [("NOT_ALLOWED", ["id"])]


async def test_two_administrators_who_deactivate_each_other_at_once_leave_one(settings, empty_database_url):
    async with (
        open_database(empty_database_url, write_connections=5) as database,
        served(settings, database) as http,
        database.writes.acquire() as connection,
    ):
        for _ in range(5):
            await connection.execute("UPDATE staff_user SET is_active = false")
            users = [await make_staff(connection, 1) for _ in range(2)]
            clients = [Client(http, "/admin/graphql", await session_of(connection, user.id)) for user in users]
            ids = [encode_id("stf", user.id) for user in users]
            answers = await asyncio.gather(
                clients[0].post(DEACTIVATE, input={"id": ids[1]}),
                clients[1].post(DEACTIVATE, input={"id": ids[0]}),
            )
            left = await connection.fetchval("SELECT count(*) FROM staff_user WHERE is_active")
            assert left == 1, [answer.text for answer in answers]


async def test_the_last_administrator_stays_whatever_is_tried(settings, empty_database):
    async with served(settings, empty_database) as http, empty_database.writes.acquire() as connection:
        last = await make_staff(connection, 1)
        rival_role = await make_role(connection, ALL_PERMISSIONS)
        rival = await make_staff(connection, rival_role)
        client = Client(http, "/admin/graphql", await session_of(connection, rival.id))
        assert refusals(await one(client, DEACTIVATE, id=encode_id("stf", last.id))) == []
        assert refusals(await one(client, ACTIVATE, id=encode_id("stf", last.id))) == []
        assert refusals(await one(client, UPDATE, id=encode_id("stf", last.id), roleId=encode_id("rol", 3))) == []
        own = encode_id("rol", rival_role)
        assert refusals(await one(client, UPDATE_ROLE, id=own, permissions=[])) == [("NOT_ALLOWED", ["permissions"])]
        assert await connection.fetchval("SELECT count(*) FROM staff_user WHERE is_active AND role_id <> 3") == 1


async def test_there_is_an_end_of_roles(boss, connection, monkeypatch):
    monkeypatch.setattr(writes, "MAX_ROLES", await connection.fetchval("SELECT count(*) FROM staff_role") + 1)
    assert refusals(await one(boss, CREATE_ROLE, **role_input())) == []
    assert refusals(await one(boss, CREATE_ROLE, **role_input())) == [("LIMIT_REACHED", None)]
    # What is wrong with the role is said first: it is wrong however many there are.
    assert refusals(await one(boss, CREATE_ROLE, **role_input(name=" "))) == [("REQUIRED", ["name"])]


async def test_every_wrong_field_of_a_role_is_named_at_once(http, connection):
    client = await staff_client(http, connection, ["staff.manage", "customers.read"])
    wrong = {"name": " ", "permissions": ["CUSTOMERS_DELETE"], "websiteIds": [encode_id("web", 424242)]}
    expected = [("REQUIRED", ["name"]), ("NOT_FOUND", ["websiteIds", "0"]), ("NOT_ALLOWED", ["permissions"])]
    assert refusals(await one(client, CREATE_ROLE, **wrong)) == expected
    role = encode_id("rol", await make_role(connection, ["customers.read"]))
    assert refusals(await one(client, UPDATE_ROLE, id=role, **wrong)) == expected
    wrong["websiteIds"] = ["walk", encode_id("web", 1), encode_id("web", 424242)]
    expected.insert(1, ("NOT_FOUND", ["websiteIds", "0"]))
    expected[2] = ("NOT_FOUND", ["websiteIds", "2"])
    assert refusals(await one(client, CREATE_ROLE, **wrong)) == expected
    assert refusals(await one(client, UPDATE_ROLE, id=role, **wrong)) == expected


async def test_every_wrong_field_of_a_staff_user_is_named_at_once(boss):
    wrong = {"email": "x", "name": " ", "roleId": "walk"}
    answer = await one(boss, CREATE, **wrong)
    assert sorted(refusals(answer)) == [("INVALID", ["email"]), ("NOT_FOUND", ["roleId"]), ("REQUIRED", ["name"])]
