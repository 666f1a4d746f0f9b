"""Who comes with an access token of a customer."""

import datetime as dt

from sqlalchemy import update

from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.accounts.reads import viewers_by_token, websites_by_store_view
from customer_gql.customers.accounts.tables import customer_session, customer_token
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, execute_statement
from customer_gql.loading.coalescing import read_coalesced
from customer_gql.security import tokens
from customer_gql.security.sessions import AuthenticatedSession, record_use

from .reach import session_reaches_website


async def find_customer_session(
    database: Database, given: str, *, store_view: str | None = None
) -> AuthenticatedSession | None:
    """Read again for each request. None for a token that is unknown, ended or expired, and for one whose session does
    not reach the website of the store view."""
    if not given.startswith(tokens.CUSTOMER):
        return None
    token_hash = tokens.hash_token(given)
    token = await read_coalesced(database, viewers_by_token, token_hash)
    if token is None:
        return None
    asked = None if store_view is None else await read_coalesced(database, websites_by_store_view, store_view)
    if asked is not None and asked.website_id != token.website_id:
        async with database.reads.acquire() as connection:
            if not await session_reaches_website(connection, token, asked.website_id):
                return None
    viewer = Viewer(
        ViewerKind.CUSTOMER,
        customer_id=token.customer_id,
        staff_id=token.staff_id,
        session_id=token.session_id,
        website_id=token.website_id if asked is None else asked.website_id,
    )
    return AuthenticatedSession(viewer, token_hash, token.is_stale)


async def record_customer_use(connection: Connection, token_hash: bytes) -> None:
    """The token was used just now, and its session with it."""
    now = dt.datetime.now(dt.UTC)
    token = await record_use(connection, customer_token, token_hash, now)
    if token is None:
        return
    session = customer_session.c
    is_its_session = (session.customer_id == token.customer_id, session.id == token.session_id)
    await execute_statement(connection, update(customer_session).where(*is_its_session).values(last_used_at=now))
