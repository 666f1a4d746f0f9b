"""Passwords of staff: chosen by themselves, from a link mailed to them or at a terminal; never by somebody else."""

import datetime as dt
from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, select, union
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_rows
from customer_gql.messaging.mail.addressing import SHOP_NAME
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.security import tokens
from customer_gql.security.common_passwords import is_common_password, is_derived_from
from customer_gql.security.hashing import MAX_LENGTH, normalize_password
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites import tables as shops
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.reads import CREDENTIALS
from customer_gql.staff.tables import staff_invitation, staff_password, staff_user

from . import attempts, sessions

MIN_LENGTH: Final = 15
MIN_LENGTH_WITH_SECOND_FACTOR: Final = 12
_MAX_SHOP_NAMES: Final = 200
INVITATION_LIFETIME: Final = dt.timedelta(hours=24)


def validate_staff_password(
    password: str, *, second_factor: bool, email: str, about: Collection[str] = (), path: str = "password"
) -> None:
    """Long enough, not too long, and none that guessers try first. No rules about kinds of characters.

    `about` are texts that everybody knows of this account: the owner's name, the shop's.
    """
    text = normalize_password(password)
    least = MIN_LENGTH_WITH_SECOND_FACTOR if second_factor else MIN_LENGTH
    if len(text) < least:
        raise RuleError(f"At least {least} characters.", path=[path])
    if len(text) > MAX_LENGTH:
        raise RuleError(f"At most {MAX_LENGTH} characters.", path=[path], code=UserErrorCode.TOO_LONG)
    if is_common_password(text.casefold()):
        raise RuleError("This password is one of those that are tried first. Choose another.", path=[path])
    own = email.partition("@")[0]
    if own in text.casefold() or is_derived_from(text.casefold(), [own, email, *about]):
        raise RuleError("Do not make the password of the shop's name, your name or your address.", path=[path])


async def public_words(connection: Connection, user: Row) -> list[str]:
    """What everybody knows: the user's name, and the names the shop has."""
    named = (shops.website, shops.store, shops.store_view)
    shop_names = union(*[select(table.c.name) for table in named]).limit(_MAX_SHOP_NAMES)
    configured_name = await setting(connection, SHOP_NAME)
    return [user.name, configured_name, *(row.name for row in await fetch_rows(connection, shop_names))]


async def fetch_credentials(connection: Connection, staff_id: int, *, hold: bool = True) -> Row:
    """What a user is judged by, held until the transaction ends, so that none of it changes meanwhile."""
    statement = CREDENTIALS.where(staff_user.c.id == staff_id)
    found = await fetch_one(connection, statement.with_for_update(of=staff_user) if hold else statement)
    assert found is not None, staff_id
    return found


async def store_staff_password(connection: Connection, staff_id: int, hash: str) -> None:
    now = dt.datetime.now(dt.UTC)
    insert = upsert(staff_password).values(staff_id=staff_id, hash=hash, changed_at=now)
    await execute_statement(
        connection,
        insert.on_conflict_do_update(
            index_elements=["staff_id"],
            set_={"hash": insert.excluded.hash, "changed_at": insert.excluded.changed_at},
        ),
    )


async def change_staff_password(
    connection: Connection, user: Row, hash: str, *, by: Actor, keep: bytes | None = None
) -> None:
    """Store it, end every session but `keep`, and forget the wrong guesses: whoever gets here is the owner."""
    await store_staff_password(connection, user.id, hash)
    await sessions.end_staff_sessions(connection, user.id, but=keep)
    await execute_statement(connection, delete(staff_invitation).where(staff_invitation.c.staff_id == user.id))
    await attempts.forgive_failures(connection, user.email)
    await record_staff_event(connection, "PASSWORD_CHANGED", by=by, subject=encode_id("stf", user.id))


async def invite_staff_user(connection: Connection, user: Row, *, by: Actor) -> dt.datetime:
    """Mail a link that lets its recipient choose a password, once; until when it works. Only the newest works."""
    token, now = tokens.new_token(tokens.STAFF_INVITATION), dt.datetime.now(dt.UTC)
    expires_at = now + INVITATION_LIFETIME
    insert = upsert(staff_invitation).values(
        token_hash=tokens.hash_token(token), staff_id=user.id, created_at=now, expires_at=expires_at
    )
    newest = {name: insert.excluded[name] for name in ("token_hash", "created_at", "expires_at")}
    await execute_statement(connection, insert.on_conflict_do_update(index_elements=["staff_id"], set_=newest))
    await queue_mail(
        connection,
        template="staff_invitation",
        recipient=user.email,
        customer_id=None,
        store_view_id=None,
        placeholders={"name": user.name, "expiresAt": expires_at.isoformat()},
        secrets={"token": token},
    )
    await record_staff_event(connection, "INVITED", by=by, subject=encode_id("stf", user.id))
    return expires_at


async def find_invited(connection: Connection, token: str) -> Row | None:
    """Whom an invitation lets in, if it still works; it is not used up."""
    return await fetch_one(
        connection,
        CREDENTIALS.join(staff_invitation, staff_invitation.c.staff_id == staff_user.c.id).where(
            staff_invitation.c.token_hash == tokens.hash_token(token),
            staff_invitation.c.expires_at > dt.datetime.now(dt.UTC),
            staff_user.c.is_active,
        ),
    )


async def use_invitation(connection: Connection, token: str) -> bool:
    """Use the link up; whether this call was the one that did."""
    used = delete(staff_invitation).where(
        staff_invitation.c.token_hash == tokens.hash_token(token),
        staff_invitation.c.expires_at > dt.datetime.now(dt.UTC),
    )
    return await execute_statement(connection, used) == 1


async def find_active_staff(connection: Connection, email: str) -> Row:
    """The active staff user of the command line."""
    found = await fetch_one(connection, CREDENTIALS.where(staff_user.c.email == email, staff_user.c.is_active))
    if found is None:
        raise RuleError(f"There is no active staff user {email}.", path=["email"], code=UserErrorCode.NOT_FOUND)
    return found
