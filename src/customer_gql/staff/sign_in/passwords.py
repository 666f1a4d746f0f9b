"""Passwords of staff: chosen by themselves, from a link mailed to them or at a terminal; never by somebody else."""

import datetime as dt
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
from customer_gql.security.passwords import PasswordRules, store_password, validate_new_password
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites import tables as shops
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.reads import CREDENTIALS
from customer_gql.staff.tables import staff_invitation, staff_password, staff_user

from . import attempts, sessions

MIN_LENGTH: Final = 15
MIN_LENGTH_WITH_SECOND_FACTOR: Final = 12
# An address may begin with two letters; a password need not do without these.
_SHORTEST_FORBIDDEN: Final = 4
_MAX_SHOP_NAMES: Final = 200
INVITATION_LIFETIME: Final = dt.timedelta(hours=24)


async def validate_staff_password(connection: Connection, user: Row, password: str, *, path: str = "password") -> None:
    """A new password of a staff user: a longer one where no second factor stands beside it, in any characters.

    It is not made of the names of the shop, and does not contain the name of the address.
    """
    local_part = user.email.partition("@")[0]
    rules = PasswordRules(
        MIN_LENGTH if user.totp_since is None else MIN_LENGTH_WITH_SECOND_FACTOR,
        public_words=[local_part, user.email, user.name, *await _shop_names(connection)],
        forbidden_words=[local_part] if len(local_part) >= _SHORTEST_FORBIDDEN else [],
    )
    validate_new_password(password, rules, path=[path])


async def _shop_names(connection: Connection) -> list[str]:
    named = (shops.website, shops.store, shops.store_view)
    names = union(*[select(table.c.name) for table in named]).limit(_MAX_SHOP_NAMES)
    return [await setting(connection, SHOP_NAME), *(row.name for row in await fetch_rows(connection, names))]


async def fetch_credentials(connection: Connection, staff_id: int, *, hold: bool = True) -> Row:
    """What a user is judged by, held until the transaction ends, so that none of it changes meanwhile."""
    statement = CREDENTIALS.where(staff_user.c.id == staff_id)
    found = await fetch_one(connection, statement.with_for_update(of=staff_user) if hold else statement)
    assert found is not None, staff_id
    return found


async def change_staff_password(
    connection: Connection, user: Row, hash: str, *, by: Actor, keep: bytes | None = None
) -> None:
    """Store it, end every session but `keep`, and reset the count of wrong ones: it is the owner who gets here.

    Under the lock of the user, so that a sign-in with the password until now is over, or fails.
    """
    await fetch_credentials(connection, user.id)
    await store_password(connection, staff_password, user.id, hash)
    await sessions.end_staff_sessions(connection, user.id, keep=keep)
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
