"""Settings of accounts that depend on what else there is in the shop."""

from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP
from customer_gql.customers.profile.sharing import SHARING, email_scope
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, GLOBAL
from customer_gql.shop.settings.reads import own_value
from support.configuration import reset_one, set_one


async def test_a_default_group_has_to_exist(admin_client, connection):
    for number, code in ((77, "NOT_FOUND"), (0, "INVALID")):
        answer = await set_one(admin_client, DEFAULT_GROUP.path, number)
        assert answer == {"settings": [], "userErrors": [{"code": code, "path": ["values", "0", "value"]}]}
    assert await own_value(connection, DEFAULT_GROUP, GLOBAL, 0) in {None, DEFAULT_GROUP.default}
    [stored] = (await set_one(admin_client, DEFAULT_GROUP.path, 3))["settings"]
    assert stored["value"] == 3
    await reset_one(admin_client, DEFAULT_GROUP.path)


async def test_sharing_is_no_setting_like_others(admin_client, connection):
    """Its mutation moves every claim on an address; the bare value would leave accounts nobody finds."""
    for answer, place in (
        (await set_one(admin_client, SHARING.path, "GLOBAL"), "values"),
        (await reset_one(admin_client, SHARING.path), "resets"),
    ):
        assert answer == {"settings": [], "userErrors": [{"code": "NOT_ALLOWED", "path": [place, "0", "path"]}]}
    assert await email_scope(connection, 1) == 1
    assert await own_value(connection, SHARING, GLOBAL, 0) == "PER_WEBSITE"


def test_every_number_of_accounts_has_its_default_and_its_bounds():
    numbers = {
        path: (setting.default, setting.at_least, setting.at_most)
        for path, setting in DECLARED_SETTINGS.items()
        if path.startswith(("accounts.", "customers.")) and type(setting.default) is int
    }
    assert numbers == {
        "accounts.impersonations_kept_days": (365, 30, 3650),
        "accounts.data_lifetime_minutes": (60, 1, 1440),
        "accounts.lock_days": (3650, 1, 3650),
        "accounts.lockout_failures": (10, 0, 1000),
        "accounts.lockout_seconds": (600, 0, 86_400),
        "accounts.minimum_password_length": (12, 8, 64),
        "accounts.minutes_between_resets": (2, 0, 1440),
        "accounts.password_character_classes": (1, 1, 4),
        "accounts.refresh_repeat_seconds": (60, 0, 600),
        "accounts.reset_link_minutes": (30, 1, 1440),
        "accounts.resets_per_hour": (5, 0, 1000),
        "accounts.resets_per_hour_of_address": (30, 0, 100_000),
        "accounts.session_days": (30, 1, 3650),
        "accounts.session_idle_minutes": (60, 1, 1440),
        "accounts.token_lockout_failures": (6, 0, 1000),
        "accounts.token_lockout_seconds": (1800, 0, 86_400),
        "customers.default_group": (1, 1, 2**31 - 1),
        "customers.online_minutes": (15, 1, 1440),
    }


def test_every_flag_and_choice_of_accounts_has_its_default():
    others = {
        path: setting.default
        for path, setting in DECLARED_SETTINGS.items()
        if path.startswith(("accounts.", "customers.tell_")) and type(setting.default) is not int
    }
    assert others == {
        "accounts.assistance_title": "",
        "accounts.assistance_tooltip": "",
        "accounts.autocomplete": False,
        "accounts.confirm_email": False,
        "accounts.deletion": "AT_ONCE",
        "accounts.email_sender": "GENERAL",
        "accounts.login_as_customer": True,
        "accounts.login_as_store_view": "AUTO",
        "accounts.password_email_sender": "SUPPORT",
        "accounts.redirect_to_dashboard": True,
        "accounts.reset_protection": "BY_IP_AND_EMAIL",
        "accounts.tell_forced_sign_in": True,
        "customers.tell_assistance_change": True,
    }
    assert [path for path, setting in DECLARED_SETTINGS.items() if setting.follows_accounts] == [
        "accounts.confirm_email",
        "remember_me.enabled",
        "remember_me.offered",
        "remember_me.lifetime_seconds",
        "remember_me.clear_on_sign_out",
        "remember_me.cart",
        "captcha.provider",
        "captcha.forms",
        "captcha.mode",
        "captcha.failures",
        "captcha.site_key",
        "captcha.secret",
    ]
