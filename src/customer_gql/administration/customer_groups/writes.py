"""Creating and changing customer groups (docs/domain/groups.md#groups-6)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes, refuse_conflicts
from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.sessions.access import end_sessions_on_excluded_websites
from customer_gql.database.statements import Connection
from customer_gql.shop.groups.tables import NOT_LOGGED_IN, RETAIL_CUSTOMER
from customer_gql.shop.groups.writes import (
    change_group,
    find_excluded_websites,
    insert_group,
    lock_group,
    set_excluded_websites,
    validate_group_values,
)
from customer_gql.staff.audit.reads import read_staff_changes
from customer_gql.staff.audit.writes import record_staff_event


async def create_group(
    connection: Connection, *, name: str, tax_class_id: int | None, excluded_website_ids: Sequence[int], by: Actor
) -> int:
    """The number of the new group. Raises `RuleErrors`."""
    await lock_group(connection, NOT_LOGGED_IN)  # one at a time, so that there are never too many
    values = await validate_group_values(
        connection,
        None,
        name=name,
        tax_class_id=RETAIL_CUSTOMER if tax_class_id is None else tax_class_id,
        excluded_website_ids=excluded_website_ids,
    )
    excluded = values.pop("excluded_website_ids")
    number = await insert_group(connection, values, excluded)
    changes = describe_changes({}, {**values, "excluded_website_ids": excluded})
    await record_staff_event(
        connection, "GROUP_CREATED", by=by, subject=encode_id("grp", number), changes=changes, version=1
    )
    return number


async def update_group(
    connection: Connection,
    group_id: int,
    *,
    name: str | None = None,
    tax_class_id: int | None = None,
    excluded_website_ids: Sequence[int] | None = None,
    expected_version: int | None,
    by: Actor,
) -> None:
    """Store what differs, and end the sessions of members on websites that become excluded. Raises `RuleErrors`."""
    stored = await lock_group(connection, group_id)
    values = await validate_group_values(
        connection, stored, name=name, tax_class_id=tax_class_id, excluded_website_ids=excluded_website_ids
    )
    before = {**stored, "excluded_website_ids": await find_excluded_websites(connection, group_id)}
    changes, version = describe_changes(before, values), stored.version + 1
    if not changes:
        return
    subject = encode_id("grp", group_id)
    await refuse_conflicts(
        changes,
        current=stored.version,
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, subject),
    )
    excluded = values.pop("excluded_website_ids", None)
    await change_group(connection, group_id, values, version=version)
    if excluded is not None:
        await set_excluded_websites(connection, group_id, excluded)
        if set(excluded).difference(before["excluded_website_ids"]):
            await end_sessions_on_excluded_websites(connection, group_id=group_id, by=by)
    await record_staff_event(connection, "GROUP_CHANGED", by=by, subject=subject, changes=changes, version=version)


def describe_changes(before: Mapping[str, Any], values: Mapping[str, Any]) -> Changes:
    """What the history of staff has: fields of the input with the value before and after."""
    shown = {"name": "name", "tax_class_id": "taxClassId", "excluded_website_ids": "excludedWebsiteIds"}
    return {
        field: (_show(column, before.get(column)), _show(column, values[column]))
        for column, field in shown.items()
        if column in values and before.get(column) != values[column]
    }


def _show(column: str, value: Any) -> Any:
    if value is None or column == "name":
        return value
    if column == "tax_class_id":
        return encode_id("tax", value)
    return [encode_id("web", id) for id in value]
