"""Staff read and change settings, each at the scopes it may be set at and they reach."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.public_facts.reads import SHOP_SETTINGS
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, STORE_VIEW, WEBSITE, Setting
from support.configuration import UPDATE, form, reset_one, set_one
from support.staff import make_website, staff_client

DECLARED_SETTINGS.join(
    [
        Setting("staff_tests.lines", 2, WEBSITE, "How many.", at_least=1, at_most=4, label="Lines"),
        Setting("staff_tests.greeting", "hello", STORE_VIEW, "What to say.", one_of=("hello", "hej"), label="Greeting"),
        Setting("staff_tests.flag", False, WEBSITE, "Whether.", label="Flag"),
        Setting("staff_tests.text", "", STORE_VIEW, "Any text.", label="Text"),
    ]
)

READ = """query C($scope: ConfigurationScopeInput) { configuration(scope: $scope) {
  path section label description type unit options default value inheritedValue setAt narrowestScope atLeast atMost isPublic
  ownMutation } }"""
HISTORY = """{ staffHistory(first: 1) { nodes { kind actor staff { id } subject address changes { field before after } }
  totalCount } }"""


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def shop(connection):
    return await make_website(connection)


async def read(client, path, scope):
    listed = (await client.data(READ, scope=scope or None))["configuration"]
    return next(row for row in listed if row["path"] == path)


async def value(client, path, **scope):
    row = await read(client, path, scope)
    return row["value"], row["setAt"]


async def inherited(client, path, **scope):
    return (await read(client, path, scope))["inheritedValue"]


def refusal(code, *path):
    return {"settings": [], "userErrors": [{"code": code, "path": list(path)}]}


async def test_every_setting_is_listed_with_what_it_takes(boss):
    listed = (await boss.data(READ))["configuration"]
    assert [row["path"] for row in listed] == sorted(row["path"] for row in listed)
    assert next(row for row in listed if row["path"] == "staff_tests.lines") == {
        "path": "staff_tests.lines",
        "description": "How many.",
        "default": 2,
        "value": 2,
        "setAt": None,
        "narrowestScope": "WEBSITE",
        "atLeast": 1,
        "atMost": 4,
        "section": "staff_tests",
        "label": "Lines",
        "type": "NUMBER",
        "unit": None,
        "options": [],
        "inheritedValue": 2,
        "isPublic": False,
        "ownMutation": None,
    }


@pytest.mark.parametrize("field", ["websiteId", "storeViewId"])
async def test_a_scope_whose_id_is_malformed_is_an_error_of_the_query(field, boss):
    answer = await boss.answer(READ, scope={field: "nonsense"})
    assert answer["data"] == {"configuration": None}
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"].startswith(f"scope.{field}: ")


async def test_a_value_holds_from_its_scope_down_until_it_is_reset(boss, shop):
    path, web, view = (
        "staff_tests.greeting",
        {"websiteId": encode_id("web", shop)},
        {"storeViewId": encode_id("stv", shop)},
    )
    assert await set_one(boss, path, "hej", web) == {
        "settings": [{"path": path, "value": "hej", "setAt": "WEBSITE"}],
        "userErrors": [],
    }
    assert [await value(boss, path, **scope) for scope in ({}, web, view)] == [
        ("hello", None),
        ("hej", "WEBSITE"),
        ("hej", "WEBSITE"),
    ]
    assert [await inherited(boss, path, **scope) for scope in ({}, web, view)] == ["hello", "hello", "hej"]
    assert (await set_one(boss, path, "hello", view))["userErrors"] == []
    assert await value(boss, path, **view) == ("hello", "STORE_VIEW")
    assert await inherited(boss, path, **view) == "hej"
    for scope in (view, web):
        assert (await reset_one(boss, path, scope))["userErrors"] == []
    assert await value(boss, path, **view) == ("hello", None)


async def test_a_form_saves_all_of_its_values_and_resets_or_none(boss, shop, connection):
    web = {"websiteId": encode_id("web", shop)}
    await set_one(boss, "staff_tests.lines", 3, web)
    good = {"staff_tests.greeting": "hej", "staff_tests.flag": True}
    before = await connection.fetch("SELECT * FROM configuration_value ORDER BY 1, 2, 3")
    answer = await boss.data(
        UPDATE, input=form({**good, "staff_tests.lines": 9, "no.such": 1}, ["staff_tests.text"], web)
    )
    assert answer["configurationUpdate"] == {
        "settings": [],
        "userErrors": [
            {"code": "NOT_FOUND", "path": ["values", "3", "path"]},
            {"code": "INVALID", "path": ["values", "2", "value"]},
        ],
    }
    twice = await boss.data(UPDATE, input=form({"staff_tests.lines": 2}, ["staff_tests.lines"], web))
    assert twice["configurationUpdate"] == refusal("INVALID", "resets", "0", "path")
    assert await connection.fetch("SELECT * FROM configuration_value ORDER BY 1, 2, 3") == before
    saved = (await boss.data(UPDATE, input=form(good, ["staff_tests.lines"], web)))["configurationUpdate"]
    assert saved == {
        "settings": [
            {"path": "staff_tests.flag", "value": True, "setAt": "WEBSITE"},
            {"path": "staff_tests.greeting", "value": "hej", "setAt": "WEBSITE"},
            {"path": "staff_tests.lines", "value": 2, "setAt": None},
        ],
        "userErrors": [],
    }
    events = (await boss.data(HISTORY.replace("first: 1", "first: 2")))["staffHistory"]["nodes"]
    assert [(event["kind"], [change["field"] for change in event["changes"]]) for event in events] == [
        ("CONFIGURATION_RESET", ["staff_tests.lines"]),
        ("CONFIGURATION_SET", ["staff_tests.flag", "staff_tests.greeting"]),
    ]


async def test_a_form_of_too_many_settings_is_refused(boss):
    many = {f"x.{number}": 1 for number in range(201)}
    assert (await boss.data(UPDATE, input=form(many)))["configurationUpdate"] == refusal("TOO_MANY", "values")


async def test_settings_are_found_by_section_and_words(boss):
    find = "query F($section: String, $search: String) { configuration(section: $section, search: $search) { path } }"

    async def found(**asked):
        return [row["path"] for row in (await boss.data(find, **asked))["configuration"]]

    assert {"staff_tests.flag", "staff_tests.text"} <= set(await found(section="staff_tests", search=""))
    assert await found(search="TEXT any staff_tests") == ["staff_tests.text"]
    assert await found(section="none") == []


@pytest.mark.parametrize(
    ("path", "type", "unit"),
    [
        ("mail.shop_name", "TEXT", None),
        ("addresses.template_html", "LINES", None),
        ("newsletter.enabled", "FLAG", None),
        ("accounts.deletion", "CHOICE", None),
        ("customers.default_group", "CUSTOMER_GROUP", None),
        ("addresses.per_customer", "NUMBER", None),
        ("accounts.lockout_seconds", "NUMBER", "SECONDS"),
        ("accounts.reset_link_minutes", "NUMBER", "MINUTES"),
        ("selections.kept_hours", "NUMBER", "HOURS"),
        ("accounts.session_days", "NUMBER", "DAYS"),
        ("imports.max_mebibytes", "NUMBER", "MEBIBYTES"),
    ],
)
async def test_forms_know_what_a_setting_takes(path, type, unit, boss):
    row = await read(boss, path, None)
    assert (row["type"], row["unit"]) == (type, unit)
    assert row["options"] == (["AT_ONCE", "BY_STAFF"] if type == "CHOICE" else [])


def test_every_setting_has_a_label_of_its_own_in_its_section():
    labels = [(it.section, it.label) for it in DECLARED_SETTINGS.values()]
    assert all(label for _, label in labels)
    assert len(set(labels)) == len(labels)


def test_public_settings_are_those_that_the_shop_shows():
    assert {it.path for it in DECLARED_SETTINGS.values() if it.is_public} == {it.path for it in SHOP_SETTINGS}


async def test_a_change_is_in_the_history_and_no_change_is_not(boss, shop, connection):
    await set_one(boss, "staff_tests.lines", 3, {"websiteId": encode_id("web", shop)})
    newest = (await boss.data(HISTORY))["staffHistory"]
    event = newest["nodes"][0]
    assert event.pop("staff")["id"].startswith("stf_")
    assert event == {
        "kind": "CONFIGURATION_SET",
        "actor": "STAFF",
        "subject": encode_id("web", shop),
        "address": "127.0.0.1",
        "changes": [{"field": "staff_tests.lines", "before": None, "after": 3}],
    }
    await set_one(boss, "staff_tests.lines", 3, {"websiteId": encode_id("web", shop)})
    assert (await boss.data(HISTORY))["staffHistory"]["totalCount"] == newest["totalCount"]


@pytest.mark.parametrize(
    ("path", "given", "scope", "code", "at"),
    [
        ("staff_tests.none", 1, {}, "NOT_FOUND", ["values", "0", "path"]),
        ("staff_tests.lines", 5, {}, "INVALID", ["values", "0", "value"]),
        ("staff_tests.lines", 0, {}, "INVALID", ["values", "0", "value"]),
        ("staff_tests.lines", "2", {}, "INVALID", ["values", "0", "value"]),
        ("staff_tests.lines", True, {}, "INVALID", ["values", "0", "value"]),
        ("staff_tests.lines", None, {}, "INVALID", ["values", "0", "value"]),
        ("staff_tests.lines", [1], {}, "INVALID", ["values", "0", "value"]),
        ("staff_tests.lines", 3, {"storeViewId": encode_id("stv", 1)}, "INVALID", ["scope"]),
        ("staff_tests.lines", 3, {"websiteId": encode_id("web", 999)}, "NOT_FOUND", ["scope", "websiteId"]),
        ("staff_tests.lines", 3, {"websiteId": encode_id("web", 1 << 50)}, "NOT_FOUND", ["scope", "websiteId"]),
        ("staff_tests.greeting", "hallo", {}, "INVALID", ["values", "0", "value"]),
        ("staff_tests.text", "x" * 10_001, {}, "TOO_LONG", ["values", "0", "value"]),
        ("addresses.countries", "UK", {}, "INVALID", ["values", "0", "value"]),
        ("addresses.countries", "DE; FR", {}, "INVALID", ["values", "0", "value"]),
        ("mail.reply_to", "x", {}, "INVALID", ["values", "0", "value"]),
        ("mail.sender.general.email", "Shop <shop@example.com>", {}, "INVALID", ["values", "0", "value"]),
        ("mail.sender.support.email", "x@", {}, "INVALID", ["values", "0", "value"]),
    ],
)
async def test_what_cannot_be_set(path, given, scope, code, at, boss, connection):
    before = await connection.fetchval("SELECT count(*) FROM configuration_value")
    refused = await boss.answer(UPDATE, input=form({path: given}, scope=scope))
    assert refused["data"]["configurationUpdate"] == refusal(code, *at)
    assert await connection.fetchval("SELECT count(*) FROM configuration_value") == before


async def test_staff_of_a_website_change_it_and_neither_others_nor_all(http, shop, connection):
    clerk = await staff_client(http, connection, ["configuration.manage"], [shop])
    assert (await set_one(clerk, "staff_tests.flag", True, {"websiteId": encode_id("web", shop)}))["userErrors"] == []
    assert await set_one(clerk, "staff_tests.flag", True) == refusal("NOT_ALLOWED", "scope")
    other = await set_one(clerk, "staff_tests.flag", True, {"websiteId": encode_id("web", 1)})
    assert other == refusal("NOT_FOUND", "scope", "websiteId")
    assert await reset_one(clerk, "staff_tests.flag") == refusal("NOT_ALLOWED", "scope")
    assert (await clerk.data(READ, scope={"storeViewId": encode_id("stv", 1)})) == {"configuration": None}
    assert await value(clerk, "staff_tests.flag", storeViewId=encode_id("stv", shop)) == (True, "WEBSITE")


async def test_the_history_of_staff_is_for_those_who_reach_all(http, shop, connection):
    clerk = await staff_client(http, connection, ["staff.manage"], [shop])
    refused = await clerk.answer(HISTORY)
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "staff.manage"}


async def test_settings_are_one_statement_and_history_the_same_for_one_and_many(boss, connection, statements):
    await boss.data(READ)
    counts = []
    document = "query H($first: Int!) { staffHistory(first: $first) { nodes { kind staff { id } service { id } } } }"
    for _ in range(12):
        await set_one(boss, "staff_tests.lines", 3)
        await set_one(boss, "staff_tests.lines", 4)
    for first in (1, 20):
        await statements.clear()
        await boss.data(document, first=first)
        counts.append(await statements.count())
    assert counts[0] == counts[1]
    await statements.clear()
    await boss.data(READ)
    assert await statements.count() == 2  # the viewer, and every value
    await reset_one(boss, "staff_tests.lines")


async def test_what_a_setting_takes_is_said_in_json(boss):
    document = UPDATE.replace("code path", "message")
    messages = [
        (await boss.data(document, input=form({path: given})))["configurationUpdate"]["userErrors"][0]["message"]
        for path, given in (
            ("accounts.confirm_email", "yes"),
            ("staff_tests.greeting", 1),
            ("accounts.lockout_failures", -1),
        )
    ]
    assert messages == [
        "accounts.confirm_email takes a value like false.",
        'staff_tests.greeting takes a value like "hello".',
        "accounts.lockout_failures takes a number from 0 to 1000.",
    ]


async def test_a_reset_is_in_the_history_unless_nothing_was_set(boss, shop):
    place = {"websiteId": encode_id("web", shop)}
    await reset_one(boss, "staff_tests.lines", place)
    await set_one(boss, "staff_tests.lines", 3, place)
    total = (await boss.data(HISTORY))["staffHistory"]["totalCount"]
    for _ in range(2):
        await reset_one(boss, "staff_tests.lines", place)
    history = (await boss.data(HISTORY))["staffHistory"]
    [event] = history["nodes"]
    assert history["totalCount"] == total + 1
    assert (event["kind"], event["subject"]) == ("CONFIGURATION_RESET", encode_id("web", shop))
    assert event["changes"] == [{"field": "staff_tests.lines", "before": 3, "after": None}]
