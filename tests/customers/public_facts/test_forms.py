"""A form asks for what its mutation stores, and says that a field is required exactly where the mutation refuses to miss it."""

from itertools import product

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.settings import COMPANY, FAX, TELEPHONE
from customer_gql.customers.addresses.validation import validate_country, validate_region
from customer_gql.customers.newsletter.opt_in import ENABLED
from customer_gql.customers.profile.values.fields import CHOICE_SETTINGS, SHOW_SETTINGS
from customer_gql.customers.public_facts.forms import describe_address_form
from customer_gql.shop.countries.names import all_countries
from customer_gql.shop.countries.options import COUNTRIES
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.reads import SettingValues
from customer_gql.shop.settings.writes import set_value
from support.customers import make_address, make_customer

SHOWN = ("NO", "OPTIONAL", "REQUIRED")
ACCOUNT_FORMS = """{ signUp: form(kind: SIGN_UP) { kind fields { code isRequired } }
  edit: form(kind: ACCOUNT_EDIT) { kind fields { code isRequired } } }"""
ADDRESS_FORM = (
    "query F($code: String) { form(kind: ADDRESS_CREATE, countryCode: $code) { fields { code isRequired } } }"
)
WHOLE = (
    "query F($kind: FormKind!) { form(kind: $kind) { fields { code label type isRequired options { code label } } } }"
)
SIGN_UP = "mutation U($input: SignUpInput!) { signUp(input: $input) { userErrors { code path } } }"
EDIT = "mutation E($input: MeUpdateInput!) { meUpdate(input: $input) { userErrors { code path } } }"
CREATE = "mutation C($input: AddressCreateInput!) { addressCreate(input: $input) { userErrors { code path } } }"
UPDATE = "mutation U($input: AddressUpdateInput!) { addressUpdate(input: $input) { userErrors { code path } } }"
ALWAYS = ["firstName", "lastName", "allowsRemoteAssistance"]
# Missing as far as the schema lets a value be missing.
NO_ACCOUNT = {"email": "", "firstName": "", "lastName": " "}
NO_PROFILE = dict.fromkeys(["prefix", "middleName", "suffix", "gender", "dateOfBirth", "taxVatNumber"])
NO_ADDRESS = {"firstName": "", "lastName": "\u200b", "street": []}
NO_ADDRESS |= dict.fromkeys(
    ["prefix", "middleName", "suffix", "company", "city", "region", "postcode", "telephone", "fax", "vatNumber"]
)


def fields_of(form):
    return {field["code"]: field["isRequired"] for field in form["fields"]}


def required(form):
    return {code for code, is_required in fields_of(form).items() if is_required}


def refused(payload):
    assert {error["code"] for error in payload["userErrors"]} <= {"REQUIRED", "INVALID"}
    return {error["path"][0] for error in payload["userErrors"]}


@pytest.mark.slow
@pytest.mark.parametrize("shown", list(product(SHOWN, repeat=2)), ids="-".join)
async def test_an_account_form_requires_what_its_mutation_refuses(shown, browser, as_customer, connection, configured):
    """Every combination of the five options: two of them here, three within."""
    named = {name: setting for name, setting in SHOW_SETTINGS.items() if name != "middleName"}
    settings = list(named.values())
    await configured(SHOW_SETTINGS["middleName"], "NO")
    for setting, value in zip(settings, shown, strict=False):
        await configured(setting, value)
    me = await as_customer((await make_customer(connection)).id)
    for rest in product(SHOWN, repeat=3):
        for setting, value in zip(settings[2:], rest, strict=True):
            await configured(setting, value)
        guest = await browser()
        forms = await guest.data(ACCOUNT_FORMS)
        asked = {name for name, value in zip(named, (*shown, *rest), strict=True) if value != "NO"}
        assert set(fields_of(forms["edit"])) == {*ALWAYS, *asked}
        assert set(fields_of(forms["signUp"])) == {*ALWAYS, *asked, "email", "password", "isSubscribed"}
        assert required(forms["signUp"]) == refused((await guest.data(SIGN_UP, input=NO_ACCOUNT))["signUp"])
        edit = {**NO_PROFILE, "firstName": "", "lastName": " "}
        assert required(forms["edit"]) == refused((await me.data(EDIT, input=edit))["meUpdate"])


@pytest.mark.parametrize("country", ["", "GB", "US", "AE", "HK", "DE", "JP"])
async def test_an_address_form_requires_what_its_mutation_refuses(country, as_customer, connection, configured):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    stored = await make_address(connection, row)
    for values in product(SHOWN, repeat=3):
        for setting, value in zip((TELEPHONE, COMPANY, FAX), values, strict=True):
            await configured(setting, value)
        form = (await me.data(ADDRESS_FORM, code=country or None))["form"]
        made = await me.data(CREATE, input={**NO_ADDRESS, "countryCode": country})
        assert required(form) - ({"countryCode"} if country else set()) == refused(made["addressCreate"])
        assert "countryCode" in required(form)
        for name, value in zip(("telephone", "company", "fax"), values, strict=True):
            assert (name in fields_of(form)) == (value != "NO")
        if country == "GB":
            input = {**NO_ADDRESS, "id": encode_id("adr", row.id, stored.id)}
            edited = await me.data(UPDATE, input=input)
            assert required(form) - {"countryCode"} == refused(edited["addressUpdate"])


@pytest.mark.parametrize("field", ["prefix", "suffix"])
async def test_an_address_asks_for_prefix_and_suffix_as_a_profile_does(field, as_customer, connection, configured):
    me = await as_customer((await make_customer(connection)).id)
    home = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Way"], "city": "London", "postcode": "N1 7AA"}
    home |= {"countryCode": "GB", "telephone": "+44 20 7946 0000"}
    refusals = {"NO": ("NOT_ALLOWED", home | {field: "Dr"}), "REQUIRED": ("REQUIRED", home), "OPTIONAL": (None, home)}
    for value, (code, given) in refusals.items():
        await configured(SHOW_SETTINGS[field], value)
        shown = fields_of((await me.data(ADDRESS_FORM, code="GB"))["form"])
        assert shown.get(field) == {"NO": None, "OPTIONAL": False, "REQUIRED": True}[value]
        errors = (await me.data(CREATE, input=given))["addressCreate"]["userErrors"]
        assert errors == ([] if code is None else [{"code": code, "path": [field]}])


@pytest.mark.parametrize("code", all_countries())
def test_every_country_shows_what_it_requires_and_takes_what_it_offers(code):
    country = all_countries()[code]
    form = describe_address_form(SettingValues({}), country, frozenset(), "en_US")
    shown = {field.code: field for field in form.fields}
    needed = {"region": country.needs_region, "postcode": country.needs_postcode, "city": country.needs_city}
    for name, is_needed in needed.items():
        assert (name in shown and shown[name].is_required) == is_needed
    listed = shown["region"].options if "region" in shown else []
    is_listed = country.has_listed_regions or (country.needs_region and country.regions)
    assert bool(listed) == bool(is_listed)
    for option in listed:
        assert validate_region(option.code, country, []).name
    assert validate_country(code, []).code in {option.code for option in shown["countryCode"].options}


async def test_a_form_as_a_storefront_reads_it(storefront, configured, little_asked_for):
    await configured(SHOW_SETTINGS["prefix"], "OPTIONAL")
    await configured(CHOICE_SETTINGS["prefix"], "Dr.; Prof.;")
    await configured(SHOW_SETTINGS["gender"], "REQUIRED")
    await configured(SHOW_SETTINGS["dateOfBirth"], "OPTIONAL")
    form = (await storefront.data(WHOLE, kind="SIGN_UP"))["form"]

    def field(code, label, type, *options, is_required=False):
        listed = [{"code": code, "label": label} for code, label in options]
        return {"code": code, "label": label, "type": type, "isRequired": is_required, "options": listed}

    assert form["fields"] == [
        field("email", "E-mail address", "EMAIL", is_required=True),
        field("password", "Password", "PASSWORD"),
        field("prefix", "Title", "SELECT", ("Dr.", "Dr."), ("Prof.", "Prof.")),
        field("firstName", "First name", "TEXT", is_required=True),
        field("lastName", "Last name", "TEXT", is_required=True),
        field(
            "gender",
            "Gender",
            "SELECT",
            ("MALE", "Male"),
            ("FEMALE", "Female"),
            ("NOT_SPECIFIED", "Not specified"),
            is_required=True,
        ),
        field("dateOfBirth", "Date of birth", "DATE"),
        field("allowsRemoteAssistance", "Staff may sign in to help me", "BOOLEAN"),
        field("isSubscribed", "Subscribe to the newsletter", "BOOLEAN"),
    ]


async def test_every_option_is_accepted(as_customer, connection, configured):
    await configured(SHOW_SETTINGS["suffix"], "REQUIRED")
    await configured(CHOICE_SETTINGS["suffix"], "Jr.;Sr.")
    await configured(SHOW_SETTINGS["gender"], "REQUIRED")
    me = await as_customer((await make_customer(connection)).id)
    form = (await me.data(WHOLE, kind="ACCOUNT_EDIT"))["form"]
    chosen = {field["code"]: field["options"] for field in form["fields"] if field["type"] == "SELECT"}
    assert set(chosen) == {"suffix", "gender"}
    for name, options in chosen.items():
        assert options
        for option in options:
            assert refused((await me.data(EDIT, input={name: option["code"]}))["meUpdate"]) <= set(chosen) - {name}


async def test_the_address_form_follows_country_and_settings(storefront, connection, configured):
    await configured(COUNTRIES, "us, DE")
    document = """query F($code: String) { form(kind: ADDRESS_CREATE, countryCode: $code) {
      kind fields { code type isRequired options { code label } } } }"""
    form = (await storefront.data(document, code="us"))["form"]
    fields = {field["code"]: field for field in form["fields"]}
    assert form["kind"] == "ADDRESS_CREATE"
    assert fields["countryCode"]["options"] == [
        {"code": "DE", "label": "Germany"},
        {"code": "US", "label": "United States"},
    ]
    assert fields["region"]["type"] == "SELECT"
    assert {"code": "US-CA", "label": "California"} in fields["region"]["options"]
    assert (fields["street"]["type"], fields["telephone"]["type"]) == ("LINES", "TELEPHONE")
    assert (fields["isDefaultBilling"]["type"], fields["isDefaultBilling"]["isRequired"]) == ("BOOLEAN", False)
    german = {field["code"] for field in (await storefront.data(document, code="DE"))["form"]["fields"]}
    assert "region" not in german
    assert "postcode" in german


async def test_no_newsletter_no_field(storefront, configured):
    await configured(ENABLED, False)
    forms = await storefront.data(ACCOUNT_FORMS)
    assert "isSubscribed" not in fields_of(forms["signUp"])


@pytest.mark.parametrize(("kind", "code"), [("SIGN_UP", "DE"), ("ACCOUNT_EDIT", "DE"), ("ADDRESS_EDIT", "XX")])
async def test_a_country_that_cannot_be_honoured(kind, code, storefront):
    document = "query F($kind: FormKind!, $code: String) { form(kind: $kind, countryCode: $code) { kind } }"
    answer = await storefront.answer(document, kind=kind, code=code)
    assert answer["data"] == {"form": None}
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_labels_speak_the_language_of_the_store_view(browser, german_view):
    guest = await browser(x_store_view=german_view)
    form = (await guest.data(WHOLE, kind="ADDRESS_EDIT"))["form"]
    labels = {field["code"]: field["label"] for field in form["fields"]}
    assert (labels["firstName"], labels["postcode"]) == ("Vorname", "Postleitzahl")
    options = next(field["options"] for field in form["fields"] if field["code"] == "countryCode")
    assert {"code": "AT", "label": "Österreich"} in options


async def test_a_signed_in_customer_is_asked_by_their_own_website(connection, configured, shopper, as_customer):
    """Their edits are judged by it, see `meUpdate`."""
    row = await shopper()
    suffix = SHOW_SETTINGS["suffix"]
    await set_value(connection, suffix, "REQUIRED", scope=WEBSITE, scope_id=row.website_id)
    try:
        forms = await (await as_customer(row.id)).data(ACCOUNT_FORMS)
        assert fields_of(forms["edit"])["suffix"] is True
    finally:
        await connection.execute("DELETE FROM configuration_value WHERE scope = 'WEBSITE' AND path = $1", suffix.path)
