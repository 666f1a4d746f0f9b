"""`company.capabilities` of a member refuse exactly what the mutations refuse, by role, state, membership and session."""

import re
from typing import Any

import pytest

from customer_gql.administration.capabilities.own_companies import OWN_MUTATIONS
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

READ = """query C($id: ID!) { company(id: $id) {
  capabilities { action isAllowed missingPermission refusal { code key params } } } }"""
SHAPES = storefront.schema._schema.mutation_type.fields  # pyright: ignore
OF_NO_MEMBER = {"companyRegister", "companyInvitationAccept"}
ROLES: list[list[CompanyPermission]] = [
    [],
    [CompanyPermission.PROFILE_VIEW, CompanyPermission.PROFILE_EDIT],
    [CompanyPermission.LEGAL_ADDRESS_VIEW, CompanyPermission.LEGAL_ADDRESS_EDIT],
    [CompanyPermission.ROLES_VIEW, CompanyPermission.ROLES_MANAGE],
    [CompanyPermission.USERS_VIEW, CompanyPermission.USERS_MANAGE],
    list(CompanyPermission),
]


def action_of(mutation: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", mutation).upper()


async def input_of(mutation: str, connection: Connection, employer: Any, held: Any) -> dict[str, Any]:
    """An input that no rule refuses by itself."""
    above = member_id(await admin_of(connection, employer))
    role = encode_id("crl", await make_role_of(connection, employer))
    seat = await make_member(connection, employer, await make_customer(connection))
    team = encode_id("ctm", (await make_team(connection, employer, (await admin_of(connection, employer)).id)).id)
    invitation = {"id": encode_id("civ", (await make_invitation(connection, employer, role_id=seat.role_id)).id)}
    address = {
        "street": ["2 Side St"],
        "city": "Leeds",
        "countryCode": "GB",
        "postcode": "LS1 4AP",
        "telephone": "+44 113 1234",
    }
    is_of_address = CompanyPermission.LEGAL_ADDRESS_EDIT in held and CompanyPermission.PROFILE_EDIT not in held
    profile = {"legalAddress": address} if is_of_address else {"name": "X"}
    return {
        "companyProfileUpdate": profile,
        "companyRoleCreate": {"name": f"Role {seat.id}", "permissions": []},
        "companyRoleUpdate": {"id": role, "name": f"Role {seat.id}"},
        "companyRoleDuplicate": {"id": role},
        "companyRoleDelete": {"id": role},
        "companyTeamCreate": {"name": "X"},
        "companyTeamUpdate": {"id": team, "name": "X"},
        "companyTeamDelete": {"id": team},
        "companyNodeMove": {"nodeId": team, "parentId": above},
        "companyUserInvite": {"email": f"{seat.id}@example.com", "roleId": role},
        "companyInvitationResend": invitation,
        "companyInvitationCancel": invitation,
        "companyUserUpdate": {"id": member_id(seat), "jobTitle": "X"},
        "companyUserRemove": {"id": member_id(seat)},
        "companySelect": {},
    }[mutation] | {"companyId": company_id(employer)}


async def try_mutation(client: Client, mutation: str, given: dict[str, Any]) -> tuple[str | None, list[Any]]:
    """The permission that is missing, and what it is refused with."""
    kind = SHAPES[mutation].args["input"].type
    document = f"mutation M($input: {kind}) {{ {mutation}(input: $input) {{ userErrors {{ code key params }} }} }}"
    answer = await client.answer(document, input=given)
    if "errors" in answer:
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN", answer
        return error["extensions"].get("permission"), [] if "permission" in error["extensions"] else [error["message"]]
    return None, answer["data"][mutation]["userErrors"]


async def capabilities(client: Client, employer: Any) -> dict[str, Any]:
    found = (await client.data(READ, id=company_id(employer)))["company"]["capabilities"]
    return {one["action"]: one for one in found}


def test_every_mutation_of_members_is_here():
    assert set(OWN_MUTATIONS) == {name for name in SHAPES if name.startswith("company")} - OF_NO_MEMBER


@pytest.mark.parametrize("held", ROLES, ids=lambda held: held[-1] if held else "NOTHING")
@pytest.mark.parametrize(("state", "is_active"), [("ACTIVE", True), ("ACTIVE", False), ("BLOCKED", True)])
async def test_a_capability_refuses_exactly_when_its_mutation_does(
    as_customer: Any, connection: Connection, held: list[CompanyPermission], state: str, is_active: bool
):
    employer, row = await make_company(connection, status=state), await make_customer(connection)
    role = await make_role_of(connection, employer, *held)
    await make_member(connection, employer, row, role_id=role, is_active=is_active)
    client = await as_customer(row.id)
    stated = await capabilities(client, employer)
    assert stated.keys() == {action_of(mutation) for mutation in OWN_MUTATIONS}
    for mutation in OWN_MUTATIONS:
        given = await input_of(mutation, connection, employer, held if is_active else [])
        missing, refused = await try_mutation(client, mutation, given)
        one = stated[action_of(mutation)]
        assert (one["missingPermission"], one["isAllowed"]) == (missing, not missing and not refused), mutation
        if missing is None:
            assert ([] if one["refusal"] is None else [one["refusal"]]) == refused, mutation


async def test_what_is_closed_to_staff_signed_in_as_a_member(acting_as: Any, connection: Connection):
    shopper, employer = await make_customer(connection, allows_remote_assistance=True), await make_company(connection)
    role = await make_role_of(connection, employer, *CompanyPermission)
    await make_member(connection, employer, shopper, role_id=role)
    impersonated = await acting_as(shopper)
    stated = await capabilities(impersonated, employer)
    closed = set[str]()
    for mutation in OWN_MUTATIONS:
        given = await input_of(mutation, connection, employer, CompanyPermission)
        missing, refused = await try_mutation(impersonated, mutation, given)
        one = stated[action_of(mutation)]
        assert (missing, one["isAllowed"]) == (None, not refused), mutation
        if refused:
            assert one["refusal"]["key"] == "impersonation.refused"
            closed.add(mutation)
    assert "companyUserInvite" in closed
    assert "companyProfileUpdate" not in closed


async def test_a_parent_has_none_for_those_who_are_no_members(as_customer: Any, connection: Connection):
    parent = await make_company(connection)
    child = await make_company(connection, parent_id=parent.id)
    boss = await as_customer(child.admin_customer_id)
    read = "query C($id: ID!) { company(id: $id) { parent { id capabilities { action } } } }"
    found = (await boss.data(read, id=company_id(child)))["company"]["parent"]
    assert found == {"id": company_id(parent), "capabilities": []}


async def test_the_statements_are_the_same_for_one_membership_and_for_many(
    as_customer: Any, connection: Connection, statements: Any
):
    counts = list[int]()
    for memberships in (1, 5):
        row = await make_customer(connection)
        for _ in range(memberships):
            await make_member(connection, await make_company(connection), row)
        client = await as_customer(row.id)
        read = "{ me { memberships { company { capabilities { action } } } } }"
        await client.data(read)
        await statements.clear()
        shown = (await client.data(read))["me"]["memberships"]
        assert [len(one["company"]["capabilities"]) for one in shown] == [len(OWN_MUTATIONS)] * memberships
        counts.append(await statements.count())
    assert counts[0] == counts[1]
