"""Why a setting takes no change is told beside it, and is what the change is refused with."""

import pytest

from customer_gql.core.ids import encode_id
from support.configuration import UPDATE, form
from support.staff import make_website, staff_client

READ = """query C($scope: ConfigurationScopeInput) { configuration(scope: $scope) { path missingPermission refusal { key } } }"""
WITH_KEYS = UPDATE.replace("code path", "key")


@pytest.fixture
async def website(connection):
    return await make_website(connection)


def at(website):
    return {"websiteId": encode_id("web", website)}


async def read(client, path, scope=None):
    listed = (await client.data(READ, scope=scope))["configuration"]
    told = next(row for row in listed if row["path"] == path)
    return told["missingPermission"], told["refusal"] and told["refusal"]["key"]


async def test_what_staff_of_all_websites_read(http, connection, website):
    boss = await staff_client(http, connection)
    assert await read(boss, "accounts.confirm_email") == (None, None)
    assert await read(boss, "staff.session_idle_minutes") == (None, None)
    assert await read(boss, "staff.session_idle_minutes", at(website)) == (None, "setting.scope_too_narrow")
    assert await read(boss, "customers.account_sharing") == (None, "setting.has_own_mutation")


@pytest.mark.parametrize(
    ("path", "value", "is_global"),
    [
        ("accounts.deletion", "BY_STAFF", True),
        ("accounts.confirm_email", True, True),
        ("customers.account_sharing", "GLOBAL", True),
        ("staff.session_idle_minutes", 20, False),
        ("jobs.at_once", 3, False),
    ],
)
async def test_staff_of_a_website_are_refused_with_what_they_read(http, connection, website, path, value, is_global):
    permissions = ["configuration.manage", "staff.manage"]
    clerk = await staff_client(http, connection, permissions, [website])
    scope = None if is_global else at(website)
    missing, key = await read(clerk, path, scope)
    refused = await clerk.answer(WITH_KEYS, input=form({path: value}, scope=scope or {}))
    if missing:
        assert refused["errors"][0]["extensions"]["permission"] == missing == "staff.manage"
        return
    assert key is not None
    assert [error["key"] for error in refused["data"]["configurationUpdate"]["userErrors"]] == [key]


async def test_a_permission_that_is_missing_is_named(http, connection):
    clerk = await staff_client(http, connection, ["configuration.manage"])
    assert await read(clerk, "mail.path.jobs") == ("staff.manage", None)
    assert await read(clerk, "mail.path.account") == (None, None)
