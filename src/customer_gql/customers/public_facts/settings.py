"""Options that storefronts act on by themselves: the service tells them with `shop` (docs/domain/public-facts.md#public-facts-10)."""

from typing import Final

from customer_gql.core.text import validate_line
from customer_gql.shop.settings.declaration import GLOBAL, WEBSITE, Setting

_MAX_TITLE: Final = 255
_MAX_TOOLTIP: Final = 1_000


def _validate_title(given: str) -> None:
    validate_line(given, ["value"], _MAX_TITLE)


def _validate_tooltip(given: str) -> None:
    validate_line(given, ["value"], _MAX_TOOLTIP)


REDIRECT_TO_DASHBOARD: Final = Setting(
    "accounts.redirect_to_dashboard",
    True,
    WEBSITE,
    "Whether the storefront opens the dashboard of the account after a sign-in; otherwise the customer stays on the page.",
    is_public=True,
    label="Open the dashboard after a sign-in",
)
AUTOCOMPLETE: Final = Setting(
    "accounts.autocomplete",
    False,
    WEBSITE,
    "Whether browsers may fill in the forms of the sign-in and of the forgotten password by themselves.",
    is_public=True,
    label="Autocomplete of sign-in forms",
)
DATA_LIFETIME_MINUTES: Final = Setting(
    "accounts.data_lifetime_minutes",
    60,
    GLOBAL,
    "Minutes for which the storefront keeps what a customer typed into a form and did not send.",
    at_least=1,
    at_most=1440,
    is_public=True,
    label="Lifetime of unsent data",
)
COOKIE_RESTRICTION: Final = Setting(
    "shop.cookie_restriction",
    False,
    WEBSITE,
    "Whether the storefront asks visitors to agree before it stores cookies that it could do without.",
    is_public=True,
    label="Ask before storing cookies",
)
ASSISTANCE_TITLE: Final = Setting(
    "accounts.assistance_title",
    "",
    WEBSITE,
    "Text beside the box with which customers allow staff to sign in as them; by default a text in the language of the store view. "
    f"The label of the field `allowsRemoteAssistance` goes before it. At most {_MAX_TITLE} characters.",
    validate=_validate_title,
    is_public=True,
    label="Title of remote assistance",
)
ASSISTANCE_TOOLTIP: Final = Setting(
    "accounts.assistance_tooltip",
    "",
    WEBSITE,
    f"Explanation to that box, at most {_MAX_TOOLTIP} characters; empty for none.",
    validate=_validate_tooltip,
    is_public=True,
    label="Explanation of remote assistance",
)
SETTINGS: Final = (
    REDIRECT_TO_DASHBOARD,
    AUTOCOMPLETE,
    DATA_LIFETIME_MINUTES,
    COOKIE_RESTRICTION,
    ASSISTANCE_TITLE,
    ASSISTANCE_TOOLTIP,
)
