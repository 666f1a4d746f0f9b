"""A customer as another program knows them: made, changed or left as is, by the external id (docs/domain/customer-editing.md#customer-editing-8)."""

import enum
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, RuleError, RuleErrors
from customer_gql.core.text import value_is_required
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import Websites
from customer_gql.customers.attributes.values.given import GivenValue
from customer_gql.customers.attributes.values.writes import PREFIX
from customer_gql.customers.profile.claims import EMAIL_TAKEN, EXTERNAL_ID_TAKEN
from customer_gql.customers.profile.reads import within_websites
from customer_gql.customers.profile.sharing import email_scope
from customer_gql.customers.profile.tables import customer, customer_email, customer_external_id
from customer_gql.customers.profile.values.validation import validate_external_id
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection, Row, fetch_value
from customer_gql.database.transactions import transaction

from .addresses import require_external_ids, store_addresses
from .creation import Welcome, create_with_addresses
from .edits import CheckEmail, edit_customer
from .fields import readable, refuse_unreadable

_ATTEMPTS: Final = 3


class UpsertOutcome(enum.StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class CustomerUpsert:
    """What another program knows of a customer. Values are by input name; each address has its `externalId`."""

    external_id: str
    given: Mapping[str, Any]
    addresses: Sequence[Mapping[str, Any]] = ()
    attributes: Sequence[GivenValue] = ()
    adopts_by_email: bool = False
    welcome: Welcome = field(default_factory=lambda: Welcome(is_sent=False))


@dataclass(frozen=True, slots=True)
class UpsertResult:
    customer_id: int
    outcome: UpsertOutcome
    changed: list[str]


async def upsert_customer(
    connection: Connection,
    wanted: CustomerUpsert,
    *,
    websites: Websites,
    by: Actor,
    check_email: CheckEmail | None = None,
    dry_run: bool = False,
) -> UpsertResult:
    """Find the customer by the external id, or by the address if that is allowed, and store what differs; else make one.

    The claim on the external id decides who makes the customer: others find it taken, look again, and change that one.
    """
    external_id = _require_keys(wanted)
    edits = {**wanted.given, "externalId": external_id}
    # Who looks again finds what the one before has made.
    look_again = {EXTERNAL_ID_TAKEN.key, *([EMAIL_TAKEN.key] if wanted.adopts_by_email else [])}
    lost = RuleErrors([EXTERNAL_ID_TAKEN(path=["externalId"])])
    for _ in range(_ATTEMPTS):
        known = await _lock_known(connection, wanted, external_id, websites)
        if known is not None:
            return await _update(connection, known, wanted, edits, websites=websites, by=by, check_email=check_email)
        try:
            async with transaction(connection):
                return await _create(connection, wanted, edits, websites=websites, by=by, dry_run=dry_run)
        except RuleErrors as several:
            if not look_again.intersection(error.key for error in several.errors):
                raise
            lost = several
    raise lost


def _require_keys(wanted: CustomerUpsert) -> str:
    """The external id. Raises `RuleErrors` with each key that is missing or wrong, of the customer and of the addresses."""
    external_id: str | None = None
    refused = CollectedErrors()
    with refused.collecting():
        external_id = validate_external_id(wanted.external_id, ["externalId"])
        if external_id is None:
            raise value_is_required(["externalId"])
    with refused.collecting():
        require_external_ids(wanted.addresses)
    if refused.is_any:
        with refused.collecting(), in_customer():
            refuse_unreadable(wanted.given, CollectedErrors())
    refused.raise_collected()
    assert external_id is not None
    return external_id


async def _lock_known(
    connection: Connection, wanted: CustomerUpsert, external_id: str, websites: Websites
) -> Row | None:
    """The customer with the external id, or the one that takes it; None when there is none, or not any more."""
    found = select(customer_external_id.c.customer_id).where(customer_external_id.c.external_id == external_id)
    holder = await fetch_value(connection, found)
    if holder is None and wanted.adopts_by_email:
        holder = await _find_adopted(connection, wanted.given, websites)
    known = None if holder is None else (await lock_customers(connection, [holder], websites=None)).get(holder)
    if known is None or known.external_id not in (external_id, None):
        return None
    if known.external_id is None:
        return known if wanted.adopts_by_email and _is_adopted(known, wanted.given) else None
    if websites is not None and known.website_id not in websites:
        raise EXTERNAL_ID_TAKEN(path=["externalId"])
    return known


def _is_adopted(known: Row, given: Mapping[str, Any]) -> bool:
    """Whether a locked account still has the address and the website that it was found by."""
    is_same = normalize_email(readable(given.get("email")) or "") == normalize_email(known.email)
    return is_same and known.website_id == given.get("websiteId")


async def _find_adopted(connection: Connection, given: Mapping[str, Any], websites: Websites) -> int | None:
    """The account of the website with the address, as long as it has no external id."""
    email, website_id = readable(given.get("email")), readable(given.get("websiteId"))
    if email is None or website_id is None:
        return None
    claim = select(customer_email.c.customer_id).where(
        customer_email.c.email_normalised == normalize_email(email),
        customer_email.c.scope == await email_scope(connection, website_id),
        customer_email.c.reserved_until.is_(None),
    )
    statement = select(customer.c.id).where(
        customer.c.id == await fetch_value(connection, claim),
        customer.c.website_id == website_id,
        customer.c.external_id.is_(None),
        *within_websites(websites),
    )
    return await fetch_value(connection, statement)


async def _update(
    connection: Connection,
    known: Row,
    wanted: CustomerUpsert,
    edits: Mapping[str, Any],
    *,
    websites: Websites,
    by: Actor,
    check_email: CheckEmail | None,
) -> UpsertResult:
    changed: list[str] = []
    refused = CollectedErrors()
    with refused.collecting(), in_customer():
        outcome = await edit_customer(
            connection,
            known.id,
            edits=edits,
            attributes=wanted.attributes,
            expected_version=None,
            websites=websites,
            by=by,
            check_email=check_email,
        )
        changed += outcome.changed
    with refused.collecting():
        changed += await store_addresses(connection, known.id, wanted.addresses, by=by)
    refused.raise_collected()
    return UpsertResult(known.id, UpsertOutcome.UPDATED if changed else UpsertOutcome.UNCHANGED, changed)


async def _create(
    connection: Connection,
    wanted: CustomerUpsert,
    edits: Mapping[str, Any],
    *,
    websites: Websites,
    by: Actor,
    dry_run: bool,
) -> UpsertResult:
    made, changed = await create_with_addresses(
        connection,
        edits,
        wanted.addresses,
        in_input=in_customer,
        attributes=wanted.attributes,
        welcome=wanted.welcome,
        websites=websites,
        by=by,
        dry_run=dry_run,
    )
    stored = [name for name, value in edits.items() if value is not None]
    stored += [f"{PREFIX}{one.code}" for one in wanted.attributes if one.value is not None]
    return UpsertResult(made.id, UpsertOutcome.CREATED, [*stored, *changed])


@contextmanager
def in_customer() -> Generator[None]:
    """Paths of refusals start at the field `customer` of the input, except that of the external id."""
    try:
        yield
    except RuleError as error:
        raise _of_customer(error) from None
    except RuleErrors as several:
        raise RuleErrors([_of_customer(error) for error in several.errors]) from None


def _of_customer(error: RuleError) -> RuleError:
    path = list(error.path or ())
    return error if path == ["externalId"] else error.at(["customer", *path])
