"""Sessions of staff: they end without use, and after eight hours in any case (docs/domain/staff-sign-in.md#staff-sign-in-11)."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, Final

from sqlalchemy import delete, select

from customer_gql.core.clock import read_clock
from customer_gql.core.ids import new_id
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_rows, fetch_value
from customer_gql.loading.coalescing import read_coalesced
from customer_gql.loading.reads import Read
from customer_gql.security import devices, tokens
from customer_gql.security.sessions import AuthenticatedSession, SessionGrant, is_live, issue_token, record_use
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import setting
from customer_gql.staff.reads import services_by_token, viewers_by_token
from customer_gql.staff.tables import SignedInBy, staff_oidc_code, staff_session, staff_user

from . import links

SESSION_IDLE_MINUTES: Final = Setting(
    "staff.session_idle_minutes",
    15,
    GLOBAL,
    "Minutes without use after which a session of a staff user ends; holds for those that begin afterwards.",
    at_least=1,
    at_most=30,
    permission=Permission.STAFF_MANAGE,
    label="Session of staff without activity",
)
ACCOUNT_SHARING: Final = Setting(
    "staff.account_sharing",
    False,
    GLOBAL,
    "Whether a staff user can be signed in at several places at once. Otherwise a sign-in ends the sessions that began with another one.",
    permission=Permission.STAFF_MANAGE,
    label="Several sessions of a staff user",
)
SETTINGS: Final = (SESSION_IDLE_MINUTES, ACCOUNT_SHARING)
SESSION_LIFETIME: Final = dt.timedelta(hours=8)
SESSION_COOKIE: Final = "customer-gql-staff"
DEVICE_COOKIE: Final = "customer-gql-staff-device"
_MAX_USER_AGENT_LENGTH: Final = 255
ON_STAFF_SESSIONS_ENDED: Final[list[Callable[[Connection, int], Awaitable[object]]]] = []
"""What upper slices end together with the sessions of a staff user."""


async def sign_in_staff_user(
    connection: Connection, staff_id: int, *, by: SignedInBy, address: str | None, user_agent: str | None
) -> SessionGrant:
    """The session of a sign-in. It ends those of other ones, unless the account may be in use at several places."""
    # Not the lock of those who end all of them: what this transaction stored before refers to the user.
    locked = select(staff_user.c.id).where(staff_user.c.id == staff_id).with_for_update(key_share=True)
    await fetch_rows(connection, locked)
    if not await setting(connection, ACCOUNT_SHARING):
        await _end_other_sign_ins(connection, staff_id)
    return await start_staff_session(connection, staff_id, by=by, address=address, user_agent=user_agent)


async def _end_other_sign_ins(connection: Connection, staff_id: int) -> None:
    """Those of the command line belong to the one who runs the service."""
    others = delete(staff_session).where(
        staff_session.c.staff_id == staff_id, staff_session.c.signed_in_by != SignedInBy.COMMAND_LINE.value
    )
    if await execute_statement(connection, others):
        await _end_with_sessions(connection, staff_id)


async def _end_with_sessions(connection: Connection, staff_id: int) -> None:
    for end in ON_STAFF_SESSIONS_ENDED:
        await end(connection, staff_id)


async def start_staff_session(
    connection: Connection,
    staff_id: int,
    *,
    by: SignedInBy,
    address: str | None = None,
    user_agent: str | None = None,
    lifetime: dt.timedelta = SESSION_LIFETIME,
    idle: dt.timedelta | None = None,
) -> SessionGrant:
    """A session of its own token, which is shown once. There is no refresh token: staff sign in again."""
    now = read_clock()
    if idle is None:
        idle = dt.timedelta(minutes=await setting(connection, SESSION_IDLE_MINUTES))
    owner = {
        "id": new_id(),
        "staff_id": staff_id,
        "signed_in_by": by.value,
        "last_used_at": now,
        "address": address,
        "user_agent": None if user_agent is None else user_agent[:_MAX_USER_AGENT_LENGTH],
    }
    expires_at = now + lifetime
    token = await issue_token(connection, staff_session, tokens.STAFF, expires_at=expires_at, idle=idle, **owner)
    return SessionGrant(staff_id, token, expires_at)


async def find_staff_session(database: Database, token: str) -> AuthenticatedSession | None:
    """Who comes with the token of a staff user or a service; what they may do is read for each request."""
    way = find_staff_lookup(token)
    if way is None:
        return None
    read, session_of = way
    token_hash = tokens.hash_token(token)
    found = await read_coalesced(database, read, token_hash)
    return None if found is None else session_of(found, token_hash)


def find_staff_lookup(token: str) -> tuple[Read, Callable[[Any, bytes], AuthenticatedSession]] | None:
    """What reads the row of a token by its hash, and who that row lets in."""
    if token.startswith(tokens.SERVICE):
        return services_by_token, _session_of_service
    return (viewers_by_token, _session_of_staff) if token.startswith(tokens.STAFF) else None


def _session_of_staff(row: Any, token_hash: bytes) -> AuthenticatedSession:
    viewer = Viewer(
        ViewerKind.STAFF,
        staff_id=row.id,
        permissions=frozenset(row.permissions),
        website_ids=_websites_of(row),
        session=token_hash,
        session_id=row.session_id,
        session_ends_at=row.idle_until,
    )
    return AuthenticatedSession(viewer, token_hash, row.is_stale, is_of_row=True)


def _session_of_service(row: Any, token_hash: bytes) -> AuthenticatedSession:
    viewer = Viewer(
        ViewerKind.SERVICE,
        service_id=row.id,
        permissions=frozenset(row.permissions),
        website_ids=_websites_of(row),
        session=token_hash,
        session_ends_at=row.ends_at,
        rate=row.rate,
    )
    # A service token does not end unused, so no use is recorded.
    return AuthenticatedSession(viewer, token_hash, is_stale=False, is_of_row=True)


def _websites_of(row: Any) -> frozenset[int] | None:
    return None if row.website_ids is None else frozenset(row.website_ids)


async def record_staff_use(connection: Connection, token_hash: bytes) -> None:
    now = read_clock()
    await record_use(connection, staff_session, token_hash, now, last_used_at=now)


async def fetch_live_sessions(connection: Connection, staff_id: int) -> list[Row]:
    """The sessions that still work, the newest first."""
    live = select(staff_session).where(staff_session.c.staff_id == staff_id, is_live(staff_session))
    return await fetch_rows(connection, live.order_by(staff_session.c.id.desc()))


async def is_staff_session_live(connection: Connection, staff_id: int, session_id: int) -> bool:
    of_session = (staff_session.c.staff_id == staff_id, staff_session.c.id == session_id)
    found = select(staff_session.c.id).where(*of_session, is_live(staff_session))
    return await fetch_value(connection, found) is not None


async def end_staff_session(connection: Connection, staff_id: int, session_id: int) -> bool:
    """End one session of this staff user; whether there was one."""
    ended = delete(staff_session).where(staff_session.c.staff_id == staff_id, staff_session.c.id == session_id)
    return await execute_statement(connection, ended) > 0


async def end_session_of_token(connection: Connection, token_hash: bytes | None) -> int:
    return await execute_statement(connection, delete(staff_session).where(staff_session.c.token_hash == token_hash))


async def end_staff_sessions(connection: Connection, staff_id: int, *, keep: bytes | None = None) -> int:
    """End every session of a staff user, except the one of the token to keep, and what could be exchanged for one."""
    # What is exchanged for a session, or done as a customer, begins under a share of this lock, and is found afterwards.
    await fetch_rows(connection, select(staff_user.c.id).where(staff_user.c.id == staff_id).with_for_update())
    ended = delete(staff_session).where(staff_session.c.staff_id == staff_id)
    if keep is not None:
        ended = ended.where(staff_session.c.token_hash != keep)
    await _end_with_sessions(connection, staff_id)
    await execute_statement(connection, delete(staff_oidc_code).where(staff_oidc_code.c.staff_id == staff_id))
    return await execute_statement(connection, ended)


async def end_staff_access(connection: Connection, staff_id: int) -> int:
    """End every session of a user, forget their devices, and end every link they were mailed; how many sessions."""
    await links.end_links(connection, staff_id)
    await devices.forget_devices(connection, ViewerKind.STAFF, staff_id)
    return await end_staff_sessions(connection, staff_id)
