"""Staff manage tax classes, rates and rules; roots of the admin endpoint."""

from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id, parse_input_ids
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.lists import admin_list
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from . import inputs, types, writes
from .reads import rate_list, rule_list

_RECORDED: Final = "Writes the history of staff."
_IN_USE: Final = f"`NOT_ALLOWED` with the `uses` in `params` while anything uses it. {_RECORDED} Cannot be undone."
_UNDONE: Final = f"{_RECORDED} Undone by another update."


def _tax_mutation(description: str, *, exclusive: bool = False) -> Any:
    return admin_mutation(
        permission=Permission.TAXES_MANAGE, all_websites=True, exclusive=exclusive, description=description
    )


@strawberry.type
class TaxAdminQuery:
    tax_rates = admin_list(
        rate_list,
        "CODE",
        of=types.TaxRate,
        permission=Permission.TAXES_MANAGE,
        all_websites=True,
        description="Tax rates, by their names.",
    )
    tax_rules = admin_list(
        rule_list,
        "PRIORITY",
        of=types.TaxRule,
        permission=Permission.TAXES_MANAGE,
        all_websites=True,
        description="Tax rules, by their priority.",
    )


@strawberry.type
class TaxClassAdminMutation:
    @_tax_mutation(f"Create a tax class. {_RECORDED} Undone by `taxClassDelete`.")
    async def tax_class_create(
        self, info: Info, input: Annotated[inputs.TaxClassCreateInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxClassCreatePayload:
        given = {"name": input.name, "kind": input.kind.value}
        key = await _create_tax(info, writes.create_tax_class, given, dry_run=dry_run)
        return types.TaxClassCreatePayload(class_key=key)

    @_tax_mutation(f"Rename a tax class. {_UNDONE}")
    async def tax_class_update(
        self, info: Info, input: Annotated[inputs.TaxClassUpdateInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxClassUpdatePayload:
        key, given = parse_input_id(input.id, "tax", ["id"]), _read_edits(input, "name")
        await _update_tax(info, writes.update_tax_class, key, given, input.expected_version, dry_run=dry_run)
        return types.TaxClassUpdatePayload(class_key=key)

    @_tax_mutation(f"Delete a tax class for good. {_IN_USE}", exclusive=True)
    async def tax_class_delete(
        self, info: Info, input: Annotated[inputs.TaxClassDeleteInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxClassDeletePayload:
        await _delete_tax(info, writes.delete_tax_class, parse_input_id(input.id, "tax", ["id"]), dry_run=dry_run)
        return types.TaxClassDeletePayload(deleted_tax_class_id=input.id)


@strawberry.type
class TaxRateAdminMutation:
    @_tax_mutation(f"Create a tax rate. It applies once a rule names it. {_RECORDED} Undone by `taxRateDelete`.")
    async def tax_rate_create(
        self, info: Info, input: Annotated[inputs.TaxRateCreateInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxRateCreatePayload:
        given = {name: getattr(input, name) for name in ("code", "country_code", "region", "postcode", "percent")}
        key = await _create_tax(info, writes.create_tax_rate, given, dry_run=dry_run)
        return types.TaxRateCreatePayload(rate_key=key)

    @_tax_mutation(f"Change a tax rate, for orders from now on. {_UNDONE}")
    async def tax_rate_update(
        self, info: Info, input: Annotated[inputs.TaxRateUpdateInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxRateUpdatePayload:
        key = parse_input_id(input.id, "txr", ["id"])
        given = _read_edits(input, "code", "country_code", "region", "postcode", "percent")
        await _update_tax(info, writes.update_tax_rate, key, given, input.expected_version, dry_run=dry_run)
        return types.TaxRateUpdatePayload(rate_key=key)

    @_tax_mutation(f"Delete a tax rate for good. {_IN_USE}", exclusive=True)
    async def tax_rate_delete(
        self, info: Info, input: Annotated[inputs.TaxRateDeleteInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxRateDeletePayload:
        await _delete_tax(info, writes.delete_tax_rate, parse_input_id(input.id, "txr", ["id"]), dry_run=dry_run)
        return types.TaxRateDeletePayload(deleted_tax_rate_id=input.id)


_LISTS: Final = {
    "customer_class_ids": ("tax", "customerClassIds"),
    "product_class_ids": ("tax", "productClassIds"),
    "rate_ids": ("txr", "rateIds"),
}


@strawberry.type
class TaxRuleAdminMutation:
    @_tax_mutation(f"Create a tax rule, for orders from now on. {_RECORDED} Undone by `taxRuleDelete`.")
    async def tax_rule_create(
        self, info: Info, input: Annotated[inputs.TaxRuleCreateInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxRuleCreatePayload:
        given = {"code": input.code, "priority": input.priority}
        lists = {name: getattr(input, name) for name in _LISTS}
        key = await _create_tax(info, writes.create_tax_rule, given | _parse_lists(lists), dry_run=dry_run)
        return types.TaxRuleCreatePayload(rule_key=key)

    @_tax_mutation(f"Change a tax rule, for orders from now on. {_UNDONE}")
    async def tax_rule_update(
        self, info: Info, input: Annotated[inputs.TaxRuleUpdateInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxRuleUpdatePayload:
        key = parse_input_id(input.id, "txu", ["id"])
        given = _read_edits(input, "code", "priority") | _parse_lists(_read_edits(input, *_LISTS))
        await _update_tax(info, writes.update_tax_rule, key, given, input.expected_version, dry_run=dry_run)
        return types.TaxRuleUpdatePayload(rule_key=key)

    @_tax_mutation(f"Delete a tax rule for good. {_RECORDED} Cannot be undone.", exclusive=True)
    async def tax_rule_delete(
        self, info: Info, input: Annotated[inputs.TaxRuleDeleteInput, INPUT], dry_run: DryRun = False
    ) -> types.TaxRuleDeletePayload:
        await _delete_tax(info, writes.delete_tax_rule, parse_input_id(input.id, "txu", ["id"]), dry_run=dry_run)
        return types.TaxRuleDeletePayload(deleted_tax_rule_id=input.id)


async def _create_tax(info: Info, create: Any, given: dict[str, Any], *, dry_run: bool) -> int | None:
    by = actor_of(info.context.viewer)
    async with info.context.transaction(dry_run=dry_run) as connection:
        key = await create(connection, given, by=by)
    return None if dry_run else key


async def _update_tax(
    info: Info, update: Any, key: int, given: dict[str, Any], expected: int | None, *, dry_run: bool
) -> None:
    by = actor_of(info.context.viewer)
    async with info.context.transaction(dry_run=dry_run) as connection:
        await update(connection, key, given, expected_version=expected, by=by)


async def _delete_tax(info: Info, delete: Any, key: int, *, dry_run: bool) -> None:
    by = actor_of(info.context.viewer)
    async with info.context.transaction(dry_run=dry_run) as connection:
        await delete(connection, key, by=by)


def _read_edits(input: Any, *names: str) -> dict[str, Any]:
    given = {name: getattr(input, name) for name in names}
    return {name: value.value for name, value in given.items() if value is not None}


def _parse_lists(given: dict[str, list[strawberry.ID]]) -> dict[str, list[int]]:
    return {name: parse_input_ids(ids, _LISTS[name][0], [_LISTS[name][1]]) for name, ids in given.items()}


ADMIN_QUERIES: Final = (TaxAdminQuery,)
ADMIN_MUTATIONS: Final = (TaxClassAdminMutation, TaxRateAdminMutation, TaxRuleAdminMutation)
