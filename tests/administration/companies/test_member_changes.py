"""What staff change about members, and where they stand (docs/domain/companies.md#companies-7)."""

import pytest

from customer_gql.core.ids import encode_id
from support.companies import admin_of, company_id, make_company, make_member, make_team, member_id
from support.customers import customer_id, make_customer
from support.staff import staff_client

from .documents import call, mutation, refusals

UPDATE = mutation("companyMemberUpdate", "companyMember { jobTitle isActive canOrder role { id } }")
PLACE = mutation("companyNodeParentSet", "company { id }")
KINDS = "SELECT kind FROM staff_event WHERE subject = $1 ORDER BY id"
PARENTS = "SELECT id, parent_id FROM company_member WHERE company_id = $1 UNION SELECT id, parent_id FROM company_team WHERE company_id = $1"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def test_a_member_gets_another_role_and_title_and_is_stopped(boss, connection):
    made, ada = await make_company(connection, status="BLOCKED"), await make_customer(connection)
    await make_member(connection, made, ada)
    role = encode_id("crl", (await admin_of(connection, made)).role_id)
    both = {"companyId": company_id(made), "customerId": customer_id(ada)}
    done = await call(boss, UPDATE, **both, jobTitle=" Buyer ", isActive=False, roleId=role)
    assert done == {
        "companyMember": {"jobTitle": "Buyer", "isActive": False, "canOrder": False, "role": {"id": role}},
        "userErrors": [],
    }
    again = await call(boss, UPDATE, **both, jobTitle="Buyer")
    assert again["userErrors"] == []
    assert [row.kind for row in await connection.fetch(KINDS, company_id(made))] == ["COMPANY_MEMBER_CHANGED"]
    grid = "SELECT job_title FROM customer_grid_row WHERE customer_id = $1"
    assert await connection.fetchval(grid, ada.id) == "Buyer"


async def test_what_is_refused_about_a_member(boss, connection):
    made, stranger = await make_company(connection), await make_customer(connection)
    admin = encode_id("cus", made.admin_customer_id)
    elsewhere = encode_id("crl", (await admin_of(connection, await make_company(connection))).role_id)
    id = company_id(made)
    refused = await call(boss, UPDATE, companyId=id, customerId=admin, isActive=False, roleId=elsewhere)
    assert sorted(refusals(refused)) == [
        ("NOT_ALLOWED", "company.admin_requires_successor", ["isActive"]),
        ("NOT_FOUND", "company.role_not_found", ["roleId"]),
    ]
    unknown = await call(boss, UPDATE, companyId=id, customerId=customer_id(stranger), isActive=False)
    assert refusals(unknown) == [("NOT_FOUND", "company.not_a_member", ["customerId"])]
    assert await connection.fetch(KINDS, id) == []


async def test_a_team_moves_with_those_below_it_and_never_below_itself(boss, connection):
    made, ada = await make_company(connection), await make_customer(connection)
    root, seat = await admin_of(connection, made), await make_member(connection, made, ada)
    team = await make_team(connection, made, root.id)
    id, node = company_id(made), encode_id("ctm", team.id)
    done = await call(boss, PLACE, companyId=id, nodeId=node, parentId=member_id(seat))
    assert done == {"company": {"id": id}, "userErrors": []}
    parents = {row.id: row.parent_id for row in await connection.fetch(PARENTS, made.id)}
    assert parents == {root.id: None, seat.id: root.id, team.id: seat.id}
    for given, refused in (
        ((member_id(seat), node), ("NOT_ALLOWED", "company.below_itself", ["parentId"])),
        ((member_id(root), node), ("NOT_ALLOWED", "company.root_stays", ["nodeId"])),
        ((encode_id("ctm", 1), node), ("NOT_FOUND", "company.node_not_found", ["nodeId"])),
        ((node, encode_id("ctm", 1)), ("NOT_FOUND", "company.node_not_found", ["parentId"])),
    ):
        answer = await call(boss, PLACE, companyId=id, nodeId=given[0], parentId=given[1])
        assert refusals(answer) == [refused]
    assert [row.kind for row in await connection.fetch(KINDS, id)] == ["COMPANY_NODE_MOVED"]


async def test_a_decision_is_tried_without_being_taken(boss, connection):
    made = await make_company(connection, status="PENDING")
    document = """mutation R($input: CompanyRejectInput!) { companyReject(input: $input, dryRun: true) {
      company { status } userErrors { code key path } } }"""
    tried = await call(boss, document, id=company_id(made), reason="No VAT number.")
    assert tried == {"company": {"status": "PENDING"}, "userErrors": []}
    assert await connection.fetch(KINDS, company_id(made)) == []
    blocked = await make_company(connection, status="BLOCKED")
    tried = await call(boss, document, id=company_id(blocked), reason="No VAT number.")
    assert refusals(tried) == [("NOT_ALLOWED", "company.status_not_possible", ["id"])]
