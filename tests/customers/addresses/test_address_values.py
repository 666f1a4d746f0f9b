"""What an address book stores of what people type, and what an edit judges."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.settings import COMPANY, FAX, TELEPHONE
from customer_gql.customers.profile.values.fields import CHOICE_SETTINGS, SHOW_SETTINGS
from customer_gql.shop.countries.options import OFFERS_OPTIONAL_REGIONS
from support.customers import customer_id, make_address, make_customer

CREATE = """mutation C($input: AddressCreateInput!) { addressCreate(input: $input) { changedFields
  address { id region regionCode postcode telephone fax company countryCode } userErrors { message path } } }"""
UPDATE = """mutation U($input: AddressUpdateInput!) { addressUpdate(input: $input) { changedFields
  address { region regionCode postcode telephone isDefaultBilling } userErrors { code path } } }"""
QUICK = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { changedFields
  userErrors { code path } } }"""
HOME = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Road"], "city": "Town", "telephone": "+1 200 555 0100"}
OLD = {"country_code": "US", "region": "Calif", "postcode": "2138", "telephone": "call me"}


@pytest.fixture
async def shopper(connection):
    return await make_customer(connection)


@pytest.fixture
async def me(as_customer, shopper):
    return await as_customer(shopper.id)


async def create(me, **given):
    return (await me.data(CREATE, input=HOME | given))["addressCreate"]


async def edit(me, row, **given):
    return (await me.data(UPDATE, input={"id": encode_id("adr", row.customer_id, row.id), **given}))["addressUpdate"]


async def test_a_region_is_stored_with_its_code_in_the_script_it_was_typed_in(me):
    for typed, stored in (("D.C.", "District of Columbia"), ("US-CA", "California")):
        made = (await create(me, countryCode="US", postcode="20001", region=typed))["address"]
        assert made["region"] == stored
        assert made["regionCode"] == {"D.C.": "US-DC", "US-CA": "US-CA"}[typed]
    made = (await create(me, countryCode="JP", postcode="154-0023", region="\u6771\u4eac\u90fd"))["address"]
    assert (made["region"], made["regionCode"]) == ("\u6771\u4eac\u90fd", "JP-13")
    for typed in ("Bayern", "Bavaria", "DE-BY"):
        made = (await create(me, countryCode="DE", postcode="80331", region=typed))["address"]
        assert (made["region"], made["regionCode"]) == ("Bayern", "DE-BY")
    made = (await create(me, countryCode="DE", postcode="80331", region="Hinterland"))["address"]
    assert (made["region"], made["regionCode"]) == ("Hinterland", None)
    made = (await create(me, countryCode="IT", postcode="00118", region="Lazio"))["address"]
    assert (made["region"], made["regionCode"]) == ("Lazio", "IT-62")


async def test_a_refused_region_comes_with_suggestions(me):
    refused = await create(me, countryCode="US", postcode="94043", region="Califronia")
    assert refused["userErrors"] == [
        {
            "message": "Enter a state or province of US, by code or name. Did you mean California or Micronesia?",
            "path": ["region"],
        }
    ]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("\uff0b\uff14\uff14\u300020\u00a07946\u20130000", "+44 20 7946-0000"),
        ("\u202d+44 20 7946 0000\u202c", "+44 20 7946 0000"),
        ("\u0660\u0661\u0662\u0663\u0664", "01234"),
        ("(020) 7946.0000 ext. 12", "(020) 7946.0000 ext. 12"),
    ],
)
async def test_telephones(typed, stored, me):
    assert (await create(me, countryCode="GB", postcode="sw1a1aa", telephone=typed))["address"]["telephone"] == stored


@pytest.mark.parametrize("typed", ["1234", "12 34 x 567", "call me", "+44\n20 7946", "1" * 40])
async def test_refused_telephones(typed, me):
    assert [
        error["path"] for error in (await create(me, countryCode="DE", postcode="80331", telephone=typed))["userErrors"]
    ] == [["telephone"]]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("12", "Enter a telephone number of at least 5 digits."),
        ("1" * 40, "Enter a telephone number of at most 37 characters."),
        ("+" + "1" * 37, None),
        ("1" * 37 + " ext. 123456", None),
    ],
)
async def test_a_telephone_of_the_wrong_length_is_told_the_limit(me, typed, message):
    answer = await create(me, countryCode="GB", postcode="sw1a1aa", telephone=typed)
    assert [error["message"] for error in answer["userErrors"]] == ([message] if message else [])


@pytest.mark.parametrize(("typed", "meant"), [("uk", " Did you mean GB?"), ("EL", " Did you mean GR?"), ("XX", "")])
async def test_a_code_of_the_european_union_is_recognised(me, typed, meant):
    (error,) = (await create(me, countryCode=typed, postcode="1"))["userErrors"]
    assert error["message"] == f"Enter a country as its two-letter code of ISO 3166-1.{meant}"


async def test_the_postal_mark_of_japan_is_no_part_of_the_code(me):
    answer = await create(me, countryCode="JP", region="Tokyo", postcode="\u3012100-0001")
    assert answer["address"]["postcode"] == "100-0001"


async def test_a_default_is_made_of_what_would_be_refused_today(me, connection, shopper):
    row = await make_address(connection, shopper, **OLD)
    done = await edit(me, row, isDefaultBilling=True)
    assert done == {
        "changedFields": ["isDefaultBilling"],
        "address": {
            "region": "Calif",
            "regionCode": None,
            "postcode": "2138",
            "telephone": "call me",
            "isDefaultBilling": True,
        },
        "userErrors": [],
    }
    # A form that sends stored values back changes nothing either.
    sent = await edit(me, row, region="Calif", postcode="2138", telephone=" call me ", isDefaultShipping=True)
    assert (sent["changedFields"], sent["userErrors"]) == (["isDefaultShipping"], [])


async def test_a_field_that_became_required_does_not_stop_another_edit(me, connection, shopper, configured):
    row = await make_address(connection, shopper, telephone=None)
    await configured(COMPANY, "REQUIRED")
    assert (await edit(me, row, city="Bath"))["userErrors"] == []
    refused = await edit(me, row, company=None, telephone="")
    assert refused["userErrors"] == [
        {"code": "REQUIRED", "path": ["company"]},
        {"code": "REQUIRED", "path": ["telephone"]},
    ]


async def test_a_new_country_judges_city_region_and_postal_code(me, connection, shopper):
    row = await make_address(connection, shopper, **OLD)
    refused = await edit(me, row, countryCode="CA")
    assert refused["userErrors"] == [{"code": "INVALID", "path": ["region"]}, {"code": "INVALID", "path": ["postcode"]}]
    done = await edit(me, row, countryCode="CA", region="on", postcode="k1a0b1")
    assert (done["address"]["region"], done["address"]["regionCode"], done["address"]["postcode"]) == (
        "Ontario",
        "CA-ON",
        "K1A 0B1",
    )
    assert (await edit(me, row, postcode="K1A-0B1"))["changedFields"] == []


async def test_a_new_country_that_takes_no_region_clears_it(me, connection, shopper, configured):
    await configured(OFFERS_OPTIONAL_REGIONS, False)
    row = await make_address(connection, shopper, **OLD)
    refused = await edit(me, row, countryCode="DE", region="Bavaria", postcode="80331")
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["region"]}]
    assert (await edit(me, row, postcode="94043"))["address"]["region"] == "Calif"
    done = await edit(me, row, countryCode="DE", postcode="80331")
    assert (done["address"]["region"], done["userErrors"]) == (None, [])
    assert sorted(done["changedFields"]) == ["countryCode", "postcode", "region"]


async def test_a_region_is_not_changed_by_an_edit_of_another_field(me, connection, shopper):
    row = await make_address(connection, shopper, country_code="JP", region="\u6771\u4eac", postcode="1540023")
    done = await edit(me, row, postcode="154-0024")
    assert (done["changedFields"], done["address"]["region"]) == (["postcode"], "\u6771\u4eac")


async def test_fields_that_are_not_asked_for_take_no_value(me, admin_client, connection, shopper, configured):
    refused = await create(me, countryCode="DE", postcode="80331", fax="+44 20 7946 0000", company="Engines")
    message = "This website does not ask for this value. Leave it out."
    assert (refused["address"], refused["userErrors"]) == (None, [{"message": message, "path": ["fax"]}])
    await configured(COMPANY, "NO")
    row = await make_address(connection, shopper, company="Before", is_default_billing=True)
    refused = await edit(me, row, company="After", city="Bath")
    assert (refused["changedFields"], refused["userErrors"]) == ([], [{"code": "NOT_ALLOWED", "path": ["company"]}])
    by_staff = {"id": customer_id(shopper), "company": "After"}
    refused = (await admin_client.data(QUICK, input=by_staff))["customerQuickEdit"]
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["company"]}]
    assert (await edit(me, row, company="Before", city="Bath"))["changedFields"] == ["city"]
    assert (await edit(me, row, company=None))["changedFields"] == ["company"]


async def test_the_listed_titles_hold_for_addresses_too(me, configured):
    await configured(CHOICE_SETTINGS["prefix"], "; Dr.; Prof.")
    refused = await create(me, countryCode="DE", postcode="80331", prefix="Lord")
    assert [error["path"] for error in refused["userErrors"]] == [["prefix"]]
    made = await create(me, countryCode="DE", postcode="80331", prefix="Dr.")
    assert made["userErrors"] == []


@pytest.mark.parametrize(
    ("path", "field"), [("customers.show_tax_vat_number", "taxVatNumber"), ("customers.show_gender", "gender")]
)
async def test_what_is_required_holds_for_staff(path, field, admin_client, connection, configured):
    shopper = await make_customer(connection, gender="MALE", tax_vat_number="X1")
    await configured(SHOW_SETTINGS[field], "REQUIRED")
    answer = await admin_client.data(QUICK, input={"id": customer_id(shopper), field: None})
    assert answer["customerQuickEdit"] == {"changedFields": [], "userErrors": [{"code": "REQUIRED", "path": [field]}]}


async def test_staff_judge_a_postal_code_by_the_same_rule_and_no_stored_one(
    admin_client, connection, shopper, configured
):
    await make_address(connection, shopper, **OLD, is_default_billing=True)
    id = customer_id(shopper)

    async def quick(**given):
        return (await admin_client.data(QUICK, input={"id": id, **given}))["customerQuickEdit"]

    assert await quick(postcode="2138", telephone="call me", taxVatNumber="X") == {
        "changedFields": ["taxVatNumber"],
        "userErrors": [],
    }
    assert (await quick(postcode="2139"))["userErrors"] == [{"code": "INVALID", "path": ["postcode"]}]
    assert (await quick(postcode="02139"))["changedFields"] == ["postcode"]
    assert (await quick(telephone=""))["userErrors"] == [{"code": "REQUIRED", "path": ["telephone"]}]
    await configured(TELEPHONE, "OPTIONAL")
    assert (await quick(telephone=""))["changedFields"] == ["telephone"]
    assert FAX.default == "NO"
