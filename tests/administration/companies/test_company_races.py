"""Changes of companies at one time: each company has one admin, and every member a place (docs/domain/companies.md#companies-4)."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from support.companies import company_id, make_company, make_member
from support.customers import customer_id, make_customer
from support.races import until_blocking
from support.staff import staff_client

from .documents import ADD, call, mutation, refusals

REPLACE, PARENT, UPDATE = mutation("companyAdminReplace"), mutation("companyParentSet"), mutation("companyUpdate")
ACTIVATE, REJECT = mutation("companyActivate"), mutation("companyReject")
DEACTIVATE = (
    "mutation M($input: CustomerAccountInput!) { customerDeactivate(input: $input) { userErrors { code key path } } }"
)
MASS = "mutation M($input: CompanyMassActionInput!) { companyMassAction(input: $input) { job { id doneCount } } }"
UNDO = "mutation U($input: JobUndoInput!) { jobUndo(input: $input) { job { id doneCount } } }"
WRONG = """SELECT count(*) FROM company o LEFT JOIN company_member m ON m.company_id = o.id AND m.customer_id = o.admin_customer_id
  LEFT JOIN customer c ON c.id = m.customer_id
  WHERE o.id = $1 AND (m.parent_id IS NOT NULL OR c.customer_type IS DISTINCT FROM 'COMPANY_ADMIN' OR c.status <> 'ACTIVE')"""
ROOTS = "SELECT count(*) FROM company_member WHERE company_id = $1 AND parent_id IS NULL"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def check_admin(connection, made):
    assert await connection.fetchval(WRONG, made.id) == 0
    assert await connection.fetchval(ROOTS, made.id) == 1


@pytest.mark.parametrize("_", range(3))
async def test_of_two_replacements_at_once_the_later_one_holds(boss, connection, _):
    made = await make_company(connection)
    rivals = [await make_customer(connection) for _ in range(2)]
    await make_member(connection, made, rivals[0])
    answers = await asyncio.gather(
        *[call(boss, REPLACE, companyId=company_id(made), customerId=customer_id(row)) for row in rivals]
    )
    assert [answer["userErrors"] for answer in answers] == [[], []]
    await check_admin(connection, made)
    kinds = "SELECT customer_type FROM customer WHERE id = ANY($1)"
    found = await connection.fetch(kinds, [made.admin_customer_id, *[row.id for row in rivals]])
    assert sorted(row.customer_type for row in found) == ["COMPANY_ADMIN", "COMPANY_USER", "COMPANY_USER"]


@pytest.mark.parametrize("_", range(3))
async def test_a_replacement_and_the_deactivation_of_the_successor(boss, connection, _):
    made, ada = await make_company(connection), await make_customer(connection)
    await make_member(connection, made, ada)
    replaced, stopped = await asyncio.gather(
        call(boss, REPLACE, companyId=company_id(made), customerId=customer_id(ada)),
        call(boss, DEACTIVATE, id=customer_id(ada)),
    )
    assert sorted([bool(replaced["userErrors"]), bool(stopped["userErrors"])]) == [False, True]
    await check_admin(connection, made)


async def test_of_activation_and_rejection_at_once_one_is_done_or_both_in_order(boss, connection):
    made = await make_company(connection, status="PENDING")
    done, refused = await asyncio.gather(
        call(boss, ACTIVATE, id=company_id(made)), call(boss, REJECT, id=company_id(made), reason="x")
    )
    assert done["userErrors"] == []  # also after the rejection
    stored = await connection.fetchval("SELECT status FROM company WHERE id = $1", made.id)
    assert stored == "ACTIVE"
    assert refusals(refused) in ([], [("NOT_ALLOWED", "company.status_not_possible", ["id"])])


async def test_parents_set_crosswise(boss, connection):
    one, two = await make_company(connection), await make_company(connection)
    ids = [company_id(one), company_id(two)]
    answers = await asyncio.gather(
        call(boss, PARENT, companyId=ids[0], parentId=ids[1]), call(boss, PARENT, companyId=ids[1], parentId=ids[0])
    )
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1]
    parents = "SELECT count(*) FROM company WHERE id = ANY($1) AND parent_id IS NOT NULL"
    assert await connection.fetchval(parents, [one.id, two.id]) == 1


async def test_a_group_is_deleted_or_given_to_a_company(boss, connection):
    create = (
        "mutation C($input: CustomerGroupCreateInput!) { customerGroupCreate(input: $input) { customerGroup { id } } }"
    )
    made = await make_company(connection)
    group = (await call(boss, create, name=f"G{made.id}"))["customerGroup"]["id"]
    document = "mutation D($input: CustomerGroupDeleteInput!) { customerGroupDelete(input: $input) { userErrors { code key path } } }"
    given, deleted = await asyncio.gather(
        call(boss, UPDATE, id=company_id(made), groupId=group), call(boss, document, id=group)
    )
    assert sorted([len(given["userErrors"]), len(deleted["userErrors"])]) == [0, 1]
    groups = (
        "SELECT o.group_id, c.group_id FROM company o JOIN customer c ON c.id = o.admin_customer_id WHERE o.id = $1"
    )
    of_company, of_admin = await connection.fetchrow(groups, made.id)
    assert of_company == of_admin
    assert (encode_id("grp", of_company) == group) is (given["userErrors"] == [])


async def test_a_new_member_and_a_new_group_at_once(boss, connection):
    made, ada = await make_company(connection), await make_customer(connection)
    await asyncio.gather(
        call(boss, ADD, companyId=company_id(made), customerId=customer_id(ada)),
        call(boss, UPDATE, id=company_id(made), groupId=encode_id("grp", 2)),
    )
    assert await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", ada.id) == 2


@pytest.mark.parametrize("is_undo", [False, True])
async def test_many_companies_are_blocked_and_opened_again_with_their_accounts_locked_first(boss, connection, is_undo):
    made = await make_company(connection)
    await connection.execute(
        "UPDATE company_member SET is_account_of_company = true WHERE customer_id = $1", made.admin_customer_id
    )
    given = {"action": "BLOCK", "selection": {"ids": [company_id(made)]}}
    document, fields = MASS, given
    if is_undo:
        document, fields = UNDO, {"id": (await call(boss, MASS, **given))["job"]["id"]}
    async with connection.transaction():
        await connection.execute("SELECT FROM customer WHERE id = $1 FOR UPDATE", made.admin_customer_id)
        task = asyncio.create_task(call(boss, document, **fields))
        await until_blocking(connection, task=task)
        await connection.execute("SELECT FROM company WHERE id = $1 FOR UPDATE NOWAIT", made.id)
    assert (await task)["job"]["doneCount"] == 1
    stored = await connection.fetchval("SELECT status FROM company WHERE id = $1", made.id)
    assert stored == ("ACTIVE" if is_undo else "BLOCKED")
