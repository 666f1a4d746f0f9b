"""Who comes with an access token of a customer."""

from sqlalchemy import update

from customer_gql.core.clock import read_clock
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.accounts.reads import viewers_by_token
from customer_gql.customers.accounts.tables import customer_session, customer_token
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, execute_statement
from customer_gql.loading.coalescing import read_coalesced
from customer_gql.security import tokens
from customer_gql.security.sessions import AuthenticatedSession, record_use

from .impersonations import end_unless_allowed
from .reach import is_excluded_from_website, session_reaches_website


async def find_customer_session(
    database: Database, given: str, *, website_id: int | None = None
) -> AuthenticatedSession | None:
    """Read again for each request. None for a token that is unknown, ended or expired, and for one whose session does
    not reach the website that the request names; None stands for the website of the session."""
    if not given.startswith(tokens.CUSTOMER):
        return None
    token_hash = tokens.hash_token(given)
    token = await read_coalesced(database, viewers_by_token, token_hash)
    if token is None or not await _is_still_let_in(database, token, website_id):
        return None
    viewer = Viewer(
        ViewerKind.CUSTOMER,
        customer_id=token.customer_id,
        staff_id=token.staff_id,
        session_id=token.session_id,
        website_id=website_id or token.website_id,
        session_ends_at=token.idle_until,
    )
    return AuthenticatedSession(viewer, token_hash, token.is_stale)


async def _is_still_let_in(database: Database, token: Row, website_id: int | None) -> bool:
    """What may have changed since the token was issued. Most requests need no further statement to know."""
    if token.staff_id is not None and not await end_unless_allowed(
        database, token.customer_id, token.session_id, staff_id=token.staff_id
    ):
        return False
    if website_id in {None, token.website_id} and not token.website_excludes_groups:
        return True
    async with database.reads.acquire() as connection:
        if website_id in {None, token.website_id}:
            return not await is_excluded_from_website(connection, token.customer_id, token.website_id)
        return await session_reaches_website(connection, token, website_id)


async def record_customer_use(connection: Connection, token_hash: bytes) -> None:
    """The token was used just now, and its session with it."""
    now = read_clock()
    token = await record_use(connection, customer_token, token_hash, now)
    if token is None:
        return
    session = customer_session.c
    is_its_session = (session.customer_id == token.customer_id, session.id == token.session_id)
    await execute_statement(connection, update(customer_session).where(*is_its_session).values(last_used_at=now))
