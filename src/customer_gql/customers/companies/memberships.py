"""Who belongs to a company, and what follows for their accounts (docs/domain/companies.md#companies-7)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, column, delete, func, insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.accounts.registration.default_groups import find_default_groups
from customer_gql.customers.accounts.sessions.access import end_sessions_on_excluded_websites
from customer_gql.customers.accounts.writes import set_account_statuses
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.customers.profile.tables import CustomerStatus, CustomerType
from customer_gql.customers.profile.writes import change_each_customer
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
    given_rows,
)
from customer_gql.database.transactions import mark_customers

from .mails.notices import notify_of_joining
from .tables import company, company_member, company_role, company_team

MAX_MEMBERSHIPS: Final = 20
ALREADY_MEMBER: Final = Refusal(
    "company.already_member", "This customer is a member of the company already.", UserErrorCode.TAKEN
)
NOT_A_MEMBER: Final = Refusal(
    "company.not_a_member", "This customer is not a member of the company.", UserErrorCode.NOT_FOUND
)
_TOO_MANY: Final = Refusal(
    "company.too_many_memberships",
    "This customer belongs to {limit} companies, the most that are possible.",
    UserErrorCode.TOO_MANY,
)
_OTHER_WEBSITE: Final = Refusal(
    "company.member_of_other_website",
    "The account of this customer belongs to a different website than the company.",
    UserErrorCode.NOT_ALLOWED,
)
ROLE_NOT_FOUND: Final = Refusal("company.role_not_found", "The company has no such role.", UserErrorCode.NOT_FOUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPlace:
    """What a new member has in the company. Without `parent_id` they are the root, as the admin is."""

    role_id: int
    parent_id: int | None
    job_title: str | None = None
    telephone: str | None = None
    is_primary: bool = False
    is_account_of_company: bool = False


async def find_member(connection: Connection, company_id: int, customer_id: int) -> Row | None:
    found = select(company_member).filter_by(company_id=company_id, customer_id=customer_id)
    return await fetch_one(connection, found)


async def validate_role(connection: Connection, company_id: int, role_id: int, path: Sequence[str]) -> int:
    """A role of the company; it cannot be deleted until the transaction ends."""
    found = select(company_role.c.id).filter_by(company_id=company_id, id=role_id)
    if await fetch_value(connection, found.with_for_update(key_share=True, read=True)) is None:
        raise ROLE_NOT_FOUND(path=path)
    return role_id


async def add_member(
    connection: Connection, employer: Row, account: Row, place: MemberPlace, *, path: Sequence[str], by: Actor
) -> int:
    """Make a customer a member; both are locked. The key of the membership. The caller settles the account."""
    if account.website_id != employer.website_id:
        raise _OTHER_WEBSITE(path=path)
    others = await fetch_rows(connection, select(company_member).filter_by(customer_id=account.id))
    if any(row.company_id == employer.id for row in others):
        raise ALREADY_MEMBER(path=path)
    if len(others) >= MAX_MEMBERSHIPS:
        raise _TOO_MANY(path=path, limit=MAX_MEMBERSHIPS)
    is_primary = place.is_primary or not others
    if is_primary and others:
        await _end_primary(connection, account.id)
    key = new_id()
    await execute_statement(
        connection,
        insert(company_member).values(
            customer_id=account.id,
            id=key,
            company_id=employer.id,
            role_id=place.role_id,
            parent_id=place.parent_id,
            job_title=place.job_title,
            telephone=place.telephone,
            is_primary=is_primary,
            is_account_of_company=place.is_account_of_company,
        ),
    )
    mark_customers(connection, [account.id], company_member)
    changes = {"company": (None, encode_id("com", employer.id)), "jobTitle": (None, place.job_title)}
    told = {name: change for name, change in changes.items() if change[1] is not None}
    await record_customer_events(connection, [(account.id, account.version, told)], kind="COMPANY_JOINED", by=by)
    if place.parent_id is not None:
        await notify_of_joining(connection, employer, account)
    return key


async def make_primary(connection: Connection, customer_id: int, member_id: int) -> None:
    """Let this membership of a locked customer decide the group. The caller settles the account."""
    await _end_primary(connection, customer_id)
    chosen = update(company_member).where(company_member.c.customer_id == customer_id, company_member.c.id == member_id)
    await execute_statement(connection, chosen.values(is_primary=True))
    mark_customers(connection, [customer_id], company_member)


async def _end_primary(connection: Connection, customer_id: int) -> None:
    changed = update(company_member).where(company_member.c.customer_id == customer_id, company_member.c.is_primary)
    await execute_statement(connection, changed.values(is_primary=False))


async def remove_members(
    connection: Connection, employer: Row, accounts: Sequence[Row], *, by: Actor, keeps_accounts: bool = False
) -> set[int]:
    """End the memberships of customers, who are locked. The admin of a company that stays cannot be among them.

    Those who are below them in the structure move up, the oldest of their other memberships becomes the primary one, and an
    account that was created for the company and has no other ends too: the customers of these are returned.
    `keeps_accounts` is for accounts that are about to be deleted.
    """
    ids = [account.id for account in accounts]
    ended = delete(company_member).where(
        company_member.c.company_id == employer.id, equals_any(company_member.c.customer_id, ids)
    )
    gone = await fetch_rows(connection, ended.returning(company_member))
    mark_customers(connection, ids, company_member)
    await _move_subordinates_up(connection, employer.id, {row.id: row.parent_id for row in gone})
    await _promote_oldest(connection, [row.customer_id for row in gone if row.is_primary])
    left = [(account.id, account.version, {"company": (encode_id("com", employer.id), None)}) for account in accounts]
    await record_customer_events(connection, left, kind="COMPANY_LEFT", by=by)
    if keeps_accounts:
        return set()
    still = {row.customer_id for row in await _find_memberships(connection, ids)}
    made_for_it = {row.customer_id for row in gone if row.is_account_of_company} - still
    ending = [account for account in accounts if account.id in made_for_it]
    stopped = await set_account_statuses(connection, ending, status=CustomerStatus.INACTIVE, by=by)
    await settle_accounts(connection, accounts, by=by)
    return stopped


async def _move_subordinates_up(connection: Connection, company_id: int, parents: Mapping[int, int | None]) -> None:
    """To the next node above that stays. Nobody is moved when the root goes: the company goes with it."""
    rows: list[dict[str, int]] = []
    for key in parents:
        above = parents[key]
        while above is not None and above in parents:
            above = parents[above]
        if above is not None:
            rows.append({"node_id": key, "above_id": above})
    if not rows:
        return
    given = given_rows("rows", column("node_id", BigInteger), column("above_id", BigInteger))
    for table in (company_member, company_team):
        moved = update(table).where(table.c.company_id == company_id, table.c.parent_id == given.c.node_id)
        await execute_statement(connection, moved.values(parent_id=given.c.above_id), rows=orjson.dumps(rows).decode())


async def _promote_oldest(connection: Connection, customer_ids: Collection[int]) -> None:
    """Of each customer, who has no primary membership now."""
    if not customer_ids:
        return
    member = company_member.c
    place: Any = func.row_number().over(partition_by=member.customer_id, order_by=(member.joined_at, member.id))
    oldest = (
        select(member.customer_id, member.id, place.label("place"))
        .where(equals_any(member.customer_id, list(customer_ids)))
        .subquery("oldest")
    )
    chosen = update(company_member).where(
        member.customer_id == oldest.c.customer_id, member.id == oldest.c.id, oldest.c.place == 1
    )
    await execute_statement(connection, chosen.values(is_primary=True))


async def _find_memberships(connection: Connection, customer_ids: Collection[int]) -> list[Row]:
    is_admin: Any = company.c.admin_customer_id == company_member.c.customer_id
    return await fetch_rows(
        connection,
        select(
            company_member.c.customer_id, company_member.c.is_primary, company.c.group_id, is_admin.label("is_admin")
        )
        .join(company, company.c.id == company_member.c.company_id)
        .where(equals_any(company_member.c.customer_id, list(customer_ids))),
    )


async def settle_accounts(connection: Connection, accounts: Sequence[Row], *, by: Actor) -> None:
    """Have the type and the group of locked accounts follow from their memberships, and write down what changed.

    Without a membership an account becomes an individual one, of the default group of the store view it was created in.
    """
    memberships = defaultdict[int, list[Row]](list)
    for row in await _find_memberships(connection, [account.id for account in accounts]):
        memberships[row.customer_id].append(row)
    individual = CustomerType.INDIVIDUAL.value
    leaving = [one.id for one in accounts if one.id not in memberships and one.customer_type != individual]
    defaults = await find_default_groups(connection, leaving) if leaving else {}
    wanted: dict[int, dict[str, Any]] = {}
    for account in accounts:
        its = memberships.get(account.id, [])
        group_id = next((row.group_id for row in its if row.is_primary), defaults.get(account.id, account.group_id))
        values = {"customer_type": _find_type(its), "group_id": group_id}
        changed = {column: value for column, value in values.items() if account[column] != value}
        if changed:
            wanted[account.id] = changed
    rows = [account for account in accounts if account.id in wanted]
    await change_each_customer(connection, rows, wanted, kind="EDITED", by=by)
    moved = sorted(id for id, values in wanted.items() if "group_id" in values)
    if moved:
        await end_sessions_on_excluded_websites(connection, customer_ids=moved, by=by)


def _find_type(memberships: Sequence[Row]) -> str:
    if any(row.is_admin for row in memberships):
        return CustomerType.COMPANY_ADMIN.value
    return (CustomerType.COMPANY_USER if memberships else CustomerType.INDIVIDUAL).value
