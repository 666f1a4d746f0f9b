"""Options of sessions."""

from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, WEBSITE, Setting

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
    is_public=True,
    label="Sign-in as customer",
)
IMPERSONATIONS_KEPT_DAYS: Final = Setting(
    "accounts.impersonations_kept_days",
    365,
    GLOBAL,
    "Days for which the customer sees that staff were signed in as them. The history keeps it.",
    at_least=30,
    at_most=3_650,
    label="Sign-ins as customer are kept",
)
MANUAL: Final = "MANUAL"
LOGIN_AS_STORE_VIEW: Final = Setting(
    "accounts.login_as_store_view",
    "AUTO",
    GLOBAL,
    "Where staff sign in as a customer: AUTO is the store view in which the account was created, MANUAL has staff choose one, "
    "which takes shops with several store views.",
    one_of=("AUTO", MANUAL),
    label="Store view of the sign-in as customer",
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
_FOLLOWS: Final = "While accounts work on all websites, changing it takes a role for all of them."
REMEMBER_ME: Final = Setting(
    "remember_me.enabled",
    False,
    WEBSITE,
    "Whether a device can remember who signed in, by a token that shows the first name and lets nobody in. Off, tokens issued "
    f"before show nothing. {_FOLLOWS}",
    follows_accounts=True,
    is_public=True,
    label="Remember customers",
)
REMEMBER_ME_OFFERED: Final = Setting(
    "remember_me.offered",
    True,
    WEBSITE,
    "Whether customers are asked at sign-in whether to remember them. Otherwise nobody is remembered from then on.",
    follows_accounts=True,
    is_public=True,
    label="Ask whether to remember",
)
REMEMBER_ME_BY_DEFAULT: Final = Setting(
    "remember_me.by_default",
    True,
    WEBSITE,
    "Whether the box in the form of the sign-in is ticked to begin with.",
    is_public=True,
    label="Remember unless the customer objects",
)
REMEMBER_LIFETIME_SECONDS: Final = Setting(
    "remember_me.lifetime_seconds",
    31_536_000,
    WEBSITE,
    f"Seconds for which a device remembers a customer, from the sign-in; at most a year. {_FOLLOWS}",
    at_least=60,
    at_most=31_536_000,
    follows_accounts=True,
    label="Lifetime of a remembered sign-in",
)
CLEAR_ON_SIGN_OUT: Final = Setting(
    "remember_me.clear_on_sign_out",
    True,
    WEBSITE,
    f"Whether a sign-out ends it. Signing out everywhere always does. {_FOLLOWS}",
    follows_accounts=True,
    label="Forget at sign-out",
)
REMEMBER_CART: Final = Setting(
    "remember_me.cart",
    True,
    WEBSITE,
    f"Whether the cart is shown beside the first name. {_FOLLOWS}",
    follows_accounts=True,
    label="Show the cart of a remembered customer",
)
REMEMBER_SETTINGS: Final = (
    REMEMBER_ME,
    REMEMBER_ME_OFFERED,
    REMEMBER_ME_BY_DEFAULT,
    REMEMBER_LIFETIME_SECONDS,
    CLEAR_ON_SIGN_OUT,
    REMEMBER_CART,
)
