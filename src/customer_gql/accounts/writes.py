"""Ending what lets a customer in, and sending the link that lets them in again (domain §7.3, §7.5)."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, insert, update

from customer_gql.core import tokens
from customer_gql.core.db import Connection, Row, among, execute, fetch_value
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.customers.emails import normalised
from customer_gql.history.writes import By, record
from customer_gql.mail.writes import queue

from .reads import RESETS_SINCE
from .tables import customer_token, password_reset

TOKEN_LIFETIME = dt.timedelta(hours=1)


async def issue_token(connection: Connection, customer_id: int, *, lifetime: dt.timedelta = TOKEN_LIFETIME) -> str:
    """A fresh token of the customer; shown once, stored as a hash."""
    token = tokens.new(tokens.CUSTOMER)
    expires_at = dt.datetime.now(dt.UTC) + lifetime
    await execute(
        connection,
        insert(customer_token).values(token_hash=tokens.hashed(token), customer_id=customer_id, expires_at=expires_at),
    )
    return token


async def end_sessions(connection: Connection, customer_ids: Sequence[int]) -> int:
    """End every token of these customers and every reset link still open; how many tokens it were."""
    ended = await execute(connection, delete(customer_token).where(among(customer_token.c.customer_id, customer_ids)))
    await revoke_resets(connection, customer_ids)
    return ended


async def force_sign_in(connection: Connection, customer: Row, *, by: By) -> int:
    ended = await end_sessions(connection, [customer.id])
    await record(connection, customer.id, kind="FORCED_SIGN_IN", version=customer.version, by=by)
    return ended


async def revoke_resets(connection: Connection, customer_ids: Sequence[int]) -> None:
    await execute(
        connection,
        update(password_reset)
        .where(
            among(password_reset.c.customer_id, customer_ids),
            password_reset.c.used_at.is_(None),
            password_reset.c.revoked_at.is_(None),
        )
        .values(revoked_at=dt.datetime.now(dt.UTC)),
    )


async def request_reset(
    connection: Connection, customer: Row, *, lifetime: dt.timedelta, per_hour: int, by: By
) -> dt.datetime:
    """Queue a mail with a link that works once; when it expires. Only the newest link works.

    The customer is locked by the caller, so that two requests cannot both be the last one allowed.
    """
    now = dt.datetime.now(dt.UTC)
    recent = await fetch_value(connection, RESETS_SINCE, customer_id=customer.id, since=now - dt.timedelta(hours=1))
    if per_hour and recent >= per_hour:
        raise RuleError(
            f"{per_hour} reset mails went out within the last hour; that is the limit. Try again later.",
            path=["id"],
            code=UserErrorCode.LIMIT_REACHED,
        )
    await revoke_resets(connection, [customer.id])
    token, expires_at = tokens.new(tokens.PASSWORD_RESET), now + lifetime
    await execute(
        connection,
        insert(password_reset).values(
            token_hash=tokens.hashed(token),
            customer_id=customer.id,
            email_hash=tokens.hashed(normalised(customer.email)),
            created_at=now,
            expires_at=expires_at,
        ),
    )
    await queue(
        connection,
        template="password_reset",
        recipient=customer.email,
        customer_id=customer.id,
        store_view_id=customer.created_in_store_view_id,
        placeholders={"firstName": customer.first_name, "expiresAt": expires_at.isoformat()},
        secrets={"token": token},
    )
    await record(connection, customer.id, kind="PASSWORD_RESET_REQUESTED", version=customer.version, by=by)
    return expires_at
