"""Edits of a setting by two people: a stale one conflicts, and the history has the value that was replaced."""

import asyncio

from customer_gql.core.ids import encode_id
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, WEBSITE, Setting
from support.races import stop_after
from support.staff import make_website, staff_client

PATH = "staff_tests.versions"
DECLARED_SETTINGS.join([Setting(PATH, 2, WEBSITE, "How many.", at_least=1, at_most=9, label="Versions")])
UPDATE = """mutation U($input: ConfigurationUpdateInput!) { configurationUpdate(input: $input) {
  settings { value version } userErrors { code path
    ... on VersionConflictError { currentVersion conflicts { field yours stored } } } } }"""
SET, RESET = "values", "resets"
HISTORY = "{ staffHistory(first: 2) { nodes { changes { before after } } } }"


async def change(client, how, website, **given):
    input = {"scope": {"websiteId": encode_id("web", website)}, how: [{"path": PATH, **given}]}
    return (await client.data(UPDATE, input=input))["configurationUpdate"]


async def test_a_version_is_never_given_twice(http, connection):
    boss, website = await staff_client(http, connection), await make_website(connection)
    first = await change(boss, SET, website, value=3, expectedVersion=0)
    assert first == {"settings": [{"value": 3, "version": 1}], "userErrors": []}
    assert (await change(boss, SET, website, value=4, expectedVersion=1))["settings"][0]["version"] == 2
    gone = await change(boss, RESET, website, expectedVersion=2)
    assert gone == {"settings": [{"value": 2, "version": 0}], "userErrors": []}
    back = await change(boss, SET, website, value=5, expectedVersion=0)
    assert back["settings"] == [{"value": 5, "version": 4}]
    for stale in (1, 2, 3):
        refused = await change(boss, SET, website, value=6, expectedVersion=stale)
        assert refused == {
            "settings": [],
            "userErrors": [
                {
                    "code": "VERSION_CONFLICT",
                    "path": ["values", "0", "expectedVersion"],
                    "currentVersion": 4,
                    "conflicts": [{"field": "value", "yours": "6", "stored": "5"}],
                }
            ],
        }
    [stale] = (await change(boss, RESET, website, expectedVersion=3))["userErrors"]
    assert (stale["code"], stale["path"]) == ("VERSION_CONFLICT", ["resets", "0", "expectedVersion"])


async def test_the_version_is_that_of_the_scope_asked_for(http, connection):
    boss, website = await staff_client(http, connection), await make_website(connection)
    await change(boss, SET, website, value=3)
    document = "query C($scope: ConfigurationScopeInput) { configuration(scope: $scope) { path value version } }"
    other = await make_website(connection)
    versions = []
    for id in (website, other):
        listed = (await boss.data(document, scope={"websiteId": encode_id("web", id)}))["configuration"]
        versions += [(row["value"], row["version"]) for row in listed if row["path"] == PATH]
    assert versions == [(3, 1), (2, 0)]


async def test_the_history_has_the_value_that_was_replaced(http, connection):
    boss, website = await staff_client(http, connection), await make_website(connection)
    async with stop_after("INSERT INTO record_version") as stop:
        first = asyncio.create_task(change(boss, SET, website, value=3))
        await stop.reached_by(first)
        second = asyncio.create_task(change(boss, SET, website, value=4))
        assert await stop.is_waited_for_by(second, connection)
    assert ((await first)["userErrors"], (await second)["userErrors"]) == ([], [])
    changes = [event["changes"] for event in (await boss.data(HISTORY))["staffHistory"]["nodes"]]
    assert changes == [[{"before": 3, "after": 4}], [{"before": None, "after": 3}]]
