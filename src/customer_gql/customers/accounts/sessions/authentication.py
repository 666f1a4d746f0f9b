"""Who comes with an access token of a customer."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import select, update

from customer_gql.core.clock import read_clock
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.accounts.reads import owners_by_secret, viewers_by_owner_and_token, viewers_by_token
from customer_gql.customers.accounts.tables import customer_session, customer_token
from customer_gql.database.distribution.forms import are_forms_distributed
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one
from customer_gql.loading.coalescing import read_coalesced
from customer_gql.loading.reads import Read
from customer_gql.security import tokens
from customer_gql.security.sessions import AuthenticatedSession, is_live, record_use

from .impersonation_rights import may_impersonate
from .impersonations import end_unless_allowed
from .reach import is_excluded_from_website, session_reaches_website
from .secret_owners import find_owner


async def find_customer_session(
    database: Database, given: str, *, website_id: int | None = None
) -> AuthenticatedSession | None:
    """Read again for each request. None for a token that is unknown, ended or expired, and for one whose session does
    not reach the website that the request names; None stands for the website of the session."""
    if not given.startswith(tokens.CUSTOMER):
        return None
    token_hash = tokens.hash_token(given)
    token = await _read_token(database, token_hash)
    if token is None or not await _is_still_let_in(database, token, website_id):
        return None
    return _session_of(website_id, token, token_hash)


def find_customer_lookup(
    given: str, *, website_id: int | None
) -> tuple[Read, Callable[[Any, bytes], AuthenticatedSession]] | None:
    """What reads the row of a token by its hash, and who that row lets in, as far as it alone decides."""
    return (viewers_by_token, partial(_session_of, website_id)) if given.startswith(tokens.CUSTOMER) else None


def _session_of(website_id: int | None, token: Any, token_hash: bytes) -> AuthenticatedSession:
    viewer = Viewer(
        ViewerKind.CUSTOMER,
        customer_id=token.customer_id,
        staff_id=token.staff_id,
        session_id=token.session_id,
        website_id=website_id or token.website_id,
        session_ends_at=token.idle_until,
    )
    # Where tables are distributed by customer, a hash alone finds no row: whose it is has to be read first.
    is_of_row = token.staff_id is None and _reaches_by_itself(token, website_id) and not are_forms_distributed()
    return AuthenticatedSession(viewer, token_hash, token.is_stale, is_of_row)


def _reaches_by_itself(token: Any, website_id: int | None) -> bool:
    return website_id in {None, token.website_id} and not token.website_excludes_groups


async def _read_token(database: Database, token_hash: bytes) -> Row | None:
    if not are_forms_distributed():
        return await read_coalesced(database, viewers_by_token, token_hash)
    owner = await read_coalesced(database, owners_by_secret, token_hash)
    return owner and await read_coalesced(database, viewers_by_owner_and_token, (owner.customer_id, token_hash))


async def _is_still_let_in(database: Database, token: Row, website_id: int | None) -> bool:
    """What may have changed since the token was issued. Most requests need no further statement to know."""
    if token.staff_id is not None and not await end_unless_allowed(
        database, token.customer_id, token.session_id, staff_id=token.staff_id
    ):
        return False
    if _reaches_by_itself(token, website_id):
        return True
    async with database.reads.acquire() as connection:
        if website_id in {None, token.website_id}:
            return not await is_excluded_from_website(connection, token.customer_id, token.website_id)
        return await session_reaches_website(connection, token, website_id)


async def is_customer_session_live(connection: Connection, customer_id: int, session_id: int) -> bool:
    """Whether a session or an impersonation still lets in."""
    of_session = (customer_token.c.customer_id == customer_id, customer_token.c.session_id == session_id)
    token = await fetch_one(connection, select(customer_token.c.staff_id).where(*of_session, is_live(customer_token)))
    if token is None:
        return False
    return token.staff_id is None or await may_impersonate(connection, customer_id, token.staff_id)


async def record_customer_use(connection: Connection, token_hash: bytes) -> None:
    """The token was used just now, and its session with it."""
    now = read_clock()
    owner = {"customer_id": await find_owner(connection, token_hash)} if are_forms_distributed() else {}
    token = await record_use(connection, customer_token, token_hash, now, owner=owner)
    if token is None:
        return
    session = customer_session.c
    is_its_session = (session.customer_id == token.customer_id, session.id == token.session_id)
    await execute_statement(connection, update(customer_session).where(*is_its_session).values(last_used_at=now))
