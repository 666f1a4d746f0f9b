"""Options of sessions."""

from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

SESSION_IDLE_MINUTES: Final = Setting(
    "accounts.session_idle_minutes",
    60,
    GLOBAL,
    "Minutes without use after which an access token ends.",
    at_least=1,
    at_most=1440,
    label="Session without activity",
)
SESSION_DAYS: Final = Setting(
    "accounts.session_days",
    30,
    GLOBAL,
    "Days until a session ends in any case.",
    at_least=1,
    at_most=3650,
    label="Longest session",
)
LOGIN_AS_CUSTOMER: Final = Setting(
    "accounts.login_as_customer",
    True,
    GLOBAL,
    "Whether staff may sign in as a customer at all.",
    label="Sign-in as customer",
)
REFRESH_REPEAT_SECONDS: Final = Setting(
    "accounts.refresh_repeat_seconds",
    60,
    GLOBAL,
    "Seconds for which a refresh token that was just exchanged gets the same tokens again, for two tabs or a lost answer; 0 never.",
    at_least=0,
    at_most=600,
    label="Repeated refresh of a session",
)
