"""Companies as tests need them, without the rules of the mutations; what a test does not name is of no interest to it."""

import datetime as dt
from typing import Any

from sqlalchemy import insert, select, update

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import sort_key
from customer_gql.customers.companies.invitations.tables import company_invitation
from customer_gql.customers.companies.permissions import DEFAULT_PERMISSIONS, DEFAULT_ROLE_NAME
from customer_gql.customers.companies.tables import (
    company,
    company_member,
    company_number,
    company_role,
    company_team,
)
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.security.tokens import hash_token
from support.customers import make_customer, put, recompute_rows


def company_id(row: Row) -> str:
    return encode_id("com", row.id)


def member_id(row: Row) -> str:
    return encode_id("cmb", row.customer_id, row.id)


async def make_company(connection: Connection, admin: Row | None = None, **given: Any) -> Row:
    """A company with an admin, who is made where none is given, and the default role."""
    admin = admin or await make_customer(connection, website_id=given.get("website_id", 1))
    values = {
        "id": new_id(),
        "number": company_number.next_value(),
        "website_id": admin.website_id,
        "name": "Analytical Engines",
        "email": "office@engines.example.com",
        "street": ["1 Analytical Way"],
        "city": "London",
        "country_code": "GB",
        "postcode": "N1 7AA",
        "telephone": "+44 20 7946 0000",
        "group_id": admin.group_id,
        "admin_customer_id": admin.id,
        **given,
    }
    values = {"name_sort_key": sort_key(values["name"]), **values}
    made = await fetch_one(connection, insert(company).values(**values).returning(company))
    assert made is not None
    allowed = [permission.value for permission in DEFAULT_PERMISSIONS]
    role = {"company_id": made.id, "name": DEFAULT_ROLE_NAME, "permissions": allowed, "is_default": True}
    await put(connection, company_role, id=new_id(), **role)
    await make_member(connection, made, admin, parent_id=None, job_title="Owner")
    return made


async def make_member(connection: Connection, employer: Row, account: Row, **given: Any) -> Row:
    """A member below the admin, with the type and, in a primary membership, the group that follow."""
    is_admin = employer.admin_customer_id == account.id
    role = select(company_role.c.id).where(company_role.c.company_id == employer.id, company_role.c.is_default)
    above = select(company_member.c.id).filter_by(company_id=employer.id, customer_id=employer.admin_customer_id)
    others = select(company_member.c.id).where(company_member.c.customer_id == account.id, company_member.c.is_primary)
    values = {
        "customer_id": account.id,
        "id": new_id(),
        "company_id": employer.id,
        "role_id": await fetch_value(connection, role),
        "parent_id": None if is_admin else await fetch_value(connection, above),
        "is_primary": await fetch_value(connection, others) is None,
        **given,
    }
    made = await fetch_one(connection, insert(company_member).values(**values).returning(company_member))
    assert made is not None
    kind = "COMPANY_ADMIN" if is_admin else "COMPANY_USER"
    stored: dict[str, Any] = {} if account.customer_type == "COMPANY_ADMIN" else {"customer_type": kind}
    stored |= {"group_id": employer.group_id} if made.is_primary else {}
    if stored:
        await execute_statement(connection, update(customer).where(customer.c.id == account.id).values(**stored))
    await recompute_rows(connection, account.id)
    return made


async def make_team(connection: Connection, employer: Row, parent_id: int, name: str = "Purchasing") -> Row:
    made = await fetch_one(
        connection,
        insert(company_team)
        .values(id=new_id(), company_id=employer.id, parent_id=parent_id, name=name, name_sort_key=sort_key(name))
        .returning(company_team),
    )
    assert made is not None
    return made


async def admin_of(connection: Connection, employer: Row) -> Row:
    """The membership of the admin."""
    found = select(company_member).filter_by(company_id=employer.id, customer_id=employer.admin_customer_id)
    row = await fetch_one(connection, found)
    assert row is not None
    return row


async def make_role_of(connection: Connection, employer: Row, *permissions: str, name: str | None = None) -> int:
    """A role of the company that allows these and nothing else."""
    key = new_id()
    values = {"company_id": employer.id, "name": name or f"Role {key}", "permissions": list(permissions)}
    await put(connection, company_role, id=key, **values)
    return key


async def make_invitation(connection: Connection, employer: Row, **given: Any) -> Row:
    """An open invitation with the default role, whose token nobody knows."""
    role = select(company_role.c.id).where(company_role.c.company_id == employer.id, company_role.c.is_default)
    key = new_id()
    values = {
        "id": key,
        "company_id": employer.id,
        "email": f"invited{key}@example.com",
        "email_normalised": f"invited{key}@example.com",
        "role_id": await fetch_value(connection, role),
        "token_hash": hash_token(f"{key}"),
        "expires_at": read_clock() + dt.timedelta(days=7),
        **given,
    }
    made = await fetch_one(connection, insert(company_invitation).values(**values).returning(company_invitation))
    assert made is not None
    return made
