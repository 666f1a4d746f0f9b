"""What customers say about themselves."""

import asyncio
import json

from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer

UPDATE = """mutation M($input: MeUpdateInput!) { meUpdate(input: $input) { changedFields
  customer { version prefix firstName middleName lastName suffix gender dateOfBirth birthYear taxVatNumber allowsRemoteAssistance }
  userErrors { code path ... on VersionConflictError { currentVersion conflicts { field base yours stored } } } } }"""
QUICK = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { changedFields userErrors { code } } }"
WHOLE = {
    "prefix": "Lady",
    "firstName": "Augusta",
    "middleName": "Ada",
    "lastName": "King",
    "suffix": "FRS",
    "gender": "FEMALE",
    "dateOfBirth": "1985-12-10",
    "birthYear": 1985,
    "taxVatNumber": "GB1",
    "allowsRemoteAssistance": True,
}


async def test_a_field_that_is_not_asked_for_takes_no_value(as_customer, connection, little_asked_for):
    me = await as_customer((await make_customer(connection, gender="MALE")).id)
    answer = (await me.data(UPDATE, input=WHOLE))["meUpdate"]
    hidden = ("prefix", "middleName", "suffix", "gender", "dateOfBirth", "birthYear", "taxVatNumber")
    assert answer["userErrors"] == [{"code": "NOT_ALLOWED", "path": [field]} for field in hidden]
    assert (await me.data(UPDATE, input={"gender": "MALE", "lastName": "King"}))["meUpdate"]["changedFields"] == [
        "lastName"
    ]
    assert (await me.data(UPDATE, input={"gender": None}))["meUpdate"]["changedFields"] == ["gender"]


async def test_a_value_that_is_stored_is_not_judged_again(as_customer, connection):
    me = await as_customer((await make_customer(connection, last_name="www.old.example")).id)
    answer = (await me.data(UPDATE, input={"lastName": "www.old.example", "firstName": "Eve"}))["meUpdate"]
    assert (answer["changedFields"], answer["userErrors"]) == (["firstName"], [])


async def test_a_stored_value_in_another_form_changes_nothing(as_customer, connection):
    me = await as_customer((await make_customer(connection, first_name="Eve", last_name="Zo\u00eb")).id)
    answer = (await me.data(UPDATE, input={"lastName": "Zoe\u0308 ", "firstName": " Eve\u200b"}))["meUpdate"]
    assert (answer["changedFields"], answer["customer"]["lastName"]) == ([], "Zo\u00eb")


async def test_a_form_that_sends_every_field_merges(as_customer, connection):
    me = await as_customer((await make_customer(connection)).id)
    await me.data(UPDATE, input=WHOLE)
    await me.data(UPDATE, input={"expectedVersion": 2, **WHOLE, "suffix": None, "birthYear": 1984, "dateOfBirth": None})
    answer = (await me.data(UPDATE, input={"expectedVersion": 2, **WHOLE, "firstName": "Eve"}))["meUpdate"]
    assert (answer["changedFields"], answer["userErrors"]) == (["firstName"], [])
    kept = [answer["customer"][name] for name in ("suffix", "birthYear", "dateOfBirth")]
    assert kept == [None, 1984, None]


async def test_every_field_is_stored_and_cleared(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    assert (await me.data(UPDATE, input=WHOLE))["meUpdate"] == {
        "changedFields": list(WHOLE),
        "customer": {"version": 2, **WHOLE},
        "userErrors": [],
    }
    again = (await me.data(UPDATE, input=WHOLE))["meUpdate"]
    assert (again["changedFields"], again["customer"]["version"]) == ([], 2)
    empty = dict.fromkeys(["prefix", "middleName", "suffix", "gender", "dateOfBirth", "birthYear", "taxVatNumber"])
    cleared = (await me.data(UPDATE, input=empty))["meUpdate"]
    assert cleared["customer"] == {"version": 3, **WHOLE, **empty}
    events = await connection.fetch("SELECT changes FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id)
    assert json.loads(events[0].changes)["dateOfBirth"] == [None, "1985-12-10"]
    assert json.loads(events[0].changes)["allowsRemoteAssistance"] == [False, True]


async def test_all_or_nothing(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    answer = (await me.data(UPDATE, input={"firstName": "Eve", "lastName": "", "suffix": "x" * 41}))["meUpdate"]
    assert answer["userErrors"] == [
        {"code": "REQUIRED", "path": ["lastName"]},
        {"code": "TOO_LONG", "path": ["suffix"]},
    ]
    assert tuple(await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id)) == tuple(row)


async def test_what_the_shop_requires_cannot_be_cleared(as_customer, connection):
    me = await as_customer((await make_customer(connection)).id)
    await set_value(connection, SHOW_SETTINGS["gender"], "REQUIRED")
    try:
        answer = (await me.data(UPDATE, input={"gender": None}))["meUpdate"]
    finally:
        await set_value(connection, SHOW_SETTINGS["gender"], "NO")
    assert answer["userErrors"] == [{"code": "REQUIRED", "path": ["gender"]}]


async def test_edits_of_two_people(as_customer, admin_client, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    await admin_client.data(QUICK, input={"id": customer_id(row), "taxVatNumber": "STAFF"})
    merged = (await me.data(UPDATE, input={"firstName": "Augusta", "expectedVersion": 1}))["meUpdate"]
    assert (merged["userErrors"], merged["customer"]["version"]) == ([], 3)
    conflict = (await me.data(UPDATE, input={"taxVatNumber": "MINE", "expectedVersion": 1}))["meUpdate"]
    assert conflict["userErrors"] == [
        {
            "code": "VERSION_CONFLICT",
            "path": ["expectedVersion"],
            "currentVersion": 3,
            "conflicts": [{"field": "taxVatNumber", "base": None, "yours": "MINE", "stored": "STAFF"}],
        }
    ]
    ahead = (await me.data(UPDATE, input={"taxVatNumber": "MINE", "expectedVersion": 9}))["meUpdate"]
    assert ahead["userErrors"] == [{"code": "INVALID", "path": ["expectedVersion"]}]


async def test_of_many_edits_of_one_version_one_wins(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    answers = await asyncio.gather(
        *[me.data(UPDATE, input={"firstName": f"Ada {i}", "expectedVersion": 1}) for i in range(10)]
    )
    codes = [error["code"] for answer in answers for error in answer["meUpdate"]["userErrors"]]
    assert codes == ["VERSION_CONFLICT"] * 9


async def test_nothing_else_and_nobody_else(as_customer, storefront, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    for field in ("email", "groupId", "status", "isEmailConfirmed", "id", "websiteId"):
        answer = await me.answer(UPDATE, input={field: "1"})
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    guest = await storefront.answer(UPDATE, input={"firstName": "Eve"})
    assert guest["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert tuple(await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id)) == tuple(row)
