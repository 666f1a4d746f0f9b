import pytest

from customer_gql.core.errors import RuleError
from customer_gql.shop.settings.settings import GLOBAL, STORE_VIEW, WEBSITE, Setting, configure, configured

LINES = Setting("tests.lines", 2, WEBSITE, "How many.", at_least=1, at_most=4)
GREETING = Setting("tests.greeting", "hello", STORE_VIEW, "What to say.", one_of=("hello", "hallo", "hej"))


async def test_the_narrowest_value_holds_and_the_default_without_one(empty_database):
    async with empty_database.writes.acquire() as connection:
        assert await configured(connection, GREETING, store_view_id=1) == "hello"
        await configure(connection, GREETING, "hej")
        assert await configured(connection, GREETING, store_view_id=1) == "hej"
        await configure(connection, GREETING, "hallo", scope=WEBSITE, scope_id=1)
        assert await configured(connection, GREETING, store_view_id=1) == "hallo"
        assert await configured(connection, GREETING, website_id=1) == "hallo"
        assert await configured(connection, GREETING) == "hej"
        await configure(connection, GREETING, "hello", scope=STORE_VIEW, scope_id=1)
        assert await configured(connection, GREETING, store_view_id=1) == "hello"
        assert await configured(connection, GREETING, website_id=1) == "hallo"


@pytest.mark.parametrize(
    ("setting", "value", "scope"),
    [(LINES, 0, GLOBAL), (LINES, 5, GLOBAL), (LINES, "2", GLOBAL), (LINES, True, GLOBAL), (LINES, 2, STORE_VIEW),
     (GREETING, "hi", GLOBAL)],
)  # fmt: skip
async def test_what_a_setting_does_not_take_is_refused(setting, value, scope, connection):
    with pytest.raises(RuleError):
        await configure(connection, setting, value, scope=scope, scope_id=0 if scope is GLOBAL else 1)
    assert await configured(connection, setting) == setting.default
