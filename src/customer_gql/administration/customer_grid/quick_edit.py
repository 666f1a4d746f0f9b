"""Editing a row of the grid: some fields of the profile, and of the default billing address the grid shows (docs/domain/quick-edit.md#quick-edit-1)."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes, refuse_conflicts
from customer_gql.core.emails import validate_email
from customer_gql.core.errors import RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.writes import end_sessions_elsewhere, revoke_reset_links
from customer_gql.customers.addresses import writes as addresses
from customer_gql.customers.history.reads import read_customer_changes
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.customers.profile.tables import CustomerType
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.messaging.mail.writes import queue
from customer_gql.shop.groups.tables import NOT_LOGGED_IN, customer_group
from customer_gql.shop.websites.reads import find_website

# Input field -> column of the customer; the other two are columns of the default billing address.
PROFILE: Mapping[str, str] = {
    "email": "email",
    "groupId": "group_id",
    "websiteId": "website_id",
    "taxVatNumber": "tax_vat_number",
    "gender": "gender",
}
BILLING: Mapping[str, str] = {"telephone": "telephone", "postcode": "postcode"}
_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "groupId": lambda id: encode_id("grp", id),
    "websiteId": lambda id: encode_id("web", id),
}


@dataclass(frozen=True, slots=True)
class Held:
    """What is edited, locked, and the websites that the one who edits may reach."""

    customer: Row
    billing: Row | None
    websites: Websites

    def value(self, field: str) -> Any:
        if field in PROFILE:
            return self.customer[PROFILE[field]]
        return None if self.billing is None else self.billing[BILLING[field]]


async def quick_edit(
    connection: Connection,
    customer_id: int,
    *,
    edits: Mapping[str, Any],
    expected_version: int | None,
    websites: Websites,
    by: Actor,
) -> list[str]:
    """Store the edits that change something; the fields changed. Refuses all when it refuses one.

    Both the customer and the website they move to have to be among `websites`.
    """
    held = Held(
        await customers.lock_customer(connection, customer_id, websites=websites),
        await addresses.lock_default_billing_address(connection, customer_id),
        websites,
    )
    wanted = await _checked(connection, held, edits)
    changed = {field: value for field, value in wanted.items() if value != held.value(field)}
    await refuse_conflicts(
        _history(held, changed),
        current=held.customer.version,
        expected=expected_version,
        changes_since=partial(read_customer_changes, connection, customer_id),
    )
    if changed:
        await _store(connection, held, changed, by)
    return list(changed)


async def _checked(connection: Connection, held: Held, edits: Mapping[str, Any]) -> dict[str, Any]:
    """The edits as they would be stored, or every reason why not."""
    wanted: dict[str, Any] = {}
    errors: list[RuleError] = []
    for field, value in edits.items():
        try:
            wanted[field] = await _CHECKS[field](connection, held, value)
        except RuleError as error:
            errors.append(error)
    if errors:
        raise RuleErrors(errors)
    return wanted


async def _email(_connection: Connection, _held: Held, value: str) -> str:
    try:
        return validate_email(value)
    except ValueError as error:
        raise RuleError(str(error), path=["email"]) from None


async def _group(connection: Connection, held: Held, value: int) -> int:
    await check_group(connection, value, path=["groupId"])
    if value != held.customer.group_id and held.customer.customer_type != CustomerType.INDIVIDUAL.value:
        raise RuleError(COMPANY_FREEZES_GROUP, path=["groupId"], code=UserErrorCode.NOT_ALLOWED)
    return value


async def _website(connection: Connection, held: Held, value: int) -> int:
    return (await find_website(connection, value, websites=held.websites)).id


async def _tax_vat_number(_connection: Connection, _held: Held, value: str | None) -> str | None:
    text = (value or "").strip()
    if len(text) > 50:
        raise RuleError("At most 50 characters.", path=["taxVatNumber"], code=UserErrorCode.TOO_LONG)
    return text or None


async def _gender(_connection: Connection, _held: Held, value: enum.Enum | None) -> str | None:
    return None if value is None else value.value


async def _telephone(_connection: Connection, held: Held, value: str) -> str:
    _billing(held, "telephone")
    return addresses.validate_telephone(value, ["telephone"])


async def _postcode(_connection: Connection, held: Held, value: str | None) -> str | None:
    return addresses.validate_postcode(value, _billing(held, "postcode").country_code, ["postcode"])


def _billing(held: Held, field: str) -> Row:
    if held.billing is None:
        raise RuleError(
            "The customer has no default billing address to hold this. Add one first.",
            path=[field],
            code=UserErrorCode.NOT_ALLOWED,
        )
    return held.billing


_CHECKS: Mapping[str, Callable[[Connection, Held, Any], Any]] = {
    "email": _email,
    "groupId": _group,
    "websiteId": _website,
    "taxVatNumber": _tax_vat_number,
    "gender": _gender,
    "telephone": _telephone,
    "postcode": _postcode,
}
COMPANY_FREEZES_GROUP = "The group of a company's member follows the company; change it there."


async def check_group(connection: Connection, group_id: int, *, path: list[str]) -> None:
    if group_id == NOT_LOGGED_IN:
        raise RuleError("This group is of those who are not signed in.", path=path, code=UserErrorCode.NOT_ALLOWED)
    if await fetch_one(connection, select(customer_group.c.id).where(customer_group.c.id == group_id)) is None:
        raise RuleError("There is no such customer group.", path=path, code=UserErrorCode.NOT_FOUND)


async def _store(connection: Connection, held: Held, changed: Mapping[str, Any], by: Actor) -> None:
    customer = held.customer
    if "email" in changed or "websiteId" in changed:
        website_id = changed.get("websiteId", customer.website_id)
        await customers.move_email_claim(
            connection, customer, email=changed.get("email", customer.email), website_id=website_id
        )
    billing = {BILLING[field]: value for field, value in changed.items() if field in BILLING}
    if held.billing is not None and billing:
        await addresses.update_address(connection, held.billing, billing)
    profile = {PROFILE[field]: value for field, value in changed.items() if field in PROFILE}
    version = await customers.update_customer(connection, customer, profile)
    await record_customer_event(
        connection, customer.id, kind="EDITED", version=version, by=by, changes=_history(held, changed)
    )
    if "websiteId" in changed and not await accounts_are_shared(connection):
        await end_sessions_elsewhere(connection, customer.id)
    if "email" in changed:
        await _tell_both(connection, customer, changed["email"])


def _history(held: Held, changed: Mapping[str, Any]) -> Changes:
    return {field: (_shown(field, held.value(field)), _shown(field, value)) for field, value in changed.items()}


def _shown(field: str, value: Any) -> str | None:
    return None if value is None else _SHOWN.get(field, str)(value)


async def _tell_both(connection: Connection, customer: Row, new: str) -> None:
    """The old address learns of it too, in case it was not its owner's wish; links mailed to it are dead (docs/domain/quick-edit.md#quick-edit-6)."""
    await revoke_reset_links(connection, [customer.id])
    for recipient in (customer.email, new):
        await queue(
            connection,
            template="email_changed",
            recipient=recipient,
            customer_id=customer.id,
            store_view_id=customer.created_in_store_view_id,
            placeholders={"firstName": customer.first_name},
        )
