"""Links to choose a password for many customers at once: they are asked for together, and each is made when its mail is due
(docs/domain/recovery.md#recovery-10)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, DateTime, Text, bindparam, column, delete, func, insert, literal_column, select

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.values.emails import normalize_email
from customer_gql.customers.accounts.sessions import access
from customer_gql.customers.accounts.sessions.secret_owners import select_secret, store_owner, store_owners
from customer_gql.customers.accounts.tables import password_reset
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.customers.profile.reads import read_mail_views
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    execute_statement,
    fetch_one,
    given_rows,
)
from customer_gql.messaging.mail.bulk import BulkMail, queue_bulk_mails
from customer_gql.messaging.mail.kinds import DueLink
from customer_gql.security import tokens
from customer_gql.shop.settings.reads import setting

from .settings import LINK_MINUTES

_LONGEST_WAIT: Final = dt.timedelta(days=365)
"""How long a link that was asked for stays known while its mail waits. Nobody has its token."""
_given = given_rows("links", column("token_hash", Text), column("customer_id", BigInteger), column("email_hash", Text))
_ORDER: Final = compile_statement(
    insert(password_reset).from_select(
        ["token_hash", "customer_id", "email_hash", "created_at", "expires_at"],
        select(
            func.decode(_given.c.token_hash, literal_column("'hex'")),
            _given.c.customer_id,
            func.decode(_given.c.email_hash, literal_column("'hex'")),
            bindparam("created_at", type_=DateTime(timezone=True)),
            bindparam("expires_at", type_=DateTime(timezone=True)),
        ),
    )
)


async def order_reset_links(
    connection: Connection, locked: Sequence[Row], *, by: Actor, template: str = "password_reset"
) -> None:
    """Queue mails with a link to customers that the caller has locked, and write it down. Those before stop working at once;
    what was asked for counts to the hourly limit of the account from now on."""
    if not locked:
        return
    await access.revoke_reset_links(connection, [row.id for row in locked])
    now = read_clock()
    hashes = {row.id: tokens.hash_token(tokens.new_token(tokens.PASSWORD_RESET)) for row in locked}
    links: list[dict[str, Any]] = [
        {
            "token_hash": hashes[row.id].hex(),
            "customer_id": row.id,
            "email_hash": tokens.hash_token(normalize_email(row.email)).hex(),
        }
        for row in locked
    ]
    times = {"created_at": now, "expires_at": now + _LONGEST_WAIT}
    await execute_statement(connection, _ORDER, links=orjson.dumps(links).decode(), **times)
    await store_owners(connection, [(hash, id, times["expires_at"]) for id, hash in hashes.items()])
    views = await read_mail_views(connection, locked)
    mails = [
        BulkMail(row.email, row.id, views[row.id], {"firstName": row.first_name}, hashes[row.id]) for row in locked
    ]
    await queue_bulk_mails(connection, template, mails)
    events = [(row.id, row.version, {}) for row in locked]
    await record_customer_events(connection, events, kind="PASSWORD_RESET_REQUESTED", by=by)


async def make_reset_link(connection: Connection, link_hash: bytes) -> DueLink | None:
    """Another link in place of one that is still open."""
    token, now = tokens.new_token(tokens.PASSWORD_RESET), read_clock()
    until = now + dt.timedelta(minutes=await setting(connection, LINK_MINUTES))
    open_link = (
        *await select_secret(connection, password_reset, link_hash),
        password_reset.c.used_at.is_(None),
        password_reset.c.revoked_at.is_(None),
    )
    # Not an update, because the hash decides where a row is on a distributed database.
    found = await fetch_one(connection, delete(password_reset).where(*open_link).returning(password_reset))
    if found is None:
        return None
    hash = tokens.hash_token(token)
    await execute_statement(
        connection,
        insert(password_reset).values(
            token_hash=hash,
            customer_id=found.customer_id,
            email_hash=found.email_hash,
            created_at=found.created_at,
            expires_at=until,
        ),
    )
    await store_owner(connection, found.customer_id, {hash: until})
    return DueLink(token, hash, until)
