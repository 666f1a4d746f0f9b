"""Which fields can be edited in place is a setting, and the answer says whether the row is still in its list."""

import pytest

from customer_gql.administration.customer_grid.quick_edit import QUICK_EDITED
from customer_gql.core.errors import RuleError
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.customers.addresses.settings import FAX
from customer_gql.shop.settings.writes import set_value
from support.companies import make_company, make_member
from support.customers import customer_id, make_address, make_customer
from support.staff import make_website, staff_client

EDIT = """mutation Q($input: CustomerQuickEditInput!, $filter: CustomerFilter, $dryRun: Boolean = false) {
  customerQuickEdit(input: $input, filter: $filter, dryRun: $dryRun) { changedFields stillMatches
    websiteMove { to { id } } userErrors { code key path } } }"""
COLUMNS = "{ gridColumns(grid: CUSTOMERS) { key isQuickEditable } }"
MORE = {
    "company": "Analytical Ltd",
    "city": "Ockham",
    "fax": "+44 20 7946 1234",
    "billingFirstName": "Augusta",
    "billingLastName": "King",
    "vatNumber": "GB7",
}


@pytest.fixture
async def row(connection):
    made = await make_customer(connection)
    await make_address(connection, made, is_default_billing=True)
    return made


@pytest.fixture
async def edit(admin_client, row):
    async def run(client=admin_client, *, filter=None, dry_run=False, **input):
        given = {"id": customer_id(row), **input}
        return (await client.data(EDIT, input=given, filter=filter, dryRun=dry_run))["customerQuickEdit"]

    return run


async def quick_edited(client):
    return [column["key"] for column in (await client.data(COLUMNS))["gridColumns"] if column["isQuickEditable"]]


def refused(*names):
    return [{"code": "NOT_ALLOWED", "key": "customer.not_quick_editable", "path": [name]} for name in names]


async def test_a_stored_value_in_another_form_changes_nothing(edit, row, connection):
    address = "SELECT * FROM address WHERE customer_id = $1"
    before = await connection.fetchrow(address, row.id)
    given = {
        "telephone": f" {before.telephone}\u200b",
        "postcode": f"\u00a0{before.postcode} ",
        "email": f" {row.email}",
    }
    answer = await edit(**given)
    assert (answer["changedFields"], answer["userErrors"]) == ([], [])
    assert await connection.fetchrow(address, row.id) == before


async def test_seven_fields_are_edited_in_place_by_default(admin_client, edit):
    assert await quick_edited(admin_client) == [
        "email",
        "group",
        "website",
        "taxVatNumber",
        "gender",
        "telephone",
        "postcode",
    ]
    answer = await edit(**MORE, taxVatNumber="GB1")
    assert (answer["changedFields"], answer["userErrors"]) == ([], refused(*MORE))


async def test_four_leave_out_group_telephone_and_postcode(admin_client, edit, connection):
    await set_value(connection, QUICK_EDITED, "FOUR")
    assert await quick_edited(admin_client) == ["email", "website", "taxVatNumber", "gender"]
    answer = await edit(groupId=encode_id("grp", 2), telephone="+44 20 7946 1111", postcode="N1 7AB", gender="MALE")
    assert answer["userErrors"] == refused("groupId", "telephone", "postcode")
    assert (await edit(gender="MALE"))["changedFields"] == ["gender"]


async def test_a_list_may_add_fields_of_the_billing_address(admin_client, edit, row, connection, configured):
    await configured(FAX, "OPTIONAL")
    await set_value(connection, QUICK_EDITED, "; ".join(["gender", *MORE]))
    assert await quick_edited(admin_client) == ["gender", *MORE]
    assert await edit(**MORE) == {
        "changedFields": list(MORE),
        "stillMatches": None,
        "websiteMove": None,
        "userErrors": [],
    }
    stored = await connection.fetchrow("SELECT * FROM address WHERE customer_id = $1", row.id)
    assert (stored.company, stored.city, stored.fax) == ("Analytical Ltd", "Ockham", "+44 20 7946 1234")
    assert (stored.first_name, stored.last_name, stored.vat_number) == ("Augusta", "King", "GB7")
    assert (await edit(taxVatNumber="GB1"))["userErrors"] == refused("taxVatNumber")
    answer = await edit(billingFirstName="", city=None, fax="x", company="y" * 256)
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("TOO_LONG", ["company"]),
        ("REQUIRED", ["city"]),
        ("INVALID", ["fax"]),
        ("REQUIRED", ["billingFirstName"]),
    ]


async def test_the_company_of_a_member_is_not_edited_in_an_address(admin_client, edit, row, connection):
    await set_value(connection, QUICK_EDITED, "company; city")
    made = await make_company(connection, name="Engines")
    await make_member(connection, made, row)
    shown = "SELECT company FROM customer_grid_row WHERE customer_id = $1"
    stored = "SELECT company, city FROM address WHERE customer_id = $1 AND is_default_billing"
    before = tuple(await connection.fetchrow(stored, row.id))
    answer = await edit(company="Other Ltd", city="Bath")
    assert [(one["code"], one["key"], one["path"]) for one in answer["userErrors"]] == [
        ("NOT_ALLOWED", "company.member_shows_its_name", ["company"])
    ]
    assert (tuple(await connection.fetchrow(stored, row.id)), await connection.fetchval(shown, row.id)) == (
        before,
        "Engines",
    )
    document = """query C($id: ID!) { customer(id: $id) { capabilities { action fields { field isAllowed key } } } }"""
    found = (await admin_client.data(document, id=customer_id(row)))["customer"]["capabilities"]
    [fields] = [one["fields"] for one in found if one["action"] == "CUSTOMER_QUICK_EDIT"]
    [company] = [one for one in fields if one["field"] == "company"]
    assert company == {"field": "company", "isAllowed": False, "key": "company.member_shows_its_name"}


async def test_without_a_billing_address_its_fields_are_refused(admin_client, connection):
    await set_value(connection, QUICK_EDITED, "city")
    bare = {"id": customer_id(await make_customer(connection)), "city": "Bath"}
    answer = await admin_client.data(EDIT, input=bare)
    assert [(error["key"], error["path"]) for error in answer["customerQuickEdit"]["userErrors"]] == [
        ("customer.no_default_billing_address", ["city"])
    ]


async def test_the_setting_names_fields_that_there_are(connection):
    with pytest.raises(RuleError, match=r"Enter SEVEN or FOUR, or names of fields .* Not among them: firstName"):
        await set_value(connection, QUICK_EDITED, "gender; firstName")


async def test_the_email_column_takes_its_permission(http, connection):
    clerk = await staff_client(http, connection, ["customers.read", "customers.pii", "customers.write"])
    assert "email" not in await quick_edited(clerk)
    assert await quick_edited(await staff_client(http, connection, ["customers.read", "customers.pii"])) == []


async def test_whether_the_row_is_still_in_the_list(edit, connection):
    men = {"gender": {"eq": "MALE"}}
    assert (await edit(gender="MALE", filter=men))["stillMatches"] is True
    assert (await edit(gender="FEMALE", filter=men))["stillMatches"] is False
    assert (await edit(gender="FEMALE", filter={}))["stillMatches"] is True
    assert (await edit(gender="MALE"))["stillMatches"] is None
    assert (await edit(gender="FEMALE", filter=men, dry_run=True))["stillMatches"] is None
    answer = await edit(gender=None, filter=men)
    assert (answer["changedFields"], answer["stillMatches"]) == (["gender"], False)


async def test_a_move_is_answered(edit, connection):
    other = await make_website(connection)
    assert (await edit(websiteId=encode_id("web", other)))["websiteMove"] == {"to": {"id": encode_id("web", other)}}


async def test_a_filter_that_this_viewer_may_not_use_is_refused_before_the_edit(http, admin_client, row, connection):
    blind = await staff_client(http, connection, ALL_PERMISSIONS - {Permission.CUSTOMERS_PII})
    input = {"id": customer_id(row), "groupId": encode_id("grp", 2)}
    answer = await blind.answer(EDIT, input=input, filter={"email": {"eq": row.email}})
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.pii", "column": "email"}
    answer = await admin_client.answer(EDIT, input=input, filter={"group": {"eq": "cus_1"}})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", row.id) == 1


async def test_whether_the_row_is_still_in_a_saved_view(admin_client, row, connection):
    create = """mutation V($content: GridViewContentInput!) { gridViewCreate(input: {name: "Men", content: $content}) {
      view { id } userErrors { message } } }"""
    content = {"customers": {"filter": {"gender": {"eq": "MALE"}}}}
    view = (await admin_client.data(create, content=content))["gridViewCreate"]["view"]["id"]
    edit = """mutation Q($input: CustomerQuickEditInput!, $view: ID!, $filter: CustomerFilter) {
      customerQuickEdit(input: $input, viewId: $view, filter: $filter) { stillMatches userErrors { code } } }"""
    for gender, filter, expected in (
        ("MALE", None, True),
        ("MALE", {"number": {"eq": row.number}}, True),
        ("MALE", {"number": {"eq": 0}}, False),
        ("FEMALE", None, False),
    ):
        input = {"id": customer_id(row), "gender": gender}
        answer = await admin_client.data(edit, input=input, view=view, filter=filter)
        assert answer["customerQuickEdit"] == {"stillMatches": expected, "userErrors": []}, (gender, filter)
    for unknown in (encode_id("gvw", 5), encode_id("cus", 5), "gvw"):
        refused = await admin_client.data(edit, input={"id": customer_id(row), "gender": None}, view=unknown)
        assert refused["customerQuickEdit"] == {"stillMatches": None, "userErrors": [{"code": "NOT_FOUND"}]}
    assert await connection.fetchval("SELECT gender FROM customer WHERE id = $1", row.id) == "FEMALE"
