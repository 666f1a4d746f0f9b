"""Devices that remember who signed in last (docs/domain/sessions.md#sessions-13).

A token lets nobody in: it shows a first name and a cart. Only its SHA-256 is stored, and each sign-in on the device ends it, for
another one where the customer asks to be remembered again.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, delete, exists, insert, select

from customer_gql.core.clock import read_clock
from customer_gql.customers.accounts.tables import remembered_sign_in as remembered
from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
)
from customer_gql.security import tokens
from customer_gql.security.sessions import SessionGrant
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded
from customer_gql.shop.settings.reads import settings_at

from .secret_owners import fetch_secret, select_secret, store_owner
from .settings import CLEAR_ON_SIGN_OUT, REMEMBER_CART, REMEMBER_LIFETIME_SECONDS, REMEMBER_ME, REMEMBER_ME_OFFERED

MAX_REMEMBERED: Final = 100
_website: Any = bindparam("website_id", type_=BigInteger())
_OWNER: Final = compile_statement(
    select(customer.c.id.label("customer_id"), customer.c.first_name).where(
        customer.c.id == bindparam("customer_id", type_=BigInteger()),
        customer.c.status == CustomerStatus.ACTIVE.value,
        ~exists().where(excluded.c.group_id == customer.c.group_id, excluded.c.website_id == _website),
    )
)


async def find_remembered(connection: Connection, token: str, *, website_id: int) -> Row | None:
    """The customer that the device remembers on the website; None for a token that is unknown or over."""
    found = await fetch_secret(connection, remembered, tokens.hash_token(token))
    if found is None or found.website_id != website_id or found.expires_at <= read_clock():
        return None
    return await fetch_one(connection, _OWNER, customer_id=found.customer_id, website_id=website_id)


async def shows_remembered_carts(connection: Connection, *, website_id: int) -> bool:
    """Whether devices that remember a customer open the customer's cart on the website."""
    shop = await settings_at(connection, REMEMBER_ME, REMEMBER_CART, website_id=website_id)
    return bool(shop[REMEMBER_ME] and shop[REMEMBER_CART])


async def replace_remembered(connection: Connection, token: str | None, *, website_id: int) -> int | None:
    """End the token of a device on which somebody signs in. The id of the customer that it remembered on the website."""
    if token is None:
        return None
    found = await find_remembered(connection, token, website_id=website_id)
    await forget_remembered(connection, token)
    return None if found is None else found.customer_id


async def forget_remembered(connection: Connection, token: str) -> int:
    is_it = await select_secret(connection, remembered, tokens.hash_token(token))
    return await execute_statement(connection, delete(remembered).where(*is_it))


async def forget_remembered_of_customers(connection: Connection, customer_ids: Sequence[int]) -> None:
    await execute_statement(connection, delete(remembered).where(equals_any(remembered.c.customer_id, customer_ids)))


async def forget_remembered_of_session(connection: Connection, customer_id: int, session_id: int) -> None:
    """What the device keeps that got this session."""
    own = (remembered.c.customer_id == customer_id, remembered.c.session_id == session_id)
    await execute_statement(connection, delete(remembered).where(*own))


async def remember_customer(
    connection: Connection, grant: SessionGrant, *, website_id: int, is_wanted: bool
) -> str | None:
    """A token for the device, where the website remembers and the customer wants it. The caller has locked the customer."""
    shop = await settings_at(
        connection, REMEMBER_ME, REMEMBER_ME_OFFERED, REMEMBER_LIFETIME_SECONDS, website_id=website_id
    )
    if not (is_wanted and shop[REMEMBER_ME] and shop[REMEMBER_ME_OFFERED]):
        return None
    of_owner = remembered.c.customer_id == grant.owner_id
    newest = select(remembered.c.token_hash).where(of_owner).order_by(remembered.c.created_at.desc())
    surplus = [row.token_hash for row in await fetch_rows(connection, newest)][MAX_REMEMBERED - 1 :]
    await execute_statement(
        connection, delete(remembered).where(of_owner, equals_any(remembered.c.token_hash, surplus))
    )
    token = tokens.new_token(tokens.REMEMBERED)
    until = read_clock() + dt.timedelta(seconds=shop[REMEMBER_LIFETIME_SECONDS])
    of = {"customer_id": grant.owner_id, "session_id": grant.session_id, "website_id": website_id}
    values = {**of, "token_hash": tokens.hash_token(token), "expires_at": until}
    await execute_statement(connection, insert(remembered).values(**values))
    await store_owner(connection, grant.owner_id, {values["token_hash"]: until})
    return token


async def forget_remembered_at_sign_out(
    connection: Connection, customer_id: int, session_id: int, *, website_id: int | None, token: str | None
) -> None:
    """What the device remembers goes with the session, unless the website keeps it."""
    shop = await settings_at(connection, CLEAR_ON_SIGN_OUT, website_id=website_id)
    if not shop[CLEAR_ON_SIGN_OUT]:
        return
    await forget_remembered_of_session(connection, customer_id, session_id)
    if token is not None:
        await forget_remembered(connection, token)
