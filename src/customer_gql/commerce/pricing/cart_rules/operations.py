import enum
from collections.abc import Iterable
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id, parse_input_ids
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.lists import admin_list
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from . import inputs, types, writes
from .coupons import MOST_AT_ONCE, generate_coupons
from .kinds import CART_PRICE_RULES
from .reads import cart_rule_list

_RECORDED: Final = "Writes the history of staff."
_COLUMNS: Final = tuple(column for column in CART_PRICE_RULES.fields if column not in {"website_ids", "group_ids"})


@strawberry.type
class CartPriceRuleAdminQuery:
    cart_price_rules = admin_list(
        cart_rule_list,
        "PRIORITY",
        of=types.CartPriceRule,
        permission=Permission.PRICING_MANAGE,
        all_websites=True,
        description="Cart price rules, in the order in which they apply.",
    )


def _cart_rule_mutation(description: str, *, exclusive: bool = False) -> Any:
    return admin_mutation(
        permission=Permission.PRICING_MANAGE, all_websites=True, exclusive=exclusive, description=description
    )


@strawberry.type
class CartPriceRuleAdminMutation:
    @_cart_rule_mutation(f"Create a cart price rule. {_RECORDED} Undone by `cartPriceRuleDelete`.")
    async def cart_price_rule_create(
        self, info: Info, input: Annotated[inputs.CartPriceRuleCreateInput, INPUT], dry_run: DryRun = False
    ) -> types.CartPriceRuleCreatePayload:
        given = _plain({name: getattr(input, name) for name in _COLUMNS})
        given |= _parse_cart_rule_scope(input.website_ids, input.group_ids)
        by = actor_of(info.context.viewer)
        async with info.context.transaction(dry_run=dry_run) as connection:
            key = await writes.create_cart_rule(connection, given, by=by)
        return types.CartPriceRuleCreatePayload(rule_key=None if dry_run else key)

    @_cart_rule_mutation(
        f"Change a cart price rule. {_RECORDED} Undone by another update, but for coupons that were lost."
    )
    async def cart_price_rule_update(
        self, info: Info, input: Annotated[inputs.CartPriceRuleUpdateInput, INPUT], dry_run: DryRun = False
    ) -> types.CartPriceRuleUpdatePayload:
        key, given = parse_input_id(input.id, "car", ["id"]), _read_cart_rule_edits(input)
        expected, by = input.expected_version, actor_of(info.context.viewer)
        async with info.context.transaction(dry_run=dry_run) as connection:
            await writes.update_cart_rule(connection, key, given, expected_version=expected, by=by)
        return types.CartPriceRuleUpdatePayload(rule_key=key)

    @_cart_rule_mutation(
        f"Delete a cart price rule for good, with its coupons. {_RECORDED} Cannot be undone.", exclusive=True
    )
    async def cart_price_rule_delete(
        self, info: Info, input: Annotated[inputs.CartPriceRuleDeleteInput, INPUT], dry_run: DryRun = False
    ) -> types.CartPriceRuleDeletePayload:
        key, by = parse_input_id(input.id, "car", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction(dry_run=dry_run) as connection:
            await writes.delete_cart_rule(connection, key, by=by)
        return types.CartPriceRuleDeletePayload(deleted_cart_price_rule_id=input.id)

    @_cart_rule_mutation(
        f"Make up coupons for a rule of the kind `GENERATED`, at most {MOST_AT_ONCE} at once: `CartPriceRule.coupons` lists them. "
        f"{_RECORDED} Cannot be undone, but for the rule as a whole.",
        exclusive=True,
    )
    async def coupons_generate(
        self, info: Info, input: Annotated[inputs.CouponsGenerateInput, INPUT], dry_run: DryRun = False
    ) -> types.CouponsGeneratePayload:
        key, by = parse_input_id(input.rule_id, "car", ["ruleId"]), actor_of(info.context.viewer)
        async with info.context.transaction(dry_run=dry_run) as connection:
            made = await generate_coupons(
                connection, key, count=input.count, length=input.length, prefix=input.prefix, by=by
            )
        return types.CouponsGeneratePayload(rule_key=key, generated_count=made)


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, enum.Enum) else value for name, value in given.items()}


def _read_cart_rule_edits(input: inputs.CartPriceRuleUpdateInput) -> dict[str, Any]:
    given = {name: getattr(input, name) for name in _COLUMNS}
    edits = _plain({name: value.value for name, value in given.items() if value is not None})
    websites = None if input.website_ids is None else input.website_ids.value
    groups = None if input.group_ids is None else input.group_ids.value
    return edits | _parse_cart_rule_scope(websites, groups)


def _parse_cart_rule_scope(
    website_ids: Iterable[strawberry.ID] | None, group_ids: Iterable[strawberry.ID] | None
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    if website_ids is not None:
        found["website_ids"] = parse_input_ids(list(website_ids), "web", ["websiteIds"])
    if group_ids is not None:
        found["group_ids"] = parse_input_ids(list(group_ids), "grp", ["groupIds"])
    return found


ADMIN_QUERIES: Final = (CartPriceRuleAdminQuery,)
ADMIN_MUTATIONS: Final = (CartPriceRuleAdminMutation,)
