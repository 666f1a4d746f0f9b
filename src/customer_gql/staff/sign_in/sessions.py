"""Sessions of staff: opaque tokens that end after half an hour unused, and after eight hours in any case."""

import datetime as dt
from typing import Final

from sqlalchemy import delete, func, insert, select, update

from customer_gql.core.ids import new_id
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_rows
from customer_gql.loading.coalescing import read_coalesced
from customer_gql.security import tokens
from customer_gql.staff.reads import services_by_token, viewers_by_token
from customer_gql.staff.tables import SignedInBy, staff_oidc_code, staff_session

SESSION_IDLE: Final = dt.timedelta(minutes=30)
SESSION_LIFETIME: Final = dt.timedelta(hours=8)
# A use is written down once a minute at most: reading must not turn into writing.
_USE_RECORDED_EVERY: Final = dt.timedelta(minutes=1)


async def start_staff_session(
    connection: Connection,
    staff_id: int,
    *,
    by: SignedInBy,
    address: str | None = None,
    user_agent: str | None = None,
    lifetime: dt.timedelta = SESSION_LIFETIME,
    idle: dt.timedelta = SESSION_IDLE,
) -> tuple[str, dt.datetime]:
    """A token, shown once and stored as a hash, and when it ends in any case."""
    token, now = tokens.new_token(tokens.STAFF), dt.datetime.now(dt.UTC)
    await execute_statement(
        connection,
        insert(staff_session).values(
            token_hash=tokens.hash_token(token),
            id=new_id(),
            staff_id=staff_id,
            signed_in_by=by.value,
            last_used_at=now,
            idle=idle,
            expires_at=now + lifetime,
            address=address,
            user_agent=None if user_agent is None else user_agent[:255],
        ),
    )
    return token, now + lifetime


async def find_viewer(database: Database, token: str) -> Viewer | None:
    """Who comes with the token of a staff user or a service; what they may do is read anew each time."""
    token_hash = tokens.hash_token(token)
    if token.startswith(tokens.SERVICE):
        return await _find_service_viewer(database, token_hash)
    if not token.startswith(tokens.STAFF):
        return None
    found = await read_coalesced(database, viewers_by_token, token_hash)
    if found is None:
        return None
    if found.last_used_at < dt.datetime.now(dt.UTC) - _USE_RECORDED_EVERY:
        await _record_use(database, token_hash)
    return Viewer(
        ViewerKind.STAFF,
        staff_id=found.id,
        permissions=frozenset(found.permissions),
        website_ids=_websites_of(found),
        session=token_hash,
    )


async def _find_service_viewer(database: Database, token_hash: bytes) -> Viewer | None:
    found = await read_coalesced(database, services_by_token, token_hash)
    if found is None:
        return None
    return Viewer(
        ViewerKind.SERVICE,
        service_id=found.id,
        permissions=frozenset(found.permissions),
        website_ids=_websites_of(found),
        session=token_hash,
    )


def _websites_of(row: Row) -> frozenset[int] | None:
    return None if row.website_ids is None else frozenset(row.website_ids)


async def _record_use(database: Database, token_hash: bytes) -> None:
    now = dt.datetime.now(dt.UTC)
    statement = update(staff_session).where(
        staff_session.c.token_hash == token_hash, staff_session.c.last_used_at < now - _USE_RECORDED_EVERY
    )
    async with database.transaction() as connection:
        await execute_statement(connection, statement.values(last_used_at=now))


async def fetch_live_sessions(connection: Connection, staff_id: int) -> list[Row]:
    """The sessions that still work, the newest first."""
    session = staff_session.c
    live = (session.expires_at > func.now()) & (session.last_used_at + session.idle > func.now())
    return await fetch_rows(
        connection, select(staff_session).where(session.staff_id == staff_id, live).order_by(session.id.desc())
    )


async def end_staff_session(connection: Connection, staff_id: int, session_id: int) -> bool:
    """End one session of this staff user; whether there was one."""
    gone = delete(staff_session).where(staff_session.c.staff_id == staff_id, staff_session.c.id == session_id)
    return await execute_statement(connection, gone) > 0


async def end_session_of_token(connection: Connection, token_hash: bytes | None) -> int:
    return await execute_statement(connection, delete(staff_session).where(staff_session.c.token_hash == token_hash))


async def end_staff_sessions(connection: Connection, staff_id: int, *, but: bytes | None = None) -> int:
    """End every session of a staff user, except one when asked, and what could still be exchanged for one."""
    gone = delete(staff_session).where(staff_session.c.staff_id == staff_id)
    if but is not None:
        gone = gone.where(staff_session.c.token_hash != but)
    await execute_statement(connection, delete(staff_oidc_code).where(staff_oidc_code.c.staff_id == staff_id))
    return await execute_statement(connection, gone)
