"""Who can order, how often, and how orders are numbered (docs/domain/checkout.md#checkout-5)."""

import re
from typing import Final

from customer_gql.core.errors import Refusal
from customer_gql.shop.settings.declaration import STORE_VIEW, WEBSITE, Setting

_PREFIX: Final = re.compile(r"[A-Za-z0-9]{0,20}")
_PREFIX_WRONG: Final = Refusal("setting.number_prefix_wrong", "Enter at most {limit} letters and digits.")


def _validate_prefix(text: str) -> None:
    if not _PREFIX.fullmatch(text):
        raise _PREFIX_WRONG(path=["value"], limit=20)


GUESTS_ALLOWED: Final = Setting(
    "checkout.guests_allowed", True, WEBSITE, "Whether shoppers can order without an account.", label="Guests can order"
)
NUMBER_PREFIX: Final = Setting(
    "orders.number_prefix",
    "",
    STORE_VIEW,
    "What numbers of orders begin with, as `DE` in `DE-00000042`. Empty for the code of the store view. Store views with the same "
    "prefix share its numbers, each order gets one of its own.",
    validate=_validate_prefix,
    label="Prefix of order numbers",
)
RATE_LIMIT_ENABLED: Final = Setting(
    "orders.rate_limit_enabled",
    False,
    WEBSITE,
    "Whether the orders that a shopper places in a minute are limited.",
    label="Limit orders in a minute",
)
PER_MINUTE_OF_CUSTOMER: Final = Setting(
    "orders.per_minute_of_customer",
    10,
    WEBSITE,
    "Largest number of orders that a customer places in a minute, if that is limited.",
    at_least=1,
    at_most=1_000,
    label="Orders of a customer in a minute",
)
PER_MINUTE_OF_GUESTS: Final = Setting(
    "orders.per_minute_of_guests",
    50,
    WEBSITE,
    "Largest number of orders that guests of one network place in a minute, if that is limited.",
    at_least=1,
    at_most=10_000,
    label="Orders of guests in a minute",
)
SETTINGS: Final = (
    GUESTS_ALLOWED,
    NUMBER_PREFIX,
    RATE_LIMIT_ENABLED,
    PER_MINUTE_OF_CUSTOMER,
    PER_MINUTE_OF_GUESTS,
)
