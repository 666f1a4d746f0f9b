"""Members manage their company: profile, roles, teams, the structure and colleagues (docs/domain/company-users.md#company-users-2)."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.permissions import CompanyPermission
from support.companies import admin_of, company_id, make_company, make_member, make_role_of, make_team, member_id
from support.customers import make_customer

ERRORS = "userErrors { code key path }"
ALL = [permission.value for permission in CompanyPermission]
ADDRESS = {
    "street": ["2 Side St"],
    "city": "Leeds",
    "countryCode": "GB",
    "postcode": "LS1 4AP",
    "telephone": "+44 20 1",
}
MEMBERS_WITH_ROLE = "query M($role: ID!) { company { members(filter: { roleId: $role }) { totalCount } } }"
SHOWN = {
    "companyProfileUpdate": "company { name version }",
    "companyRoleCreate": "companyRole { id name permissions } company { roles { name } }",
    "companyRoleUpdate": "companyRole { name permissions }",
    "companyRoleDuplicate": "companyRole { name permissions }",
    "companyRoleDelete": "companyRole { name } company { roles { name } }",
    "companyTeamCreate": "companyTeam { id name description parent { __typename } }",
    "companyTeamUpdate": "companyTeam { name description }",
    "companyTeamDelete": "companyTeam { id }",
    "companyNodeMove": "companyNode { __typename ... on CompanyMember { parent { __typename } } }",
    "companyUserUpdate": "companyMember { firstName jobTitle telephone isActive role { name } }",
    "companyUserRemove": "companyMember { id } company { id }",
    "companySelect": "company { id }",
}
INPUTS = {
    "companyRoleDuplicate": "CompanyRoleInput",
    "companyRoleDelete": "CompanyRoleInput",
    "companyTeamDelete": "CompanyTeamInput",
    "companyUserRemove": "CompanyUserInput",
}


async def answer(client, name, /, **input):
    kind = INPUTS.get(name, f"{name[0].upper()}{name[1:]}Input")
    document = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {SHOWN[name]} {ERRORS} }} }}"
    return await client.answer(document, input=input)


async def call(client, name, /, **input):
    answered = await answer(client, name, **input)
    assert "errors" not in answered, answered
    return answered["data"][name]


def refusals(done):
    return [(one["code"], one["key"], one["path"]) for one in done["userErrors"]]


async def forbidden(client, name, /, **input):
    answered = await answer(client, name, **input)
    assert answered["data"] == {name: None}
    [error] = answered["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    return error["extensions"]["permission"]


@pytest.fixture
async def employer(connection):
    return await make_company(connection)


@pytest.fixture
async def boss(employer, as_customer):
    return await as_customer(employer.admin_customer_id)


@pytest.fixture
def member_with(connection, employer, as_customer):
    async def make(*permissions, **given):
        row = await make_customer(connection)
        role = await make_role_of(connection, employer, *permissions)
        seat = await make_member(connection, employer, row, role_id=role, **given)
        return await as_customer(row.id), seat

    return make


def samples(employer, seat, team, role):
    """Each mutation, with what it needs of the role."""
    return {
        "companyProfileUpdate": ("PROFILE_EDIT", {"name": "X"}),
        "companyRoleCreate": ("ROLES_MANAGE", {"name": "X", "permissions": []}),
        "companyRoleUpdate": ("ROLES_MANAGE", {"id": encode_id("crl", role), "name": "X"}),
        "companyRoleDuplicate": ("ROLES_MANAGE", {"id": encode_id("crl", role)}),
        "companyRoleDelete": ("ROLES_MANAGE", {"id": encode_id("crl", role)}),
        "companyTeamCreate": ("USERS_MANAGE", {"name": "X"}),
        "companyTeamUpdate": ("USERS_MANAGE", {"id": encode_id("ctm", team.id), "name": "X"}),
        "companyTeamDelete": ("USERS_MANAGE", {"id": encode_id("ctm", team.id)}),
        "companyNodeMove": (
            "USERS_MANAGE",
            {"nodeId": encode_id("ctm", team.id), "parentId": member_id(seat)},
        ),
        "companyUserUpdate": ("USERS_MANAGE", {"id": member_id(seat), "jobTitle": "X"}),
        "companyUserRemove": ("USERS_MANAGE", {"id": member_id(seat)}),
    }


async def snapshot(connection, employer):
    tables = ("company_role", "company_team", "company_member")
    rows = [
        await connection.fetch(f"SELECT * FROM {name} WHERE company_id = $1 ORDER BY id", employer.id)
        for name in tables
    ]
    return [list(map(tuple, found)) for found in rows], employer.version


async def test_who_may_manage_a_company(connection, employer, as_customer, member_with):
    _, seat = await member_with()
    team = await make_team(connection, employer, (await admin_of(connection, employer)).id)
    role = await make_role_of(connection, employer)
    other = await as_customer((await make_company(connection)).admin_customer_id)
    everything_but = {}
    for needed in ("PROFILE_EDIT", "ROLES_MANAGE", "USERS_MANAGE"):
        everything_but[needed], _ = await member_with(*[name for name in ALL if name != needed])
    inactive, _ = await member_with(*ALL, is_active=False)
    blocked = await make_company(connection, status="BLOCKED")
    boss_of_blocked = await as_customer(blocked.admin_customer_id)
    before = await snapshot(connection, employer)
    for name, (needed, input) in samples(employer, seat, team, role).items():
        assert await forbidden(everything_but[needed], name, **input) == needed
        assert await forbidden(inactive, name, companyId=company_id(employer), **input) == needed
        unknown = await call(other, name, companyId=company_id(employer), **input)
        assert refusals(unknown) == [("NOT_FOUND", "company.not_found", ["companyId"])], name
        stopped = await call(boss_of_blocked, name, **input)
        assert refusals(stopped) == [("NOT_ALLOWED", "company.not_active", ["companyId"])], name
        if "id" in input or "nodeId" in input:  # of another company, in one's own
            foreign = await call(other, name, **input)
            assert {code for code, _, _ in refusals(foreign)} == {"NOT_FOUND"}, name
    nobody = await call(other, "companySelect", companyId=company_id(employer))
    assert refusals(nobody) == [("NOT_FOUND", "company.not_found", ["companyId"])]
    assert await snapshot(connection, employer) == before


async def test_the_profile(connection, employer, boss, member_with):
    done = await call(boss, "companyProfileUpdate", name="Difference", legalAddress=ADDRESS, expectedVersion=1)
    assert done == {"company": {"name": "Difference", "version": 2}, "userErrors": []}
    wrong = await call(boss, "companyProfileUpdate", email="x", legalAddress={**ADDRESS, "countryCode": "UK"})
    assert sorted(path for _, _, path in refusals(wrong)) == [["email"], ["legalAddress", "countryCode"]]
    conflict = await call(boss, "companyProfileUpdate", name="Other", expectedVersion=1)
    assert refusals(conflict) == [("VERSION_CONFLICT", "version.conflict", ["expectedVersion"])]
    editor, _ = await member_with("PROFILE_VIEW", "PROFILE_EDIT")
    assert await forbidden(editor, "companyProfileUpdate", legalAddress=ADDRESS) == "LEGAL_ADDRESS_EDIT"
    merged = await call(
        editor, "companyProfileUpdate", resellerId="R1", vatNumber=None, legalName="D Ltd", expectedVersion=1
    )
    assert merged["company"]["version"] == 3
    stored = await connection.fetchrow("SELECT city, reseller_id, legal_name FROM company WHERE id = $1", employer.id)
    assert tuple(stored) == ("Leeds", "R1", "D Ltd")
    events = "SELECT type FROM domain_event WHERE subject = $1"
    assert [row.type for row in await connection.fetch(events, company_id(employer))] == ["company.updated"] * 2
    history = "SELECT kind, actor FROM customer_event WHERE customer_id = $1 ORDER BY id"
    assert [tuple(row) for row in await connection.fetch(history, employer.admin_customer_id)] == [
        ("COMPANY_MANAGED", "CUSTOMER")
    ]


async def test_roles_grant_no_more_than_their_maker_has(connection, employer, boss, member_with):
    made = await call(boss, "companyRoleCreate", name=" Buyer ", permissions=["ORDERS_VIEW", "CHECKOUT", "CHECKOUT"])
    role = made["companyRole"]
    assert (role["name"], role["permissions"]) == ("Buyer", ["CHECKOUT", "ORDERS_VIEW"])
    assert made["company"]["roles"] == [{"name": "Default User"}, {"name": "Buyer"}]
    taken = await call(boss, "companyRoleCreate", name="bUYER", permissions=["PROFILE_EDIT"])
    assert refusals(taken) == [
        ("TAKEN", "company_role.name_taken", ["name"]),
        ("NOT_ALLOWED", "company_role.parent_missing", ["permissions"]),
    ]
    manager, seat = await member_with("ROLES_VIEW", "ROLES_MANAGE", "CHECKOUT", "USERS_VIEW", "USERS_MANAGE")
    more = await call(manager, "companyRoleCreate", name="Y", permissions=["CHECKOUT", "ORDERS_VIEW"])
    assert refusals(more) == [("NOT_ALLOWED", "company_role.not_held", ["permissions"])]
    assert refusals(await call(manager, "companyRoleDuplicate", id=role["id"])) == [
        ("NOT_ALLOWED", "company_role.not_held", ["id"])
    ]
    own = encode_id("crl", seat.role_id)
    raised = await call(manager, "companyRoleUpdate", id=own, permissions=ALL)
    assert refusals(raised) == [("NOT_ALLOWED", "company_role.not_held", ["permissions"])]
    taken_on = await call(manager, "companyUserUpdate", id=member_id(seat), roleId=role["id"])
    assert refusals(taken_on) == [("NOT_ALLOWED", "company_role.not_held", ["roleId"])]
    kept = await call(
        manager, "companyRoleUpdate", id=role["id"], name="Clerk", permissions=["ORDERS_VIEW", "CHECKOUT"]
    )
    assert kept["companyRole"] == {"name": "Clerk", "permissions": ["CHECKOUT", "ORDERS_VIEW"]}
    less = await call(manager, "companyRoleUpdate", id=role["id"], permissions=["CHECKOUT"])
    assert less["companyRole"]["permissions"] == ["CHECKOUT"]
    again = await call(manager, "companyRoleUpdate", id=role["id"], permissions=["CHECKOUT", "ORDERS_VIEW"])
    assert refusals(again) == [("NOT_ALLOWED", "company_role.not_held", ["permissions"])]
    copies = [await call(boss, "companyRoleDuplicate", id=role["id"]) for _ in range(2)]
    assert [one["companyRole"]["name"] for one in copies] == ["Clerk - Duplicated", "Clerk - Duplicated 2"]


@pytest.mark.parametrize("kind", ["Role", "Team"])
async def test_edits_of_an_older_version_conflict(connection, employer, boss, kind):
    if kind == "Role":
        id = encode_id("crl", await make_role_of(connection, employer, name="First"))
    else:
        root = await admin_of(connection, employer)
        id = encode_id("ctm", (await make_team(connection, employer, root.id, name="First")).id)
    name, of = f"company{kind}Update", f"company{kind}"
    document = f"""mutation M($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {of} {{ name version }}
      userErrors {{ code path ... on VersionConflictError {{ conflicts {{ field yours stored }} }} }} }} }}"""

    async def edit(**given):
        return (await boss.data(document, input={"id": id, **given}))[name]

    assert (await edit(name="Second", expectedVersion=1))[of] == {"name": "Second", "version": 2}
    stale = (await edit(name="Third", expectedVersion=1))["userErrors"]
    conflicts = [{"field": "name", "yours": "Third", "stored": "Second"}]
    assert stale == [{"code": "VERSION_CONFLICT", "path": ["expectedVersion"], "conflicts": conflicts}]
    assert (await edit(name="Second", expectedVersion=1))["userErrors"] == []
    assert (await edit(name="Fourth"))[of] == {"name": "Fourth", "version": 3}


async def test_roles_in_use_stay(connection, employer, boss, member_with):
    _, seat = await member_with()
    held = await call(boss, "companyRoleDelete", id=encode_id("crl", seat.role_id))
    assert refusals(held) == [("NOT_ALLOWED", "company_role.in_use", ["id"])]
    default = encode_id("crl", (await admin_of(connection, employer)).role_id)
    assert refusals(await call(boss, "companyRoleDelete", id=default)) == [
        ("NOT_ALLOWED", "company_role.is_default", ["id"])
    ]
    free = await make_role_of(connection, employer, name="Free")
    done = await call(boss, "companyRoleDelete", id=encode_id("crl", free))
    assert done["userErrors"] == []
    assert done["companyRole"] is None
    assert {"name": "Free"} not in done["company"]["roles"]


async def test_teams_and_moves(connection, employer, boss, member_with):
    root = await admin_of(connection, employer)
    _, seat = await member_with()
    made = (await call(boss, "companyTeamCreate", name=" Sales ", description="Sells.\nMuch."))["companyTeam"]
    assert (made["name"], made["description"], made["parent"]) == (
        "Sales",
        "Sells.\nMuch.",
        {"__typename": "CompanyMember"},
    )
    inner = (await call(boss, "companyTeamCreate", name="Inner", parentId=made["id"]))["companyTeam"]
    changed = await call(boss, "companyTeamUpdate", id=made["id"], name="Sale", description=None)
    assert changed["companyTeam"] == {"name": "Sale", "description": None}
    full = await call(boss, "companyTeamDelete", id=made["id"])
    assert refusals(full) == [("NOT_ALLOWED", "company.team_not_empty", ["id"])]
    moved = await call(boss, "companyNodeMove", nodeId=member_id(seat), parentId=inner["id"])
    assert moved["companyNode"] == {"__typename": "CompanyMember", "parent": {"__typename": "CompanyTeam"}}
    wrong = [
        (made["id"], inner["id"], ("NOT_ALLOWED", "company.below_itself", ["parentId"])),
        (made["id"], made["id"], ("NOT_ALLOWED", "company.below_itself", ["parentId"])),
        (made["id"], member_id(seat), ("NOT_ALLOWED", "company.below_itself", ["parentId"])),
        (member_id(root), made["id"], ("NOT_ALLOWED", "company.root_stays", ["nodeId"])),
        (encode_id("ctm", 1 << 50), made["id"], ("NOT_FOUND", "company.node_not_found", ["nodeId"])),
        (made["id"], encode_id("ctm", 1 << 50), ("NOT_FOUND", "company.node_not_found", ["parentId"])),
    ]
    for node, parent, refused in wrong:
        assert refusals(await call(boss, "companyNodeMove", nodeId=node, parentId=parent)) == [refused]
    up = await call(boss, "companyNodeMove", nodeId=member_id(seat), parentId=member_id(root))
    assert up["userErrors"] == []
    assert (await call(boss, "companyTeamDelete", id=inner["id"]))["userErrors"] == []
    assert (await call(boss, "companyTeamDelete", id=made["id"]))["userErrors"] == []
    blank = await call(boss, "companyTeamCreate", name=" ")
    assert refusals(blank) == [("REQUIRED", "value.required", ["name"])]


async def test_members_are_changed_and_removed(connection, employer, boss, member_with):
    root = await admin_of(connection, employer)
    client, seat = await member_with(*ALL, is_account_of_company=True)
    given = {
        "jobTitle": "Head",
        "telephone": "+44 20 7946 0000",
        "firstName": "Zoe",
        "lastName": "Z",
        "isActive": False,
    }
    role = await make_role_of(connection, employer, name="Small")
    done = await call(boss, "companyUserUpdate", id=member_id(seat), roleId=encode_id("crl", role), **given)
    assert done["companyMember"] == {
        "firstName": "Zoe",
        "jobTitle": "Head",
        "telephone": "+44 20 7946 0000",
        "isActive": False,
        "role": {"name": "Small"},
    }
    assert await forbidden(client, "companyTeamCreate", name="X") == "USERS_MANAGE"
    history = "SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id"
    assert [row.kind for row in await connection.fetch(history, seat.customer_id)] == [
        "COMPANY_PLACE_CHANGED",
        "EDITED",
    ]
    _, guest = await member_with()
    named = await call(boss, "companyUserUpdate", id=member_id(guest), firstName="Eve")
    assert refusals(named) == [("NOT_ALLOWED", "company.name_not_of_company", ["firstName"])]
    for name, input in (("companyUserUpdate", {"isActive": False}), ("companyUserRemove", {})):
        kept = await call(boss, name, id=member_id(root), **input)
        assert refusals(kept)[0][:2] == ("NOT_ALLOWED", "company.admin_requires_successor")
    manager, own = await member_with(*ALL)
    assert refusals(await call(manager, "companyUserUpdate", id=member_id(root), jobTitle="X")) == [
        ("NOT_ALLOWED", "company.admin_changes_own_place", ["id"])
    ]
    assert refusals(await call(manager, "companyUserRemove", id=member_id(own))) == [
        ("NOT_ALLOWED", "company.not_oneself", ["id"])
    ]
    gone = await call(manager, "companyUserRemove", id=member_id(seat))
    assert gone == {"companyMember": None, "company": {"id": company_id(employer)}, "userErrors": []}
    status = "SELECT status FROM customer WHERE id = $1"
    assert await connection.fetchval(status, seat.customer_id) == "INACTIVE"
    assert (await call(manager, "companyUserRemove", id=member_id(guest)))["userErrors"] == []
    assert await connection.fetchval(status, guest.customer_id) == "ACTIVE"


async def test_everything_wrong_with_a_change_of_a_member_is_told_at_once(boss, member_with):
    _, seat = await member_with(is_account_of_company=True)
    given = {"jobTitle": "x" * 256, "lastName": " ", "firstName": " ", "roleId": encode_id("crl", 1 << 50)}
    done = await call(boss, "companyUserUpdate", id=member_id(seat), **given)
    assert refusals(done) == [
        ("TOO_LONG", "text.too_long", ["jobTitle"]),
        ("NOT_FOUND", "company.role_not_found", ["roleId"]),
        ("REQUIRED", "value.required", ["firstName"]),
        ("REQUIRED", "value.required", ["lastName"]),
    ]


async def test_the_primary_company_decides_the_group(connection, employer, as_customer):
    row = await make_customer(connection)
    second = await make_company(connection, group_id=2)
    await make_member(connection, employer, row)
    await make_member(connection, second, row)
    client = await as_customer(row.id)
    assert (await client.data("{ company { id } }"))["company"] == {"id": company_id(employer)}
    done = await call(client, "companySelect", companyId=company_id(second))
    assert done == {"company": {"id": company_id(second)}, "userErrors": []}
    assert (await client.data("{ company { id } }"))["company"] == {"id": company_id(second)}
    assert await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", row.id) == 2
    kinds = [
        one.kind
        for one in await connection.fetch("SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id)
    ]
    assert kinds == ["COMPANY_SELECTED", "EDITED"]
    await connection.execute("UPDATE company_member SET is_active = false WHERE company_id = $1", employer.id)
    ended = await call(client, "companySelect", companyId=company_id(employer))
    assert refusals(ended) == [("NOT_FOUND", "company.not_a_member", ["companyId"])]


async def test_moves_at_once_form_no_cycle(connection, employer, boss):
    root = await admin_of(connection, employer)
    one, two = [encode_id("ctm", (await make_team(connection, employer, root.id, name)).id) for name in "AB"]
    moves = await asyncio.gather(
        call(boss, "companyNodeMove", nodeId=one, parentId=two), call(boss, "companyNodeMove", nodeId=two, parentId=one)
    )
    assert sorted(len(done["userErrors"]) for done in moves) == [0, 1]
    top = "SELECT count(*) FROM company_team WHERE company_id = $1 AND parent_id = $2"
    assert await connection.fetchval(top, employer.id, root.id) == 1


async def test_a_role_is_deleted_or_given(connection, employer, boss, member_with):
    _, seat = await member_with()
    role = encode_id("crl", await make_role_of(connection, employer))
    given, deleted = await asyncio.gather(
        call(boss, "companyUserUpdate", id=member_id(seat), roleId=role), call(boss, "companyRoleDelete", id=role)
    )
    assert sorted([len(given["userErrors"]), len(deleted["userErrors"])]) == [0, 1]


async def test_a_team_is_deleted_or_filled(connection, employer, boss, member_with):
    _, seat = await member_with()
    team = encode_id("ctm", (await make_team(connection, employer, (await admin_of(connection, employer)).id)).id)
    moved, deleted = await asyncio.gather(
        call(boss, "companyNodeMove", nodeId=member_id(seat), parentId=team), call(boss, "companyTeamDelete", id=team)
    )
    assert sorted([len(moved["userErrors"]), len(deleted["userErrors"])]) == [0, 1]
    outside = """SELECT count(*) FROM company_member m WHERE company_id = $1 AND parent_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM company_team t WHERE t.id = m.parent_id UNION ALL SELECT 1 FROM company_member p WHERE p.id = m.parent_id)"""
    assert await connection.fetchval(outside, employer.id) == 0


async def test_a_role_is_duplicated_whatever_its_letters(boss):
    """The small letter of a last sigma depends on who is asked."""
    for name in ("ΟΔΟΣ", "İstanbul"):
        role = (await call(boss, "companyRoleCreate", name=name, permissions=[]))["companyRole"]
        copies = [await call(boss, "companyRoleDuplicate", id=role["id"]) for _ in range(2)]
        assert [one["companyRole"]["name"] for one in copies] == [f"{name} - Duplicated", f"{name} - Duplicated 2"]


async def test_who_does_not_see_roles_does_not_find_members_by_them(connection, employer, member_with):
    knows, seat = await member_with("USERS_VIEW", "ROLES_VIEW")
    blind, _ = await member_with("USERS_VIEW")
    role = encode_id("crl", seat.role_id)
    assert await knows.data(MEMBERS_WITH_ROLE, role=role) == {"company": {"members": {"totalCount": 1}}}
    answered = await blind.answer(MEMBERS_WITH_ROLE, role=role)
    assert answered["data"] == {"company": {"members": None}}
    assert [error["extensions"]["permission"] for error in answered["errors"]] == ["ROLES_VIEW"]
