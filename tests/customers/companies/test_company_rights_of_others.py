"""Nobody gives rights in a company that they lack, and staff who act as a member give none that outlast their session
(docs/domain/company-users.md#company-users-4)."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from support.companies import admin_of, company_id, make_company, make_invitation, make_member, make_role_of, member_id
from support.customers import make_customer

ERRORS = "userErrors { code key path }"
UPDATE = f"mutation M($input: CompanyUserUpdateInput!) {{ companyUserUpdate(input: $input) {{ {ERRORS} }} }}"
NOT_HELD = {"code": "NOT_ALLOWED", "key": "company_role.not_held"}


async def update(client, seat, **given):
    return (await client.data(UPDATE, input={"id": member_id(seat), **given}))["companyUserUpdate"]["userErrors"]


@pytest.fixture
async def employer(connection):
    return await make_company(connection)


async def test_nobody_reactivates_a_member_who_may_do_more_than_they(connection, employer, as_customer):
    big = await make_role_of(connection, employer, "USERS_VIEW", "USERS_MANAGE", "CHECKOUT")
    small = await make_role_of(connection, employer, "USERS_VIEW", "USERS_MANAGE")
    stopped, manager = await make_customer(connection), await make_customer(connection)
    seat = await make_member(connection, employer, stopped, role_id=big, is_active=False)
    await make_member(connection, employer, manager, role_id=small)
    client, boss = await as_customer(manager.id), await as_customer(employer.admin_customer_id)
    is_active = "SELECT is_active FROM company_member WHERE customer_id = $1"
    assert await update(client, seat, isActive=True, jobTitle="X") == [{**NOT_HELD, "path": ["isActive"]}]
    assert await connection.fetchval(is_active, stopped.id) is False
    assert await update(client, seat, isActive=True, roleId=encode_id("crl", small)) == []
    assert await connection.fetchval(is_active, stopped.id) is True
    assert await update(boss, seat, isActive=False, roleId=encode_id("crl", big)) == []
    assert await update(boss, seat, isActive=True) == []
    # Who is active already stays so.
    assert await update(client, seat, isActive=True, jobTitle="Y") == []


async def test_staff_signed_in_as_a_member_give_no_access(connection, employer, as_customer, acting_as):
    admin, other = employer.admin_customer_id, await make_customer(connection)
    await connection.execute("UPDATE customer SET allows_remote_assistance = true WHERE id = $1", admin)
    seat = await make_member(connection, employer, other)
    invited = await make_invitation(connection, employer)
    acting = await acting_as(await connection.fetchrow("SELECT * FROM customer WHERE id = $1", admin))
    assert (await acting.data("{ company { id } }"))["company"] == {"id": company_id(employer)}
    closed = {
        "companyUserInvite": ("CompanyUserInviteInput", {"email": f"mine{employer.id}@shop.example.com"}),
        "companyInvitationResend": ("CompanyInvitationInput", {"id": encode_id("civ", invited.id)}),
        "companyUserUpdate": ("CompanyUserUpdateInput", {"id": member_id(seat), "jobTitle": "X"}),
        "companyUserRemove": ("CompanyUserInput", {"id": member_id(seat)}),
        "companyRoleUpdate": ("CompanyRoleUpdateInput", {"id": encode_id("crl", seat.role_id), "name": "X"}),
    }
    for name, (kind, input) in closed.items():
        document = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {ERRORS} }} }}"
        refused = await acting.answer(document, input=input)
        assert refused["data"] == {name: None}, name
        assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"], name
    counted = "SELECT count(*) FROM company_invitation WHERE company_id = $1"
    assert await connection.fetchval(counted, employer.id) == 1


async def test_the_account_of_a_stranger_is_not_locked(connection, database, employer, as_customer):
    boss, other = await as_customer(employer.admin_customer_id), await make_company(connection)
    foreign = await admin_of(connection, other)
    remove = f"mutation M($input: CompanyUserInput!) {{ companyUserRemove(input: $input) {{ {ERRORS} }} }}"
    not_a_member = [{"code": "NOT_FOUND", "key": "company.not_a_member", "path": ["id"]}]
    async with database.transaction() as holding:
        await holding.execute("SELECT FROM customer WHERE id = $1 FOR UPDATE", foreign.customer_id)
        assert await asyncio.wait_for(update(boss, foreign, jobTitle="X"), 20) == not_a_member
        removed = await asyncio.wait_for(boss.data(remove, input={"id": member_id(foreign)}), 20)
    assert removed["companyUserRemove"]["userErrors"] == not_a_member
