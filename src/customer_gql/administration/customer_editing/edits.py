"""An edit of a customer by staff, whichever mutation it comes through (docs/domain/customer-editing.md#customer-editing-2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.administration.website_moves.steps import PlannedMove, finish_move, refuse_excluded_group
from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import CollectedErrors
from customer_gql.core.text import is_unchanged
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.sessions import access
from customer_gql.customers.accounts.support.email_change_undo import (
    UNDO_LIFETIME,
    hand_over_account,
    unverified_columns,
)
from customer_gql.customers.accounts.writes import notify_assistance_change
from customer_gql.customers.addresses.changes import DEFAULTS, address_id
from customer_gql.customers.addresses.fields import SETTINGS as ADDRESS_SETTINGS
from customer_gql.customers.addresses.writes import lock_default_billing_address, update_address
from customer_gql.customers.attributes.values.given import Door, GivenValue
from customer_gql.customers.attributes.values.writes import AttributeEdit, edit_attributes_of
from customer_gql.customers.history.conflicts import leave_out_untouched, refuse_customer_conflicts
from customer_gql.customers.history.stored_values import describe_changes
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.claims import move_email_claim, move_external_id_claim, untold_claim
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.customers.profile.values.births import find_changed_births, settle_birth
from customer_gql.customers.profile.values.fields import BIRTHS, SETTINGS as PROFILE_SETTINGS
from customer_gql.customers.profile.writes import (
    lock_customer,
    store_change,
    update_customer,
    withdraw_assistance,
)
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.settings.reads import settings_at

from .fields import FIELDS_BY_NAME, EditedCustomer, RefusedValue

_KINDS: Final[Mapping[str, str]] = {"website_id": "WEBSITE_CHANGED"}
_STATUS_KINDS: Final[Mapping[str, str]] = {
    CustomerStatus.ACTIVE.value: "ACTIVATED",
    CustomerStatus.INACTIVE.value: "DEACTIVATED",
}


CheckEmail = Callable[[bool], None]
"""Raises `Forbidden` for an editor who may not give the address; told whether it leads to another mailbox."""


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """The input fields that changed, and the move to another website where it is one."""

    changed: list[str]
    move: PlannedMove | None = None


@dataclass(frozen=True, slots=True)
class _Columns:
    """What is stored, of the customer and of the default billing address, and the input fields that it changes."""

    profile: dict[str, Any]
    billing: dict[str, Any]
    names: list[str]


async def edit_customer(
    connection: Connection,
    customer_id: int,
    *,
    edits: Mapping[str, Any],
    attributes: Sequence[GivenValue] = (),
    is_quick: bool = False,
    expected_version: int | None,
    websites: Websites,
    by: Actor,
    check_email: CheckEmail | None = None,
    locked: Row | None = None,
) -> EditOutcome:
    """Store the edits, by input name, that change something. Refuses all when it refuses one. Both the customer and the website
    they move to have to be among `websites`. `check_email` is called where an address is given, and `locked` is the customer
    where the caller has locked them."""
    customer = locked or await lock_customer(connection, customer_id, websites=websites, with_settings=True)
    edited = await _read_edited(connection, customer, websites, with_billing=_gives_billing(edits))
    billing = edited.billing
    edits = await _leave_out_untouched(connection, customer, billing, edits, expected_version, by)
    own, refused, columns = edit_attributes_of(customer_id), CollectedErrors(), _Columns({}, {}, [])
    with refused.collecting():
        columns = await _find_columns(connection, edited, edits, by)
    with refused.collecting():
        door = Door(customer.website_id, is_quick=is_quick, by=by, is_blind=by.is_blind)
        await own.settle(connection, attributes, door, locked=customer, expected=expected_version)
    refused.raise_collected()
    if check_email is not None and "email" in edits:
        check_email(is_other_address(customer, columns.profile))
    of_billing = await _refuse_conflicts(connection, edited, edits, columns, own, expected_version, by)
    if not columns.names and not own.changed:
        return EditOutcome([])
    await _move_claims(connection, customer, columns.profile, by)
    if billing is not None and columns.billing:
        await update_address(connection, billing, columns.billing)
    await own.store(connection)
    await _store_edit(connection, customer, columns.profile, {**of_billing, **own.describe()}, by)
    return EditOutcome([*columns.names, *own.names], await _finish(connection, customer, columns.profile, by))


async def _refuse_conflicts(
    connection: Connection,
    edited: EditedCustomer,
    edits: Mapping[str, Any],
    columns: _Columns,
    own: AttributeEdit,
    expected: int | None,
    by: Actor,
) -> Changes:
    """What the edit changes of the default billing address. Raises `VersionConflict`."""
    customer, billing = edited.customer, edited.billing
    of_billing = {} if billing is None else describe_changes(billing, columns.billing, record=address_id(billing))
    changes = {**describe_changes(customer, columns.profile), **of_billing}
    judged = _describe_blindly(edited, edits, changes) if by.is_blind else changes
    await refuse_customer_conflicts(
        connection,
        customer,
        {**judged, **own.describe(keeps_equal=by.is_blind)},
        expected=expected,
        relied_on=_read_from(billing) if columns.billing or (by.is_blind and _gives_billing(edits)) else None,
    )
    return of_billing


async def _read_edited(
    connection: Connection, customer: Row, websites: Websites, *, with_billing: bool
) -> EditedCustomer:
    billing = await lock_default_billing_address(connection, customer.id) if with_billing else None
    shop = await settings_at(connection, *ADDRESS_SETTINGS, *PROFILE_SETTINGS, website_id=customer.website_id)
    return EditedCustomer(customer, billing, shop, websites)


async def _leave_out_untouched(
    connection: Connection,
    customer: Row,
    billing: Row | None,
    edits: Mapping[str, Any],
    expected: int | None,
    by: Actor,
) -> Mapping[str, Any]:
    """For those who see no personal values, whether one is as it was would tell it."""
    given = [FIELDS_BY_NAME[name] for name, value in edits.items() if not isinstance(value, RefusedValue)]
    fields = [field for field in given if not (by.is_blind and field.is_personal)]
    profile, of_billing = (
        {field.name: field.column for field in fields if field.is_billing is is_billing} for is_billing in (False, True)
    )
    edits = await leave_out_untouched(connection, customer, edits, profile, expected=expected)
    if billing is None or not of_billing:
        return edits
    return await leave_out_untouched(
        connection, customer, edits, of_billing, expected=expected, stored=billing, record=address_id(billing)
    )


async def _find_columns(
    connection: Connection, edited: EditedCustomer, edits: Mapping[str, Any], by: Actor
) -> _Columns:
    """`RuleErrors` with every refusal. What is stored already is not judged again, unless that would tell what is stored."""
    wanted: dict[str, Any] = {}
    births: dict[str, Any] = {}
    refused = CollectedErrors()
    for name, value in edits.items():
        field = FIELDS_BY_NAME[name]
        with refused.collecting():
            stored = edited.stored_value(field)
            is_kept = is_unchanged(value, stored) and not (by.is_blind and field.is_personal)
            settled = stored if is_kept else await field.judge(connection, edited, value)
            (births if name in BIRTHS else wanted)[name] = settled
    with refused.collecting():
        births = settle_birth(edited.customer, births)
    with refused.collecting():
        await _refuse_excluded_pair(connection, edited.customer, wanted)
    refused.raise_collected()
    changed = {name: to for name, to in wanted.items() if to != edited.stored_value(FIELDS_BY_NAME[name])}
    profile, billing = (
        {
            FIELDS_BY_NAME[name].column: to
            for name, to in changed.items()
            if FIELDS_BY_NAME[name].is_billing is is_billing
        }
        for is_billing in (False, True)
    )
    names = [*changed, *find_changed_births(edited.customer, births)]
    order = [*edits, *BIRTHS]  # the other field of a birth may change too
    return _Columns({**profile, **births}, billing, sorted(names, key=order.index))


async def _refuse_excluded_pair(connection: Connection, customer: Row, wanted: Mapping[str, Any]) -> None:
    """The group and the website that count are those that the customer has after the edit."""
    website_id, group_id = (
        wanted.get(name, customer[column]) for name, column in (("websiteId", "website_id"), ("groupId", "group_id"))
    )
    if website_id != customer.website_id:
        await refuse_excluded_group(connection, group_id, website_id)
    elif group_id != customer.group_id:
        await refuse_excluded_group(connection, group_id, website_id, path=["groupId"])


def _describe_blindly(edited: EditedCustomer, edits: Mapping[str, Any], changes: Changes) -> Changes:
    """The changes, and every other personal field that is given: which of them conflict would tell those who see no
    personal values what is stored (docs/domain/concurrent-edits.md#concurrent-edits-9)."""
    personal = {name: value for name, value in edits.items() if FIELDS_BY_NAME[name].is_personal}
    if personal.keys() & set(BIRTHS):  # each says something of the other
        personal = {**dict.fromkeys(BIRTHS), **personal}
    given: dict[str, Any] = {}
    for name, value in personal.items():
        field = FIELDS_BY_NAME[name]
        row = edited.billing if field.is_billing else edited.customer
        assert row is not None, "without a billing address its fields were refused"
        record = address_id(row) if field.is_billing else None
        given |= describe_changes(row, {field.column: value}, record=record, keeps_equal=True)
    return {**given, **{name: change for name, change in changes.items() if name not in given}}


def _gives_billing(edits: Mapping[str, Any]) -> bool:
    return any(FIELDS_BY_NAME[name].is_billing for name in edits)


def _read_from(billing: Row | None) -> dict[str, str | None]:
    """The address whose fields the row of the grid shows: another one was not seen by who edits them."""
    return {DEFAULTS["is_default_billing"]: None if billing is None else address_id(billing)}


def is_other_address(customer: Row, profile: Mapping[str, Any]) -> bool:
    """Whether the columns to store lead to another mailbox; a new spelling of an address does not."""
    return "email" in profile and normalize_email(profile["email"]) != normalize_email(customer.email)


async def _move_claims(connection: Connection, customer: Row, profile: Mapping[str, Any], by: Actor) -> None:
    refused = CollectedErrors()
    if "external_id" in profile:
        with refused.collecting():
            await move_external_id_claim(connection, customer, profile["external_id"])
    if {"email", "website_id"} & profile.keys():
        email, website_id = profile.get("email", customer.email), profile.get("website_id", customer.website_id)
        until = read_clock() + UNDO_LIFETIME if "email" in profile else None
        with refused.collecting():
            await move_email_claim(connection, customer, email=email, website_id=website_id, reserve_until=until)
    refused.raise_collected(untold=untold_claim(by))


async def _store_edit(
    connection: Connection, customer: Row, profile: Mapping[str, Any], also: Changes, by: Actor
) -> None:
    """One version, with an entry of the history for each kind of change."""
    values = dict(profile)
    if is_other_address(customer, profile):
        # Nobody has proved a new address, whatever the old one was.
        values |= await unverified_columns(connection, profile.get("website_id", customer.website_id))
    kinds: dict[str, Changes] = {"EDITED": also}
    for column, value in values.items():
        kind: str = _STATUS_KINDS[value] if column == "status" else _KINDS.get(column, "EDITED")
        kinds[kind] = {**kinds.get(kind, {}), **describe_changes(customer, {column: value})}
    told = [(kind, changes) for kind, changes in kinds.items() if changes]
    if len(told) == 1:
        [(kind, changes)] = told
        await store_change(connection, customer, values, kind=kind, by=by, changes=changes)
        return
    version = await update_customer(connection, customer, values)
    for kind, changes in told:
        await record_customer_event(connection, customer.id, kind=kind, version=version, by=by, changes=changes)


async def _finish(connection: Connection, customer: Row, profile: Mapping[str, Any], by: Actor) -> PlannedMove | None:
    """What follows from the values that were stored."""
    move = await finish_move(connection, customer, profile["website_id"], by=by) if "website_id" in profile else None
    if profile.get("status") == CustomerStatus.INACTIVE.value:
        await access.end_all_access(connection, [customer.id], by=by)
    elif "group_id" in profile:
        await access.end_sessions_on_excluded_websites(connection, customer_ids=[customer.id], by=by)
    if "allows_remote_assistance" in profile:
        if not profile["allows_remote_assistance"]:
            await withdraw_assistance(connection, customer.id, by=by)
        await notify_assistance_change(connection, await lock_customer(connection, customer.id, websites=None))
    if is_other_address(customer, profile):
        await hand_over_account(connection, customer, by=by)
    return move
