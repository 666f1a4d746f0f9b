"""Options that storefronts act on: `shop` and `form` tell them, by the narrowest scope that has a value."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, GLOBAL, WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.configuration import reset_one, set_one

SHOP = """{ shop { isDashboardOpenedAfterSignIn isAutocompleteAllowed isCookieConsentRequired dataLifetimeMinutes
  isCompanyRegistrationOpen remoteAssistance { isOffered title tooltip } } }"""
FORM = "{ form(kind: SIGN_UP) { fields { code label tooltip } } }"
USUAL = "Staff may sign in to help me"
BY_DEFAULT = {
    "isDashboardOpenedAfterSignIn": True,
    "isAutocompleteAllowed": False,
    "isCookieConsentRequired": False,
    "dataLifetimeMinutes": 60,
    "isCompanyRegistrationOpen": False,
    "remoteAssistance": {"isOffered": True, "title": USUAL, "tooltip": None},
}
FLAGS = {
    "accounts.redirect_to_dashboard": "isDashboardOpenedAfterSignIn",
    "accounts.autocomplete": "isAutocompleteAllowed",
    "shop.cookie_restriction": "isCookieConsentRequired",
}


async def shop_of(client):
    return (await client.data(SHOP))["shop"]


async def assistance_in_form(client):
    fields = (await client.data(FORM))["form"]["fields"]
    [found] = [(one["label"], one["tooltip"]) for one in fields if one["code"] == "allowsRemoteAssistance"]
    assert {one["tooltip"] for one in fields if one["code"] != "allowsRemoteAssistance"} == {None}
    return found


async def test_by_default(storefront):
    assert await shop_of(storefront) == BY_DEFAULT
    assert await assistance_in_form(storefront) == (USUAL, None)


@pytest.mark.parametrize(("path", "field"), FLAGS.items())
async def test_a_flag_of_the_website_goes_before_that_of_the_shop(path, field, storefront, admin_client):
    usual, scope = BY_DEFAULT[field], {"websiteId": encode_id("web", 1)}
    assert (await set_one(admin_client, path, not usual))["userErrors"] == []
    assert await shop_of(storefront) == {**BY_DEFAULT, field: not usual}
    assert (await set_one(admin_client, path, usual, scope))["userErrors"] == []
    assert await shop_of(storefront) == BY_DEFAULT
    await reset_one(admin_client, path, scope)
    assert await shop_of(storefront) == {**BY_DEFAULT, field: not usual}
    view = {"storeViewId": encode_id("stv", 1)}
    assert [e["code"] for e in (await set_one(admin_client, path, usual, view))["userErrors"]] == ["INVALID"]


async def test_unsent_data_has_one_lifetime_for_the_whole_shop(storefront, admin_client):
    path = "accounts.data_lifetime_minutes"
    assert (await set_one(admin_client, path, 15))["userErrors"] == []
    assert (await shop_of(storefront))["dataLifetimeMinutes"] == 15
    for wrong, scope in ((0, None), (1441, None), (30, {"websiteId": encode_id("web", 1)})):
        assert (await set_one(admin_client, path, wrong, scope))["userErrors"] != []
    assert (await shop_of(storefront))["dataLifetimeMinutes"] == 15


@pytest.mark.parametrize(("enabled", "registration", "is_open"), [(True, True, True), (True, False, False)])
async def test_requests_for_companies(enabled, registration, is_open, storefront, connection):
    await set_value(connection, DECLARED_SETTINGS["companies.enabled"], enabled, scope=WEBSITE, scope_id=1)
    await set_value(connection, DECLARED_SETTINGS["companies.registration"], registration, scope=WEBSITE, scope_id=1)
    assert (await shop_of(storefront))["isCompanyRegistrationOpen"] == is_open


@pytest.mark.usefixtures("nobody_else_impersonates")
async def test_the_title_and_explanation_of_remote_assistance(storefront, admin_client, connection):
    title, tooltip = "accounts.assistance_title", "accounts.assistance_tooltip"
    assert (await set_one(admin_client, title, " Help\u00a0me "))["userErrors"] == []
    assert (await set_one(admin_client, tooltip, "We look at what you see.", {"websiteId": encode_id("web", 1)}))[
        "userErrors"
    ] == []
    told = ("Help me", "We look at what you see.")
    assert (await shop_of(storefront))["remoteAssistance"] == {"isOffered": True, "title": told[0], "tooltip": told[1]}
    assert await assistance_in_form(storefront) == told
    for path, longest in ((title, 255), (tooltip, 1000)):
        assert (await set_one(admin_client, path, "x" * longest))["userErrors"] == []
        assert [e["code"] for e in (await set_one(admin_client, path, "x" * (longest + 1)))["userErrors"]] == [
            "TOO_LONG"
        ]
    await set_value(connection, DECLARED_SETTINGS["accounts.login_as_customer"], False, scope=GLOBAL)
    assert (await shop_of(storefront))["remoteAssistance"]["isOffered"] is False


async def test_the_usual_title_is_in_the_language_of_the_store_view(browser, german_view):
    guest = await browser(x_store_view=german_view)
    shown = (await shop_of(guest))["remoteAssistance"]["title"]
    assert shown == "Der Kundendienst darf sich anmelden, um mir zu helfen"


async def test_a_middle_name_is_asked_for_where_the_website_says_so(storefront, admin_client, little_asked_for):
    read = "{ form(kind: SIGN_UP) { fields { code isRequired } } }"
    asked = {"code": "middleName", "isRequired": False}
    assert asked not in (await storefront.data(read))["form"]["fields"]
    path = "customers.show_middle_name"
    assert [e["code"] for e in (await set_one(admin_client, path, "REQUIRED"))["userErrors"]] == ["INVALID"]
    assert (await set_one(admin_client, path, "OPTIONAL", {"websiteId": encode_id("web", 1)}))["userErrors"] == []
    assert asked in (await storefront.data(read))["form"]["fields"]
