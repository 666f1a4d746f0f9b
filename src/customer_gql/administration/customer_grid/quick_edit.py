"""Editing a row of the grid in place (docs/domain/quick-edit.md#quick-edit-1)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_conflicts
from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.writes import end_sessions_elsewhere, revoke_reset_links
from customer_gql.customers.addresses.writes import lock_default_billing_address, update_address
from customer_gql.customers.history.reads import read_customer_changes
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.customers.profile.writes import lock_customer, move_email_claim, update_customer
from customer_gql.database.statements import Connection, Row
from customer_gql.messaging.mail.writes import queue_mail

from .quick_edit_fields import FIELDS_BY_NAME, EditedRow


async def quick_edit(
    connection: Connection,
    customer_id: int,
    *,
    edits: Mapping[str, Any],
    expected_version: int | None,
    websites: Websites,
    by: Actor,
) -> list[str]:
    """Store the edits, by input name, that change something; the fields changed. Refuses all when it refuses one.

    Both the customer and the website they move to have to be among `websites`.
    """
    row = EditedRow(
        await lock_customer(connection, customer_id, websites=websites),
        await lock_default_billing_address(connection, customer_id),
        websites,
    )
    wanted = await _validate_edits(connection, row, edits)
    changed = {name: to for name, to in wanted.items() if to != row.stored_value(FIELDS_BY_NAME[name])}
    history = {
        field.name: (field.label(row.stored_value(field)), field.label(changed[field.name]))
        for field in map(FIELDS_BY_NAME.__getitem__, changed)
    }
    await refuse_conflicts(
        history,
        current=row.customer.version,
        expected=expected_version,
        changes_since=partial(read_customer_changes, connection, customer_id),
    )
    if changed:
        version = await _store_edits(connection, row, changed)
        await record_customer_event(connection, customer_id, kind="EDITED", version=version, by=by, changes=history)
        await _follow_up(connection, row.customer, changed)
    return list(changed)


async def _validate_edits(connection: Connection, row: EditedRow, edits: Mapping[str, Any]) -> dict[str, Any]:
    """The edits as they would be stored; `RuleErrors` with every refusal."""
    wanted: dict[str, Any] = {}
    errors: list[RuleError] = []
    for name, value in edits.items():
        try:
            wanted[name] = await FIELDS_BY_NAME[name].validate(connection, row, value)
        except RuleError as error:
            errors.append(error)
    if errors:
        raise RuleErrors(errors)
    return wanted


async def _store_edits(connection: Connection, row: EditedRow, changed: Mapping[str, Any]) -> int:
    """The new version of the customer."""
    customer, fields = row.customer, [FIELDS_BY_NAME[name] for name in changed]
    if {"email", "websiteId"} & changed.keys():
        email, website_id = changed.get("email", customer.email), changed.get("websiteId", customer.website_id)
        await move_email_claim(connection, customer, email=email, website_id=website_id)
    billing = {field.column: changed[field.name] for field in fields if field.is_billing}
    if row.billing is not None and billing:
        await update_address(connection, row.billing, billing)
    profile = {field.column: changed[field.name] for field in fields if not field.is_billing}
    return await update_customer(connection, customer, profile)


async def _follow_up(connection: Connection, customer: Row, changed: Mapping[str, Any]) -> None:
    if "websiteId" in changed and not await accounts_are_shared(connection):
        await end_sessions_elsewhere(connection, customer.id)
    if "email" in changed:
        await _announce_email(connection, customer, changed["email"])


async def _announce_email(connection: Connection, customer: Row, new: str) -> None:
    """To both addresses, in case the owner did not ask for it; links mailed to the old one stop working.

    docs/domain/quick-edit.md#quick-edit-6
    """
    await revoke_reset_links(connection, [customer.id])
    for recipient in (customer.email, new):
        await queue_mail(
            connection,
            template="email_changed",
            recipient=recipient,
            customer_id=customer.id,
            store_view_id=customer.created_in_store_view_id,
            placeholders={"firstName": customer.first_name},
        )
