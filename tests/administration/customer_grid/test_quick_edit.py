import asyncio

import orjson

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_address, make_customer

EDIT = """
mutation Edit($input: CustomerQuickEditInput!) {
  customerQuickEdit(input: $input) {
    customer { version email gender taxVatNumber group { id } website { id } defaultBillingAddress { telephone postcode } }
    changedFields
    userErrors {
      __typename code path
      ... on VersionConflictError { currentVersion conflicts { field base yours stored } }
    }
  }
}
"""


async def edit(client, **input):
    return (await client.data(EDIT, input=input))["customerQuickEdit"]


async def test_edits_every_field_and_writes_history(admin_client, connection):
    shopper = await make_customer(connection)
    await make_address(connection, shopper, is_default_billing=True)
    new = f"New.{shopper.id}@Example.com"
    answer = await edit(
        admin_client,
        id=customer_id(shopper),
        expectedVersion=1,
        email=new,
        groupId=encode_id("grp", 2),
        telephone="+44 20 7946 1111",
        postcode="N1 7AB",
        taxVatNumber="GB123",
        gender="FEMALE",
    )
    assert answer == {
        "customer": {
            "version": 2,
            "email": f"New.{shopper.id}@example.com",
            "gender": "FEMALE",
            "taxVatNumber": "GB123",
            "group": {"id": encode_id("grp", 2)},
            "website": {"id": encode_id("web", 1)},
            "defaultBillingAddress": {"telephone": "+44 20 7946 1111", "postcode": "N1 7AB"},
        },
        "changedFields": ["email", "groupId", "telephone", "postcode", "taxVatNumber", "gender"],
        "userErrors": [],
    }
    edited = "SELECT * FROM customer_event WHERE customer_id = $1 AND kind = 'EDITED'"
    event = await connection.fetchrow(edited, shopper.id)
    assert (event.kind, event.version, event.actor) == ("EDITED", 2, "STAFF")
    assert orjson.loads(event.changes)["groupId"] == [encode_id("grp", 1), encode_id("grp", 2)]
    told = await connection.fetch("SELECT recipient FROM mail_outbox WHERE customer_id = $1", shopper.id)
    assert {row.recipient for row in told} == {shopper.email, f"New.{shopper.id}@example.com"}


async def test_null_clears_and_absence_keeps(admin_client, connection):
    shopper = await make_customer(connection, gender="MALE", tax_vat_number="X1")
    answer = await edit(admin_client, id=customer_id(shopper), gender=None)
    assert answer["customer"] | {"email": ""} == {
        "version": 2,
        "email": "",
        "gender": None,
        "taxVatNumber": "X1",
        "group": {"id": encode_id("grp", 1)},
        "website": {"id": encode_id("web", 1)},
        "defaultBillingAddress": None,
    }


async def test_what_is_so_already_changes_nothing(admin_client, connection):
    shopper = await make_customer(connection, gender="MALE")
    answer = await edit(admin_client, id=customer_id(shopper), gender="MALE", email=shopper.email)
    assert (answer["changedFields"], answer["customer"]["version"]) == ([], 1)


async def test_edits_of_different_fields_merge(admin_client, connection):
    shopper = await make_customer(connection)
    await edit(admin_client, id=customer_id(shopper), expectedVersion=1, gender="MALE")
    answer = await edit(admin_client, id=customer_id(shopper), expectedVersion=1, taxVatNumber="X2")
    assert (answer["userErrors"], answer["customer"]["gender"], answer["customer"]["taxVatNumber"]) == (
        [],
        "MALE",
        "X2",
    )


async def test_edits_of_the_same_field_conflict_with_all_three_values(admin_client, connection):
    shopper = await make_customer(connection, tax_vat_number="base")
    await edit(admin_client, id=customer_id(shopper), expectedVersion=1, taxVatNumber="theirs", gender="MALE")
    answer = await edit(admin_client, id=customer_id(shopper), expectedVersion=1, taxVatNumber="mine", gender="MALE")
    conflict = {"field": "taxVatNumber", "base": "base", "yours": "mine", "stored": "theirs"}
    assert answer["userErrors"] == [
        {
            "__typename": "VersionConflictError",
            "code": "VERSION_CONFLICT",
            "path": ["expectedVersion"],
            "currentVersion": 2,
            "conflicts": [conflict],
        }
    ]
    assert await connection.fetchval("SELECT tax_vat_number FROM customer WHERE id = $1", shopper.id) == "theirs"


async def test_of_twenty_edits_at_once_one_wins(admin_client, connection):
    shopper = await make_customer(connection)
    answers = await asyncio.gather(
        *[edit(admin_client, id=customer_id(shopper), expectedVersion=1, taxVatNumber=f"T{i}") for i in range(20)]
    )
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0] + [1] * 19
    assert await connection.fetchval("SELECT version FROM customer WHERE id = $1", shopper.id) == 2


async def test_an_address_is_taken_whatever_its_case(admin_client, connection):
    other = await make_customer(connection)
    shopper = await make_customer(connection)
    answer = await edit(admin_client, id=customer_id(shopper), email=other.email.upper(), gender="MALE")
    assert answer["userErrors"] == [{"__typename": "InputError", "code": "TAKEN", "path": ["email"]}]
    stored = await connection.fetchrow("SELECT email, gender, version FROM customer WHERE id = $1", shopper.id)
    assert tuple(stored) == (shopper.email, None, 1)


async def test_two_who_want_one_address_at_once(admin_client, connection):
    wanted = f"wanted{encode_id('cus', 1)}@example.com"
    rivals = [await make_customer(connection) for _ in range(8)]
    answers = await asyncio.gather(*[edit(admin_client, id=customer_id(r), email=wanted) for r in rivals])
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0] + [1] * 7
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", wanted) == 1


async def test_every_refusal_is_told_at_once_and_nothing_is_stored(admin_client, connection):
    shopper = await make_customer(connection, customer_type="COMPANY_USER")
    answer = await edit(
        admin_client,
        id=customer_id(shopper),
        email="no address",
        groupId=encode_id("grp", 2),
        websiteId=encode_id("web", 2**62),
        telephone="12345",
        taxVatNumber="x" * 51,
        gender="MALE",
    )
    assert [(error["code"], error["path"]) for error in answer["userErrors"]] == [
        ("INVALID", ["email"]),
        ("NOT_ALLOWED", ["groupId"]),
        ("NOT_ALLOWED", ["telephone"]),
        ("NOT_FOUND", ["websiteId"]),
        ("TOO_LONG", ["taxVatNumber"]),
    ]
    assert answer["customer"] is None
    assert await connection.fetchval("SELECT version FROM customer WHERE id = $1", shopper.id) == 1


async def test_a_group_that_is_none_and_the_guests_group_are_refused(admin_client, connection):
    shopper = await make_customer(connection)
    for group, code in ((77, "NOT_FOUND"), (0, "NOT_ALLOWED")):
        answer = await edit(admin_client, id=customer_id(shopper), groupId=encode_id("grp", group))
        assert [error["code"] for error in answer["userErrors"]] == [code]


async def test_unknown_customer(admin_client):
    answer = await edit(admin_client, id=encode_id("cus", 5), gender="MALE")
    assert answer["userErrors"] == [{"__typename": "InputError", "code": "NOT_FOUND", "path": ["id"]}]


async def test_others_are_refused_and_nothing_changes(as_staff, as_customer, storefront, connection):
    shopper = await make_customer(connection)
    input = {"id": customer_id(shopper), "gender": "MALE"}
    viewer = await as_staff("viewer")
    answer = await viewer.answer(EDIT, input=input)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.write"}
    storefront.path = "/admin/graphql"
    assert (await storefront.answer(EDIT, input=input))["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    customer = await as_customer(shopper.id)
    customer.path = "/admin/graphql"
    assert (await customer.post(EDIT, input=input)).status_code == 401
    assert await connection.fetchval("SELECT version FROM customer WHERE id = $1", shopper.id) == 1
