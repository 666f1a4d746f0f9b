"""Companies for a demo shop that was seeded before there were any: its customers who buy for one had none."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import and_, exists, insert, select, update

from customer_gql.core.ids import new_id
from customer_gql.core.text import sort_key
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.companies.permissions import DEFAULT_PERMISSIONS, DEFAULT_ROLE_NAME
from customer_gql.customers.companies.tables import (
    CompanyStatus,
    company,
    company_member,
    company_number,
    company_role,
)
from customer_gql.customers.profile.tables import CustomerStatus, CustomerType, customer
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_rows
from customer_gql.database.transactions import mark_customers

_SIZE: Final = 8
"""Members of a company, with the admin, before the next user of the website begins another."""


async def give_companies(connection: Connection) -> int:
    """Make companies of customers who buy for one and have none; how many. Runs in a transaction, which recomputes their rows."""
    accounts = await fetch_rows(connection, _select_accounts())
    made: dict[int, dict[str, Any]] = {}
    members = list[dict[str, Any]]()
    last: dict[int, tuple[dict[str, Any], int]] = {}
    for account in accounts:
        employer, size = last.get(account.website_id, (None, _SIZE))
        begins = account.customer_type == CustomerType.COMPANY_ADMIN.value
        is_open = account.status == CustomerStatus.ACTIVE.value
        if begins or employer is None or size >= _SIZE:
            employer, size = _describe_company(account), 0
            made[account.id] = employer
        members.append(_describe_member(account, employer))
        if is_open or employer["admin_customer_id"] != account.id:
            last[account.website_id] = employer, size + 1
    if made:
        await _store_companies(connection, made, members)
    return len(made)


def _select_accounts() -> Any:
    """Oldest first, with the address that the company takes."""
    is_member = exists().where(company_member.c.customer_id == customer.c.id)
    billing = and_(address.c.customer_id == customer.c.id, address.c.is_default_billing)
    place = [
        address.c[name] for name in ("company", "street", "city", "region", "country_code", "postcode", "telephone")
    ]
    return (
        select(customer, *place)
        .select_from(customer.outerjoin(address, billing))
        .where(customer.c.customer_type != CustomerType.INDIVIDUAL.value, ~is_member.correlate(customer))
        .order_by(customer.c.number)
        .with_for_update(of=customer)
    )


def _describe_company(admin: Row) -> dict[str, Any]:
    name = admin.company or f"{admin.last_name} & Co."
    # A company whose admin cannot sign in waits for a decision.
    status = CompanyStatus.ACTIVE if admin.status == CustomerStatus.ACTIVE.value else CompanyStatus.PENDING
    return {
        "id": new_id(),
        "member_id": new_id(),
        "role_id": new_id(),
        "website_id": admin.website_id,
        "name": name,
        "name_sort_key": sort_key(name),
        "email": f"office.{admin.number}@example.com",
        "street": admin.street or [],
        "city": admin.city or "",
        "region": admin.region,
        "country_code": admin.country_code or "US",
        "postcode": admin.postcode,
        "telephone": admin.telephone,
        "status": status.value,
        "group_id": admin.group_id,
        "admin_customer_id": admin.id,
    }


def _describe_member(account: Row, employer: Mapping[str, Any]) -> dict[str, Any]:
    is_admin = employer["admin_customer_id"] == account.id
    return {
        "customer_id": account.id,
        "id": employer["member_id"] if is_admin else new_id(),
        "company_id": employer["id"],
        "role_id": employer["role_id"],
        "parent_id": None if is_admin else employer["member_id"],
        "telephone": account.telephone,
        "is_primary": True,
        "is_account_of_company": not is_admin or employer["status"] == CompanyStatus.PENDING.value,
    }


async def _store_companies(
    connection: Connection, made: Mapping[int, Mapping[str, Any]], members: list[dict[str, Any]]
) -> None:
    own = ("member_id", "role_id")
    allowed = [permission.value for permission in DEFAULT_PERMISSIONS]
    for row in made.values():
        values = {name: value for name, value in row.items() if name not in own}
        await execute_statement(connection, insert(company).values(number=company_number.next_value(), **values))
        role = {"id": row["role_id"], "company_id": row["id"], "name": DEFAULT_ROLE_NAME, "is_default": True}
        await execute_statement(connection, insert(company_role).values(permissions=allowed, **role))
        its = [one["customer_id"] for one in members if one["company_id"] == row["id"]]
        moved = update(customer).where(equals_any(customer.c.id, its))
        await execute_statement(connection, moved.values(group_id=row["group_id"]))
    for one in members:
        await execute_statement(connection, insert(company_member).values(**one))
    admins = update(customer).where(equals_any(customer.c.id, list(made)))
    await execute_statement(connection, admins.values(customer_type=CustomerType.COMPANY_ADMIN.value))
    mark_customers(connection, [one["customer_id"] for one in members], company_member)
    mark_customers(connection, [one["customer_id"] for one in members], customer, ["group_id", "customer_type"])
