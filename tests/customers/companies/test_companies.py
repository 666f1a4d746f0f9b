"""Companies, their members and their structure, as staff see them (docs/domain/companies.md#companies-1)."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.customers.companies.permissions import DEFAULT_PERMISSIONS, CompanyPermission
from customer_gql.schema.projections import PROJECTIONS
from support.companies import admin_of, company_id, make_company, make_member, make_team, member_id
from support.customers import customer_id, make_customer
from support.staff import make_role, make_staff, make_website, staff_client

COMPANY = """id number version externalId website { id } name email legalName vatNumber resellerId
  legalAddress { street city countryCode region regionCode postcode telephone } status rejectionReason rejectedAt kind
  parent { id } children { totalCount nodes { id kind } } group { id } salesRepresentative { name email } comment
  admin { id customer { id } isAdmin isPrimary permissions canOrder parent { __typename } }
  roles { name isDefault permissions }"""
ONE = f"query O($id: ID!) {{ company(id: $id) {{ {COMPANY} }} }}"
MEMBERS = """query M($id: ID!, $filter: CompanyMemberFilter) { company(id: $id) { members(filter: $filter) { totalCount
  nodes { id firstName email jobTitle role { name } isActive canOrder parent { __typename ... on CompanyTeam { name } } } } } }"""
STRUCTURE = """query S($id: ID!, $parent: ID) { company(id: $id) { structure(parentId: $parent, first: 10) { totalCount
  nodes { __typename ... on CompanyMember { id isAdmin } ... on CompanyTeam { id name } } } } }"""
ROWS = """query L($filter: CompanyFilter, $sort: [CompanySort!], $search: String) {
  companies(filter: $filter, sort: $sort, search: $search) { nodes { id status gridRow { isPending kind adminName adminEmail
  adminGender adminJobTitle name parent { label } } } } }"""
OF_CUSTOMERS = """query C($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { company { name admin { email } }
  memberships { joinedAt isPrimary company { name } role { name } parent { __typename } } customerType } } }"""
GRID = """query G($filter: CustomerFilter) { customers(first: 10, filter: $filter) { nodes { id gridRow {
  company jobTitle customerType salesRepresentative { id label } } } } }"""


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def test_a_company_has_a_profile_an_admin_and_a_default_role(boss, connection):
    admin = await make_customer(connection)
    representative = await make_staff(connection, await make_role(connection))
    made = await make_company(connection, admin, sales_representative_id=representative.id, comment="Pays late.")
    child = await make_company(connection, parent_id=made.id)
    shown = (await boss.data(ONE, id=company_id(made)))["company"]
    everything = [
        "CHECKOUT",
        "ORDERS_VIEW",
        "ORDERS_VIEW_SUBORDINATES",
        "PROFILE_VIEW",
        "PROFILE_EDIT",
        "LEGAL_ADDRESS_VIEW",
        "LEGAL_ADDRESS_EDIT",
        "CONTACTS_VIEW",
        "ROLES_VIEW",
        "ROLES_MANAGE",
        "USERS_VIEW",
        "USERS_MANAGE",
    ]
    assert everything == [permission.value for permission in CompanyPermission]
    assert shown == {
        "id": company_id(made),
        "number": made.number,
        "version": 1,
        "externalId": None,
        "website": {"id": encode_id("web", 1)},
        "name": "Analytical Engines",
        "email": "office@engines.example.com",
        **dict.fromkeys(["legalName", "vatNumber", "resellerId", "rejectionReason", "rejectedAt", "parent"]),
        "legalAddress": {
            "street": ["1 Analytical Way"],
            "city": "London",
            "countryCode": "GB",
            "region": None,
            "regionCode": None,
            "postcode": "N1 7AA",
            "telephone": "+44 20 7946 0000",
        },
        "status": "ACTIVE",
        "kind": "PARENT",
        "children": {"totalCount": 1, "nodes": [{"id": company_id(child), "kind": "CHILD"}]},
        "group": {"id": encode_id("grp", 1)},
        "salesRepresentative": {"name": "Grace", "email": representative.email},
        "comment": "Pays late.",
        "admin": {
            "id": member_id(await admin_of(connection, made)),
            "customer": {"id": customer_id(admin)},
            "isAdmin": True,
            "isPrimary": True,
            "permissions": everything,
            "canOrder": True,
            "parent": None,
        },
        "roles": [
            {
                "name": "Default User",
                "isDefault": True,
                "permissions": [permission.value for permission in DEFAULT_PERMISSIONS],
            }
        ],
    }


async def test_the_structure_is_read_level_by_level(boss, connection):
    made = await make_company(connection)
    root = await admin_of(connection, made)
    team = await make_team(connection, made, root.id)
    above = await make_member(connection, made, await make_customer(connection))
    below = await make_member(connection, made, await make_customer(connection), parent_id=team.id)
    id, team_id = company_id(made), encode_id("ctm", team.id)
    top = (await boss.data(STRUCTURE, id=id))["company"]["structure"]
    assert top == {
        "totalCount": 1,
        "nodes": [{"__typename": "CompanyMember", "id": member_id(root), "isAdmin": True}],
    }
    under_admin = (await boss.data(STRUCTURE, id=id, parent=member_id(root)))["company"]["structure"]
    assert under_admin["nodes"] == [
        {"__typename": "CompanyTeam", "id": team_id, "name": "Purchasing"},
        {"__typename": "CompanyMember", "id": member_id(above), "isAdmin": False},
    ]
    under_team = (await boss.data(STRUCTURE, id=id, parent=team_id))["company"]["structure"]
    assert under_team["nodes"] == [{"__typename": "CompanyMember", "id": member_id(below), "isAdmin": False}]
    other = (await boss.data(STRUCTURE, id=company_id(await make_company(connection)), parent=team_id))["company"]
    assert other["structure"] == {"totalCount": 0, "nodes": []}


async def test_members_are_filtered_and_order_while_everything_lets_them(boss, connection):
    made = await make_company(connection)
    root = await admin_of(connection, made)
    team = await make_team(connection, made, root.id)
    ada = await make_customer(connection, first_name="Ada")
    member = await make_member(connection, made, ada, parent_id=team.id, job_title="Buyer")
    await make_member(connection, made, await make_customer(connection), is_active=False)
    active = (await boss.data(MEMBERS, id=company_id(made), filter={"isActive": True}))["company"]["members"]
    assert active["totalCount"] == 2
    [shown] = [one for one in active["nodes"] if one["id"] == member_id(member)]
    assert shown == {
        "id": member_id(member),
        "firstName": "Ada",
        "email": ada.email,
        "jobTitle": "Buyer",
        "role": {"name": "Default User"},
        "isActive": True,
        "canOrder": True,
        "parent": {"__typename": "CompanyTeam", "name": "Purchasing"},
    }
    inactive = (await boss.data(MEMBERS, id=company_id(made), filter={"isActive": False}))["company"]["members"]
    assert [one["canOrder"] for one in inactive["nodes"]] == [False]
    role = encode_id("crl", member.role_id)
    by_role = (await boss.data(MEMBERS, id=company_id(made), filter={"roleId": role}))["company"]["members"]
    assert by_role["totalCount"] == 3
    await connection.execute("UPDATE company SET status = 'BLOCKED' WHERE id = $1", made.id)
    blocked = (await boss.data(MEMBERS, id=company_id(made)))["company"]["members"]["nodes"]
    assert {one["canOrder"] for one in blocked} == {False}


async def test_the_grid_of_customers_shows_the_primary_company(boss, connection):
    representative = await make_staff(connection, await make_role(connection))
    stf = encode_id("stf", representative.id)
    made = await make_company(connection, name="Ölmühle & Co", sales_representative_id=representative.id)
    other = await make_company(connection, name="Second")
    ada = await make_customer(connection)
    await make_member(connection, made, ada, job_title="Buyer")
    await make_member(connection, other, ada, job_title="Helper")
    row = {
        "company": "Ölmühle & Co",
        "jobTitle": "Buyer",
        "customerType": "COMPANY_USER",
        "salesRepresentative": {"id": stf, "label": "Grace"},
    }
    of_type = {"customerType": {"eq": "COMPANY_USER"}, "salesRepresentative": {"in": [stf]}}
    for clause in ({"jobTitle": {"startsWith": "buy"}}, {"company": {"eq": "olmuhle & co"}}):
        wanted = {"and": [clause, of_type]}
        assert (await boss.data(GRID, filter=wanted))["customers"]["nodes"] == [
            {"id": customer_id(ada), "gridRow": row}
        ]
    found = await PROJECTIONS[0].find_differences(connection, [ada.id])
    assert found == {}


async def test_companies_of_customers_take_the_same_statements_for_1_and_50(boss, connection, statements):
    customers = []
    for number in range(50):
        made = await make_company(connection, name=f"Firm {number}")
        ada = await make_customer(connection)
        await make_member(connection, made, ada)
        customers.append(ada)
    counts = {}
    for size in (1, 50):
        await statements.clear()
        found = (await boss.data(OF_CUSTOMERS, ids=[customer_id(one) for one in customers[:size]]))["nodes"]
        assert [one["company"]["name"] for one in found] == [f"Firm {number}" for number in range(size)]
        assert [one["memberships"][0]["role"]["name"] for one in found] == ["Default User"] * size
        counts[size] = await statements.count()
    assert counts[1] == counts[50], statements.texts


async def test_staff_see_companies_of_their_websites_with_the_permission(http, connection):
    elsewhere = await make_website(connection)
    made = await make_company(connection)
    here = await staff_client(http, connection, ["companies.read", "customers.read"], [1])
    there = await staff_client(http, connection, ["companies.read"], [elsewhere])
    assert (await here.data(ONE, id=company_id(made)))["company"]["name"] == "Analytical Engines"
    assert (await there.data(ONE, id=company_id(made)))["company"] is None
    blind = await staff_client(http, connection, ["customers.read"])
    refused = await blind.answer(ONE, id=company_id(made))
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "companies.read"}
    ada = await make_customer(connection)
    await make_member(connection, made, ada)
    hidden = await blind.answer(OF_CUSTOMERS, ids=[customer_id(ada)])
    [shown] = hidden["data"]["nodes"]
    assert (shown["company"], shown["memberships"], shown["customerType"]) == (None, None, "COMPANY_USER")
    masked = await staff_client(http, connection, ALL_PERMISSIONS - {"customers.pii"})
    members = (await masked.data(MEMBERS, id=company_id(made)))["company"]["members"]["nodes"]
    assert {one["firstName"] for one in members} == {"A•••"}


async def listed(client, prefix, **given):
    """The ends of the external ids of what is listed, and the rows."""
    wanted = {"externalId": {"startsWith": prefix}, **given.pop("filter", {})}
    return [one["gridRow"] for one in (await client.data(ROWS, filter=wanted, **given))["companies"]["nodes"]]


async def test_requests_that_wait_come_first(boss, connection):
    prefix = f"order-{(await make_company(connection)).id}"
    parent = await make_company(connection, external_id=f"{prefix}-1", name="Zuse", reseller_id="R2", legal_name="B")
    anna = await make_customer(connection, first_name="Anna", last_name="Abel", gender="FEMALE")
    given = {"name": "Abacus", "parent_id": parent.id, "country_code": "DE", "reseller_id": "R1", "legal_name": "A"}
    child = await make_company(connection, anna, external_id=f"{prefix}-2", status="PENDING", **given)
    rows = await listed(boss, prefix)
    assert rows[0] == {
        "isPending": True,
        "kind": "CHILD",
        "adminName": "Anna Abel",
        "adminEmail": anna.email,
        "adminGender": "FEMALE",
        "adminJobTitle": "Owner",
        "name": "Abacus",
        "parent": {"label": "Zuse"},
    }
    assert [row["name"] for row in rows] == ["Abacus", "Zuse"]
    admins = {"adminName": {"contains": "abel"}, "adminEmail": {"eq": anna.email}, "adminGender": {"eq": "FEMALE"}}
    assert [row["name"] for row in await listed(boss, prefix, filter={"isPending": {"eq": True}, **admins})] == [
        "Abacus"
    ]
    keys = ("IS_PENDING", "ADMIN_NAME", "ADMIN_EMAIL", "ADMIN_GENDER", "ADMIN_JOB_TITLE")
    for key in (*keys, "COUNTRY_CODE", "LEGAL_NAME", "RESELLER_ID", "NAME"):
        up, down = [
            [row["name"] for row in await listed(boss, prefix, sort=[{"by": key, "direction": direction}])]
            for direction in ("ASC", "DESC")
        ]
        assert sorted(up) == sorted(down) == ["Abacus", "Zuse"]
        if key in {"COUNTRY_CODE", "LEGAL_NAME", "RESELLER_ID", "NAME", "IS_PENDING"}:
            assert up == down[::-1] != [], key
    found = (await boss.data(ROWS, filter={"externalId": {"startsWith": prefix}}, search="zuse"))["companies"]["nodes"]
    assert {one["id"] for one in found} == {company_id(parent), company_id(child)}


async def test_memberships_are_counted_before_a_customer_is_deleted(boss, connection):
    made, ada = await make_company(connection), await make_customer(connection)
    await make_member(connection, made, ada)
    query = """mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input, dryRun: true) {
      records { kind effect count } } }"""
    answer = (await boss.data(query, input={"id": customer_id(ada)}))["customerDelete"]["records"]
    assert {"kind": "MEMBERSHIPS", "effect": "DELETED", "count": 1} in answer
