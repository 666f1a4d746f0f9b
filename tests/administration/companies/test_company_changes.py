"""Staff create, change, judge and delete companies (docs/domain/companies.md#companies-2)."""

import itertools

import pytest

from customer_gql.core.ids import encode_id
from support.companies import company_id, make_company, make_member
from support.customers import customer_id, make_customer
from support.mailed import newest_token
from support.staff import make_role, make_staff, make_website, staff_client

from .documents import ADDRESS, DELETE, PROFILE, WEBSITE, call, mutation, refusals

CREATE, UPDATE, PARENT = mutation("companyCreate"), mutation("companyUpdate"), mutation("companyParentSet")
REJECT, ACTIVATE, BLOCK = mutation("companyReject"), mutation("companyActivate"), mutation("companyBlock")
STATE = "SELECT status, customer_type, group_id FROM customer WHERE id = $1"
ACTIVATE_ACCOUNT = (
    "mutation A($input: CustomerAccountInput!) { customerActivate(input: $input) { userErrors { code key path } } }"
)


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def state_of(connection, row):
    return tuple(await connection.fetchrow(STATE, row.id))


async def test_an_existing_customer_runs_a_new_company(boss, connection):
    ada = await make_customer(connection, group_id=2)
    made = await call(boss, CREATE, **PROFILE, websiteId=WEBSITE, adminId=customer_id(ada), jobTitle="Owner")
    assert made["userErrors"] == []
    shown = made["company"]
    assert (shown["version"], shown["status"], shown["kind"]) == (1, "ACTIVE", "COMPANY")
    assert shown["admin"] == {"customer": {"id": customer_id(ada)}}
    assert await state_of(connection, ada) == ("ACTIVE", "COMPANY_ADMIN", 1)
    history = "SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id"
    assert [row.kind for row in await connection.fetch(history, ada.id)] == ["COMPANY_JOINED", "EDITED"]
    told = "SELECT type FROM domain_event WHERE subject = $1 ORDER BY id"
    assert [row.type for row in await connection.fetch(told, shown["id"])] == ["company.created"]
    stored = await connection.fetchrow(
        "SELECT street, country_code, postcode FROM company WHERE name = 'Engines' ORDER BY id DESC LIMIT 1"
    )
    assert tuple(stored) == (["1 Analytical Way"], "GB", "N1 7AA")
    again = await call(boss, CREATE, **PROFILE, websiteId=WEBSITE, adminId=customer_id(ada))
    assert refusals(again) == [("NOT_ALLOWED", "company.admin_elsewhere", ["adminId"])]


async def test_a_new_account_waits_until_its_company_is_active(boss, connection):
    email = f"new{(await make_customer(connection)).id}@example.com"
    admin = {"email": email, "firstName": "Anna", "lastName": "Abel", "telephone": "+44 20 7946 0001"}
    made = await call(boss, CREATE, **PROFILE, websiteId=WEBSITE, status="PENDING", newAdmin=admin)
    assert (made["userErrors"], made["company"]["status"]) == ([], "PENDING")
    id = made["company"]["id"]
    anna = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    assert await state_of(connection, anna) == ("INACTIVE", "COMPANY_ADMIN", 1)
    assert await newest_token(connection, email, "welcome_without_password") is None
    early = await call(boss, ACTIVATE_ACCOUNT, id=customer_id(anna))
    assert refusals(early) == [("NOT_ALLOWED", "company.not_activated", ["id"])]
    rejected = await call(boss, REJECT, id=id, reason=" No VAT number. ")
    assert (rejected["company"]["status"], rejected["company"]["rejectionReason"]) == ("REJECTED", "No VAT number.")
    early = await call(boss, ACTIVATE_ACCOUNT, id=customer_id(anna))
    assert refusals(early) == [("NOT_ALLOWED", "company.not_activated", ["id"])]
    opened = (await call(boss, ACTIVATE, id=id))["company"]
    assert (opened["status"], opened["rejectionReason"], opened["version"]) == ("ACTIVE", None, 3)
    assert await state_of(connection, anna) == ("ACTIVE", "COMPANY_ADMIN", 1)
    ordered = "SELECT count(*) FROM mail_outbox WHERE recipient = $1 AND template = 'welcome_without_password' AND link_hash IS NOT NULL"
    assert await connection.fetchval(ordered, email) == 1
    told = "SELECT type FROM domain_event WHERE subject = $1 ORDER BY written"
    types = [row.type for row in await connection.fetch(told, id)]
    assert types == ["company.created", "company.status_changed", "company.status_changed"]


async def test_a_new_admin_has_a_whole_name_and_the_welcome_that_was_chosen(boss, connection):
    view = await connection.fetchval(
        "SELECT v.id FROM store_view v JOIN store s ON s.id = v.store_id WHERE s.website_id = 1 AND NOT v.is_default LIMIT 1"
    )
    chosen = {} if view is None else {"welcomeStoreViewId": encode_id("stv", view)}
    name = {
        "prefix": "Dr",
        "firstName": "Anna",
        "middleName": "B.",
        "lastName": "Abel",
        "suffix": "Jr",
        "gender": "FEMALE",
    }
    for sends in (True, False):
        email = f"new{(await make_customer(connection)).id}@example.com"
        admin = {**name, "email": email, "jobTitle": "Owner", "telephone": "+44 20 7946 0001", **chosen}
        given = {**PROFILE, "websiteId": WEBSITE, "newAdmin": {**admin, "sendsWelcomeMail": sends}}
        assert (await call(boss, CREATE, **given))["userErrors"] == []
        anna = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
        stored = [anna[column] for column in ("prefix", "first_name", "middle_name", "last_name", "suffix", "gender")]
        assert stored == list(name.values())
        assert view in (None, anna.created_in_store_view_id)
        seat = "SELECT job_title, telephone FROM company_member WHERE customer_id = $1"
        assert tuple(await connection.fetchrow(seat, anna.id)) == ("Owner", "+44 20 7946 0001")
        assert (await newest_token(connection, email, "welcome_without_password") is not None) is sends
    wrong = {**PROFILE, "websiteId": WEBSITE, "newAdmin": {**admin, "email": "x@y.example", "prefix": "x" * 41}}
    [refused] = refusals(await call(boss, CREATE, **wrong))
    assert refused == ("TOO_LONG", "text.too_long", ["newAdmin", "prefix"])
    elsewhere = {**admin, "email": "x@y.example", "welcomeStoreViewId": encode_id("stv", 1 << 40)}
    [refused] = refusals(await call(boss, CREATE, **{**wrong, "newAdmin": elsewhere}))
    assert (refused[0], refused[2]) == ("NOT_FOUND", ["newAdmin", "welcomeStoreViewId"])


async def test_what_is_no_company(boss, connection):
    ada = await make_customer(connection)
    idle = await make_customer(connection, status="INACTIVE")
    website = await make_website(connection)
    elsewhere = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    taken = (await make_company(connection, external_id=f"E{ada.id}")).external_id
    good = {**PROFILE, "websiteId": WEBSITE, "adminId": customer_id(ada)}
    wrong = [
        ({"name": " "}, ("REQUIRED", "value.required", ["name"])),
        (
            {"legalAddress": {**ADDRESS, "countryCode": "UK"}},
            ("INVALID", "address.country_unknown", ["legalAddress", "countryCode"]),
        ),
        ({"legalAddress": {**ADDRESS, "telephone": ""}}, ("REQUIRED", "value.required", ["legalAddress", "telephone"])),
        (
            {"legalAddress": {**ADDRESS, "street": ["a", "b", "c"]}},
            ("TOO_MANY", "address.street_too_long", ["legalAddress", "street"]),
        ),
        ({"groupId": encode_id("grp", 0)}, ("NOT_ALLOWED", "customer_group.for_guests", ["groupId"])),
        (
            {"salesRepresentativeId": encode_id("stf", 1 << 40)},
            ("NOT_FOUND", "company.sales_representative_not_found", ["salesRepresentativeId"]),
        ),
        ({"externalId": taken}, ("TAKEN", "external_id.taken", ["externalId"])),
        ({"status": "REJECTED"}, ("REQUIRED", "value.required", ["rejectionReason"])),
        ({"adminId": None}, ("REQUIRED", "company.admin_not_chosen", [])),
        ({"adminId": customer_id(idle)}, ("NOT_ALLOWED", "company.admin_inactive", ["adminId"])),
        ({"adminId": customer_id(elsewhere)}, ("NOT_ALLOWED", "company.member_of_other_website", ["adminId"])),
        ({"adminId": encode_id("cus", 1 << 40)}, ("NOT_FOUND", "customer.not_found", ["adminId"])),
        (
            {"adminId": None, "newAdmin": {"email": ada.email, "firstName": "A", "lastName": "B"}},
            ("TAKEN", "email.taken", ["newAdmin", "email"]),
        ),
    ]
    before = await connection.fetchval("SELECT count(*) FROM company")
    for given, refused in wrong:
        answer = await call(boss, CREATE, **{**good, **given})
        assert [(c, k, p or []) for c, k, p in refusals(answer)] == [refused], given
        assert answer["company"] is None
    assert await connection.fetchval("SELECT count(*) FROM company") == before
    assert await state_of(connection, ada) == ("ACTIVE", "INDIVIDUAL", 1)


async def test_a_group_reaches_every_member_whose_primary_company_it_is(boss, connection):
    made = await make_company(connection)
    members = [await make_customer(connection) for _ in range(3)]
    for row in members:
        await make_member(connection, made, row)
    other = await make_company(connection)
    guest = await make_customer(connection)
    await make_member(connection, other, guest)
    await make_member(connection, made, guest)
    group = encode_id("grp", 2)
    changed = await call(boss, UPDATE, id=company_id(made), groupId=group, name="Engines & Co", expectedVersion=1)
    assert (changed["userErrors"], changed["company"]["version"], changed["company"]["group"]) == ([], 2, {"id": group})
    assert [(await state_of(connection, row))[2] for row in members] == [2, 2, 2]
    assert (await state_of(connection, guest))[2] == 1
    shown = "SELECT company FROM customer_grid_row WHERE customer_id = $1"
    assert await connection.fetchval(shown, members[0].id) == "Engines & Co"
    conflict = await call(boss, UPDATE, id=company_id(made), name="Other", expectedVersion=1)
    assert refusals(conflict) == [("VERSION_CONFLICT", "version.conflict", ["expectedVersion"])]
    merged = await call(boss, UPDATE, id=company_id(made), comment="Pays late.", expectedVersion=1)
    assert merged["company"]["version"] == 3
    told = "SELECT type, changed_fields FROM domain_event WHERE subject = $1 ORDER BY written"
    events = [(row.type, sorted(row.changed_fields)) for row in await connection.fetch(told, company_id(made))]
    assert events == [("company.updated", ["groupId", "name"]), ("company.updated", ["comment"])]
    used = """mutation D($input: CustomerGroupDeleteInput!) { customerGroupDelete(input: $input) {
      userErrors { code key path params } } }"""
    refused = (await call(boss, used, id=group))["userErrors"][0]
    assert refused["key"] == "customer_group.in_use"
    assert any(use.startswith("company ") for use in refused["params"]["uses"])


async def test_a_sales_representative_who_left_stays_until_another_is_chosen(boss, connection):
    role = await make_role(connection)
    first, second = [await make_staff(connection, role) for _ in range(2)]
    made = await make_company(connection, sales_representative_id=first.id)
    await connection.execute(
        "UPDATE staff_user SET is_active = false WHERE id = any($1::bigint[])", [first.id, second.id]
    )
    kept = encode_id("stf", first.id)
    renamed = await call(boss, UPDATE, id=company_id(made), name="Engines & Co", salesRepresentativeId=kept)
    assert (renamed["userErrors"], renamed["company"]["version"]) == ([], 2)
    refused = await call(boss, UPDATE, id=company_id(made), salesRepresentativeId=encode_id("stf", second.id))
    assert refusals(refused) == [("NOT_FOUND", "company.sales_representative_not_found", ["salesRepresentativeId"])]


STATES = ("PENDING", "ACTIVE", "REJECTED", "BLOCKED")
LEGAL = {
    ("companyActivate", "PENDING"): "ACTIVE",
    ("companyActivate", "REJECTED"): "ACTIVE",
    ("companyActivate", "BLOCKED"): "ACTIVE",
    ("companyReject", "PENDING"): "REJECTED",
    ("companyBlock", "ACTIVE"): "BLOCKED",
}


@pytest.mark.parametrize(
    ("name", "state"), list(itertools.product(("companyActivate", "companyReject", "companyBlock"), STATES))
)
async def test_every_change_of_the_state(boss, connection, name, state):
    is_rejected = state == "REJECTED"
    given = (
        {"rejection_reason": "x", "rejected_at": (await make_customer(connection)).created_at} if is_rejected else {}
    )
    made = await make_company(connection, status=state, **given)
    answer = await call(
        boss, mutation(name), id=company_id(made), **({"reason": "x"} if name == "companyReject" else {})
    )
    wanted = LEGAL.get((name, state))
    stored = await connection.fetchval("SELECT status FROM company WHERE id = $1", made.id)
    if wanted is None:
        assert refusals(answer) == [("NOT_ALLOWED", "company.status_not_possible", ["id"])]
        assert (answer["userErrors"][0]["params"]["status"], stored) == (state, state)
    else:
        assert (answer["company"]["status"], stored) == (wanted, wanted)


async def test_only_a_company_that_stands_alone_becomes_a_child(boss, connection):
    parent, child, other = [await make_company(connection) for _ in range(3)]
    website = await make_website(connection)
    away = await make_company(
        connection, await make_customer(connection, website_id=website, created_in_store_view_id=website)
    )
    ids = [company_id(one) for one in (parent, child, other)]
    done = await call(boss, PARENT, companyId=ids[1], parentId=ids[0])
    assert (done["company"]["kind"], done["company"]["parent"]) == ("CHILD", {"id": ids[0]})
    refused = [
        ((ids[2], ids[1]), ("NOT_ALLOWED", "company.parent_is_child", ["parentId"])),
        ((ids[0], ids[2]), ("NOT_ALLOWED", "company.has_relatives", ["companyId"])),
        ((ids[1], ids[2]), ("NOT_ALLOWED", "company.has_relatives", ["companyId"])),
        ((ids[2], ids[2]), ("NOT_ALLOWED", "company.has_relatives", ["companyId"])),
        ((ids[2], company_id(away)), ("NOT_FOUND", "company.parent_not_found", ["parentId"])),
    ]
    for (one, above), error in refused:
        assert refusals(await call(boss, PARENT, companyId=one, parentId=above)) == [error]
    freed = await call(boss, PARENT, companyId=ids[1], parentId=None)
    assert (freed["company"]["kind"], freed["company"]["parent"]) == ("COMPANY", None)


async def test_a_company_is_deleted_and_its_accounts_go_on_or_end(boss, connection):
    made, next_one = await make_company(connection, group_id=2), await make_company(connection, group_id=3)
    child = await make_company(connection, parent_id=made.id)
    old, created, torn = [await make_customer(connection) for _ in range(3)]
    await make_member(connection, made, old)
    await make_member(connection, made, created, is_account_of_company=True)
    await make_member(connection, made, torn, is_account_of_company=True)
    await make_member(connection, next_one, torn)
    tried = (await boss.data(DELETE, input={"id": company_id(made)}, dryRun=True))["companyDelete"]
    assert tried == {"deletedCompanyId": company_id(made), "memberCount": 4, "deactivatedCount": 1, "userErrors": []}
    assert await state_of(connection, created) == ("ACTIVE", "COMPANY_USER", 2)
    assert (await boss.data(DELETE, input={"id": company_id(made)}))["companyDelete"] == tried
    assert await state_of(connection, old) == ("ACTIVE", "INDIVIDUAL", 1)
    assert await state_of(connection, created) == ("INACTIVE", "INDIVIDUAL", 1)
    assert await state_of(connection, torn) == ("ACTIVE", "COMPANY_USER", 3)
    assert await connection.fetchval("SELECT parent_id FROM company WHERE id = $1", child.id) is None
    assert refusals(await call(boss, DELETE, id=company_id(made))) == [("NOT_FOUND", "company.not_found", ["id"])]
    told = "SELECT type FROM domain_event WHERE subject = $1 ORDER BY written"
    assert [row.type for row in await connection.fetch(told, company_id(made))][-1] == "company.deleted"


async def test_staff_change_companies_of_their_websites_with_the_permission(http, connection):
    made = await make_company(connection)
    reader = await staff_client(http, connection, ["companies.read", "customers.read"])
    refused = await reader.answer(BLOCK, input={"id": company_id(made)})
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "companies.write"}
    writer = await staff_client(http, connection, ["companies.read", "companies.write", "customers.read"])
    refused = await writer.answer(DELETE, input={"id": company_id(made)})
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "companies.delete"}
    there = await staff_client(http, connection, website_ids=[await make_website(connection)])
    for document in (BLOCK, UPDATE, DELETE):
        assert refusals(await call(there, document, id=company_id(made))) == [
            ("NOT_FOUND", "company.not_found", ["id"])
        ]
    assert await connection.fetchval("SELECT version FROM company WHERE id = $1", made.id) == 1


async def test_a_group_and_a_deletion_take_the_same_statements_for_1_and_50_members(boss, connection, statements):
    counts = {}
    for size in (1, 50):
        made = await make_company(connection)
        other = await make_company(connection)
        for number in range(size):
            row = await make_customer(connection)
            await make_member(connection, made, row, is_account_of_company=number % 2 == 1)
            await make_member(connection, other, row)
        await statements.clear()
        changed = await call(boss, UPDATE, id=company_id(made), groupId=encode_id("grp", 2))
        assert changed["userErrors"] == []
        in_between = await statements.count()
        assert refusals(await call(boss, DELETE, id=company_id(made))) == []
        counts[size] = (in_between, await statements.count())
        primary = "SELECT count(*) FROM company_member WHERE company_id = $1 AND is_primary"
        assert await connection.fetchval(primary, other.id) == size + 1
    assert counts[1] == counts[50], statements.texts
