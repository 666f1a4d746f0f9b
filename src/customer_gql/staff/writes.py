import datetime as dt

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core import tokens
from customer_gql.core.db import Connection, execute, fetch, fetch_one
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.ids import new_id

from .tables import staff_role, staff_session as staff_token, staff_user

TOKEN_LIFETIME = dt.timedelta(hours=8)


async def create(connection: Connection, *, email: str, name: str, role: str) -> int:
    """A staff user who can be given tokens. Refused when the role is unknown or the address is taken."""
    roles = {row.name: row.id for row in await fetch(connection, select(staff_role))}
    if role not in roles:
        raise RuleError(f"There is no role {role!r}; there are: {', '.join(sorted(roles))}.", path=["role"])
    created = await fetch_one(
        connection,
        upsert(staff_user)
        .values(id=new_id(), email=email.lower(), name=name, role_id=roles[role])
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(staff_user.c.id),
    )
    if created is None:
        raise RuleError(f"{email} is a staff user already.", path=["email"], code=UserErrorCode.TAKEN)
    return created.id


async def issue_token(connection: Connection, *, email: str, lifetime: dt.timedelta = TOKEN_LIFETIME) -> str:
    """A fresh token of an active staff user; shown once, stored as a hash."""
    found = await fetch_one(
        connection, select(staff_user.c.id).where(staff_user.c.email == email.lower(), staff_user.c.is_active)
    )
    if found is None:
        raise RuleError(f"There is no active staff user {email}.", path=["email"], code=UserErrorCode.NOT_FOUND)
    token = tokens.new(tokens.STAFF)
    expires_at = dt.datetime.now(dt.UTC) + lifetime
    await execute(
        connection,
        insert(staff_token).values(token_hash=tokens.hashed(token), staff_id=found.id, expires_at=expires_at),
    )
    return token
