"""The admin of a company can neither be deleted nor deactivated, whoever asks and by which door
(docs/domain/companies.md#companies-4)."""

from typing import Any

import pytest

from customer_gql.messaging.jobs.work import Tools
from support.adobe_shop import ANN, sheet
from support.companies import admin_of, company_id, make_company, member_id
from support.configuration import reset_one, set_one
from support.customers import customer_id
from support.importing import problems, run_import, upload
from support.jobs import delete_open_jobs
from support.shopping import PASSWORD
from support.staff import staff_client

REFUSED = ("NOT_ALLOWED", "company.admin_requires_successor")
ERRORS = "userErrors { code key }"
ONE_BY_ONE = {
    "customerDelete": ("CustomerDeleteInput", {}),
    "customerDeactivate": ("CustomerAccountInput", {}),
    "customerUpdate": ("CustomerUpdateInput", {"status": "INACTIVE"}),
}
MASS = """mutation M($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  results { outcome code key } userErrors { code key } } }"""
MEMBER = f"mutation M($input: CompanyMemberRemoveInput!) {{ companyMemberRemove(input: $input) {{ {ERRORS} }} }}"
SEAT = f"mutation M($input: CompanyMemberUpdateInput!) {{ companyMemberUpdate(input: $input) {{ {ERRORS} }} }}"
USER = f"mutation M($input: CompanyUserUpdateInput!) {{ companyUserUpdate(input: $input) {{ {ERRORS} }} }}"
LEAVE = f"mutation M($input: CompanyUserInput!) {{ companyUserRemove(input: $input) {{ {ERRORS} }} }}"
ME = f"mutation D($input: MeDeleteRequestInput!) {{ meDeleteRequest(input: $input) {{ isDeleted {ERRORS} }} }}"


@pytest.fixture
async def boss(http: Any, connection: Any) -> Any:
    return await staff_client(http, connection)


@pytest.fixture
async def ada(shopper: Any) -> Any:
    return await shopper()


@pytest.fixture
async def firm(connection: Any, ada: Any) -> Any:
    return await make_company(connection, ada)


async def refusals(client: Any, document: str, **input: Any) -> list[tuple[str, str]]:
    [answer] = (await client.data(document, input=input)).values()
    return [(one["code"], one["key"]) for one in answer["userErrors"]]


async def is_as_before(connection: Any, firm: Any, ada: Any) -> bool:
    found = await connection.fetchrow(
        """SELECT c.status, c.customer_type, m.is_active, o.admin_customer_id FROM customer c
        JOIN company_member m ON m.customer_id = c.id JOIN company o ON o.id = m.company_id WHERE o.id = $1""",
        firm.id,
    )
    return tuple(found) == ("ACTIVE", "COMPANY_ADMIN", True, ada.id)


@pytest.mark.parametrize("name", ONE_BY_ONE)
async def test_by_staff(name: str, boss: Any, firm: Any, ada: Any, connection: Any):
    kind, given = ONE_BY_ONE[name]
    document = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {ERRORS} }} }}"
    assert await refusals(boss, document, id=customer_id(ada), **given) == [REFUSED]
    assert await is_as_before(connection, firm, ada)


async def test_by_staff_among_the_members(boss: Any, firm: Any, ada: Any, connection: Any):
    seat = {"companyId": company_id(firm), "customerId": customer_id(ada)}
    assert await refusals(boss, MEMBER, **seat) == [REFUSED]
    assert await refusals(boss, SEAT, **seat, isActive=False) == [REFUSED]
    assert await is_as_before(connection, firm, ada)


@pytest.mark.parametrize("action", ["DELETE", "DEACTIVATE"])
async def test_by_an_action_on_many(action: str, boss: Any, firm: Any, ada: Any, connection: Any):
    input = {"action": action, "selection": {"ids": [customer_id(ada)]}, "idempotencyKey": f"{action}{ada.id}"}
    [answer] = (await boss.data(MASS, input=input)).values()
    assert answer == {"userErrors": [], "results": [{"outcome": "REFUSED", "code": REFUSED[0], "key": REFUSED[1]}]}
    assert await is_as_before(connection, firm, ada)


async def test_by_a_file(boss: Any, firm: Any, ada: Any, connection: Any, database: Any, settings: Any):
    await delete_open_jobs(connection)
    id = await upload(boss, sheet(ANN | {"email": ada.email}).encode(), behavior="DELETE")
    counts = await run_import(boss, Tools(database, settings), id)
    assert counts == {"read": 1, "refused": 1}
    assert [one["key"] for one in await problems(boss, id)] == [REFUSED[1]]
    assert await is_as_before(connection, firm, ada)


@pytest.mark.parametrize("deletion", ["AT_ONCE", "BY_STAFF"])
async def test_by_themselves(deletion: str, boss: Any, firm: Any, ada: Any, signed_in: Any, connection: Any):
    assert (await set_one(boss, "accounts.deletion", deletion))["userErrors"] == []
    device = await signed_in(ada)
    seat = member_id(await admin_of(connection, firm))
    assert await refusals(device, ME, currentPassword=PASSWORD) == [REFUSED]
    assert await refusals(device, USER, id=seat, isActive=False) == [REFUSED]
    assert await refusals(device, LEAVE, id=seat) == [REFUSED]
    assert await is_as_before(connection, firm, ada)
    await reset_one(boss, "accounts.deletion")
