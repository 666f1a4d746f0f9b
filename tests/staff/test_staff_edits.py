"""Two who edit one staff user or role at a time; and ending the sessions of somebody else."""

import asyncio
import uuid

import pytest

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.ids import encode_id
from customer_gql.staff.audit.writes import record_staff_event
from support.clients import Client
from support.staff import events, make_role, make_staff, make_website, session_of, staff_client, staff_id_of

CONFLICT = (
    "userErrors { code path ... on VersionConflictError { currentVersion conflicts { field base yours stored } } }"
)
UPDATE = f"""mutation U($input: StaffUpdateInput!) {{ staffUpdate(input: $input) {{
  staffUser {{ version name jobTitle }} {CONFLICT} }} }}"""
UPDATE_ROLE = f"""mutation U($input: StaffRoleUpdateInput!) {{ staffRoleUpdate(input: $input) {{
  role {{ version name permissions }} {CONFLICT} }} }}"""
DEACTIVATE = "mutation D($input: StaffUserInput!) { staffDeactivate(input: $input) { staffUser { version } } }"
FORCE = """mutation F($input: StaffUserInput!) { staffForceSignIn(input: $input) {
  endedSessionCount staffUser { isActive } userErrors { code path } } }"""


async def one(client, document, **input):
    return next(iter((await client.data(document, input=input)).values()))


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def ada(connection):
    return await make_staff(connection, await make_role(connection, ["customers.read"]))


async def test_edits_of_different_fields_of_a_user_merge(boss, ada):
    id = encode_id("stf", ada.id)
    first = await one(boss, UPDATE, id=id, name="Ada", expectedVersion=1)
    second = await one(boss, UPDATE, id=id, jobTitle="Analyst", expectedVersion=1)
    assert first == {"staffUser": {"version": 2, "name": "Ada", "jobTitle": None}, "userErrors": []}
    assert second == {"staffUser": {"version": 3, "name": "Ada", "jobTitle": "Analyst"}, "userErrors": []}


async def test_an_edit_older_than_the_history_that_is_kept_is_a_conflict(boss, connection):
    """`customer-gql history` drops old months: what was changed in them is unknown."""
    role = await make_role(connection, ["customers.read"])
    by, subject = Actor(ActorKind.SYSTEM), encode_id("rol", role)
    await connection.execute("UPDATE staff_role SET version = 4 WHERE id = $1", role)
    changes, more = {"name": ("Clerks", "Sellers")}, ["CUSTOMERS_READ", "CUSTOMERS_WRITE"]
    for version in (3, 4):  # that of version 2 was dropped
        await record_staff_event(connection, "ROLE_CHANGED", by=by, subject=subject, changes=changes, version=version)
    late = await one(boss, UPDATE_ROLE, id=subject, permissions=more, expectedVersion=1)
    assert [error["code"] for error in late["userErrors"]] == ["VERSION_CONFLICT"]
    [error] = late["userErrors"]
    assert [(found["field"], found["base"]) for found in error["conflicts"]] == [("permissions", None)]
    known = await one(boss, UPDATE_ROLE, id=subject, permissions=more, expectedVersion=2)
    assert known["userErrors"] == []


async def test_an_edit_of_what_was_changed_meanwhile_is_a_conflict(boss, ada, connection):
    id = encode_id("stf", ada.id)
    await one(boss, UPDATE, id=id, name="Ada", expectedVersion=1)
    await one(boss, UPDATE, id=id, name="Ada B.", expectedVersion=2)
    late = await one(boss, UPDATE, id=id, name="Countess", jobTitle="Analyst", expectedVersion=1)
    conflict = {"field": "name", "base": "Grace", "yours": "Countess", "stored": "Ada B."}
    assert late == {
        "staffUser": None,
        "userErrors": [
            {"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "currentVersion": 3, "conflicts": [conflict]}
        ],
    }
    assert [kind for kind, _ in await events(connection, ada.id)] == ["USER_CHANGED"] * 2
    assert (await one(boss, UPDATE, id=id, name="Countess"))["staffUser"]["version"] == 4


async def test_a_version_that_is_not_there_yet(boss, ada):
    refused = await one(boss, UPDATE, id=encode_id("stf", ada.id), name="Ada", expectedVersion=9)
    assert refused == {"staffUser": None, "userErrors": [{"code": "INVALID", "path": ["expectedVersion"]}]}


async def test_opening_and_closing_an_account_counts_and_says_so(boss, ada, connection):
    id = encode_id("stf", ada.id)
    assert (await one(boss, DEACTIVATE, id=id))["staffUser"] == {"version": 2}
    assert (await one(boss, UPDATE, id=id, name="Ada", expectedVersion=1))["staffUser"]["version"] == 3
    changes = await connection.fetchval("SELECT changes FROM staff_event WHERE subject = $1 ORDER BY id LIMIT 1", id)
    assert changes == '{"isActive": [true, false]}'


async def test_two_edits_of_a_role(boss, connection):
    id = encode_id("rol", await make_role(connection, ["customers.read"]))
    name = uuid.uuid4().hex
    assert (await one(boss, UPDATE_ROLE, id=id, name=name, expectedVersion=1))["role"]["version"] == 2
    more = ["CUSTOMERS_READ", "CUSTOMERS_WRITE"]
    merged = await one(boss, UPDATE_ROLE, id=id, permissions=more, expectedVersion=1)
    assert merged == {"role": {"version": 3, "name": name, "permissions": more}, "userErrors": []}
    late = await one(boss, UPDATE_ROLE, id=id, permissions=[], expectedVersion=2)
    assert late["userErrors"][0]["conflicts"] == [
        {
            "field": "permissions",
            "base": '["customers.read"]',
            "yours": "[]",
            "stored": '["customers.read","customers.write"]',
        }
    ]


async def test_of_many_edits_at_once_one_wins(boss, ada):
    id = encode_id("stf", ada.id)
    answers = await asyncio.gather(*[one(boss, UPDATE, id=id, name=f"Name {n}", expectedVersion=1) for n in range(8)])
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0] + [1] * 7


async def test_somebody_elses_sessions_end_at_once_and_the_account_stays(boss, ada, http, connection):
    sessions = [Client(http, "/admin/graphql", await session_of(connection, ada.id)) for _ in range(2)]
    done = await one(boss, FORCE, id=encode_id("stf", ada.id))
    assert done == {"endedSessionCount": 2, "staffUser": {"isActive": True}, "userErrors": []}
    assert {(await client.post("{ __typename }")).status_code for client in sessions} == {401}
    assert await events(connection, ada.id) == [("FORCED_SIGN_IN", "STAFF")]
    assert await session_of(connection, ada.id)


async def test_nobody_ends_the_sessions_of_who_holds_more_or_works_elsewhere(ada, http, connection):
    here, there = await make_website(connection), await make_website(connection)
    held = ["staff.manage", "customers.read"]
    client = await staff_client(http, connection, held, [here])
    stronger = await make_staff(connection, await make_role(connection, [*held, "customers.delete"], [here]))
    foreign = await make_staff(connection, await make_role(connection, ["customers.read"], [there]))
    for user, code in ((stronger, "NOT_ALLOWED"), (foreign, "NOT_FOUND"), (ada, "NOT_FOUND")):
        session = Client(http, "/admin/graphql", await session_of(connection, user.id))
        refused = await one(client, FORCE, id=encode_id("stf", user.id))
        assert refused == {"endedSessionCount": 0, "staffUser": None, "userErrors": [{"code": code, "path": ["id"]}]}
        assert (await session.post("{ __typename }")).status_code == 200
    me = await staff_id_of(connection, client)
    assert (await one(client, FORCE, id=me))["endedSessionCount"] == 1
    assert (await client.post("{ __typename }")).status_code == 401
