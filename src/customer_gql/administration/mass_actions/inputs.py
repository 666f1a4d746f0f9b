"""What is sent of a mass action, and what of it the action takes (docs/domain/mass-actions.md#mass-actions-1)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import strawberry

from customer_gql.administration.customer_actions.mass_edits import FLAG, PROFILE
from customer_gql.administration.customer_actions.types import MassAction
from customer_gql.administration.jobs.operations import KEY_DESCRIPTION
from customer_gql.administration.selections.inputs import (
    EXCEPT_DESCRIPTION,
    SEARCH_DESCRIPTION,
    CustomerSelection,
)
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.text import validate_lines
from customer_gql.customers.accounts.support.sign_in_closure import MAX_LOCK_NOTE, validate_lock_end
from customer_gql.customers.profile.types import Gender
from customer_gql.customers.tags.values import MAX_TAGS, validate_tags
from customer_gql.graph.fields import column
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy

_GROUP_MISSING: Final = Refusal("mass_action.group_missing", "Enter the group to assign.", UserErrorCode.REQUIRED)
_GROUP_UNUSED: Final = Refusal("mass_action.group_unused", "Leave the group out; only ASSIGN_GROUP takes one.")
_TAGS_MISSING: Final = Refusal("mass_action.tags_missing", "Enter at least one tag.", UserErrorCode.REQUIRED)
_TAGS_UNUSED: Final = Refusal("mass_action.tags_unused", "Leave the tags out; only ADD_TAGS and REMOVE_TAGS take some.")
_TOO_MANY_TAGS: Final = Refusal("mass_action.too_many_tags", "Enter at most {limit} tags.", UserErrorCode.TOO_MANY)
_EDIT_MISSING: Final = Refusal(
    "mass_action.edit_missing", "Enter at least one field to change.", UserErrorCode.REQUIRED
)
_EDIT_UNUSED: Final = Refusal("mass_action.edit_unused", "Leave the edit out; only EDIT takes one.")
_LOCK_UNUSED: Final = Refusal("mass_action.lock_unused", "Leave this out; only LOCK takes it.")


@strawberry.input(
    description="Fields of many customers. A field that is left out keeps its value; null clears it where null is allowed."
)
class CustomerMassEditInput:
    prefix: strawberry.Maybe[str | None] = column("Title before the name, at most 40 characters.")
    suffix: strawberry.Maybe[str | None] = column("Suffix after the name, at most 40 characters.")
    gender: strawberry.Maybe[Gender | None] = column("Gender.")
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters.")
    birth_year: strawberry.Maybe[int | None] = column(
        "Year of birth; one other than that of a date clears the date. Null clears a year that is known without a date."
    )
    is_automatic_group_change_disabled: strawberry.Maybe[bool] = column(
        "Whether a validated VAT number leaves the customers in their group."
    )


@strawberry.input(description="One action on many customers.")
class CustomerMassActionInput:
    action: MassAction = column("The action.")
    selection: CustomerSelection = column("Customers that the action applies to.")
    search: str | None = strawberry.field(description=SEARCH_DESCRIPTION.format(list="customers"), default=None)
    except_ids: list[strawberry.ID] | None = strawberry.field(
        description=EXCEPT_DESCRIPTION.format(records="customers"), default=None
    )
    group_id: strawberry.ID | None = strawberry.field(
        description="Id of the group to assign; only with `ASSIGN_GROUP`.", default=None
    )
    edit: CustomerMassEditInput | None = strawberry.field(
        description="Fields to change; only with `EDIT`.", default=None
    )
    tags: list[str] | None = strawberry.field(
        description=f"Tags to add or remove, at most {MAX_TAGS}; only with `ADD_TAGS` and `REMOVE_TAGS`.", default=None
    )
    locked_until: dt.datetime | None = strawberry.field(
        description="Time at which the lock ends, only with `LOCK`; in `accounts.lock_days` by default.", default=None
    )
    note: str | None = strawberry.field(
        description=f"Note about the lock for staff, at most {MAX_LOCK_NOTE} characters; only with `LOCK`.",
        default=None,
    )
    error_policy: ErrorPolicy = strawberry.field(
        description="What happens when a customer is refused, or a fault occurs.", default=ErrorPolicy.SKIP
    )
    idempotency_key: str | None = strawberry.field(description=KEY_DESCRIPTION, default=None)


def read_parameters(input: CustomerMassActionInput) -> dict[str, Any]:
    """What the action takes, as it was given, in JSON. Raises `RuleError` for what is missing or too much."""
    found = {
        "group_id": find_group(input.action is MassAction.ASSIGN_GROUP, input.group_id),
        "edit": _find_edit(input),
        "tags": _find_tags(input),
    }
    given = {name: value for name, value in found.items() if value is not None}
    return {"action": input.action.value, **given, **_find_lock(input)}


def find_group(assigns: bool, group_id: str | None) -> int | None:
    """The group to assign, which no other action takes. Raises `RuleError`."""
    if assigns and group_id is None:
        raise _GROUP_MISSING(path=["groupId"])
    if not assigns and group_id is not None:
        raise _GROUP_UNUSED(path=["groupId"])
    return None if group_id is None else parse_input_id(group_id, "grp", ["groupId"])


def _find_edit(input: CustomerMassActionInput) -> Mapping[str, Any] | None:
    """By input name."""
    edits = input.action is MassAction.EDIT
    if not edits and input.edit is not None:
        raise _EDIT_UNUSED(path=["edit"])
    given = {} if input.edit is None else _given_fields(input.edit)
    if edits and not given:
        raise _EDIT_MISSING(path=["edit"])
    return given or None


def _given_fields(edit: CustomerMassEditInput) -> dict[str, Any]:
    gender = edit.gender and strawberry.Some(edit.gender.value and edit.gender.value.value)
    given = (edit.prefix, edit.suffix, gender, edit.tax_vat_number, edit.birth_year)
    fields = dict(zip(PROFILE, given, strict=True)) | {FLAG: edit.is_automatic_group_change_disabled}
    return {name: maybe.value for name, maybe in fields.items() if maybe is not None}


def _find_tags(input: CustomerMassActionInput) -> dict[str, str] | None:
    """By fold."""
    takes = input.action in (MassAction.ADD_TAGS, MassAction.REMOVE_TAGS)
    if takes and not input.tags:
        raise _TAGS_MISSING(path=["tags"])
    if not takes and input.tags is not None:
        raise _TAGS_UNUSED(path=["tags"])
    if input.tags is not None and len(input.tags) > MAX_TAGS:
        raise _TOO_MANY_TAGS(path=["tags"], limit=MAX_TAGS)
    return None if input.tags is None else validate_tags(input.tags, "tags")


def _find_lock(input: CustomerMassActionInput) -> dict[str, Any]:
    if input.action is MassAction.LOCK:
        if input.locked_until is not None:
            validate_lock_end(input.locked_until, ["lockedUntil"])
        until = None if input.locked_until is None else input.locked_until.isoformat()
        return {"locked_until": until, "note": validate_lines(input.note, ["note"], MAX_LOCK_NOTE)}
    for name, given in (("lockedUntil", input.locked_until), ("note", input.note)):
        if given is not None:
            raise _LOCK_UNUSED(path=[name])
    return {}
