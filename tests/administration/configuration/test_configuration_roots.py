"""Staff read and change settings, each at the scopes it may be set at and they reach."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, STORE_VIEW, WEBSITE, Setting
from support.staff import make_website, staff_client

DECLARED_SETTINGS.join(
    [
        Setting("staff_tests.lines", 2, WEBSITE, "How many.", at_least=1, at_most=4),
        Setting("staff_tests.greeting", "hello", STORE_VIEW, "What to say.", one_of=("hello", "hej")),
        Setting("staff_tests.flag", False, WEBSITE, "Whether."),
        Setting("staff_tests.text", "", STORE_VIEW, "Any text."),
    ]
)

READ = """query C($scope: ConfigurationScopeInput) { configuration(scope: $scope) {
  path description default value setAt narrowestScope atLeast atMost oneOf } }"""
SET = """mutation S($input: ConfigurationSetInput!) { configurationSet(input: $input) {
  setting { path value setAt } userErrors { code path } } }"""
RESET = """mutation R($input: ConfigurationResetInput!) { configurationReset(input: $input) {
  setting { path value setAt } userErrors { code path } } }"""
HISTORY = """{ staffHistory(first: 1) { nodes { kind actor staff { id } subject address changes { field before after } }
  totalCount } }"""


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def shop(connection):
    return await make_website(connection)


async def value(client, path, **scope):
    listed = (await client.data(READ, scope=scope or None))["configuration"]
    return next((row["value"], row["setAt"]) for row in listed if row["path"] == path)


async def put(client, path, given, **scope):
    input = {"path": path, "value": given, **({"scope": scope} if scope else {})}
    return (await client.data(SET, input=input))["configurationSet"]


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
        "oneOf": [],
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
    assert await put(boss, path, "hej", **web) == {
        "setting": {"path": path, "value": "hej", "setAt": "WEBSITE"},
        "userErrors": [],
    }
    assert [await value(boss, path, **scope) for scope in ({}, web, view)] == [
        ("hello", None),
        ("hej", "WEBSITE"),
        ("hej", "WEBSITE"),
    ]
    assert (await put(boss, path, "hello", **view))["userErrors"] == []
    assert await value(boss, path, **view) == ("hello", "STORE_VIEW")
    for scope in (view, web):
        reset = (await boss.data(RESET, input={"path": path, "scope": scope}))["configurationReset"]
        assert reset["userErrors"] == []
    assert await value(boss, path, **view) == ("hello", None)


async def test_a_change_is_in_the_history_and_no_change_is_not(boss, shop, connection):
    await put(boss, "staff_tests.lines", 3, websiteId=encode_id("web", shop))
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
    await put(boss, "staff_tests.lines", 3, websiteId=encode_id("web", shop))
    assert (await boss.data(HISTORY))["staffHistory"]["totalCount"] == newest["totalCount"]


@pytest.mark.parametrize(
    ("path", "given", "scope", "code", "at"),
    [
        ("staff_tests.none", 1, {}, "NOT_FOUND", ["path"]),
        ("staff_tests.lines", 5, {}, "INVALID", ["value"]),
        ("staff_tests.lines", 0, {}, "INVALID", ["value"]),
        ("staff_tests.lines", "2", {}, "INVALID", ["value"]),
        ("staff_tests.lines", True, {}, "INVALID", ["value"]),
        ("staff_tests.lines", None, {}, "INVALID", ["value"]),
        ("staff_tests.lines", [1], {}, "INVALID", ["value"]),
        ("staff_tests.lines", 3, {"storeViewId": encode_id("stv", 1)}, "INVALID", ["scope"]),
        ("staff_tests.lines", 3, {"websiteId": encode_id("web", 999)}, "NOT_FOUND", ["scope", "websiteId"]),
        ("staff_tests.lines", 3, {"websiteId": encode_id("web", 1 << 50)}, "NOT_FOUND", ["scope", "websiteId"]),
        ("staff_tests.greeting", "hallo", {}, "INVALID", ["value"]),
        ("staff_tests.text", "x" * 10_001, {}, "TOO_LONG", ["value"]),
        ("addresses.countries", "UK", {}, "INVALID", ["value"]),
        ("addresses.countries", "DE; FR", {}, "INVALID", ["value"]),
        ("mail.reply_to", "x", {}, "INVALID", ["value"]),
        ("mail.sender.general.email", "Shop <shop@example.com>", {}, "INVALID", ["value"]),
        ("mail.sender.support.email", "x@", {}, "INVALID", ["value"]),
    ],
)
async def test_what_cannot_be_set(path, given, scope, code, at, boss, connection):
    before = await connection.fetchval("SELECT count(*) FROM configuration_value")
    refused = await boss.answer(SET, input={"path": path, "value": given, **({"scope": scope} if scope else {})})
    if given is None:  # the schema refuses it before any rule does
        assert refused["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    else:
        assert refused["data"]["configurationSet"] == {"setting": None, "userErrors": [{"code": code, "path": at}]}
    assert await connection.fetchval("SELECT count(*) FROM configuration_value") == before


async def test_staff_of_a_website_change_it_and_neither_others_nor_all(http, shop, connection):
    clerk = await staff_client(http, connection, ["configuration.manage"], [shop])
    assert (await put(clerk, "staff_tests.flag", True, websiteId=encode_id("web", shop)))["userErrors"] == []
    everywhere = await put(clerk, "staff_tests.flag", True)
    assert everywhere == {"setting": None, "userErrors": [{"code": "NOT_ALLOWED", "path": ["scope"]}]}
    other = await put(clerk, "staff_tests.flag", True, websiteId=encode_id("web", 1))
    assert other == {"setting": None, "userErrors": [{"code": "NOT_FOUND", "path": ["scope", "websiteId"]}]}
    reset = await clerk.data(RESET, input={"path": "staff_tests.flag"})
    assert reset["configurationReset"]["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["scope"]}]
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
        await put(boss, "staff_tests.lines", 3)
        await put(boss, "staff_tests.lines", 4)
    for first in (1, 20):
        await statements.clear()
        await boss.data(document, first=first)
        counts.append(await statements.count())
    assert counts[0] == counts[1]
    await statements.clear()
    await boss.data(READ)
    assert await statements.count() == 2  # the viewer, and every value
    await boss.data(RESET, input={"path": "staff_tests.lines"})


async def test_what_a_setting_takes_is_said_in_json(boss):
    document = SET.replace("code path", "message")
    messages = [
        (await boss.data(document, input={"path": path, "value": given}))["configurationSet"]["userErrors"][0][
            "message"
        ]
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
    input = {"path": "staff_tests.lines", "scope": place}
    await boss.data(RESET, input=input)
    await put(boss, "staff_tests.lines", 3, **place)
    total = (await boss.data(HISTORY))["staffHistory"]["totalCount"]
    for _ in range(2):
        await boss.data(RESET, input=input)
    history = (await boss.data(HISTORY))["staffHistory"]
    [event] = history["nodes"]
    assert history["totalCount"] == total + 1
    assert (event["kind"], event["subject"]) == ("CONFIGURATION_RESET", encode_id("web", shop))
    assert event["changes"] == [{"field": "staff_tests.lines", "before": 3, "after": None}]
