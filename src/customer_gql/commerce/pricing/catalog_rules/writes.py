"""Staff create, change and delete catalog price rules (docs/domain/pricing.md#pricing-8)."""

from collections.abc import Mapping
from typing import Any, Final

from customer_gql.commerce.managed.records import (
    ManagedKind,
    begin_creating,
    change_managed,
    create_managed,
    delete_managed,
    lock_managed,
)
from customer_gql.commerce.pricing.rule_scopes import (
    RULE_LIMIT_REACHED,
    RULE_NOT_FOUND,
    SCOPE_FIELDS,
    validate_percent,
    validate_rule_amount,
    validate_rule_scope,
)
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors
from customer_gql.database.statements import Connection

from .conditions import validate_catalog_condition
from .rebuild import ask_for_rebuild
from .tables import PERCENTAGES, catalog_price_rule

MAX_RULES: Final = 100
"""All of them can apply to one product on one day, each within the statement of the rules before it, which is compiled and planned as
deep as that."""

CATALOG_PRICE_RULES: Final = ManagedKind(
    table=catalog_price_rule,
    prefix="cpr",
    event_prefix="CATALOG_PRICE_RULE",
    fields={**SCOPE_FIELDS, "condition": "condition", "action": "action", "amount": "amount"},
    prefixes={"website_ids": "web", "group_ids": "grp"},
    not_found=RULE_NOT_FOUND,
    limit=MAX_RULES,
    limit_reached=RULE_LIMIT_REACHED,
)


async def create_rule(connection: Connection, given: Mapping[str, Any], *, by: Actor) -> int:
    """The key of the new rule. Raises `RuleErrors`."""
    await begin_creating(connection, CATALOG_PRICE_RULES)
    values = await _validate_catalog_rule(connection, {}, given)
    key = await create_managed(connection, CATALOG_PRICE_RULES, values, by=by)
    await ask_for_rebuild(connection)
    return key


async def update_rule(
    connection: Connection, key: int, given: Mapping[str, Any], *, expected_version: int | None, by: Actor
) -> None:
    """Store what differs. Raises `RuleErrors`."""
    stored = await lock_managed(connection, CATALOG_PRICE_RULES, key)
    values = await _validate_catalog_rule(connection, stored, given)
    if await change_managed(connection, CATALOG_PRICE_RULES, stored, values, expected_version=expected_version, by=by):
        await ask_for_rebuild(connection)


async def delete_rule(connection: Connection, key: int, *, by: Actor) -> None:
    stored = await lock_managed(connection, CATALOG_PRICE_RULES, key)
    await delete_managed(connection, CATALOG_PRICE_RULES, stored, by=by)
    await ask_for_rebuild(connection)


async def _validate_catalog_rule(
    connection: Connection, stored: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given, in its normal form. Raises `RuleErrors` with everything that does not fit."""
    refused = CollectedErrors()
    values, currency = await validate_rule_scope(connection, stored, given, refused)
    with refused.collecting():
        if given.get("condition") is not None:
            values["condition"] = validate_catalog_condition(given["condition"], ["condition"])
    whole = {**stored, **values}
    with refused.collecting():
        if whole["action"] in PERCENTAGES:
            values["amount"] = validate_percent(whole["amount"])
        elif currency is not None:
            values["amount"] = validate_rule_amount(whole["amount"], currency)
    refused.raise_collected()
    return values
