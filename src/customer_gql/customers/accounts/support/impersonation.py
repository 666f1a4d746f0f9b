"""Login as customer: staff act as a customer who allows it, for minutes, and every trace names both (docs/domain/support.md#support-7)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Forbidden, Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.permissions import Permission
from customer_gql.core.text import validate_line
from customer_gql.core.viewer import Viewer
from customer_gql.customers.accounts.sessions.impersonation_rights import may_impersonate
from customer_gql.customers.accounts.sessions.impersonations import IMPERSONATION_LIFETIME
from customer_gql.customers.accounts.sessions.reach import can_act_on_website
from customer_gql.customers.accounts.sessions.secret_owners import fetch_secret, store_owner
from customer_gql.customers.accounts.sessions.sessions import issue_customer_access_token
from customer_gql.customers.accounts.sessions.settings import LOGIN_AS_CUSTOMER
from customer_gql.customers.accounts.tables import impersonation, login_code
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.database.statements import (
    Connection,
    Row,
    execute_statement,
    fetch_value,
)
from customer_gql.security import tokens
from customer_gql.security.sessions import SessionGrant
from customer_gql.shop.settings.reads import setting
from customer_gql.staff.tables import staff_session

from .store_views import choose_store_view

CODE_LIFETIME: Final = dt.timedelta(seconds=60)
MAX_REASON_LENGTH: Final = 1000

_CODE_INVALID: Final = Refusal(
    "login_code.invalid", "This code does not work: it was used, is unknown, or is older than a minute."
)
_FOR_PEOPLE: Final = Refusal(
    "impersonation.for_people", "Only people can sign in as a customer, not service tokens.", UserErrorCode.NOT_ALLOWED
)
_SWITCHED_OFF: Final = Refusal(
    "impersonation.switched_off", "Signing in as a customer is switched off in this shop.", UserErrorCode.NOT_ALLOWED
)
_NOT_ALLOWED_BY_CUSTOMER: Final = Refusal(
    "impersonation.not_allowed_by_customer",
    "This customer does not allow staff to sign in as them.",
    UserErrorCode.NOT_ALLOWED,
)
_ACCOUNT_INACTIVE: Final = Refusal(
    "impersonation.account_inactive", "This account is inactive.", UserErrorCode.NOT_ALLOWED
)


@dataclass(frozen=True, slots=True)
class LoginCode:
    """A code for the storefront, until when it can be exchanged, and the store view that staff chose for it."""

    code: str
    expires_at: dt.datetime
    store_view_id: int | None


async def issue_login_code(
    connection: Connection, account: Row, viewer: Viewer, reason: str, store_view_id: int | None, *, by: Actor
) -> LoginCode:
    """The caller has locked the right to it (`lock_right_to_impersonate`), then the account."""
    reason = validate_line(reason, ["reason"], MAX_REASON_LENGTH, required=True) or ""
    if by.kind is not ActorKind.STAFF or not await _lock_own_session(connection, by):
        raise _FOR_PEOPLE(path=["id"])
    chosen = await choose_store_view(connection, account, store_view_id, websites=viewer.website_ids)
    refusal = find_login_as_refusal(account, is_switched_on=await setting(connection, LOGIN_AS_CUSTOMER))
    if refusal is not None:
        raise refusal.at(["id"])
    assert by.id is not None
    if not await may_impersonate(connection, account.id, by.id):
        needed = Permission.CUSTOMERS_IMPERSONATE
        raise Forbidden(f"You no longer have the permission {needed} for this customer.", permission=needed)
    code, now, impersonation_id = tokens.new_token(tokens.LOGIN_CODE), read_clock(), new_id()
    key = {"customer_id": account.id, "staff_id": by.id, "expires_at": now + CODE_LIFETIME}
    await execute_statement(connection, insert(impersonation).values(**key, id=impersonation_id, reason=reason))
    await execute_statement(
        connection,
        insert(login_code).values(**key, code_hash=tokens.hash_token(code), impersonation_id=impersonation_id),
    )
    await store_owner(connection, account.id, {tokens.hash_token(code): key["expires_at"]})
    changes = {"reason": (None, reason)}
    await record_customer_event(
        connection, account.id, kind="LOGIN_CODE_GIVEN", version=account.version, by=by, changes=changes
    )
    return LoginCode(code, key["expires_at"], chosen)


def find_login_as_refusal(account: Any, *, is_switched_on: bool, is_person: bool = True) -> RuleError | None:
    """What forbids staff to sign in as the customer; `is_person` tells a staff user from a service."""
    if not is_person:
        return _FOR_PEOPLE()
    if not is_switched_on:
        return _SWITCHED_OFF()
    if not account.allows_remote_assistance:
        return _NOT_ALLOWED_BY_CUSTOMER()
    return None if account.status == CustomerStatus.ACTIVE.value else _ACCOUNT_INACTIVE()


async def _lock_own_session(connection: Connection, by: Actor) -> bool:
    """Whether the session of the staff user still exists; it cannot end before the code is stored, and is found then."""
    session = by.viewer and by.viewer.session
    mine = (
        select(staff_session.c.id)
        .where(staff_session.c.token_hash == session)
        .with_for_update(key_share=True, read=True)
    )
    return await fetch_value(connection, mine) is not None


async def exchange_login_code(
    connection: Connection, code: str, *, website_id: int | None, address: str | None
) -> SessionGrant:
    """A token of the customer that carries the staff member too. The code works once.

    `website_id` is where it is exchanged; None is the customer's own. The token reaches as far as the customer's would.
    """
    dead = _CODE_INVALID(path=["code"])
    known = await fetch_secret(connection, login_code, tokens.hash_token(code))
    if known is None:
        raise dead
    try:
        account = await customers.lock_customer(connection, known.customer_id, websites=None)
    except RuleError:
        raise dead from None
    now = read_clock()
    used = await _use_login_code(connection, known, now)
    at: int = website_id or account.website_id
    may_there = at == account.website_id or await can_act_on_website(connection, account.id, at)
    if not used or not may_there or not await may_impersonate(connection, account.id, known.staff_id):
        raise dead
    expires_at = now + IMPERSONATION_LIFETIME
    await execute_statement(
        connection,
        update(impersonation)
        .where(impersonation.c.customer_id == account.id, impersonation.c.id == known.impersonation_id)
        .values(started_at=now, expires_at=expires_at),
    )
    token = await issue_customer_access_token(
        connection,
        account.id,
        known.impersonation_id,
        website_id=at,
        expires_at=expires_at,
        idle=IMPERSONATION_LIFETIME,
        staff_id=known.staff_id,
    )
    by = Actor(ActorKind.STAFF, known.staff_id, address=address)
    await record_customer_event(connection, account.id, kind="IMPERSONATION_STARTED", version=account.version, by=by)
    return SessionGrant(account.id, token, expires_at)


async def _use_login_code(connection: Connection, code: Row, now: dt.datetime) -> bool:
    """Whether the code still worked; from now on it does not."""
    is_it = (login_code.c.customer_id == code.customer_id, login_code.c.code_hash == code.code_hash)
    is_usable = (login_code.c.used_at.is_(None), login_code.c.expires_at > now)
    used = update(login_code).where(*is_it, *is_usable).values(used_at=now)
    return await execute_statement(connection, used) == 1
