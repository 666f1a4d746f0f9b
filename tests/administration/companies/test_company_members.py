"""Members join, leave and run companies, and what is refused for them (docs/domain/companies.md#companies-4)."""

import pytest

from customer_gql.core.ids import encode_id
from support.companies import admin_of, company_id, make_company, make_member, make_team
from support.customers import customer_id, make_customer
from support.shopping import DELETE, PASSWORD
from support.staff import make_website, staff_client

from .documents import ADD, call, mutation, refusals

REMOVE, REPLACE = mutation("companyMemberRemove"), mutation("companyAdminReplace")
STATE = "SELECT status, customer_type, group_id FROM customer WHERE id = $1"
PARENT = "SELECT parent_id FROM company_member WHERE company_id = $1 AND customer_id = $2"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def state_of(connection, row):
    return tuple(await connection.fetchrow(STATE, row.id))


async def test_a_customer_joins_below_the_admin_and_the_first_company_is_primary(boss, connection):
    made, second = await make_company(connection, group_id=2), await make_company(connection, group_id=3)
    ada = await make_customer(connection)
    joined = await call(boss, ADD, companyId=company_id(made), customerId=customer_id(ada), jobTitle=" Buyer ")
    member = joined["companyMember"]
    assert (joined["userErrors"], member["isPrimary"], member["isAdmin"], member["role"]) == (
        [],
        True,
        False,
        {"name": "Default User"},
    )
    assert member["parent"] == {"__typename": "CompanyMember"}
    assert await state_of(connection, ada) == ("ACTIVE", "COMPANY_USER", 2)
    grid = await connection.fetchrow("SELECT company, job_title FROM customer_grid_row WHERE customer_id = $1", ada.id)
    assert tuple(grid) == ("Analytical Engines", "Buyer")
    again = await call(boss, ADD, companyId=company_id(made), customerId=customer_id(ada))
    assert refusals(again) == [("TAKEN", "company.already_member", ["customerId"])]
    other = await call(boss, ADD, companyId=company_id(second), customerId=customer_id(ada))
    assert other["companyMember"]["isPrimary"] is False
    assert (await state_of(connection, ada))[2] == 2
    await call(boss, REMOVE, companyId=company_id(second), customerId=customer_id(ada))
    chosen = await call(boss, ADD, companyId=company_id(second), customerId=customer_id(ada), isPrimary=True)
    assert chosen["companyMember"]["isPrimary"] is True
    assert (await state_of(connection, ada))[2] == 3
    told = "SELECT type, customer_id FROM domain_event WHERE subject = $1 ORDER BY written"
    assert [tuple(row) for row in await connection.fetch(told, company_id(made))] == [("company.member_added", ada.id)]


async def test_who_cannot_become_a_member(boss, connection):
    made = await make_company(connection)
    website = await make_website(connection)
    away = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    id = company_id(made)
    answer = await call(boss, ADD, companyId=id, customerId=customer_id(away))
    assert refusals(answer) == [("NOT_ALLOWED", "company.member_of_other_website", ["customerId"])]
    role = encode_id("crl", (await admin_of(connection, await make_company(connection))).role_id)
    ada = await make_customer(connection)
    answer = await call(boss, ADD, companyId=id, customerId=customer_id(ada), roleId=role)
    assert refusals(answer) == [("NOT_FOUND", "company.role_not_found", ["roleId"])]
    for _ in range(20):
        await make_member(connection, await make_company(connection), ada)
    answer = await call(boss, ADD, companyId=id, customerId=customer_id(ada))
    assert refusals(answer) == [("TOO_MANY", "company.too_many_memberships", ["customerId"])]
    assert answer["userErrors"][0]["params"] == {"limit": 20}
    stranger = await make_customer(connection)
    answer = await call(boss, REMOVE, companyId=id, customerId=customer_id(stranger))
    assert refusals(answer) == [("NOT_FOUND", "company.not_a_member", ["customerId"])]


async def test_who_leaves_hands_their_place_to_those_below(boss, connection):
    made = await make_company(connection, group_id=2)
    root = await admin_of(connection, made)
    boss_of, below, created = [await make_customer(connection) for _ in range(3)]
    seat = await make_member(connection, made, boss_of)
    team = await make_team(connection, made, seat.id)
    await make_member(connection, made, below, parent_id=seat.id)
    await make_member(connection, made, created, parent_id=team.id, is_account_of_company=True)
    id = company_id(made)
    left = await call(boss, REMOVE, companyId=id, customerId=customer_id(boss_of))
    assert left["userErrors"] == []
    assert await state_of(connection, boss_of) == ("ACTIVE", "INDIVIDUAL", 1)
    assert await connection.fetchval(PARENT, made.id, below.id) == root.id
    assert await connection.fetchval("SELECT parent_id FROM company_team WHERE id = $1", team.id) == root.id
    await call(boss, REMOVE, companyId=id, customerId=customer_id(created))
    assert await state_of(connection, created) == ("INACTIVE", "INDIVIDUAL", 1)
    kinds = "SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id"
    assert [row.kind for row in await connection.fetch(kinds, created.id)] == ["COMPANY_LEFT", "DEACTIVATED", "EDITED"]


async def test_the_oldest_other_membership_decides_the_group_from_then_on(boss, connection):
    companies = [await make_company(connection, group_id=group) for group in (2, 3, 1)]
    ada = await make_customer(connection)
    for made in companies:
        await make_member(connection, made, ada, is_account_of_company=True)
    await call(boss, REMOVE, companyId=company_id(companies[0]), customerId=customer_id(ada))
    assert await state_of(connection, ada) == ("ACTIVE", "COMPANY_USER", 3)


async def test_an_admin_is_replaced_by_a_member_a_customer_or_a_new_account(boss, connection):
    made = await make_company(connection, group_id=2)
    former = await connection.fetchrow("SELECT * FROM customer WHERE id = $1", made.admin_customer_id)
    ada, stranger = await make_customer(connection), await make_customer(connection)
    seat = await make_member(connection, made, ada)
    await make_member(connection, made, await make_customer(connection), parent_id=seat.id)
    id = company_id(made)
    done = await call(boss, REPLACE, companyId=id, customerId=customer_id(ada))
    assert (done["userErrors"], done["company"]["admin"]) == ([], {"customer": {"id": customer_id(ada)}})
    assert (await state_of(connection, ada))[1] == "COMPANY_ADMIN"
    assert await state_of(connection, former) == (
        "ACTIVE",
        "COMPANY_USER",
        former.group_id if former.group_id == 2 else 2,
    )
    assert await connection.fetchval(PARENT, made.id, ada.id) is None
    assert await connection.fetchval(PARENT, made.id, former.id) == seat.id
    same = await call(boss, REPLACE, companyId=id, customerId=customer_id(ada))
    assert refusals(same) == [("NOT_ALLOWED", "company.admin_already", ["customerId"])]
    await call(boss, REPLACE, companyId=id, customerId=customer_id(stranger))
    assert (await state_of(connection, stranger))[1:] == ("COMPANY_ADMIN", 2)
    email = f"next{ada.id}@example.com"
    person = {"email": email, "firstName": "Anna", "lastName": "Abel"}
    both = await call(boss, REPLACE, companyId=id, customerId=customer_id(ada), newAdmin=person)
    assert [key for _, key, _ in refusals(both)] == ["company.admin_not_chosen"]
    fresh = await call(boss, REPLACE, companyId=id, newAdmin=person)
    anna = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    assert fresh["company"]["admin"] == {"customer": {"id": customer_id(anna)}}
    assert await state_of(connection, anna) == ("ACTIVE", "COMPANY_ADMIN", 2)
    other = await make_company(connection)
    boss_of_other = await connection.fetchrow("SELECT * FROM customer WHERE id = $1", other.admin_customer_id)
    taken = await call(boss, REPLACE, companyId=id, customerId=customer_id(boss_of_other))
    assert refusals(taken) == [("NOT_ALLOWED", "company.admin_elsewhere", ["customerId"])]
    roots = "SELECT count(*) FROM company_member WHERE company_id = $1 AND parent_id IS NULL"
    assert await connection.fetchval(roots, made.id) == 1
    told = "SELECT type FROM domain_event WHERE subject = $1"
    assert [row.type for row in await connection.fetch(told, id)] == ["company.admin_replaced"] * 3


async def test_an_admin_can_neither_leave_nor_be_deleted_nor_deactivated(boss, connection):
    made = await make_company(connection)
    ada = await connection.fetchrow("SELECT * FROM customer WHERE id = $1", made.admin_customer_id)
    successor = [("NOT_ALLOWED", "company.admin_requires_successor")]
    left = await call(boss, REMOVE, companyId=company_id(made), customerId=customer_id(ada))
    assert [one[:2] for one in refusals(left)] == successor
    for name, kind in (("customerDelete", "CustomerDeleteInput"), ("customerDeactivate", "CustomerAccountInput")):
        document = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ userErrors {{ code key path }} }} }}"
        assert [one[:2] for one in refusals(await call(boss, document, id=customer_id(ada)))] == successor
    assert await state_of(connection, ada) == ("ACTIVE", "COMPANY_ADMIN", 1)


async def test_the_website_of_a_member_stays(boss, connection):
    made, ada = await make_company(connection), await make_customer(connection)
    await make_member(connection, made, ada)
    website = encode_id("web", await make_website(connection))
    document = (
        "mutation M($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code key path } } }"
    )
    refused = await call(boss, document, id=customer_id(ada), websiteId=website)
    assert refusals(refused) == [("NOT_ALLOWED", "company.member_stays_on_website", ["websiteId"])]
    refused = await call(boss, document, id=customer_id(ada), groupId=encode_id("grp", 2))
    assert refusals(refused) == [("NOT_ALLOWED", "customer_group.decided_by_company", ["groupId"])]
    assert (await call(boss, document, id=customer_id(ada), websiteId=encode_id("web", 1)))["userErrors"] == []


async def test_a_deleted_account_leaves_its_companies_first(boss, connection):
    made = await make_company(connection)
    root = await admin_of(connection, made)
    ada, below = await make_customer(connection), await make_customer(connection)
    seat = await make_member(connection, made, ada)
    await make_member(connection, made, below, parent_id=seat.id)
    document = (
        "mutation M($input: CustomerDeleteInput!) { customerDelete(input: $input) { userErrors { code key path } } }"
    )
    assert (await call(boss, document, id=customer_id(ada)))["userErrors"] == []
    assert await connection.fetchval(PARENT, made.id, below.id) == root.id
    told = "SELECT type, customer_id FROM domain_event WHERE subject = $1"
    assert [tuple(row) for row in await connection.fetch(told, company_id(made))] == [
        ("company.member_removed", ada.id)
    ]


async def test_a_member_who_deletes_the_account_leaves_the_company_first(shopper, signed_in, connection):
    made, ada = await make_company(connection), await shopper()
    await make_member(connection, made, ada)
    device = await signed_in(ada)
    answer = await device.data(DELETE, input={"currentPassword": PASSWORD})
    assert answer["meDeleteRequest"] == {"isDeleted": True, "userErrors": []}
    told = "SELECT kind, actor FROM staff_event WHERE subject = $1"
    assert [tuple(row) for row in await connection.fetch(told, company_id(made))] == [
        ("COMPANY_MEMBER_REMOVED", "CUSTOMER")
    ]
