"""Tax classes, rates and rules as records that staff manage, and what they are refused with."""

from typing import Final

from customer_gql.commerce.managed.records import ManagedKind
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.shop.groups.tables import tax_class

from .tables import tax_rate, tax_rule

CODE_TAKEN: Final = Refusal("tax.code_taken", "Another one has this name. Choose another.", UserErrorCode.TAKEN)
IN_USE: Final = Refusal("tax.in_use", "It is in use: {uses}. Remove those first.", UserErrorCode.NOT_ALLOWED)
SCOPE_UNKNOWN: Final = Refusal(
    "tax.scope_unknown",
    "Some of these do not exist, or are of another kind. Read the list again.",
    UserErrorCode.NOT_FOUND,
)
NO_SCOPE: Final = Refusal("tax.no_scope", "Choose from 1 to {limit}.", UserErrorCode.REQUIRED)
PERCENT_WRONG: Final = Refusal(
    "tax_rate.percent_wrong", "Enter a percentage from 0 to {limit} with at most {digits} decimals."
)
POSTCODE_WRONG: Final = Refusal(
    "tax_rate.postcode_wrong", "Enter one postcode, a start such as 902*, or a range of numbers such as 90000-90999."
)
REGION_UNKNOWN: Final = Refusal(
    "tax_rate.region_unknown", "{country} has no region with a code of this name. Leave it out for the whole country."
)

_CLASS_UNKNOWN: Final = Refusal("tax_class.unknown", "There is no such tax class.", UserErrorCode.NOT_FOUND)
_TOO_MANY_CLASSES: Final = Refusal(
    "tax_class.limit_reached",
    "There are {limit} tax classes, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)
_RATE_NOT_FOUND: Final = Refusal("tax_rate.not_found", "There is no such tax rate.", UserErrorCode.NOT_FOUND)
_TOO_MANY_RATES: Final = Refusal(
    "tax_rate.limit_reached",
    "There are {limit} tax rates, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)
_RULE_NOT_FOUND: Final = Refusal("tax_rule.not_found", "There is no such tax rule.", UserErrorCode.NOT_FOUND)
_TOO_MANY_RULES: Final = Refusal(
    "tax_rule.limit_reached",
    "There are {limit} tax rules, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)

TAX_CLASSES: Final = ManagedKind(
    table=tax_class,
    prefix="tax",
    event_prefix="TAX_CLASS",
    fields={"name": "name", "kind": "kind"},
    not_found=_CLASS_UNKNOWN,
    limit=1_000,
    limit_reached=_TOO_MANY_CLASSES,
)
TAX_RATES: Final = ManagedKind(
    table=tax_rate,
    prefix="txr",
    event_prefix="TAX_RATE",
    fields={
        "code": "code",
        "country_code": "countryCode",
        "region": "region",
        "postcode": "postcode",
        "percent": "percent",
    },
    not_found=_RATE_NOT_FOUND,
    limit=100_000,
    limit_reached=_TOO_MANY_RATES,
)
TAX_RULES: Final = ManagedKind(
    table=tax_rule,
    prefix="txu",
    event_prefix="TAX_RULE",
    fields={
        "code": "code",
        "priority": "priority",
        "customer_class_ids": "customerClassIds",
        "product_class_ids": "productClassIds",
        "rate_ids": "rateIds",
    },
    prefixes={"customer_class_ids": "tax", "product_class_ids": "tax", "rate_ids": "txr"},
    not_found=_RULE_NOT_FOUND,
    limit=1_000,
    limit_reached=_TOO_MANY_RULES,
)
