"""The year of birth, known with or without the date (docs/domain/profile.md#profile-18)."""

import datetime as dt

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.values.births import BIRTH_DATE, settle_birth
from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer

BORN = dt.date(1980, 5, 6)
OTHER = dt.date(1980, 7, 8)
UPDATE = """mutation U($input: MeUpdateInput!) { meUpdate(input: $input) {
  customer { dateOfBirth birthYear } changedFields userErrors { code key params path } } }"""


@pytest.mark.parametrize(
    ("stored", "given", "after"),
    [
        ((None, None), {"dateOfBirth": BORN}, (BORN, None)),
        ((None, None), {"birthYear": 1980}, (None, 1980)),
        ((None, 1980), {"dateOfBirth": BORN}, (BORN, None)),
        ((None, 1980), {"dateOfBirth": None}, (None, 1980)),
        ((None, 1980), {"birthYear": None}, (None, None)),
        ((BORN, None), {"birthYear": 1980}, (BORN, None)),
        ((BORN, None), {"birthYear": 1981}, (None, 1981)),
        ((BORN, None), {"birthYear": None}, (BORN, None)),
        ((BORN, None), {"birthYear": None, "dateOfBirth": None}, (None, None)),
        ((None, 1980), {"birthYear": None, "dateOfBirth": None}, (None, None)),
        ((BORN, None), {"dateOfBirth": None}, (None, None)),
        ((BORN, None), {"dateOfBirth": None, "birthYear": 1980}, (None, 1980)),
        ((BORN, None), {"dateOfBirth": OTHER, "birthYear": 1980}, (OTHER, None)),
        ((BORN, None), {"dateOfBirth": OTHER, "birthYear": None}, (OTHER, None)),
        ((BORN, None), {}, (BORN, None)),
    ],
)
def test_what_is_stored(stored, given, after):
    row: dict[str, object] = dict(zip(("date_of_birth", "birth_year"), stored, strict=True))
    assert {**row, **settle_birth(row, given)} == dict(zip(row, after, strict=True))


@pytest.fixture
async def row(connection):
    return await make_customer(connection, date_of_birth=BORN)


@pytest.fixture
async def update(as_customer, row, connection):
    await set_value(connection, SHOW_SETTINGS["dateOfBirth"], "OPTIONAL")
    me = await as_customer(row.id)

    async def run(**input):
        return (await me.data(UPDATE, input=input))["meUpdate"]

    return run


@pytest.fixture
async def year_only(connection):
    await set_value(connection, BIRTH_DATE, "YEAR")


async def test_a_date_has_its_year_and_another_year_clears_the_date(update, row, connection):
    assert await update(birthYear=1980) == {
        "customer": {"dateOfBirth": "1980-05-06", "birthYear": 1980},
        "changedFields": [],
        "userErrors": [],
    }
    assert await update(birthYear=1979) == {
        "customer": {"dateOfBirth": None, "birthYear": 1979},
        "changedFields": ["dateOfBirth", "birthYear"],
        "userErrors": [],
    }
    changes = "SELECT changes FROM customer_event WHERE customer_id = $1 ORDER BY id DESC LIMIT 1"
    assert orjson.loads(await connection.fetchval(changes, row.id)) == {
        "dateOfBirth": ["1980-05-06", None],
        "birthYear": [None, 1979],
    }
    assert (await update(dateOfBirth="1979-01-02"))["changedFields"] == ["dateOfBirth"]


async def test_what_is_no_year_of_it_is_refused(update, row, connection):
    answer = await update(birthYear=1899)
    year = dt.datetime.now(dt.UTC).year
    assert answer["userErrors"] == [
        {
            "code": "INVALID",
            "key": "birth_year.out_of_range",
            "params": {"earliest": 1900, "latest": year},
            "path": ["birthYear"],
        }
    ]
    answer = await update(dateOfBirth="1980-07-08", birthYear=1981)
    error = {"code": "INVALID", "key": "birth_year.other_than_date", "params": {}, "path": ["birthYear"]}
    assert answer["userErrors"] == [error]
    # A form that sends the stored date back does not make another year right.
    assert (await update(dateOfBirth="1980-05-06", birthYear=1981))["userErrors"] == [error]
    assert await connection.fetchval("SELECT date_of_birth FROM customer WHERE id = $1", row.id) == BORN


async def test_where_years_are_stored_dates_are_refused(update, row, year_only):
    answer = await update(dateOfBirth="1980-07-08")
    error = {"code": "NOT_ALLOWED", "key": "date_of_birth.year_only", "params": {}, "path": ["dateOfBirth"]}
    assert answer["userErrors"] == [error]
    assert (await update(dateOfBirth="1980-05-06", birthYear=1980))["changedFields"] == []
    assert (await update(dateOfBirth=None, birthYear=1980))["customer"] == {"dateOfBirth": None, "birthYear": 1980}


async def test_the_form_asks_for_the_year_where_years_are_stored(storefront, year_only, connection):
    await set_value(connection, SHOW_SETTINGS["dateOfBirth"], "REQUIRED")
    form = "{ form(kind: SIGN_UP) { fields { code type isRequired } } }"
    fields = (await storefront.data(form))["form"]["fields"]
    assert [field for field in fields if field["code"] in {"birthYear", "dateOfBirth"}] == [
        {"code": "birthYear", "type": "NUMBER", "isRequired": True}
    ]


async def test_a_sign_up_stores_the_year(storefront, year_only, connection):
    await set_value(connection, SHOW_SETTINGS["dateOfBirth"], "REQUIRED")
    sign_up = "mutation S($input: SignUpInput!) { signUp(input: $input) { userErrors { code path } } }"
    new = {"email": f"year{encode_id('cus', 9)}@example.com", "firstName": "Ada", "lastName": "Byron"}
    refused = await storefront.data(sign_up, input=new)
    assert refused["signUp"]["userErrors"] == [{"code": "REQUIRED", "path": ["birthYear"]}]
    assert (await storefront.data(sign_up, input={**new, "birthYear": 1980}))["signUp"]["userErrors"] == []
    stored = "SELECT date_of_birth, birth_year FROM customer WHERE email = $1"
    assert tuple(await connection.fetchrow(stored, new["email"])) == (None, 1980)


async def test_the_grid_shows_either(admin_client, row, connection):
    alone = await make_customer(connection, birth_year=1980)
    query = """query G($numbers: [Int!]!) { customers(filter: {number: {in: $numbers}, birthYear: {eq: 1980}},
      sort: [{by: NUMBER}]) { nodes { id birthYear gridRow { birthYear dateOfBirth } } } }"""
    found = await admin_client.data(query, numbers=[row.number, alone.number])
    assert found["customers"]["nodes"] == [
        {"id": customer_id(row), "birthYear": 1980, "gridRow": {"birthYear": 1980, "dateOfBirth": "1980-05-06"}},
        {"id": customer_id(alone), "birthYear": 1980, "gridRow": {"birthYear": 1980, "dateOfBirth": None}},
    ]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "NOT_REQUIRED"),
        ({"email_verified_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "CONFIRMED"),
        ({"is_email_confirmed": False}, "REQUIRED"),
    ],
)
async def test_whether_the_address_is_confirmed(admin_client, as_customer, connection, given, status):
    row = await make_customer(connection, **given)
    query = "query C($id: ID!) { customer(id: $id) { confirmationStatus gridRow { confirmationStatus } } }"
    found = await admin_client.data(query, id=customer_id(row))
    assert found["customer"] == {"confirmationStatus": status, "gridRow": {"confirmationStatus": status}}
    me = await as_customer(row.id)
    assert await me.data("{ me { confirmationStatus } }") == {"me": {"confirmationStatus": status}}
