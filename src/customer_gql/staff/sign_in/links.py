"""Links by which staff choose a password: the invitation from an administrator, and the reset they ask for themselves."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Table, delete
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.ids import encode_id
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.security import throttle, tokens
from customer_gql.security.throttle import count_address_attempt
from customer_gql.settings import AudienceSettings
from customer_gql.staff.audit.writes import actor_without_token, record_staff_event
from customer_gql.staff.reads import CREDENTIALS
from customer_gql.staff.tables import staff_invitation, staff_password_reset, staff_user

INVITATION_LIFETIME: Final = dt.timedelta(hours=24)
RESET_LIFETIME: Final = dt.timedelta(minutes=30)
RESETS_PER_HOUR: Final = 5
_HOUR: Final = dt.timedelta(hours=1)
_TABLES: Final[Mapping[str, Table]] = {
    tokens.STAFF_INVITATION: staff_invitation,
    tokens.STAFF_PASSWORD_RESET: staff_password_reset,
}


async def invite_staff_user(connection: Connection, user: Row, *, by: Actor) -> dt.datetime:
    """Mail an invitation; until when it works."""
    until = await _mail_link(connection, user, tokens.STAFF_INVITATION, "staff_invitation", INVITATION_LIFETIME)
    await record_staff_event(connection, "INVITED", by=by, subject=encode_id("stf", user.id))
    return until


async def count_reset_request(
    connection: Connection, email: str, address: str | None, limits: AudienceSettings
) -> bool:
    """Count a request, and say whether the account may get another link. Raises `RateLimited` for an address over its limit.

    An unknown address is counted too.
    """
    await count_address_attempt(connection, ViewerKind.STAFF, address, limits, counter="reset")
    key = throttle.account_key(ViewerKind.STAFF, "reset", email)
    return await throttle.count_within(connection, key, limit=RESETS_PER_HOUR, window=_HOUR)


async def mail_reset_link(connection: Connection, *, email: str, address: str | None) -> None:
    """Mail an active staff user of this address a link to choose a new password; nothing when there is none.

    In a transaction of its own, after the answer.
    """
    active = CREDENTIALS.where(staff_user.c.email == normalize_email(email), staff_user.c.is_active)
    async with connection.transaction():
        user = await fetch_one(connection, active.with_for_update(of=staff_user))
        if user is None:
            return
        await _mail_link(connection, user, tokens.STAFF_PASSWORD_RESET, "staff_password_reset", RESET_LIFETIME)
        by = actor_without_token(None, address)
        await record_staff_event(connection, "PASSWORD_RESET_REQUESTED", by=by, subject=encode_id("stf", user.id))


async def _mail_link(
    connection: Connection, user: Row, prefix: str, template: str, lifetime: dt.timedelta
) -> dt.datetime:
    """A link that works once; only the newest of its kind works."""
    token, now, links = tokens.new_token(prefix), read_clock(), _TABLES[prefix]
    made: dict[str, Any] = {"token_hash": tokens.hash_token(token), "created_at": now, "expires_at": now + lifetime}
    newest = upsert(links).values(staff_id=user.id, **made)
    await execute_statement(connection, newest.on_conflict_do_update(index_elements=["staff_id"], set_=made))
    await queue_mail(
        connection,
        template=template,
        recipient=user.email,
        placeholders={"name": user.name, "expiresAt": made["expires_at"].isoformat()},
        secrets={"token": token},
    )
    return made["expires_at"]


def _table_of(token: str) -> Table:
    return _TABLES.get(token[: len(tokens.STAFF_INVITATION)], staff_invitation)


async def find_owner_of_link(connection: Connection, token: str) -> Row | None:
    """The user a link belongs to, if it still works; it is not used up."""
    links = _table_of(token)
    return await fetch_one(
        connection,
        CREDENTIALS.join(links, links.c.staff_id == staff_user.c.id).where(
            links.c.token_hash == tokens.hash_token(token),
            links.c.expires_at > read_clock(),
            staff_user.c.is_active,
        ),
    )


async def use_link(connection: Connection, token: str) -> bool:
    """Use the link up; whether this call was the one that did."""
    links = _table_of(token)
    used = delete(links).where(links.c.token_hash == tokens.hash_token(token), links.c.expires_at > read_clock())
    return await execute_statement(connection, used) == 1


async def withdraw_invitation(connection: Connection, user: Row, *, by: Actor) -> bool:
    """End the invitation of a user; whether there was one that worked."""
    ended = delete(staff_invitation).where(
        staff_invitation.c.staff_id == user.id, staff_invitation.c.expires_at > read_clock()
    )
    if await execute_statement(connection, ended) == 0:
        return False
    await record_staff_event(connection, "INVITATION_WITHDRAWN", by=by, subject=encode_id("stf", user.id))
    return True


async def end_links(connection: Connection, staff_id: int) -> None:
    """No link of the user works any more."""
    for links in _TABLES.values():
        await execute_statement(connection, delete(links).where(links.c.staff_id == staff_id))
