"""The customer's own address book: what countries ask for, defaults that rotate, and nobody else's."""

import asyncio
import json

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.reads import allowed_countries
from customer_gql.customers.addresses.settings import FAX, SHOW_VAT_NUMBER, STREET_LINES, TELEPHONE
from customer_gql.customers.profile.sharing import AccountSharing, set_account_sharing
from customer_gql.shop.countries.countries import find_country
from customer_gql.shop.countries.options import COUNTRIES
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_address, make_customer

FIELDS = """id prefix firstName middleName lastName suffix company street city region postcode countryCode telephone fax
  vatNumber isDefaultBilling isDefaultShipping"""
CREATE = f"""mutation A($input: AddressCreateInput!) {{ addressCreate(input: $input) {{
  address {{ {FIELDS} }} userErrors {{ code path }} }} }}"""
UPDATE = """mutation U($input: AddressUpdateInput!) { addressUpdate(input: $input) {
  changedFields address { id city region postcode isDefaultBilling isDefaultShipping } userErrors { code path } } }"""
DELETE = "mutation D($input: AddressDeleteInput!) { addressDelete(input: $input) { deletedId userErrors { code path message } } }"
BOOK = "{ me { version addresses { id isDefaultBilling isDefaultShipping } defaultBillingAddress { id } } }"

# ISO 3166-1 alpha-2.
COUNTRY_CODES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
    IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
    MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
    PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
    YT ZA ZM ZW
    """.split()  # noqa: SIM905 - a list of 249 lines is no easier to read
)


def entry(**given):
    return {
        "firstName": "Ada",
        "lastName": "Byron",
        "street": ["1 Analytical Way"],
        "city": "London",
        "postcode": "N1 7AA",
        "countryCode": "GB",
        "telephone": "+44 20 7946 0000",
        **given,
    }


@pytest.fixture
async def setting(connection):
    done = []

    async def set_(of, value):
        done.append(of)
        await set_value(connection, of, value)

    yield set_
    for of in done:
        await set_value(connection, of, of.default)


async def kinds(connection, row):
    rows = await connection.fetch("SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id)
    return [found.kind for found in rows]


async def test_a_new_entry(as_customer, connection, setting):
    await setting(FAX, "OPTIONAL")
    await setting(SHOW_VAT_NUMBER, True)
    row = await make_customer(connection)
    me = await as_customer(row.id)
    given = entry(
        prefix="Lady", middleName="King", suffix="FRS", company="Engines", fax="+44 20 1", vatNumber="GB999",
        countryCode="us", region="ca", postcode="94043-1234", city="Mountain View", isDefaultBilling=True,
    )  # fmt: skip
    answer = (await me.data(CREATE, input=given))["addressCreate"]
    assert answer["userErrors"] == []
    stored = answer["address"]
    assert stored == {
        **given,
        "id": stored["id"],
        "countryCode": "US",
        "region": "California",
        "isDefaultShipping": False,
    }
    book = (await me.data(BOOK))["me"]
    assert book == {
        "version": 2,
        "addresses": [{"id": stored["id"], "isDefaultBilling": True, "isDefaultShipping": False}],
        "defaultBillingAddress": {"id": stored["id"]},
    }
    assert await kinds(connection, row) == ["ADDRESS_CREATED"]
    written = "SELECT changes FROM customer_event WHERE customer_id = $1"
    changes = json.loads(await connection.fetchval(written, row.id))
    assert changes[f"{stored['id']}.city"] == [None, "Mountain View"]
    assert changes["defaultBillingAddress"] == [None, stored["id"]]
    assert {name.partition(".")[0] for name in changes} == {stored["id"], "defaultBillingAddress"}


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"firstName": "", "lastName": " "}, [("REQUIRED", "firstName"), ("REQUIRED", "lastName")]),
        ({"street": []}, [("REQUIRED", "street")]),
        ({"street": ["1", "2", "3"]}, [("TOO_MANY", "street")]),
        ({"street": ["1", "x" * 256]}, [("TOO_LONG", "street.1")]),
        ({"city": None}, [("REQUIRED", "city")]),
        ({"postcode": None}, [("REQUIRED", "postcode")]),
        ({"postcode": "12345"}, [("INVALID", "postcode")]),
        ({"telephone": None}, [("REQUIRED", "telephone")]),
        ({"telephone": "call me"}, [("INVALID", "telephone")]),
        ({"countryCode": "XX"}, [("INVALID", "countryCode")]),
        ({"countryCode": "zz9"}, [("INVALID", "countryCode")]),
        ({"countryCode": "US", "postcode": "94043"}, [("REQUIRED", "region")]),
        ({"countryCode": "US", "postcode": "94043", "region": "Bavaria"}, [("INVALID", "region")]),
        ({"countryCode": "DE", "postcode": "1234"}, [("INVALID", "postcode")]),
        ({"prefix": "x" * 41, "company": "x" * 256}, [("TOO_LONG", "prefix"), ("TOO_LONG", "company")]),
        ({"city": "Lon\ndon"}, [("INVALID", "city")]),
    ],
)
async def test_what_is_refused_all_at_once(given, errors, as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    answer = (await me.data(CREATE, input=entry(**given)))["addressCreate"]
    assert answer == {"address": None, "userErrors": [{"code": code, "path": path.split(".")} for code, path in errors]}
    assert await connection.fetchval("SELECT count(*) FROM address WHERE customer_id = $1", row.id) == 0
    assert await kinds(connection, row) == []


@pytest.mark.parametrize(
    "given",
    [
        {"countryCode": "HK", "postcode": None, "city": "Kowloon", "region": "Kowloon"},
        {"countryCode": "AE", "postcode": None, "region": "Dubai", "city": None},
        {"countryCode": "DE", "postcode": "80331", "city": "München"},
        {"countryCode": "SG", "postcode": "546080", "city": None},
        {"countryCode": "JP", "postcode": "154-0023", "region": "Tokyo", "city": "Setagaya-ku"},
    ],
)
async def test_what_other_countries_do_without(given, as_customer, connection):
    me = await as_customer((await make_customer(connection)).id)
    answer = (await me.data(CREATE, input=entry(**given)))["addressCreate"]
    assert answer["userErrors"] == []
    stored = answer["address"]
    assert (stored["countryCode"], stored["postcode"]) == (given["countryCode"], given["postcode"])


async def test_the_shop_decides(as_customer, connection, setting):
    me = await as_customer((await make_customer(connection)).id)
    await setting(STREET_LINES, 4)
    await setting(TELEPHONE, "OPTIONAL")
    await setting(FAX, "REQUIRED")
    await setting(COUNTRIES, "DE, AT")
    answer = (await me.data(CREATE, input=entry(street=["1", "2", "3", "4"], telephone=None)))["addressCreate"]
    assert answer["userErrors"] == [
        {"code": "NOT_ALLOWED", "path": ["countryCode"]},
        {"code": "REQUIRED", "path": ["fax"]},
    ]


@pytest.mark.parametrize(("path", "field"), [("addresses.show_company", "company"), ("addresses.show_fax", "fax")])
async def test_a_field_is_required_where_the_shop_requires_it(path, field, as_customer, connection, configured):
    me = await as_customer((await make_customer(connection)).id)
    await configured(DECLARED_SETTINGS[path], "REQUIRED")
    answer = (await me.data(CREATE, input=entry(**{field: None})))["addressCreate"]
    assert answer["userErrors"] == [{"code": "REQUIRED", "path": [field]}]
    assert (await me.data(CREATE, input=entry(**{field: "+44 20 1"})))["addressCreate"]["userErrors"] == []


async def test_a_new_default_takes_the_place_of_the_old(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    for _ in range(2):
        await me.data(CREATE, input=entry(isDefaultBilling=True, isDefaultShipping=True))
    first, second = (await me.data(BOOK))["me"]["addresses"]
    assert (first["isDefaultBilling"], second["isDefaultBilling"]) == (False, True)
    answer = (await me.data(UPDATE, input={"id": first["id"], "isDefaultShipping": True}))["addressUpdate"]
    assert answer["changedFields"] == ["isDefaultShipping"]
    book = (await me.data(BOOK))["me"]["addresses"]
    assert [(a["isDefaultBilling"], a["isDefaultShipping"]) for a in book] == [(False, True), (True, False)]


async def test_many_new_defaults_at_once_leave_one(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    ids = [encode_id("adr", row.id, (await make_address(connection, row)).id) for _ in range(5)]
    answers = await asyncio.gather(
        *[me.data(UPDATE, input={"id": id, "isDefaultBilling": True}) for id in ids],
        *[me.data(CREATE, input=entry(isDefaultBilling=True)) for _ in range(5)],
    )
    assert all(next(iter(answer.values()))["userErrors"] == [] for answer in answers)
    book = (await me.data(BOOK))["me"]["addresses"]
    assert (len(book), [a["isDefaultBilling"] for a in book].count(True)) == (10, 1)


async def test_an_edit_is_judged_as_a_whole(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    id = encode_id("adr", row.id, (await make_address(connection, row)).id)
    answer = (await me.data(UPDATE, input={"id": id, "countryCode": "DE"}))["addressUpdate"]
    assert answer["userErrors"] == [{"code": "INVALID", "path": ["postcode"]}]
    answer = await me.data(UPDATE, input={"id": id, "countryCode": "DE", "postcode": "80331", "city": "München"})
    assert answer["addressUpdate"] == {
        "changedFields": ["city", "postcode", "countryCode"],
        "address": {
            "id": id,
            "city": "München",
            "region": None,
            "postcode": "80331",
            "isDefaultBilling": False,
            "isDefaultShipping": False,
        },
        "userErrors": [],
    }
    same = (await me.data(UPDATE, input={"id": id, "city": "München"}))["addressUpdate"]
    assert same["changedFields"] == []
    [event] = await connection.fetch("SELECT kind, changes FROM customer_event WHERE customer_id = $1", row.id)
    assert json.loads(event.changes)[f"{id}.city"] == ["London", "München"]


async def test_a_default_cannot_be_deleted(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    both = await make_address(connection, row, is_default_billing=True, is_default_shipping=True)
    other = await make_address(connection, row)
    answer = (await me.data(DELETE, input={"id": encode_id("adr", row.id, both.id)}))["addressDelete"]
    assert answer["deletedId"] is None
    assert [(error["code"], error["path"], error["message"].split()[4]) for error in answer["userErrors"]] == [
        ("NOT_ALLOWED", ["id"], "billing"),
        ("NOT_ALLOWED", ["id"], "shipping"),
    ]
    id = encode_id("adr", row.id, other.id)
    assert await me.data(DELETE, input={"id": id}) == {"addressDelete": {"deletedId": id, "userErrors": []}}
    assert [a["id"] for a in (await me.data(BOOK))["me"]["addresses"]] == [encode_id("adr", row.id, both.id)]
    assert await kinds(connection, row) == ["ADDRESS_DELETED"]


async def test_another_customers_address_does_not_exist(as_customer, storefront, connection):
    owner, thief = await make_customer(connection), await make_customer(connection)
    theirs = await make_address(connection, owner)
    id, nothing = encode_id("adr", owner.id, theirs.id), encode_id("adr", thief.id, 1)
    me = await as_customer(thief.id)
    for document, more in ((UPDATE, {"city": "Paris"}), (DELETE, {})):
        answers = [(await me.data(document, input={"id": of, **more})) for of in (id, nothing)]
        assert answers[0] == answers[1]
        assert next(iter(answers[0].values()))["userErrors"][0]["code"] == "NOT_FOUND"
        guest = await storefront.answer(document, input={"id": id, **more})
        assert guest["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await storefront.answer(CREATE, input=entry()))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert tuple(await connection.fetchrow("SELECT * FROM address WHERE customer_id = $1", owner.id)) == tuple(theirs)
    wrong = (await me.data(DELETE, input={"id": customer_id(thief)}))["addressDelete"]["userErrors"]
    assert (wrong[0]["code"], wrong[0]["path"]) == ("NOT_FOUND", ["id"])


async def test_a_hundred_entries_and_no_more_even_at_once(as_customer, connection):
    row = await make_customer(connection)
    for _ in range(98):
        await make_address(connection, row)
    me = await as_customer(row.id)
    answers = await asyncio.gather(*[me.data(CREATE, input=entry()) for _ in range(5)])
    errors = [error for answer in answers for error in answer["addressCreate"]["userErrors"]]
    assert errors == [{"code": "TOO_MANY", "path": None}] * 3
    assert await connection.fetchval("SELECT count(*) FROM address WHERE customer_id = $1", row.id) == 100


def test_every_country_has_rules_and_nothing_else_has():
    assert [code for code in sorted(COUNTRY_CODES) if find_country(code) is None] == []
    assert [find_country(code) for code in ("", "ZZ", "us", "U1", "../etc/passwd")] == [None] * 5


async def test_edits_of_two_people_merge_or_are_refused(as_customer, admin_client, connection):
    """The grid's edits of the default billing address count too."""
    document = """mutation U($input: AddressUpdateInput!) { addressUpdate(input: $input) { changedFields userErrors {
      code path ... on VersionConflictError { currentVersion conflicts { field base yours stored } } } } }"""
    row = await make_customer(connection)
    me = await as_customer(row.id)
    address = (await me.data(CREATE, input=entry(isDefaultBilling=True)))["addressCreate"]["address"]["id"]
    read = (await me.data(BOOK))["me"]["version"]

    async def edit(**given):
        return (await me.data(document, input={"id": address, **given}))["addressUpdate"]

    assert (await edit(city="Bath", street=["2 Road"], expectedVersion=read))["userErrors"] == []
    assert await edit(company="Engines", expectedVersion=read) == {"changedFields": ["company"], "userErrors": []}
    assert (await edit(city="York", street=["3 Road"], expectedVersion=read))["userErrors"] == [
        {
            "code": "VERSION_CONFLICT",
            "path": ["expectedVersion"],
            "currentVersion": read + 2,
            "conflicts": [
                {"field": "street", "base": '["1 Analytical Way"]', "yours": '["3 Road"]', "stored": '["2 Road"]'},
                {"field": "city", "base": "London", "yours": "York", "stored": "Bath"},
            ],
        }
    ]
    quick = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"
    await admin_client.data(quick, input={"id": customer_id(row), "telephone": "+44 20 1111"})
    refused = (await edit(telephone="+44 20 2222", expectedVersion=read))["userErrors"]
    assert [conflict["field"] for conflict in refused[0]["conflicts"]] == ["telephone"]
    assert (await edit(city="York", expectedVersion=99))["userErrors"][0]["path"] == ["expectedVersion"]
    assert (await edit(city="York"))["changedFields"] == ["city"]  # without a version the last edit wins


async def test_shared_accounts_have_addresses_wherever_any_website_takes_them(empty_database):
    async with empty_database.writes.acquire() as shop:
        await shop.execute("INSERT INTO website (id, code, name, currency) VALUES (2, 'two', 'Two', 'EUR')")
        await set_value(shop, COUNTRIES, "GB, ie", scope=WEBSITE, scope_id=1)
        await set_value(shop, COUNTRIES, "DE", scope=WEBSITE, scope_id=2)
        assert [await allowed_countries(shop, id) for id in (1, 2)] == [{"GB", "IE"}, {"DE"}]
        async with shop.transaction():
            await set_account_sharing(shop, AccountSharing.GLOBAL)
        assert [await allowed_countries(shop, id) for id in (1, 2)] == [{"GB", "IE", "DE"}] * 2
        await set_value(shop, COUNTRIES, "", scope=WEBSITE, scope_id=2)
        assert await allowed_countries(shop, 1) == set()  # every country there is
