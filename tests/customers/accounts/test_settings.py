"""Settings of accounts that depend on what else there is in the shop."""

from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP
from customer_gql.customers.profile.sharing import SHARING, email_scope
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.reads import own_value

SET = """mutation S($input: ConfigurationSetInput!) { configurationSet(input: $input) {
  setting { value } userErrors { code path } } }"""
RESET = """mutation R($input: ConfigurationResetInput!) { configurationReset(input: $input) {
  setting { value } userErrors { code path } } }"""


async def test_a_default_group_has_to_exist(admin_client, connection):
    for number, code in ((77, "NOT_FOUND"), (0, "INVALID")):
        answer = await admin_client.data(SET, input={"path": DEFAULT_GROUP.path, "value": number})
        assert answer["configurationSet"] == {"setting": None, "userErrors": [{"code": code, "path": ["value"]}]}
    assert await own_value(connection, DEFAULT_GROUP, GLOBAL, 0) in {None, DEFAULT_GROUP.default}
    answer = await admin_client.data(SET, input={"path": DEFAULT_GROUP.path, "value": 3})
    assert answer["configurationSet"] == {"setting": {"value": 3}, "userErrors": []}
    await admin_client.data(RESET, input={"path": DEFAULT_GROUP.path})


async def test_sharing_is_no_setting_like_others(admin_client, connection):
    """Its mutation moves every claim on an address; the bare value would leave accounts nobody finds."""
    refused = {"setting": None, "userErrors": [{"code": "NOT_ALLOWED", "path": ["path"]}]}
    answer = await admin_client.data(SET, input={"path": SHARING.path, "value": "GLOBAL"})
    assert answer["configurationSet"] == refused
    assert (await admin_client.data(RESET, input={"path": SHARING.path}))["configurationReset"] == refused
    assert await email_scope(connection, 1) == 1
    assert await own_value(connection, SHARING, GLOBAL, 0) == "PER_WEBSITE"
