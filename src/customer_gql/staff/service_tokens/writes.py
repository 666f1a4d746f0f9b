"""Tokens of programs: permissions and websites of their own, an end, a secret shown once and exchanged at will."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.security import tokens
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.roles.scopes import (
    Grant,
    is_visible_to,
    refuse_stronger,
    validate_grant,
    validate_name,
)
from customer_gql.staff.tables import service_token, service_token_secret

from .rates import validate_rate

MAX_LIFETIME: Final = dt.timedelta(days=366)
MAX_OVERLAP: Final = dt.timedelta(days=1)
MAX_SERVICE_TOKENS: Final = 100

_PERMISSION_NOT_ALLOWED: Final = Refusal(
    "service_token.permission_not_allowed", "A service token cannot hold {permission}.", UserErrorCode.NOT_ALLOWED
)
_END_OUT_OF_RANGE: Final = Refusal(
    "service_token.end_out_of_range", "A service token ends within {days} days. Give a time between now and then."
)
_TOO_MANY_TOKENS: Final = Refusal(
    "service_token.limit_reached",
    "There are {limit} service tokens, the maximum. Revoke one first.",
    UserErrorCode.LIMIT_REACHED,
)
_TOKEN_NOT_FOUND: Final = Refusal("service_token.not_found", "There is no such service token.", UserErrorCode.NOT_FOUND)
_OVERLAP_OUT_OF_RANGE: Final = Refusal(
    "service_token.overlap_out_of_range", "The overlap has 0 to {maximum!s} minutes."
)
_TOKEN_ENDED: Final = Refusal(
    "service_token.ended", "This service token has ended. Create a new one.", UserErrorCode.NOT_ALLOWED
)


async def create_service_token(
    connection: Connection,
    *,
    name: str,
    permissions: Sequence[str],
    website_ids: Sequence[str] | None,
    expires_at: dt.datetime,
    rate: int | None = None,
    usual_rate: int,
    by: Actor,
) -> tuple[int, str]:
    """Its id, and the secret, shown once and stored as a hash."""
    values = await _validate_service_token(
        connection, name, permissions, website_ids, expires_at, rate=rate, usual_rate=usual_rate, by=by
    )
    await _refuse_over_limit(connection)
    id, websites = new_id(), values["website_ids"]
    await execute_statement(
        connection,
        insert(service_token).values(id=id, created_by=by.staff_id, expires_at=expires_at, **values),
    )
    secret = await _issue_secret(connection, id, expires_at)
    changes = {
        "name": (None, values["name"]),
        "permissions": (None, values["permissions"]),
        "websiteIds": (None, None if websites is None else [encode_id("web", id) for id in websites]),
        "expiresAt": (None, expires_at.isoformat()),
        **({} if rate is None else {"rate": (None, rate)}),
    }
    await record_staff_event(connection, "SERVICE_TOKEN_CREATED", by=by, subject=encode_id("svt", id), changes=changes)
    return id, secret


async def _validate_service_token(
    connection: Connection,
    name: str,
    permissions: Sequence[str],
    website_ids: Sequence[str] | None,
    expires_at: dt.datetime,
    *,
    rate: int | None,
    usual_rate: int,
    by: Actor,
) -> dict[str, Any]:
    """The columns of a new token. Raises `RuleErrors` with everything that does not fit."""
    refused = CollectedErrors()
    values: dict[str, Any] = {"permissions": sorted(set(permissions)), "website_ids": None, "rate": rate}
    with refused.collecting():
        values["name"] = validate_name(name)
    with refused.collecting():
        _validate_expiry(expires_at)
    with refused.collecting():
        validate_rate(rate, usual_rate=usual_rate, by=by)
    with refused.collecting():
        _refuse_managing_staff(permissions)
    with refused.collecting():
        values["website_ids"] = await validate_grant(connection, permissions, website_ids, by)
    refused.raise_collected()
    return values


def _refuse_managing_staff(permissions: Sequence[str]) -> None:
    """A program that makes tokens would outlive every revocation of its own."""
    if Permission.STAFF_MANAGE in permissions:
        raise _PERMISSION_NOT_ALLOWED(path=["permissions"], permission=Permission.STAFF_MANAGE.value)


def _validate_expiry(expires_at: dt.datetime) -> None:
    now = read_clock()
    if not now < expires_at <= now + MAX_LIFETIME:
        raise _END_OUT_OF_RANGE(path=["expiresAt"], days=MAX_LIFETIME.days)


async def _refuse_over_limit(connection: Connection) -> None:
    live = select(func.count()).where(service_token.c.revoked_at.is_(None), service_token.c.expires_at > func.now())
    if await fetch_value(connection, live) >= MAX_SERVICE_TOKENS:
        raise _TOO_MANY_TOKENS(limit=MAX_SERVICE_TOKENS)


async def _issue_secret(connection: Connection, id: int, expires_at: dt.datetime) -> str:
    secret = tokens.new_token(tokens.SERVICE)
    row = {"token_hash": tokens.hash_token(secret), "service_token_id": id, "expires_at": expires_at}
    await execute_statement(connection, insert(service_token_secret).values(**row))
    return secret


async def _lock_manageable_token(connection: Connection, id: int, by: Actor) -> Row:
    found = await fetch_one(connection, select(service_token).where(service_token.c.id == id).with_for_update())
    if found is None or not is_visible_to(by, found.website_ids):
        raise _TOKEN_NOT_FOUND(path=["id"])
    refuse_stronger(by, Grant.of(found), ["id"])
    return found


async def rotate_service_token(connection: Connection, id: int, *, overlap: dt.timedelta, by: Actor) -> str:
    """A new secret; the one before works on for `overlap`, those older end at once."""
    if not dt.timedelta(0) <= overlap <= MAX_OVERLAP:
        raise _OVERLAP_OUT_OF_RANGE(path=["overlapMinutes"], maximum=MAX_OVERLAP // dt.timedelta(minutes=1))
    token_row = await _lock_manageable_token(connection, id, by)
    now = read_clock()
    if token_row.revoked_at is not None or token_row.expires_at <= now:
        raise _TOKEN_ENDED(path=["id"])
    secrets = service_token_secret.c
    # Those of an earlier rotation have an end nearer than the token's.
    older = (secrets.service_token_id == id) & (secrets.expires_at < token_row.expires_at)
    await execute_statement(connection, delete(service_token_secret).where(older))
    ends = min(now + overlap, token_row.expires_at)
    last = update(service_token_secret).where(secrets.service_token_id == id)
    await execute_statement(connection, last.values(expires_at=ends))
    secret = await _issue_secret(connection, id, token_row.expires_at)
    await record_staff_event(connection, "SERVICE_TOKEN_ROTATED", by=by, subject=encode_id("svt", id))
    return secret


async def revoke_service_token(connection: Connection, id: int, *, by: Actor) -> None:
    """End it for good, at once and everywhere."""
    token_row = await _lock_manageable_token(connection, id, by)
    if token_row.revoked_at is not None:
        return
    now = read_clock()
    await execute_statement(connection, update(service_token).where(service_token.c.id == id).values(revoked_at=now))
    await execute_statement(
        connection, delete(service_token_secret).where(service_token_secret.c.service_token_id == id)
    )
    await record_staff_event(connection, "SERVICE_TOKEN_REVOKED", by=by, subject=encode_id("svt", id))
