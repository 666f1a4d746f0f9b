"""A setting that is a secret: encrypted at rest, and neither returned, nor in the history, nor in a conflict."""

import orjson
import pytest
from pydantic import SecretStr

from customer_gql.core.errors import RuleError
from customer_gql.core.ids import encode_id
from customer_gql.security.secret_keys import use_secret_keys
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, WEBSITE, Setting
from customer_gql.shop.settings.reads import settings_at
from customer_gql.shop.settings.secrets import read_secret
from customer_gql.shop.settings.writes import set_value
from support.configuration import UPDATE, form, reset_one
from support.staff import make_website, staff_client

SECRET = Setting("staff_tests.secret", "", WEBSITE, "A secret.", label="Secret", is_secret=True)
CHOICES = Setting("staff_tests.choices", "", WEBSITE, "Some.", label="Choices", some_of=("A", "B", "C"))
DECLARED_SETTINGS.join([SECRET, CHOICES])
HIDDEN = "hunter2-hunter2"
READ = """query R($scope: ConfigurationScopeInput) { configuration(scope: $scope, section: "staff_tests") {
  path type options value default inheritedValue isSet isSecret version } }"""
WHOLE = """mutation U($input: ConfigurationUpdateInput!) { configurationUpdate(input: $input) {
  settings { path value inheritedValue isSet setAt } userErrors { code key path message params
    ... on VersionConflictError { conflicts { base yours stored } } } } }"""
HISTORY = "{ staffHistory(first: 1) { nodes { kind changes { field before after } } } }"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def website(connection):
    return await make_website(connection)


def place(website):
    return {"websiteId": encode_id("web", website)}


async def read(client, website, path=SECRET.path):
    rows = (await client.data(READ, scope=place(website)))["configuration"]
    return next(row for row in rows if row["path"] == path)


async def stored_value(connection, website):
    row = "SELECT value FROM configuration_value WHERE path = $1 AND scope_id = $2"
    return await connection.fetchval(row, SECRET.path, website)


async def newest_change(client):
    return (await client.data(HISTORY))["staffHistory"]["nodes"][0]


async def test_a_secret_is_set_and_never_seen_again(boss, website, connection, settings):
    assert await read(boss, website) == {
        "path": SECRET.path,
        "type": "TEXT",
        "options": [],
        "value": None,
        "default": None,
        "inheritedValue": None,
        "isSet": False,
        "isSecret": True,
        "version": 0,
    }
    answer = await boss.data(WHOLE, input=form({SECRET.path: HIDDEN}, scope=place(website)))
    shown = {"path": SECRET.path, "value": None, "inheritedValue": None, "isSet": True, "setAt": "WEBSITE"}
    assert answer["configurationUpdate"] == {"settings": [shown], "userErrors": []}
    assert (await read(boss, website))["isSet"]
    assert HIDDEN not in await stored_value(connection, website)
    values = await settings_at(connection, SECRET, website_id=website)
    assert read_secret(values, SECRET, settings.secret_keys) == HIDDEN
    with pytest.raises(TypeError, match="is a secret"):
        values[SECRET]


async def test_the_history_tells_that_and_not_what(boss, website, connection):
    told = []
    for given in (HIDDEN, f"{HIDDEN}2"):
        await boss.data(UPDATE, input=form({SECRET.path: given}, scope=place(website)))
        told.append(await newest_change(boss))
    await reset_one(boss, SECRET.path, place(website))
    told.append(await newest_change(boss))
    assert [(event["kind"], event["changes"]) for event in told] == [
        ("CONFIGURATION_SET", [{"field": SECRET.path, "before": None, "after": "SET"}]),
        ("CONFIGURATION_SET", [{"field": SECRET.path, "before": "SET", "after": "REPLACED"}]),
        ("CONFIGURATION_RESET", [{"field": SECRET.path, "before": "SET", "after": None}]),
    ]
    assert await stored_value(connection, website) is None


async def test_a_conflict_shows_no_secret(boss, website):
    await boss.data(UPDATE, input=form({SECRET.path: HIDDEN}, scope=place(website)))
    stale = form({SECRET.path: f"{HIDDEN}-mine"}, scope=place(website))
    stale["values"][0]["expectedVersion"] = 7
    answer = (await boss.data(WHOLE, input=stale))["configurationUpdate"]
    [error] = answer["userErrors"]
    assert (error["code"], error["conflicts"]) == (
        "VERSION_CONFLICT",
        [{"base": None, "yours": "REPLACED", "stored": "SET"}],
    )
    assert HIDDEN not in orjson.dumps(answer).decode()


async def test_an_empty_secret_is_refused(boss, website, connection):
    answer = (await boss.data(WHOLE, input=form({SECRET.path: " "}, scope=place(website))))["configurationUpdate"]
    [error] = answer["userErrors"]
    assert (error["code"], error["key"], error["path"]) == (
        "REQUIRED",
        "setting.secret_missing",
        ["values", "0", "value"],
    )
    assert await stored_value(connection, website) is None


async def test_a_copied_row_opens_nothing(boss, website, connection, settings):
    await boss.data(UPDATE, input=form({SECRET.path: HIDDEN}, scope=place(website)))
    other = await make_website(connection)
    copy = """INSERT INTO configuration_value SELECT path, scope, $2, value, version FROM configuration_value
      WHERE path = $1 AND scope_id = $3"""
    await connection.execute(copy, SECRET.path, other, website)
    values = await settings_at(connection, SECRET, website_id=other)
    assert values.stored(SECRET) is not None
    assert read_secret(values, SECRET, settings.secret_keys) is None


async def test_without_a_key_nothing_is_stored(connection, website, settings):
    use_secret_keys(SecretStr(""))
    try:
        with pytest.raises(RuleError) as refused:
            await set_value(connection, SECRET, HIDDEN, scope=WEBSITE, scope_id=website)
    finally:
        use_secret_keys(settings.secret_keys)
    assert refused.value.key == "setting.no_secret_keys"
    assert await stored_value(connection, website) is None


def test_a_secret_has_no_default_and_is_not_public():
    for given in ({"default": "x"}, {"is_public": True}):
        with pytest.raises(ValueError, match="is a secret"):
            Setting("a.b", narrowest=WEBSITE, description="x", label="x", is_secret=True, **{"default": "", **given})


async def test_some_of_the_options(boss, website):
    set = await boss.data(WHOLE, input=form({CHOICES.path: " C,A , C"}, scope=place(website)))
    assert [row["value"] for row in set["configurationUpdate"]["settings"]] == ["A,C"]
    row = await read(boss, website, CHOICES.path)
    assert (row["type"], row["options"], row["value"]) == ("CHOICES", ["A", "B", "C"], "A,C")
    refused = await boss.data(WHOLE, input=form({CHOICES.path: "A,D"}, scope=place(website)))
    [error] = refused["configurationUpdate"]["userErrors"]
    assert (error["code"], error["key"]) == ("INVALID", "setting.not_choices")
