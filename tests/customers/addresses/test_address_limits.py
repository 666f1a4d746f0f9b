"""The largest and smallest values of an address, each at its limit and one beyond; and which address is a default."""

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.settings import STREET_LINES
from customer_gql.shop.countries.options import COUNTRIES, EU_COUNTRIES
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from support.customers import make_address, make_customer

CREATE = """mutation C($input: AddressCreateInput!) { addressCreate(input: $input) {
  userErrors { code message path } } }"""
BOOK = """{ me { addresses { id } defaultBillingAddress { id } defaultShippingAddress { id } } }"""
HOME = {
    "firstName": "Ada",
    "lastName": "Byron",
    "street": ["1 Road"],
    "city": "Town",
    "telephone": "+1 200 555 0100",
    "postcode": "1000",
    "countryCode": "BE",
}


@pytest.fixture
async def refusals(as_customer, connection):
    """What a new address is refused for: path and code."""
    me = await as_customer((await make_customer(connection)).id)

    async def create(**given):
        errors = (await me.data(CREATE, input=HOME | given))["addressCreate"]["userErrors"]
        return [(error["path"][0], error["code"]) for error in errors]

    return create


@pytest.mark.parametrize(
    ("field", "most"),
    [("prefix", 40), ("firstName", 255), ("middleName", 255), ("lastName", 255), ("suffix", 40), ("company", 255),
     ("city", 255), ("region", 255), ("vatNumber", 255)],
)  # fmt: skip
async def test_a_text_has_so_many_characters(field, most, refusals, configured):
    await configured(DECLARED_SETTINGS["customers.show_vat_number"], True)
    assert await refusals(**{field: "x" * most}) == []
    assert await refusals(**{field: "x" * (most + 1)}) == [(field, "TOO_LONG")]


async def test_a_postal_code_has_sixteen_characters_where_the_country_has_no_form_for_it(refusals):
    assert await refusals(countryCode="AO", postcode="1" * 16) == []
    assert await refusals(countryCode="AO", postcode="1" * 17) == [("postcode", "INVALID")]


async def test_a_street_has_as_many_lines_as_the_website_allows(refusals, configured):
    for allowed in (2, 4):
        await configured(STREET_LINES, allowed)
        assert await refusals(street=["x"] * allowed) == []
        assert await refusals(street=["x" * 255, "", *["x"] * (allowed - 1)]) == []  # empty lines do not count
        assert await refusals(street=["x"] * (allowed + 1)) == [("street", "TOO_MANY")]
    assert await refusals(street=["x" * 256]) == [("street", "TOO_LONG")]
    assert await refusals(street=[""] * 100 + ["x"]) == [("street", "REQUIRED")]


@pytest.mark.parametrize(("field", "typed"), [("telephone", "12345"), ("telephone", "1" * 37), ("fax", "12345")])
async def test_a_number_has_five_digits_or_more(field, typed, refusals, configured):
    await configured(DECLARED_SETTINGS["addresses.show_fax"], "OPTIONAL")
    assert await refusals(**{field: typed}) == []
    assert await refusals(**{field: "1234"}) == [(field, "INVALID")]
    assert await refusals(**{field: "1" * 38}) == [(field, "TOO_LONG")]
    assert await refusals(**{field: "1" * 37 + " ext. 1234567"}) == [(field, "INVALID")]


async def test_each_default_is_shown_apart_in_the_order_of_the_book(as_customer, connection):
    row = await make_customer(connection)
    goods = await make_address(connection, row, is_default_shipping=True)
    other = await make_address(connection, row)
    invoices = await make_address(connection, row, is_default_billing=True)
    goods, other, invoices = [{"id": encode_id("adr", row.id, each.id)} for each in (goods, other, invoices)]
    assert (await (await as_customer(row.id)).data(BOOK))["me"] == {
        "addresses": [goods, other, invoices],
        "defaultBillingAddress": invoices,
        "defaultShippingAddress": goods,
    }


def test_settings_of_addresses_have_their_defaults_and_bounds():
    found = {
        path: (setting.default, setting.at_least, setting.at_most)
        for path, setting in DECLARED_SETTINGS.items()
        if path.startswith("addresses.") and not path.startswith("addresses.template_")
    }
    assert found == {
        "addresses.countries": ("", None, None),
        "addresses.default_country": ("", None, None),
        "addresses.eu_countries": (EU_COUNTRIES.default, None, None),
        "addresses.offer_optional_regions": (True, None, None),
        "addresses.optional_postcodes": ("", None, None),
        "addresses.per_customer": (100, 1, 5000),
        "addresses.required_regions": ("", None, None),
        "addresses.show_company": ("OPTIONAL", None, None),
        "addresses.show_fax": ("NO", None, None),
        "addresses.show_telephone": ("REQUIRED", None, None),
        "addresses.street_lines": (2, 1, 4),
        "addresses.top_countries": ("", None, None),
    }


@pytest.mark.parametrize(
    ("listed", "named"),
    [("DE, XX", ["XX"]), ("Z1,Z3,Z2,Z6,Z5,Z4", ["Z1", "Z2", "Z3", "Z4", "Z5"]), ("x" * 21, ["X" * 20])],
)
def test_a_few_unknown_countries_are_named(listed, named):
    with pytest.raises(RuleError) as refused:
        COUNTRIES.validate_value(listed)
    assert (refused.value.key, refused.value.params) == ("setting.country_unknown", {"codes": named})
    assert COUNTRIES.validate_value("de, GB ,,") == "de, GB ,,"
