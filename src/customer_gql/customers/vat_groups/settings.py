"""Which customer group a VAT number leads to (docs/domain/vat.md#vat-6)."""

from typing import Any, Final

from customer_gql.customers.vat.settings import READ_SETTINGS
from customer_gql.shop.groups.writes import validate_default_group
from customer_gql.shop.settings.declaration import STORE_VIEW, Setting

BILLING: Final = "BILLING"


def _group(kind: str, description: str, label: str) -> Setting[Any]:
    return Setting(
        f"customers.vat_{kind}_group",
        None,
        STORE_VIEW,
        f"Number of the group of customers {description}; null leaves them in the default group.",
        at_least=1,
        at_most=2**31 - 1,  # the largest `Int` of the graph
        check=validate_default_group,
        names_group=True,
        is_nullable=True,
        label=label,
    )


AUTOMATIC_GROUP: Final = Setting(
    "customers.automatic_group",
    False,
    STORE_VIEW,
    "Whether the VAT number at the default address decides the group of a customer. It does not decide that of members of "
    "companies, nor that of customers with `isAutomaticGroupChangeDisabled`.",
    label="Group by VAT number",
)
DECIDING_ADDRESS: Final = Setting(
    "customers.vat_address",
    BILLING,
    STORE_VIEW,
    "The default address whose VAT number decides the group.",
    one_of=(BILLING, "SHIPPING"),
    label="Address that decides the group",
)
EACH_TRANSACTION: Final = Setting(
    "customers.vat_each_transaction",
    False,
    STORE_VIEW,
    "Whether VIES is asked again about a number at an address of a cart that it has told the customer's account about before. "
    "Otherwise its last answer is used again.",
    label="Ask VIES for each transaction",
)
DOMESTIC_GROUP: Final = _group(
    "domestic", "with a valid VAT number in the country of the shop", "Group for valid domestic VAT numbers"
)
INTRA_UNION_GROUP: Final = _group(
    "intra_union",
    "with a valid VAT number in another country of the European Union",
    "Group for valid VAT numbers of the Union",
)
INVALID_GROUP: Final = _group("invalid", "whose VAT number is not valid", "Group for VAT numbers that are not valid")
ERROR_GROUP: Final = _group(
    "error",
    "whose VAT number could not be checked because VIES did not answer",
    "Group for VAT numbers without an answer",
)
GROUPS: Final = (DOMESTIC_GROUP, INTRA_UNION_GROUP, INVALID_GROUP, ERROR_GROUP)
SETTINGS: Final = (AUTOMATIC_GROUP, DECIDING_ADDRESS, EACH_TRANSACTION, *GROUPS)
RULE_SETTINGS: Final = (*SETTINGS, *READ_SETTINGS)
"""What the rule reads."""
