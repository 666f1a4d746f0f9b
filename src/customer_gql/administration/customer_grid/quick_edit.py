"""Editing a row of the grid in place (docs/domain/quick-edit.md#quick-edit-1)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from customer_gql.administration.website_moves.steps import PlannedMove, finish_move
from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.text import is_unchanged
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.support.email_change_undo import (
    UNDO_LIFETIME,
    hand_over_account,
    unverified_columns,
)
from customer_gql.customers.addresses.changes import DEFAULTS, address_id
from customer_gql.customers.addresses.settings import TELEPHONE
from customer_gql.customers.addresses.writes import lock_default_billing_address, update_address
from customer_gql.customers.history.conflicts import refuse_customer_conflicts
from customer_gql.customers.history.stored_values import describe_changes
from customer_gql.customers.profile.claims import move_email_claim
from customer_gql.customers.profile.values.fields import SETTINGS as PROFILE_SETTINGS
from customer_gql.customers.profile.writes import change_customer, lock_customer
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.settings.reads import settings_at

from .quick_edit_fields import FIELDS_BY_NAME, EditedRow


async def quick_edit(
    connection: Connection,
    customer_id: int,
    *,
    edits: Mapping[str, Any],
    expected_version: int | None,
    websites: Websites,
    by: Actor,
) -> tuple[list[str], PlannedMove | None]:
    """Store the edits, by input name, that change something; the fields changed, and the move to another website where it
    is one. Refuses all when it refuses one.

    Both the customer and the website they move to have to be among `websites`.
    """
    customer = await lock_customer(connection, customer_id, websites=websites)
    billing = await lock_default_billing_address(connection, customer_id)
    shop = await settings_at(connection, TELEPHONE, *PROFILE_SETTINGS, website_id=customer.website_id)
    row = EditedRow(customer, billing, shop, websites)
    wanted = await _validate_edits(connection, row, edits)
    changed = {name: to for name, to in wanted.items() if to != row.stored_value(FIELDS_BY_NAME[name])}
    profile, billing = _columns_of(changed, is_billing=False), _columns_of(changed, is_billing=True)
    await refuse_customer_conflicts(
        connection,
        row.customer,
        {**describe_changes(row.customer, profile), **_describe_billing(row, billing)},
        expected=expected_version,
        relied_on=_read_from(row) if billing else None,
    )
    if not changed:
        return [], None
    await _move_claim(connection, row.customer, changed)
    if row.billing is not None and billing:
        await update_address(connection, row.billing, billing)
    values = {**profile, **await _unverified_columns(connection, row.customer, changed)}
    also = _describe_billing(row, billing)
    await change_customer(connection, row.customer, values, kind="EDITED", by=by, also=also)
    move = await finish_move(connection, row.customer, changed["websiteId"]) if "websiteId" in changed else None
    if "email" in changed:
        await hand_over_account(connection, row.customer, by=by)
    return list(changed), move


def _columns_of(changed: Mapping[str, Any], *, is_billing: bool) -> dict[str, Any]:
    fields = [FIELDS_BY_NAME[name] for name in changed]
    return {field.column: changed[field.name] for field in fields if field.is_billing is is_billing}


def _describe_billing(row: EditedRow, values: Mapping[str, Any]) -> Changes:
    return {} if row.billing is None else describe_changes(row.billing, values, record=address_id(row.billing))


def _read_from(row: EditedRow) -> dict[str, str | None]:
    """The address whose fields the row of the grid shows: another one was not seen by who edits them."""
    return {DEFAULTS["is_default_billing"]: None if row.billing is None else address_id(row.billing)}


async def _unverified_columns(connection: Connection, customer: Row, changed: Mapping[str, Any]) -> dict[str, Any]:
    """A new address is nobody's proven one, whatever the old one was (docs/domain/quick-edit.md#quick-edit-6)."""
    if "email" not in changed:
        return {}
    return await unverified_columns(connection, changed.get("websiteId", customer.website_id))


async def _validate_edits(connection: Connection, row: EditedRow, edits: Mapping[str, Any]) -> dict[str, Any]:
    """The edits as they would be stored; `RuleErrors` with every refusal. What is stored already is not judged again."""
    wanted: dict[str, Any] = {}
    errors: list[RuleError] = []
    for name, value in edits.items():
        if is_unchanged(value, row.stored_value(FIELDS_BY_NAME[name])):
            continue
        try:
            wanted[name] = await FIELDS_BY_NAME[name].validate(connection, row, value)
        except RuleError as error:
            errors.append(error)
    if errors:
        raise RuleErrors(errors)
    return wanted


async def _move_claim(connection: Connection, customer: Row, changed: Mapping[str, Any]) -> None:
    if {"email", "websiteId"} & changed.keys():
        email, website_id = changed.get("email", customer.email), changed.get("websiteId", customer.website_id)
        reserve_until = dt.datetime.now(dt.UTC) + UNDO_LIFETIME if "email" in changed else None
        await move_email_claim(connection, customer, email=email, website_id=website_id, reserve_until=reserve_until)
