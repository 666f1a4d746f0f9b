"""Where and when a price rule applies, and for which groups: what catalog and cart price rules share (docs/domain/pricing.md#pricing-8)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.money import MAX_AMOUNT, minor_digits
from customer_gql.core.text import validate_line
from customer_gql.database.statements import Connection, equals_any, fetch_rows
from customer_gql.shop.groups.tables import customer_group
from customer_gql.shop.websites.tables import website

MAX_NAME: Final = 255
_MAX_SCOPE: Final = 1_000
_MAX_PERCENT: Final = 100
_PERCENT_DECIMALS: Final = 3

RULE_NOT_FOUND: Final = Refusal("price_rule.not_found", "There is no such price rule.", UserErrorCode.NOT_FOUND)
RULE_LIMIT_REACHED: Final = Refusal(
    "price_rule.limit_reached",
    "There are {limit} price rules, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)
_NO_SCOPE: Final = Refusal("price_rule.no_scope", "Choose from 1 to {limit}.", UserErrorCode.REQUIRED)
_SCOPE_UNKNOWN: Final = Refusal(
    "price_rule.scope_unknown", "Some of these do not exist. Read the list again.", UserErrorCode.NOT_FOUND
)
_CURRENCIES_DIFFER: Final = Refusal(
    "price_rule.currencies_differ",
    "These websites have several currencies: {currencies}. Make a rule for each currency.",
)
_DAYS_WRONG: Final = Refusal("price_rule.days_wrong", "The last day is before the first. Choose a later one.")
_PERCENT_WRONG: Final = Refusal(
    "price_rule.percent_wrong", "Enter a percentage from 0 to {limit} with at most {digits} decimals."
)
_AMOUNT_WRONG: Final = Refusal(
    "price_rule.amount_wrong", "Enter an amount in {currency} that is not negative, with at most {digits} decimals."
)

SCOPE_FIELDS: Final = {
    "name": "name",
    "is_active": "isActive",
    "website_ids": "websiteIds",
    "group_ids": "groupIds",
    "from_on": "fromOn",
    "until_on": "untilOn",
    "priority": "priority",
    "stops_further_rules": "stopsFurtherRules",
}


async def validate_rule_scope(
    connection: Connection, stored: Mapping[str, Any], given: Mapping[str, Any], refused: CollectedErrors
) -> tuple[dict[str, Any], str | None]:
    """What is given in its normal form, and the currency of the websites, None where they were refused. Websites keep their currency
    and groups stay until the transaction ends."""
    values, currency = dict(given), None
    if "name" in given:
        with refused.collecting():
            values["name"] = validate_line(given["name"], ["name"], MAX_NAME, required=True)
    with refused.collecting():
        values["website_ids"] = _sort_ids(given.get("website_ids", stored.get("website_ids")), ["websiteIds"])
        currency = await _find_currency(connection, values["website_ids"])
    if "group_ids" in given:
        with refused.collecting():
            values["group_ids"] = _sort_ids(given["group_ids"], ["groupIds"])
            await _require_groups(connection, values["group_ids"])
    whole = {**stored, **values}
    with refused.collecting():
        if whole.get("from_on") and whole.get("until_on") and whole["until_on"] < whole["from_on"]:
            raise _DAYS_WRONG(path=["untilOn"])
    return values, currency


def _sort_ids(given: Sequence[int] | None, path: Sequence[str]) -> list[int]:
    ids = sorted(set(given or ()))
    if not 1 <= len(ids) <= _MAX_SCOPE:
        raise _NO_SCOPE(path=path, limit=_MAX_SCOPE)
    return ids


async def _find_currency(connection: Connection, ids: Sequence[int]) -> str:
    found = select(website.c.id, website.c.currency).where(equals_any(website.c.id, ids)).order_by(website.c.id)
    rows = await fetch_rows(connection, found.with_for_update(key_share=True, read=True))
    if len(rows) < len(ids):
        raise _SCOPE_UNKNOWN(path=["websiteIds"])
    currencies = sorted({row.currency for row in rows})
    if len(currencies) > 1:
        raise _CURRENCIES_DIFFER(path=["websiteIds"], currencies=currencies)
    return currencies[0]


async def _require_groups(connection: Connection, ids: Sequence[int]) -> None:
    """Each has to stay until the transaction ends, so a group that a job is deleting counts as unknown."""
    stays = equals_any(customer_group.c.id, ids), ~customer_group.c.is_being_deleted
    found = select(customer_group.c.id).where(*stays).order_by(customer_group.c.id)
    if len(await fetch_rows(connection, found.with_for_update(key_share=True, read=True))) < len(ids):
        raise _SCOPE_UNKNOWN(path=["groupIds"])


def validate_percent(percent: Decimal) -> Decimal:
    if not 0 <= percent <= _MAX_PERCENT or _count_decimals(percent) > _PERCENT_DECIMALS:
        raise _PERCENT_WRONG(path=["amount"], limit=_MAX_PERCENT, digits=_PERCENT_DECIMALS)
    return percent


def validate_rule_amount(amount: Decimal, currency: str) -> Decimal:
    """In major units."""
    digits = minor_digits(currency)
    if not 0 <= amount <= MAX_AMOUNT or _count_decimals(amount) > digits:
        raise _AMOUNT_WRONG(path=["amount"], currency=currency, digits=digits)
    return amount


def _count_decimals(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else _PERCENT_DECIMALS + 1
