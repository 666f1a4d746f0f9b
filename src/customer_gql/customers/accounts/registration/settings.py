"""Options of sign-up and of account deletion."""

from typing import Final

from customer_gql.shop.groups.tables import GENERAL
from customer_gql.shop.groups.writes import validate_default_group
from customer_gql.shop.settings.declaration import STORE_VIEW, WEBSITE, Setting

EMAIL_CONFIRMATION: Final = Setting(
    "accounts.confirm_email",
    False,
    WEBSITE,
    "Whether a new account works only after its address was confirmed. While accounts work on all websites, changing it "
    "takes a role for all of them.",
    follows_accounts=True,
    label="Confirm e-mail address",
    is_public=True,
)
DEFAULT_GROUP: Final = Setting(
    "customers.default_group",
    GENERAL,
    STORE_VIEW,
    "Number of the group new customers belong to.",
    at_least=1,
    at_most=2**31 - 1,  # the largest `Int` of the graph
    check=validate_default_group,
    names_group=True,
    label="Default group",
)
AT_ONCE: Final = "AT_ONCE"
DELETION: Final = Setting(
    "accounts.deletion",
    AT_ONCE,
    WEBSITE,
    "What happens when customers ask to be deleted: AT_ONCE deletes, BY_STAFF only records it in the history.",
    one_of=(AT_ONCE, "BY_STAFF"),
    label="Requests for deletion",
)
