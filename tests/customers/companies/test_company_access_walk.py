"""Every root of the storefront that is about a company, found in the schema, by everybody: a guest, a customer of no company, the
admin of another one, somebody who left, staff, and members of each role. The walk over the admin roots is
`tests/staff/test_access_walk.py`."""

from typing import Any, NamedTuple

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.database.statements import Connection
from customer_gql.schema import storefront
from support.clients import Client
from support.companies import (
    admin_of,
    company_id,
    make_company,
    make_invitation,
    make_member,
    make_role_of,
    make_team,
    member_id,
)
from support.customers import make_customer
from support.staff import staff_client

TYPES: Any = storefront.schema._schema
QUERIES = {name for name in TYPES.query_type.fields if name.startswith("compan")}
MUTATIONS = {name for name in TYPES.mutation_type.fields if name.startswith("compan")}
OF_NO_MEMBER = {"companyRegister", "companyInvitationAccept"}
"""A request for a company, and who was invited: test_company_requests.py and test_company_invitations.py."""
NEEDED: dict[str, CompanyPermission | None] = {
    "company": None,
    "companyOrders": CompanyPermission.ORDERS_VIEW,
    "companySelect": None,
    "companyProfileUpdate": CompanyPermission.PROFILE_EDIT,
    **dict.fromkeys(
        ("companyRoleCreate", "companyRoleUpdate", "companyRoleDuplicate", "companyRoleDelete"),
        CompanyPermission.ROLES_MANAGE,
    ),
    **dict.fromkeys(
        (
            *("companyTeamCreate", "companyTeamUpdate", "companyTeamDelete", "companyNodeMove"),
            *("companyUserInvite", "companyInvitationResend", "companyInvitationCancel"),
            *("companyUserUpdate", "companyUserRemove"),
        ),
        CompanyPermission.USERS_MANAGE,
    ),
}
ROLES = [(), *((permission,) for permission in CompanyPermission), tuple(CompanyPermission)]
SECRET = "Of the firm alone"


class Firm(NamedTuple):
    row: Any
    inputs: dict[str, dict[str, Any]]


@pytest.fixture
def found(connection: Connection) -> Any:
    """A company with something to name in every mutation."""

    async def make() -> Firm:
        employer = await make_company(connection, legal_name=SECRET)
        root = await admin_of(connection, employer)
        role = await make_role_of(connection, employer)
        seat = await make_member(connection, employer, await make_customer(connection), job_title=SECRET)
        team = encode_id("ctm", (await make_team(connection, employer, root.id, SECRET)).id)
        invitation = {"id": encode_id("civ", (await make_invitation(connection, employer)).id)}
        of_role, of_seat = {"id": encode_id("crl", role)}, {"id": member_id(seat)}
        inputs = {
            "companySelect": {},
            "companyProfileUpdate": {"name": "X"},
            "companyRoleCreate": {"name": "Another", "permissions": []},
            "companyRoleUpdate": {**of_role, "name": "Another"},
            "companyRoleDuplicate": of_role,
            "companyRoleDelete": of_role,
            "companyTeamCreate": {"name": "X"},
            "companyTeamUpdate": {"id": team, "name": "X"},
            "companyTeamDelete": {"id": team},
            "companyNodeMove": {"nodeId": team, "parentId": of_seat["id"]},
            "companyUserInvite": {"email": f"{seat.id}@example.com", "roleId": of_role["id"]},
            "companyInvitationResend": invitation,
            "companyInvitationCancel": invitation,
            "companyUserUpdate": {**of_seat, "jobTitle": "X"},
            "companyUserRemove": of_seat,
        }
        return Firm(employer, inputs)

    return make


async def ask(client: Client, root: str, firm: Firm, **but: Any) -> Any:
    """The answer, and whether anything of the company is in it is for the test to see."""
    id = company_id(firm.row)
    if root == "company":
        return await client.answer("query C($id: ID) { company(id: $id) { id name } }", id=but.get("id", id))
    if root == "companyOrders":
        document = "query O($id: ID) { companyOrders(companyId: $id) { totalCount } }"
        return await client.answer(document, id=but.get("id", id))
    kind = TYPES.mutation_type.fields[root].args["input"].type
    document = f"mutation M($input: {kind}) {{ {root}(input: $input) {{ userErrors {{ code key path }} }} }}"
    return await client.answer(document, input={**firm.inputs[root], "companyId": id, **but})


async def stored(connection: Connection, firm: Firm) -> list[Any]:
    statements = [f"SELECT * FROM {name} WHERE company_id = $1 ORDER BY id" for name in _TABLES]
    statements.append("SELECT * FROM company WHERE id = $1")
    return [[tuple(row) for row in await connection.fetch(one, firm.row.id)] for one in statements]


_TABLES = ("company_role", "company_team", "company_member", "company_invitation")


def error_of(answer: Any) -> dict[str, Any]:
    [error] = answer["errors"]
    return error["extensions"]


def test_every_root_is_walked():
    assert NEEDED.keys() | OF_NO_MEMBER == QUERIES | MUTATIONS


@pytest.mark.parametrize("root", NEEDED)
async def test_a_guest_learns_and_changes_nothing(root: str, found: Any, storefront: Client, connection: Connection):
    firm = await found()
    before = await stored(connection, firm)
    answer = await ask(storefront, root, firm)
    if root in QUERIES:
        assert answer == {"data": {root: None}}
    else:
        assert (answer["data"], error_of(answer)["code"]) == ({root: None}, "UNAUTHENTICATED")
    assert await stored(connection, firm) == before


@pytest.mark.parametrize("root", NEEDED)
async def test_a_company_is_unknown_to_all_but_its_members(
    root: str, found: Any, as_customer: Any, connection: Connection
):
    firm, other = await found(), await make_company(connection)
    leaver = await make_customer(connection)
    seat = await make_member(connection, firm.row, leaver)
    await connection.execute("DELETE FROM company_member WHERE id = $1", seat.id)
    before = await stored(connection, firm)
    outsiders = [other.admin_customer_id, (await make_customer(connection)).id, leaver.id]
    unknown = encode_id("com", 1 << 50)
    for owner in outsiders:
        client = await as_customer(owner)
        answer = await ask(client, root, firm)
        if root in QUERIES:
            assert answer["data"] == {root: None}
            assert error_of(answer)["code"] == "NOT_FOUND"
            nothing = await ask(client, root, firm, id=unknown)
        else:
            refused = [{"code": "NOT_FOUND", "key": "company.not_found", "path": ["companyId"]}]
            assert answer == {"data": {root: {"userErrors": refused}}}
            nothing = await ask(client, root, firm, companyId=unknown)
        assert nothing == answer  # nobody can tell it from one that is not there
    assert await stored(connection, firm) == before


NAMES_RECORDS = sorted(
    name for name in NEEDED if name.startswith(("companyTeam", "companyRole", "companyU", "companyI"))
)


@pytest.mark.parametrize("root", [*NAMES_RECORDS, "companyNodeMove"])
async def test_records_of_a_company_are_unknown_in_another(
    root: str, found: Any, as_customer: Any, connection: Connection
):
    firm, other = await found(), await make_company(connection)
    boss = await as_customer(other.admin_customer_id)
    if not any(name in firm.inputs[root] for name in ("id", "nodeId", "roleId")):
        return  # names none
    before = await stored(connection, firm)
    answer = await ask(boss, root, firm, companyId=company_id(other))
    refused = answer["data"][root]["userErrors"]
    assert refused, root
    assert {one["code"] for one in refused} == {"NOT_FOUND"}
    assert await stored(connection, firm) == before


@pytest.mark.parametrize("held", ROLES, ids=lambda held: "+".join(held) if len(held) < 2 else "ALL")
async def test_each_role_does_what_it_allows_and_nothing_else(
    held: tuple[CompanyPermission, ...], found: Any, as_customer: Any, connection: Connection
):
    for root, needed in NEEDED.items():
        firm, row = await found(), await make_customer(connection)
        role = await make_role_of(connection, firm.row, *held)
        await make_member(connection, firm.row, row, role_id=role)
        client, before = await as_customer(row.id), await stored(connection, firm)
        answer = await ask(client, root, firm)
        if needed is None or needed in held:
            assert "errors" not in answer, (root, answer)
            assert answer["data"][root].get("userErrors", []) == [], root
        else:
            assert error_of(answer) == {"code": "FORBIDDEN", "permission": needed}, root
            assert answer["data"] == {root: None}
            assert await stored(connection, firm) == before, root


@pytest.mark.parametrize("root", NEEDED)
async def test_a_member_who_was_stopped_changes_nothing(
    root: str, found: Any, as_customer: Any, connection: Connection
):
    firm, row = await found(), await make_customer(connection)
    role = await make_role_of(connection, firm.row, *CompanyPermission)
    await make_member(connection, firm.row, row, role_id=role, is_active=False)
    client, before = await as_customer(row.id), await stored(connection, firm)
    answer = await ask(client, root, firm)
    needed = NEEDED[root]
    if needed is not None:
        assert error_of(answer) == {"code": "FORBIDDEN", "permission": needed}
    assert await stored(connection, firm) == before


async def test_staff_have_doors_of_their_own(found: Any, http: Any, connection: Connection):
    firm = await found()
    token = (await staff_client(http, connection)).token
    client = Client(http, "/graphql", token)
    before = await stored(connection, firm)
    for root in NEEDED:
        assert error_of(await ask(client, root, firm))["code"] == "UNAUTHENTICATED"
    assert await stored(connection, firm) == before
