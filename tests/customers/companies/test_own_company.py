"""What members see of their companies, by role (docs/domain/company-users.md#company-users-1)."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.permissions import DEFAULT_PERMISSIONS, CompanyPermission
from support.companies import admin_of, company_id, make_company, make_member, make_role_of, make_team, member_id
from support.customers import make_customer
from support.staff import make_role, make_staff

FIELDS = {
    "PROFILE_VIEW": (
        *("version", "email", "legalName", "vatNumber", "resellerId", "status", "rejectionReason", "rejectedAt"),
        *("parent { id }", "children { totalCount }", "group { id }", "createdAt", "updatedAt"),
    ),
    "LEGAL_ADDRESS_VIEW": ("legalAddress { street city }",),
    "CONTACTS_VIEW": ("salesRepresentative { name email }", "admin { email }"),
    "ROLES_VIEW": ("roles { name permissions }",),
    "USERS_VIEW": ("members { totalCount }", "structure { totalCount }"),
}
OPEN = "id number name kind website { id }"
NULLABLE = {"legalName", "vatNumber", "resellerId", "rejectionReason", "rejectedAt", "parent"}
NAMED = "query O($id: ID) { company(id: $id) { name } }"
MINE = """{ me { company { name } memberships { id isPrimary isActive isAdmin canOrder jobTitle role { name } permissions
  company { name } } } }"""
COLLEAGUES = """query O($id: ID) { company(id: $id) { members { nodes { email role { name } permissions isActive parent { __typename
  ... on CompanyTeam { name parent { __typename } } } } } } }"""
NODE = "query N($id: ID!) { node(id: $id) { __typename id } }"


@pytest.fixture
async def employer(connection):
    staff = await make_staff(connection, await make_role(connection))
    return await make_company(connection, sales_representative_id=staff.id)


@pytest.fixture
def member_with(connection, employer, as_customer):
    async def make(*permissions, **given):
        row = await make_customer(connection)
        role = await make_role_of(connection, employer, *permissions)
        await make_member(connection, employer, row, role_id=role, **given)
        return await as_customer(row.id)

    return make


async def shown_to(client, id=None):
    """What the role hides of the company, by field; every other field is there. A response has a few errors at most."""
    hidden = {}
    for fields in FIELDS.values():
        for some in (fields[:7], fields[7:]):
            answer = await client.answer(
                f"query O($id: ID) {{ company(id: $id) {{ {OPEN} {' '.join(some)} }} }}", id=id
            )
            assert answer["data"]["company"]["name"] == "Analytical Engines"
            for error in answer.get("errors", []):
                assert error["extensions"]["code"] == "FORBIDDEN"
                assert answer["data"]["company"][error["path"][1]] is None
                hidden[error["path"][1]] = error["extensions"]["permission"]
            there = {field.split()[0] for field in some} - hidden.keys() - NULLABLE
            assert [field for field in there if answer["data"]["company"][field] is None] == []
    return hidden


async def test_each_permission_shows_its_part(employer, member_with):
    needed = {field.split()[0]: permission for permission, fields in FIELDS.items() for field in fields}
    for permission in FIELDS:
        client = await member_with(permission)
        wanted = {field: other for field, other in needed.items() if other != permission}
        assert await shown_to(client, company_id(employer)) == wanted


async def test_the_default_role_shows_no_colleagues_and_the_admin_sees_everything(
    connection, employer, as_customer, member_with
):
    member = await member_with(*[permission.value for permission in DEFAULT_PERMISSIONS])
    hidden = {"roles": "ROLES_VIEW", "members": "USERS_VIEW", "structure": "USERS_VIEW"}
    assert await shown_to(member, company_id(employer)) == hidden
    admin = await as_customer(employer.admin_customer_id)
    assert await shown_to(admin) == {}
    inactive = await member_with(*[permission.value for permission in CompanyPermission], is_active=False)
    assert len(await shown_to(inactive, company_id(employer))) == sum(map(len, FIELDS.values()))
    await connection.execute("UPDATE company SET status = 'BLOCKED' WHERE id = $1", employer.id)
    assert (await admin.data("{ company { status } }"))["company"] == {"status": "BLOCKED"}
    assert (await admin.data(MINE))["me"]["memberships"][0]["canOrder"] is False


async def test_another_company_is_not_found(connection, employer, as_customer, storefront):
    other = await as_customer((await make_company(connection)).admin_customer_id)
    stranger = await as_customer((await make_customer(connection)).id)
    for client in (other, stranger):
        for id in (company_id(employer), encode_id("com", 1 << 50)):
            answer = await client.answer(NAMED, id=id)
            assert answer["data"] == {"company": None}
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]
    assert await stranger.answer(NAMED) == {"data": {"company": None}}
    assert await storefront.answer(NAMED, id=company_id(employer)) == {"data": {"company": None}}
    bad = await stranger.answer(NAMED, id="cus_1")
    assert [error["extensions"]["code"] for error in bad["errors"]] == ["BAD_USER_INPUT"]


async def test_a_parent_shows_its_name_alone(connection, as_customer):
    parent = await make_company(connection, name="Holding")
    child = await make_company(connection, parent_id=parent.id)
    admin = await as_customer(child.admin_customer_id)
    answer = await admin.answer("{ company { parent { name email admin { email } members { totalCount } } } }")
    assert answer["data"]["company"]["parent"] == {"name": "Holding", "email": None, "admin": None, "members": None}
    assert [error["extensions"]["permission"] for error in answer["errors"]] == [
        "CONTACTS_VIEW",
        "PROFILE_VIEW",
        "USERS_VIEW",
    ] or len(answer["errors"]) == 3
    above = await as_customer(parent.admin_customer_id)
    below = await above.answer("{ company { children { nodes { name email } } } }")
    assert below["data"]["company"]["children"]["nodes"] == [{"name": "Analytical Engines", "email": None}]


async def test_a_member_sees_the_own_membership(connection, employer, as_customer):
    row = await make_customer(connection)
    member = await make_member(connection, employer, row, job_title="Buyer")
    client = await as_customer(row.id)
    assert (await client.data(MINE))["me"] == {
        "company": {"name": "Analytical Engines"},
        "memberships": [
            {
                "id": member_id(member),
                "isPrimary": True,
                "isActive": True,
                "isAdmin": False,
                "canOrder": True,
                "jobTitle": "Buyer",
                "role": {"name": "Default User"},
                "permissions": [permission.value for permission in DEFAULT_PERMISSIONS],
                "company": {"name": "Analytical Engines"},
            }
        ],
    }
    above = await client.answer("{ me { memberships { parent { __typename } } } }")
    assert above["data"]["me"]["memberships"] == [{"parent": None}]
    assert above["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "USERS_VIEW"}


async def test_what_customers_have_of_colleagues(connection, employer, member_with):
    team = await make_team(connection, employer, (await admin_of(connection, employer)).id)
    await make_member(connection, employer, await make_customer(connection), parent_id=team.id)
    viewer = await member_with("USERS_VIEW")
    answer = await viewer.answer(COLLEAGUES)
    colleagues = answer["data"]["company"]["members"]["nodes"]
    assert len(colleagues) == 3
    assert [one["role"] for one in colleagues].count(None) == 2
    assert {"__typename": "CompanyTeam", "name": "Purchasing", "parent": {"__typename": "CompanyMember"}} in [
        one["parent"] for one in colleagues
    ]
    for hidden in ("customer { id }", "orders { totalCount }"):
        refused = await viewer.answer(f"{{ company {{ members {{ nodes {{ {hidden} }} }} }} }}")
        assert refused["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    for hidden in ("comment", "externalId"):
        refused = await viewer.answer(f"{{ company {{ {hidden} }} }}")
        assert refused["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_nodes_of_a_company(connection, employer, as_customer, member_with):
    admin_seat = await admin_of(connection, employer)
    team = await make_team(connection, employer, admin_seat.id)
    other_role = await make_role_of(connection, employer)
    ids = [company_id(employer), member_id(admin_seat), encode_id("ctm", team.id), encode_id("crl", other_role)]

    async def seen_by(client):
        return [(await client.data(NODE, id=id))["node"] is not None for id in ids]

    assert await seen_by(await as_customer(employer.admin_customer_id)) == [True] * 4
    assert await seen_by(await member_with()) == [True, False, False, False]
    assert await seen_by(await member_with("USERS_VIEW")) == [True, True, True, False]
    assert await seen_by(await member_with("ROLES_VIEW")) == [True, False, False, True]
    assert await seen_by(await as_customer((await make_customer(connection)).id)) == [False] * 4


async def test_statements_for_one_and_many(connection, employer, as_customer, statements):
    admin = await as_customer(employer.admin_customer_id)
    document = """{ company { members(first: 60) { nodes { email role { name } permissions company { name email }
      parent { __typename } } } } me { memberships { company { email admin { email } } } } }"""
    counts = []
    for _ in range(2):
        for _ in range(2):
            await statements.clear()
            await admin.data(document)
        counts.append(await statements.count())
        for _ in range(50):
            await make_member(connection, employer, await make_customer(connection))
    assert counts[0] == counts[1]
