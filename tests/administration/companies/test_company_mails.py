"""Mails about companies: each cause, once, in the transaction of the cause (docs/domain/companies.md#companies-13)."""

import orjson
import pytest

from customer_gql.core.errors import RuleError
from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.mails.settings import STATUS_COPIES
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.texts.templates import read_built_in, render_mail
from customer_gql.shop.settings.declaration import WEBSITE as AT_WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.companies import company_id, make_company, make_member
from support.customers import customer_id, make_customer
from support.staff import make_role, make_staff, make_website, staff_client

from .documents import ADD, DELETE, PROFILE, WEBSITE, call, mutation, refusals

CREATE, UPDATE, REPLACE = mutation("companyCreate"), mutation("companyUpdate"), mutation("companyAdminReplace")
REJECT, ACTIVATE, BLOCK = mutation("companyReject"), mutation("companyActivate"), mutation("companyBlock")
REMOVE = mutation("companyMemberRemove", "companyMember { id }")
STATUS = "mutation S($input: CustomerAccountInput!) {{ {}(input: $input) {{ userErrors {{ key }} }} }}"
MASS = """mutation M($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  doneCount job { id } userErrors { key } } }"""
UNDO = "mutation U($input: JobUndoInput!) { jobUndo(input: $input) { job { doneCount } userErrors { key } } }"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def grace(connection):
    """Who looks after companies."""
    return await make_staff(connection, await make_role(connection))


async def mails(connection, row):
    """What an account, or a staff user, was told about companies: the kinds and the company that they name."""
    found = await connection.fetch("SELECT template, placeholders FROM mail_outbox WHERE recipient = $1", row.email)
    told = [(one.template, orjson.loads(one.placeholders).get("company")) for one in found]
    return sorted(one for one in told if "company" in one[0])


async def test_who_is_told_of_a_new_company(boss, connection, grace):
    ada = await make_customer(connection)
    given = {**PROFILE, "websiteId": WEBSITE, "salesRepresentativeId": encode_id("stf", grace.id)}
    assert refusals(await call(boss, CREATE, **given, adminId=customer_id(ada))) == []
    told = ["company_admin_assigned", "company_representative_assigned"]
    assert await mails(connection, ada) == [(kind, "Engines") for kind in told]
    assert await mails(connection, grace) == [("staff_company_assigned", "Engines")]


@pytest.mark.parametrize(("status", "told"), [("PENDING", ["company_pending"]), ("REJECTED", [])])
async def test_who_cannot_sign_in_yet_is_told_no_more_than_that(boss, connection, grace, status, told):
    ada = await make_customer(connection)
    given = {**PROFILE, "websiteId": WEBSITE, "salesRepresentativeId": encode_id("stf", grace.id), "status": status}
    reason = {"rejectionReason": "No VAT number."} if status == "REJECTED" else {}
    assert refusals(await call(boss, CREATE, **given, **reason, adminId=customer_id(ada))) == []
    assert await mails(connection, ada) == [(kind, "Engines") for kind in told]
    assert await mails(connection, grace) == [("staff_company_assigned", "Engines")]


async def test_each_new_state_is_told_to_the_admin_and_copied(boss, connection):
    website = await make_website(connection)
    copies = f"One.{website}@shop.example.com, two.{website}@shop.example.com,one.{website}@shop.example.com"
    async with connection.transaction():
        await set_value(connection, STATUS_COPIES, copies, scope=AT_WEBSITE, scope_id=website)
    here = {"website_id": website, "created_in_store_view_id": website}
    ada = await make_customer(connection, first_name="Ada", **here)
    made = await make_company(connection, ada, name="Engines", status="PENDING")
    id = company_id(made)
    for document, more in ((REJECT, {"reason": "No VAT."}), (ACTIVATE, {}), (BLOCK, {}), (ACTIVATE, {})):
        assert refusals(await call(boss, document, id=id, **more)) == []
    # The second activation within ten minutes is an equal notice.
    told = ["company_blocked", "company_reactivated", "company_rejected"]
    assert await mails(connection, ada) == [(kind, "Engines") for kind in told]
    rejected = "SELECT recipient, placeholders, customer_id FROM mail_outbox WHERE template = 'company_rejected' AND recipient ILIKE $1"
    found = await connection.fetch(rejected + " ORDER BY recipient", f"%.{website}@shop.example.com")
    shown = [(one.recipient, orjson.loads(one.placeholders), one.customer_id) for one in found]
    assert {recipient.lower() for recipient, _, _ in shown} == {
        f"one.{website}@shop.example.com",
        f"two.{website}@shop.example.com",
    }
    assert {(one["company"], one["reason"], id) for _, one, id in shown} == {("Engines", "No VAT.", None)}


async def test_a_request_that_is_approved_is_activated_and_its_account_gets_one_link(boss, connection):
    email = f"new{(await make_customer(connection)).id}@example.com"
    admin = {"email": email, "firstName": "Anna", "lastName": "Abel"}
    made = await call(boss, CREATE, **PROFILE, websiteId=WEBSITE, status="PENDING", newAdmin=admin)
    assert refusals(await call(boss, ACTIVATE, id=made["company"]["id"])) == []
    kinds = "SELECT template FROM mail_outbox WHERE recipient = $1 ORDER BY template"
    assert [row.template for row in await connection.fetch(kinds, email)] == [
        "company_activated",
        "company_pending",
        "welcome_without_password",
    ]


async def test_a_refused_change_tells_nobody(boss, connection):
    made = await make_company(connection, ada := await make_customer(connection))
    assert refusals(await call(boss, REJECT, id=company_id(made), reason="x")) != []
    assert await mails(connection, ada) == []


async def test_a_sales_representative_is_told_once_of_each_company(boss, connection, grace):
    ada = await make_customer(connection)
    made = await make_company(connection, ada, name="Engines")
    chosen = {"id": company_id(made), "salesRepresentativeId": encode_id("stf", grace.id)}
    assert refusals(await call(boss, UPDATE, **chosen)) == []
    assert refusals(await call(boss, UPDATE, **chosen, comment="Pays late.")) == []
    cleared = {"id": company_id(made), "salesRepresentativeId": None}
    assert refusals(await call(boss, UPDATE, **cleared)) == []
    assert await mails(connection, grace) == [("staff_company_assigned", "Engines")]
    assert await mails(connection, ada) == [("company_representative_assigned", "Engines")]


async def test_of_a_replacement_three_are_told(boss, connection, grace):
    ada, bea = await make_customer(connection), await make_customer(connection, first_name="Bea", last_name="Bell")
    made = await make_company(connection, ada, name="Engines", sales_representative_id=grace.id)
    assert refusals(await call(boss, REPLACE, companyId=company_id(made), customerId=customer_id(bea))) == []
    assert await mails(connection, ada) == [("company_admin_replaced", "Engines")]
    assert await mails(connection, bea) == [("company_admin_assigned", "Engines")]
    assert await mails(connection, grace) == [("staff_company_admin_assigned", "Engines")]
    stored = "SELECT placeholders FROM mail_outbox WHERE recipient = $1"
    assert orjson.loads(await connection.fetchval(stored, grace.email))["admin"] == "Bea Bell"


async def test_a_representative_who_left_is_not_told(boss, connection, grace):
    await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", grace.id)
    made = await make_company(connection, sales_representative_id=grace.id)
    bea = await make_customer(connection)
    assert refusals(await call(boss, REPLACE, companyId=company_id(made), customerId=customer_id(bea))) == []
    assert await mails(connection, grace) == []


async def test_members_who_join_and_those_whose_accounts_end(boss, connection):
    made = await make_company(connection, name="Engines")
    old, created, deleted = [await make_customer(connection) for _ in range(3)]
    joined = await call(boss, ADD, companyId=company_id(made), customerId=customer_id(old))
    assert refusals(joined) == []
    await make_member(connection, made, created, is_account_of_company=True)
    await make_member(connection, made, deleted, is_account_of_company=True)
    for row in (old, created):
        gone = await call(boss, REMOVE, companyId=company_id(made), customerId=customer_id(row))
        assert refusals(gone) == []
    tried = {"id": company_id(made)}
    await boss.data(DELETE, input=tried, dryRun=True)
    assert await mails(connection, deleted) == []
    await boss.data(DELETE, input=tried)
    assert await mails(connection, old) == [("company_joined", "Engines")]
    ended = [("company_account_deactivated", None)]
    assert (await mails(connection, created), await mails(connection, deleted)) == (ended, ended)


async def test_a_status_that_staff_set_is_told_to_those_who_buy_for_a_company(boss, connection):
    made = await make_company(connection)
    member, other, alone = [await make_customer(connection) for _ in range(3)]
    await make_member(connection, made, member)
    await make_member(connection, made, other)
    for row in (member, alone):
        for name in ("customerDeactivate", "customerActivate"):
            assert (await call(boss, STATUS.format(name), id=customer_id(row)))["userErrors"] == []
    done = await call(boss, MASS, action="DEACTIVATE", selection={"ids": [customer_id(other)]})
    assert done["doneCount"] == 1
    assert (await call(boss, UNDO, id=done["job"]["id"]))["job"]["doneCount"] == 1
    both = [("company_account_activated", None), ("company_account_deactivated", None)]
    assert [await mails(connection, row) for row in (member, other, alone)] == [both, both, []]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("nobody", "email.invalid"),
        (", ".join(f"a{n}@shop.example.com" for n in range(11)), "setting.too_many_addresses"),
    ],
)
def test_copies_go_to_addresses_only(given, key):
    with pytest.raises(RuleError) as refused:
        STATUS_COPIES.validate_value(given)
    assert refused.value.key == key


def test_a_company_whose_name_is_an_advertisement_is_not_named():
    source = read_built_in("company_joined", "default")
    assert source is not None
    made = render_mail(source, {"firstName": "Ada", "company": "Win now at http://bad.example"})
    assert "bad.example" not in made.text + made.html + made.subject
    assert MAIL_KINDS["company_joined"].page.path == "mail.path.company"
    assert MAIL_KINDS["staff_company_assigned"].page.path == "mail.path.companies"
