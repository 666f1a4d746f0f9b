"""What a conflict tells besides the values: the stored record, and what people see in place of ids and codes."""

import pytest
from sqlalchemy import Boolean

from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.history.stored_values import KINDS_BY_NAME, name_stored_value
from customer_gql.customers.profile.tables import customer
from customer_gql.shop.countries.names import name_country
from support.customers import customer_id, make_address, make_customer
from support.staff import make_role, make_staff, staff_client

CONFLICT = """userErrors { __typename ... on VersionConflictError { customer { version email group { name } }
  conflicts { field base baseLabel yours yoursLabel stored storedLabel } } }"""
QUICK = f"mutation Q($input: CustomerQuickEditInput!) {{ customerQuickEdit(input: $input) {{ {CONFLICT} }} }}"
ME = f"mutation M($input: MeUpdateInput!) {{ meUpdate(input: $input) {{ {CONFLICT} }} }}"
ADDRESS = f"mutation A($input: AddressUpdateInput!) {{ addressUpdate(input: $input) {{ {CONFLICT} }} }}"
STAFF = f"mutation S($input: StaffUpdateInput!) {{ staffUpdate(input: $input) {{ {CONFLICT} }} }}"


@pytest.fixture
async def row(connection):
    return await make_customer(connection, gender="MALE")


def labels(answer):
    (error,) = answer["userErrors"]
    return {
        each["field"]: tuple(each[f"{of}Label"] for of in ("base", "yours", "stored")) for each in error["conflicts"]
    }


async def quick_edit(client, row, **input):
    return (await client.data(QUICK, input={"id": customer_id(row), **input}))["customerQuickEdit"]


async def test_staff_read_names_and_the_stored_customer(admin_client, row, connection):
    await quick_edit(admin_client, row, groupId=encode_id("grp", 2), gender="FEMALE", taxVatNumber="GB1")
    answer = await quick_edit(
        admin_client, row, expectedVersion=1, groupId=encode_id("grp", 3), gender="NOT_SPECIFIED", taxVatNumber="GB2"
    )
    names = [await connection.fetchval("SELECT name FROM customer_group WHERE id = $1", id) for id in (1, 3, 2)]
    assert labels(answer) == {
        "groupId": tuple(names),
        "taxVatNumber": (None, "GB2", "GB1"),
        "gender": ("Male", "Not specified", "Female"),
    }
    (error,) = answer["userErrors"]
    assert error["customer"] == {"version": 2, "email": row.email, "group": {"name": names[2]}}
    assert error["conflicts"][0] | {"baseLabel": "", "yoursLabel": "", "storedLabel": ""} == {
        "field": "groupId",
        **{of: encode_id("grp", id) for of, id in (("base", 1), ("yours", 3), ("stored", 2))},
        **dict.fromkeys(("baseLabel", "yoursLabel", "storedLabel"), ""),
    }


async def test_without_customers_pii_labels_are_masked_like_values_except_of_groups(
    admin_client, row, http, connection
):
    given = {"groupId": encode_id("grp", 2), "gender": "FEMALE", "taxVatNumber": "GB1"}
    await quick_edit(admin_client, row, **given)
    clerk = await staff_client(http, connection, ["customers.read", "customers.write"])
    given = {"groupId": encode_id("grp", 3), "gender": "NOT_SPECIFIED", "taxVatNumber": "GB2"}
    (error,) = (await quick_edit(clerk, row, expectedVersion=1, **given))["userErrors"]
    shown = {conflict.pop("field"): conflict for conflict in error["conflicts"]}
    names = {row.id: row.name for row in await connection.fetch("SELECT id, name FROM customer_group")}
    assert shown.pop("groupId") == {
        part: value
        for of, id in (("base", 1), ("yours", 3), ("stored", 2))
        for part, value in ((of, encode_id("grp", id)), (f"{of}Label", names[id]))
    }
    assert set(shown) == {"gender", "taxVatNumber"}
    values = [value for conflict in shown.values() for value in conflict.values() if value is not None]
    assert all(value.endswith("•••") and len(value) == 4 for value in values)
    assert error["customer"]["email"].endswith("•••@•••")


async def test_customers_read_their_language(as_customer, row, connection):
    device = await as_customer(row.id)
    home = await make_address(connection, row)
    given = {"id": encode_id("adr", row.id, home.id)}
    await device.data(ME, input={"allowsRemoteAssistance": True})
    await device.data(ADDRESS, input={**given, "countryCode": "IE", "postcode": "D02 AF30", "region": "Dublin"})

    async def ask(document, **input):
        headers = {"Authorization": f"Bearer {device.token}", "Accept-Language": "de"}
        body = {"query": document, "variables": {"input": {**input, "expectedVersion": 1}}}
        (answer,) = (await device.http.post("/graphql", json=body, headers=headers)).json()["data"].values()
        return answer

    germany = await ask(ADDRESS, **given, countryCode="DE", postcode="10115", city="Berlin", region=None)
    assert labels(germany)["countryCode"] == ("Vereinigtes Königreich", "Deutschland", "Irland")
    assert germany["userErrors"][0]["customer"]["version"] == 3
    await device.data(ME, input={"allowsRemoteAssistance": False})
    await device.data(ME, input={"allowsRemoteAssistance": True})
    await device.data(ME, input={"allowsRemoteAssistance": False})
    assert labels(await ask(ME, allowsRemoteAssistance=True)) == {"allowsRemoteAssistance": ("Nein", "Ja", "Nein")}


async def test_what_was_deleted_is_named_by_its_id(admin_client, as_customer, row, connection):
    device = await as_customer(row.id)
    first, second = await make_address(connection, row, is_default_billing=True), await make_address(connection, row)
    ids = [encode_id("adr", row.id, one.id) for one in (first, second)]
    await device.data(ADDRESS, input={"id": ids[1], "isDefaultBilling": True})
    await device.data(
        "mutation D($input: AddressDeleteInput!) { addressDelete(input: $input) { userErrors { code } } }",
        input={"id": ids[0]},
    )
    found = labels(await quick_edit(admin_client, row, expectedVersion=1, postcode="N1 7AB"))["defaultBillingAddress"]
    assert found[0] == ids[0]
    assert found[2] == f"{second.first_name} {second.last_name}, {second.street[0]}, {second.postcode} {second.city}"


async def test_labels_cost_one_statement_for_each_kind(admin_client, row, statements):
    for group in (2, 3):
        await quick_edit(admin_client, row, groupId=encode_id("grp", group))
    counts = []
    for document in (QUICK, QUICK.replace("baseLabel", "").replace("yoursLabel", "").replace("group { name }", "")):
        await statements.clear()
        input = {"id": customer_id(row), "expectedVersion": 2, "groupId": encode_id("grp", 1)}
        assert (await admin_client.data(document, input=input))["customerQuickEdit"]["userErrors"]
        counts.append(await statements.count())
    # The group of the stored customer is loaded after the customer; the three labels together.
    assert counts[0] <= counts[1] + 1


async def test_other_records_name_roles_and_no_customer(http, connection):
    boss = await staff_client(http, connection)
    roles = [await make_role(connection, ["customers.read"]) for _ in range(3)]
    names = [await connection.fetchval("SELECT name FROM staff_role WHERE id = $1", role) for role in roles]
    ada = await make_staff(connection, roles[0])
    given = {"id": encode_id("stf", ada.id), "expectedVersion": 1}
    await boss.data(STAFF, input={**given, "roleId": encode_id("rol", roles[2])})
    answer = (await boss.data(STAFF, input={**given, "roleId": encode_id("rol", roles[1])}))["staffUpdate"]
    assert labels(answer) == {"roleId": tuple(names)}
    assert answer["userErrors"][0]["customer"] is None


def test_every_value_that_needs_a_label_has_a_kind():
    needed = {
        column.name
        for table in (customer, address)
        for column in table.c
        if isinstance(column.type, Boolean) or column.name.endswith("_id")
    }
    needed -= {"customer_id", "external_id", "is_default_billing", "is_default_shipping", "is_self_registered"}
    assert {name_stored_value(column) for column in needed} <= set(KINDS_BY_NAME)


def test_countries():
    assert [name_country("DE", locale) for locale in ("de", "sv", "xx")] == ["Deutschland", "Tyskland", "Germany"]
    assert name_country("ZZZ", "en") is None
