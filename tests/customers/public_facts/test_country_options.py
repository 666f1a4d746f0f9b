"""What a website asks of addresses by country binds its forms, its list of countries and its mutations."""

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.shop.countries.options import (
    COUNTRIES,
    NONE,
    OFFERS_OPTIONAL_REGIONS,
    OPTIONAL_POSTCODES,
    REQUIRED_REGIONS,
    TOP_COUNTRIES,
)
from support.customers import make_customer

ADDRESS_FORM = """query F($code: String) { form(kind: ADDRESS_CREATE, countryCode: $code) {
  fields { code isRequired options { code } } } }"""
CREATE = "mutation C($input: AddressCreateInput!) { addressCreate(input: $input) { userErrors { code key path } } }"
COUNTRY = """query C($code: String!) { country(code: $code) {
  name isRegionRequired isPostcodeRequired regions { code name localName } } }"""
EMPTY = {"firstName": "", "lastName": "", "street": []}


async def test_options_by_country_bind_the_form_and_the_mutation(as_customer, connection, configured):
    me = await as_customer((await make_customer(connection)).id)

    async def ask(code: str, **given: str) -> tuple[dict[str, bool], list[str]]:
        form = (await me.data(ADDRESS_FORM, code=code))["form"]
        made = await me.data(CREATE, input={**EMPTY, "countryCode": code, **given})
        errors = [(error["path"][0], error["code"]) for error in made["addressCreate"]["userErrors"]]
        fields = {field["code"]: field["isRequired"] for field in form["fields"]}
        return fields, sorted(code for path, code in errors if path in ("region", "postcode"))

    fields, errors = await ask("DE")
    assert ("region" in fields, fields["postcode"], errors) == (False, True, ["REQUIRED"])
    await configured(REQUIRED_REGIONS, "de, IT")
    await configured(OPTIONAL_POSTCODES, "DE")
    fields, errors = await ask("DE")
    assert (fields["region"], fields["postcode"], errors) == (True, False, ["REQUIRED"])
    assert (await ask("DE", region="Hinterland"))[1] == ["INVALID"]
    assert (await ask("DE", region="Bavaria"))[1] == []
    fields, errors = await ask("US", postcode="94043")
    assert (fields["region"], errors) == (False, [])
    await configured(OFFERS_OPTIONAL_REGIONS, False)
    fields, errors = await ask("US", region="CA", postcode="94043")
    assert ("region" in fields, errors) == (False, ["NOT_ALLOWED"])
    await configured(REQUIRED_REGIONS, NONE)
    fields, errors = await ask("DE", region="Bavaria")
    assert ("region" in fields, errors) == (False, ["NOT_ALLOWED"])


async def test_top_countries_come_first_in_their_order(storefront, configured):
    await configured(TOP_COUNTRIES, "JP,AT, xk")
    await configured(COUNTRIES, "AT,DE,JP,FR")
    listed = (await storefront.data("{ countries { code isTop } }"))["countries"]
    expected = [("JP", True), ("AT", True), ("FR", False), ("DE", False)]
    assert [(country["code"], country["isTop"]) for country in listed] == expected
    form = (await storefront.data(ADDRESS_FORM, code=None))["form"]
    [options] = [field["options"] for field in form["fields"] if field["code"] == "countryCode"]
    assert [option["code"] for option in options] == [code for code, _ in expected]


async def test_regions_are_named_in_the_language_of_the_store_view(storefront, browser, german_view):
    italy = (await storefront.data(COUNTRY, code="IT"))["country"]["regions"]
    assert {"code": "IT-MI", "name": "Milano", "localName": "Milano"} in italy
    german = await browser(x_store_view=german_view)
    italy = (await german.data(COUNTRY, code="IT"))["country"]["regions"]
    assert {"code": "IT-MI", "name": "Mailand", "localName": "Milano"} in italy
    serbia = (await german.data(COUNTRY, code="RS"))["country"]["regions"]
    assert {"code": "RS-00", "name": "Belgrad", "localName": "Београд"} in serbia


async def test_a_country_says_what_the_website_asks_of_it(storefront, configured):
    await configured(REQUIRED_REGIONS, "DE")
    await configured(OPTIONAL_POSTCODES, "DE")
    germany = (await storefront.data(COUNTRY, code="DE"))["country"]
    assert (germany["isRegionRequired"], germany["isPostcodeRequired"]) == (True, False)
    assert (await storefront.data(COUNTRY, code="US"))["country"]["isRegionRequired"] is False


@pytest.mark.parametrize("setting", [TOP_COUNTRIES, REQUIRED_REGIONS, OPTIONAL_POSTCODES])
def test_lists_of_countries_take_known_codes(setting):
    with pytest.raises(RuleError) as refused:
        setting.validate_value("DE, XX")
    assert (refused.value.key, refused.value.params) == ("setting.country_unknown", {"codes": ["XX"]})
    assert setting.validate_value("de, US") == "de, US"


def test_none_stands_alone_and_only_where_an_empty_list_means_something_else():
    assert REQUIRED_REGIONS.validate_value("none") == "none"
    for setting, value in ((REQUIRED_REGIONS, "NONE, DE"), (OPTIONAL_POSTCODES, "NONE")):
        with pytest.raises(RuleError):
            setting.validate_value(value)
