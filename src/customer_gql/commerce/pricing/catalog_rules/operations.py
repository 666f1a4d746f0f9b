import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Final

import strawberry
from strawberry.scalars import JSON

from customer_gql.commerce.pricing.rule_scopes import MAX_NAME
from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id, parse_input_ids
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.lists import admin_list
from customer_gql.graph.payloads import EXPECTED_VERSION
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from . import types, writes
from .reads import rule_list
from .tables import CatalogPriceAction

_NAME: Final = f"Name for staff, at most {MAX_NAME} characters."
_WEBSITES: Final = "Ids of the websites on which it applies, at least one, all of one currency."
_GROUPS: Final = "Ids of the customer groups for which it applies, at least one; guests have one too."
_FROM: Final = "First day, by the time zone of each website; null for any."
_UNTIL: Final = "Last day; null for any."
_PRIORITY: Final = "Rules apply from the lowest to the highest; of equal ones the older first."
_STOPS: Final = "Whether later rules leave alone the products that this one applies to."
_CONDITION: Final = f"Products that it applies to. {types.CONDITION}"
_REBUILT: Final = "Prices follow within moments, by a job. Writes the history of staff."


@strawberry.input(description="A new catalog price rule.")
class CatalogPriceRuleCreateInput:
    name: str = column(_NAME)
    website_ids: list[strawberry.ID] = column(_WEBSITES)
    group_ids: list[strawberry.ID] = column(_GROUPS)
    action: CatalogPriceAction = column("What is done to the price.")
    amount: Decimal = column(types.AMOUNT)
    is_active: bool = strawberry.field(description="Whether it applies at all.", default=True)
    from_on: dt.date | None = strawberry.field(description=_FROM, default=None)
    until_on: dt.date | None = strawberry.field(description=_UNTIL, default=None)
    priority: int = strawberry.field(description=_PRIORITY, default=0)
    stops_further_rules: bool = strawberry.field(description=_STOPS, default=False)
    condition: JSON | None = strawberry.field(description=_CONDITION, default=None)  # pyright: ignore[reportInvalidTypeForm]


@strawberry.input(description="Changes of a catalog price rule. What is left out keeps its value.")
class CatalogPriceRuleUpdateInput:
    id: strawberry.ID = column("Id of the rule.")
    name: strawberry.Maybe[str] = column(_NAME)
    website_ids: strawberry.Maybe[list[strawberry.ID]] = column(_WEBSITES)
    group_ids: strawberry.Maybe[list[strawberry.ID]] = column(_GROUPS)
    action: strawberry.Maybe[CatalogPriceAction] = column("What is done to the price.")
    amount: strawberry.Maybe[Decimal] = column(types.AMOUNT)
    is_active: strawberry.Maybe[bool] = column("Whether it applies at all.")
    from_on: strawberry.Maybe[dt.date | None] = column(_FROM)
    until_on: strawberry.Maybe[dt.date | None] = column(_UNTIL)
    priority: strawberry.Maybe[int] = column(_PRIORITY)
    stops_further_rules: strawberry.Maybe[bool] = column(_STOPS)
    condition: strawberry.Maybe[JSON | None] = column(_CONDITION)  # pyright: ignore[reportInvalidTypeForm]
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Catalog price rule to delete.")
class CatalogPriceRuleDeleteInput:
    id: strawberry.ID = column("Id of the rule.")


_PLAIN: Final = (
    "name",
    "amount",
    "is_active",
    "from_on",
    "until_on",
    "priority",
    "stops_further_rules",
    "condition",
)


@strawberry.type
class CatalogPriceRuleAdminQuery:
    catalog_price_rules = admin_list(
        rule_list,
        "PRIORITY",
        of=types.CatalogPriceRule,
        permission=Permission.PRICING_MANAGE,
        all_websites=True,
        description="Catalog price rules, in the order in which they apply.",
    )


def _catalog_rule_mutation(description: str, *, exclusive: bool = False) -> Any:
    return admin_mutation(
        permission=Permission.PRICING_MANAGE, all_websites=True, exclusive=exclusive, description=description
    )


@strawberry.type
class CatalogPriceRuleAdminMutation:
    @_catalog_rule_mutation(f"Create a catalog price rule. {_REBUILT} Undone by `catalogPriceRuleDelete`.")
    async def catalog_price_rule_create(
        self, info: Info, input: Annotated[CatalogPriceRuleCreateInput, INPUT], dry_run: DryRun = False
    ) -> types.CatalogPriceRuleCreatePayload:
        given = {name: getattr(input, name) for name in _PLAIN} | {"action": input.action.value}
        given |= _parse_catalog_rule_scope(input.website_ids, input.group_ids)
        by = actor_of(info.context.viewer)
        async with info.context.transaction(dry_run=dry_run) as connection:
            key = await writes.create_rule(connection, given, by=by)
        return types.CatalogPriceRuleCreatePayload(rule_key=None if dry_run else key)

    @_catalog_rule_mutation(f"Change a catalog price rule. {_REBUILT} Undone by another update.")
    async def catalog_price_rule_update(
        self, info: Info, input: Annotated[CatalogPriceRuleUpdateInput, INPUT], dry_run: DryRun = False
    ) -> types.CatalogPriceRuleUpdatePayload:
        key, given = parse_input_id(input.id, "cpr", ["id"]), _read_catalog_rule_edits(input)
        expected, by = input.expected_version, actor_of(info.context.viewer)
        async with info.context.transaction(dry_run=dry_run) as connection:
            await writes.update_rule(connection, key, given, expected_version=expected, by=by)
        return types.CatalogPriceRuleUpdatePayload(rule_key=key)

    @_catalog_rule_mutation(f"Delete a catalog price rule for good. {_REBUILT} Cannot be undone.", exclusive=True)
    async def catalog_price_rule_delete(
        self, info: Info, input: Annotated[CatalogPriceRuleDeleteInput, INPUT], dry_run: DryRun = False
    ) -> types.CatalogPriceRuleDeletePayload:
        key, by = parse_input_id(input.id, "cpr", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction(dry_run=dry_run) as connection:
            await writes.delete_rule(connection, key, by=by)
        return types.CatalogPriceRuleDeletePayload(deleted_catalog_price_rule_id=input.id)


def _read_catalog_rule_edits(input: CatalogPriceRuleUpdateInput) -> dict[str, Any]:
    given = {name: getattr(input, name) for name in _PLAIN}
    edits = {name: value.value for name, value in given.items() if value is not None}
    if input.action is not None:
        edits["action"] = input.action.value.value
    websites = None if input.website_ids is None else input.website_ids.value
    groups = None if input.group_ids is None else input.group_ids.value
    return edits | _parse_catalog_rule_scope(websites, groups)


def _parse_catalog_rule_scope(
    website_ids: list[strawberry.ID] | None, group_ids: list[strawberry.ID] | None
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    if website_ids is not None:
        found["website_ids"] = parse_input_ids(website_ids, "web", ["websiteIds"])
    if group_ids is not None:
        found["group_ids"] = parse_input_ids(group_ids, "grp", ["groupIds"])
    return found


ADMIN_QUERIES: Final = (CatalogPriceRuleAdminQuery,)
ADMIN_MUTATIONS: Final = (CatalogPriceRuleAdminMutation,)
