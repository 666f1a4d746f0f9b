"""What everybody may read of the shop and of the countries, whatever token comes along."""

import secrets

import pytest

from customer_gql.customers.accounts.passwords import CHARACTER_CLASSES, MINIMUM_LENGTH
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION
from customer_gql.customers.addresses.settings import STREET_LINES
from customer_gql.customers.newsletter.opt_in import CONFIRM_BY_MAIL, ENABLED
from customer_gql.security.hashing import MAX_LENGTH
from customer_gql.shop.countries.names import all_countries, country_names
from customer_gql.shop.countries.options import COUNTRIES
from support.clients import Client
from support.customers import make_customer
from support.shopping import PASSWORD, SIGN_IN

SHOP = """{ shop { website { code currency } storeView { code } storeViews { code locale currency }
  passwordRules { minimumLength maximumLength characterClasses }
  isEmailConfirmationRequired isNewsletterEnabled isNewsletterConfirmationRequired streetLines } }"""
COUNTRY = """query C($code: String!) { country(code: $code) {
  code name isRegionRequired isPostcodeRequired postcodeExample regions { code name localName } } }"""
SEARCH = "query S($search: String) { countries(search: $search) { code name } }"
FORM = "{ form(kind: SIGN_UP) { kind } }"


async def test_the_shop_as_it_is_set(storefront, configured):
    before = (await storefront.data(SHOP))["shop"]
    assert before["website"] == {"code": "base", "currency": "USD"}
    assert before["storeView"] == {"code": "default"}
    assert {"code": "default", "locale": "en_US", "currency": "USD"} in before["storeViews"]
    rules = {"minimumLength": 12, "maximumLength": MAX_LENGTH, "characterClasses": 1}
    assert before["passwordRules"] == rules
    facts = ("isEmailConfirmationRequired", "isNewsletterEnabled", "isNewsletterConfirmationRequired", "streetLines")
    assert [before[fact] for fact in facts] == [False, True, False, 2]
    for setting, value in {
        MINIMUM_LENGTH: 14,
        CHARACTER_CLASSES: 3,
        EMAIL_CONFIRMATION: True,
        CONFIRM_BY_MAIL: True,
        STREET_LINES: 4,
    }.items():
        await configured(setting, value)
    after = (await storefront.data(SHOP))["shop"]
    assert after["passwordRules"] == {**rules, "minimumLength": 14, "characterClasses": 3}
    assert [after[fact] for fact in facts] == [True, True, True, 4]
    await configured(ENABLED, False)
    after = (await storefront.data(SHOP))["shop"]
    assert [after[fact] for fact in facts] == [True, False, False, 4]


async def test_the_store_view_of_the_request(browser, german_view):
    shop = (await (await browser(x_store_view=german_view)).data(SHOP))["shop"]
    assert shop["storeView"] == {"code": german_view}
    assert {"code": german_view, "locale": "de_DE", "currency": "USD"} in shop["storeViews"]
    unknown = await (await browser(x_store_view="nowhere")).post(SHOP)
    assert unknown.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_country(storefront):
    japan = (await storefront.data(COUNTRY, code="jp"))["country"]
    assert (japan["code"], japan["name"]) == ("JP", "Japan")
    assert (japan["isRegionRequired"], japan["isPostcodeRequired"]) == (True, True)
    assert japan["postcodeExample"] == "154-0023"
    assert {"code": "JP-13", "name": "Tokyo", "localName": "東京都"} in japan["regions"]
    emirates = (await storefront.data(COUNTRY, code="AE"))["country"]
    assert (emirates["isRegionRequired"], emirates["isPostcodeRequired"], emirates["postcodeExample"]) == (
        True,
        False,
        None,
    )
    for code in ("XX", "\u00df"):  # not SS, which is South Sudan
        assert (await storefront.data(COUNTRY, code=code)) == {"country": None}


async def test_countries_are_those_that_the_website_accepts(storefront, configured):
    everywhere = (await storefront.data(SEARCH))["countries"]
    assert {country["code"] for country in everywhere} == set(all_countries())
    assert [country["name"] for country in everywhere][:3] == ["Afghanistan", "Åland Islands", "Albania"]
    await configured(COUNTRIES, "FR,BE")
    assert (await storefront.data(SEARCH))["countries"] == [
        {"code": "BE", "name": "Belgium"},
        {"code": "FR", "name": "France"},
    ]
    assert (await storefront.data(SEARCH, search="germ"))["countries"] == []
    assert (await storefront.data(COUNTRY, code="DE"))["country"]["name"] == "Germany"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("cote d", ["CI"]),
        ("OSTERR", ["AT"]),
        ("schwei", ["CH"]),
        ("austri", ["AT"]),
        ("nowhere at all", []),
    ],
)
async def test_a_search_in_two_languages(text, codes, browser, german_view):
    guest = await browser(x_store_view=german_view)
    found = [country["code"] for country in (await guest.data(SEARCH, search=text))["countries"]]
    assert found == codes


async def test_a_code_comes_before_names(storefront):
    found = [country["code"] for country in (await storefront.data(SEARCH, search="ch"))["countries"]]
    assert found[0] == "CH"
    assert {"TD", "CL", "CN"} < set(found)
    assert "CZ" not in found  # "ch" inside a word is no match


def test_names_in_a_language_that_nobody_knows_are_english():
    assert country_names("xx_YY")["DE"] == country_names("en")["DE"] == "Germany"
    assert country_names("de_XX")["DE"] == country_names("de_AT")["DE"] == "Deutschland"


@pytest.mark.parametrize("document", [SHOP, SEARCH, COUNTRY, FORM], ids=["shop", "countries", "country", "form"])
@pytest.mark.parametrize("is_expired", [True, False], ids=["expired", "unknown"])
async def test_a_token_that_does_not_work_blocks_no_public_fact(
    document, is_expired, http, as_customer, connection, storefront
):
    token = f"cgc_{secrets.token_urlsafe(32)}"
    if is_expired:
        row = await make_customer(connection)
        token = (await as_customer(row.id)).token
        ended = "UPDATE customer_token SET idle_until = now() - interval '1 hour' WHERE customer_id = $1"
        await connection.execute(ended, row.id)
    variables = {"code": "DE"} if document is COUNTRY else {}
    response = await Client(http, "/graphql", token).post(document, **variables)
    assert response.status_code == 200
    body = response.json()
    assert "errors" not in body
    assert body["data"] == await storefront.data(document, **variables)


async def test_beside_what_needs_a_viewer_public_facts_are_answered(http, browser, shopper):
    stale = f"cgc_{secrets.token_urlsafe(32)}"
    response = await Client(http, "/graphql", stale).post(
        '{ shop { streetLines } me { id } country(code: "DE") { code } }'
    )
    body = response.json()
    assert response.status_code == 200
    assert body["data"] == {"shop": {"streetLines": 2}, "me": None, "country": {"code": "DE"}}
    assert [(error["path"], error["extensions"]["code"]) for error in body["errors"]] == [(["me"], "UNAUTHENTICATED")]
    row = await shopper()
    signed_in = await (await browser(token=stale)).data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    assert signed_in["signIn"]["accessToken"]
