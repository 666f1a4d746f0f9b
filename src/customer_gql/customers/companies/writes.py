"""Companies, and the locks under which they and their members change.

Every transaction that changes a company locks the customers first, in the order of their ids, then the company. Under the lock
of the company nobody else changes its members or its structure (docs/domain/companies.md#companies-4).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes, refuse_conflicts
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.viewer import Websites
from customer_gql.customers.profile.claims import EXTERNAL_ID_TAKEN
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)
from customer_gql.database.transactions import mark_customers
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.staff.audit.reads import read_staff_changes
from customer_gql.staff.audit.writes import record_staff_event

from .permissions import DEFAULT_PERMISSIONS, DEFAULT_ROLE_NAME
from .tables import company, company_member, company_number, company_role
from .values import describe_company

COMPANY_NOT_FOUND: Final = Refusal("company.not_found", "There is no such company.", UserErrorCode.NOT_FOUND)
_SHOWN_IN_GRID: Final = ("name", "sales_representative_id")
"""Columns that the grid of customers shows of each member."""


@dataclass(frozen=True, slots=True)
class LockedCompany:
    """A company and the accounts of its members, by id, all of them locked."""

    row: Row
    accounts: dict[int, Row]


@dataclass(frozen=True, slots=True)
class CompanyEdit:
    """What an edit stored, by column and as the history shows it, and the version that it made."""

    values: Mapping[str, Any]
    changes: Changes
    version: int


async def lock_company(
    connection: Connection, company_id: int, *, websites: Websites, path: Sequence[str] = ("id",)
) -> Row:
    """The company, locked until the transaction ends. One of a website outside of `websites` is unknown."""
    found = await lock_companies(connection, [company_id])
    row = found.get(company_id)
    if row is None or (websites is not None and row.website_id not in websites):
        raise COMPANY_NOT_FOUND(path=path)
    return row


async def lock_companies(connection: Connection, company_ids: Collection[int]) -> dict[int, Row]:
    """Those that exist, locked in the order of their ids."""
    statement = select(company).where(equals_any(company.c.id, sorted(set(company_ids))))
    rows = await fetch_rows(connection, statement.order_by(company.c.id).with_for_update())
    return {row.id: row for row in rows}


async def lock_company_with(
    connection: Connection,
    company_id: int,
    find_customers: Callable[[Connection, int], Any],
    *,
    websites: Websites,
    path: Sequence[str] = ("id",),
) -> LockedCompany:
    """The company and the accounts that `find_customers` gives of it.

    They are looked for once more under the lock of the company: those who joined meanwhile are locked after it. A deadlock with
    another change of theirs is ended by the database, and the mutation runs again.
    """
    accounts = await lock_customers(connection, await find_customers(connection, company_id), websites=None)
    row = await lock_company(connection, company_id, websites=websites, path=path)
    found = await find_customers(connection, company_id)
    later = set(found) - accounts.keys()
    if later:
        accounts |= await lock_customers(connection, later, websites=None)
    return LockedCompany(row, {id: accounts[id] for id in found if id in accounts})


async def find_members(connection: Connection, company_id: int, *, among: Collection[int] | None = None) -> list[int]:
    """The customers who are members; only those of `among` where it is given."""
    found = select(company_member.c.customer_id).where(company_member.c.company_id == company_id)
    if among is not None:
        found = found.where(equals_any(company_member.c.customer_id, sorted(among)))
    rows = await fetch_rows(connection, found)
    return [row.customer_id for row in rows]


async def insert_company(connection: Connection, values: Mapping[str, Any], *, dry_run: bool = False) -> Row:
    """A new company with its default role. The caller adds its admin as the first member."""
    # A number that was drawn is not given back.
    number = company_number.next_value() if not dry_run else 0
    made = await fetch_one(connection, insert(company).values(id=new_id(), number=number, **values).returning(company))
    assert made is not None
    role = {"company_id": made.id, "name": DEFAULT_ROLE_NAME, "is_default": True}
    allowed = [permission.value for permission in DEFAULT_PERMISSIONS]
    await execute_statement(connection, insert(company_role).values(id=new_id(), permissions=allowed, **role))
    return made


async def find_default_role(connection: Connection, company_id: int) -> int:
    return await fetch_value(
        connection, select(company_role.c.id).where(company_role.c.company_id == company_id, company_role.c.is_default)
    )


async def merge_company(
    connection: Connection, stored: Row, wanted: Mapping[str, Any], *, expected_version: int | None
) -> CompanyEdit | None:
    """Store what differs in a company that the caller has locked; None when nothing does. Raises `VersionConflict`."""
    values = {column: value for column, value in wanted.items() if value != stored[column]}
    if not values:
        return None
    changes = describe_company(stored, values)
    await refuse_conflicts(
        changes,
        current=stored.version,
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, encode_id("com", stored.id)),
    )
    return CompanyEdit(values, changes, await change_company(connection, stored, values))


async def change_company(connection: Connection, stored: Row, values: Mapping[str, Any]) -> int:
    """Store new values of a company that the caller has locked; the version they make."""
    version = stored.version + 1
    changed = update(company).where(company.c.id == stored.id)
    await execute_statement(connection, changed.values(**values, version=version, updated_at=read_clock()))
    if any(column in values for column in _SHOWN_IN_GRID):
        mark_customers(connection, await find_members(connection, stored.id), company_member)
    return version


async def refuse_taken_external_id(connection: Connection, external_id: str | None, but: int | None) -> None:
    """Of two at one time the key lets one through."""
    if external_id is None:
        return
    others = select(company.c.id).where(company.c.external_id == external_id)
    taken = await fetch_value(connection, others if but is None else others.where(company.c.id != but))
    if taken is not None:
        raise EXTERNAL_ID_TAKEN(path=["externalId"])


async def record_company_event(
    connection: Connection,
    stored: Row,
    kind: str,
    event_type: str,
    *,
    by: Actor,
    version: int | None = None,
    changes: Changes | None = None,
    customer_ids: Sequence[int] = (),
) -> None:
    """Write down what was done to a company, and tell other systems: once, or once for each of these members."""
    subject = encode_id("com", stored.id)
    await record_staff_event(connection, kind, by=by, subject=subject, changes=changes, version=version)
    fields = () if customer_ids else tuple(changes or ())
    told = [
        Event(event_type, subject, fields, customer_id=customer_id, website_id=stored.website_id)
        for customer_id in (customer_ids or (None,))
    ]
    await emit(connection, told, by=by)
