"""Login as customer: staff act as a customer who allows it, for minutes, and every trace names both (docs/domain/support.md#support-7)."""

import datetime as dt
from typing import Final

from sqlalchemy import delete, insert, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import validate_line
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.reads import LOGIN_CODE_BY_HASH
from customer_gql.customers.accounts.sessions.reach import can_act_on_website
from customer_gql.customers.accounts.sessions.sessions import issue_customer_access_token
from customer_gql.customers.accounts.tables import customer_token, impersonation, login_code
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.security import tokens
from customer_gql.security.sessions import SessionGrant
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import setting
from customer_gql.staff.tables import staff_user

LOGIN_AS_CUSTOMER: Final = Setting(
    "accounts.login_as_customer", True, GLOBAL, "Whether staff may sign in as a customer at all."
)
CODE_LIFETIME: Final = dt.timedelta(seconds=60)
TOKEN_LIFETIME: Final = dt.timedelta(minutes=15)
MAX_REASON_LENGTH: Final = 1000
_CODE_REFUSED: Final = "This code does not work: it was used, is unknown, or is older than a minute."


async def issue_login_code(connection: Connection, account: Row, *, reason: str, by: Actor) -> tuple[str, dt.datetime]:
    """A code for the storefront, and until when it can be exchanged."""
    reason = validate_line(reason, ["reason"], MAX_REASON_LENGTH, required=True) or ""
    if by.kind is not ActorKind.STAFF:
        raise _impersonation_refused("Only people sign in as a customer, no services.")
    if not await setting(connection, LOGIN_AS_CUSTOMER):
        raise _impersonation_refused("Signing in as a customer is switched off in this shop.")
    if not account.allows_remote_assistance:
        raise _impersonation_refused("This customer does not allow staff to sign in for them.")
    if account.status != CustomerStatus.ACTIVE.value:
        raise _impersonation_refused("This account is inactive.")
    code, now, impersonation_id = tokens.new_token(tokens.LOGIN_CODE), dt.datetime.now(dt.UTC), new_id()
    key = {"customer_id": account.id, "staff_id": by.id, "expires_at": now + CODE_LIFETIME}
    await execute_statement(connection, insert(impersonation).values(**key, id=impersonation_id, reason=reason))
    await execute_statement(
        connection,
        insert(login_code).values(**key, code_hash=tokens.hash_token(code), impersonation_id=impersonation_id),
    )
    changes = {"reason": (None, reason)}
    await record_customer_event(
        connection, account.id, kind="LOGIN_CODE_GIVEN", version=account.version, by=by, changes=changes
    )
    return code, key["expires_at"]


async def exchange_login_code(
    connection: Connection, code: str, *, website_id: int | None, address: str | None
) -> SessionGrant:
    """A token of the customer that carries the staff member too. The code works once.

    `website_id` is where it is exchanged; None is the customer's own. The token reaches as far as the customer's would.
    """
    dead = RuleError(_CODE_REFUSED, path=["code"])
    known = await fetch_one(connection, LOGIN_CODE_BY_HASH, code_hash=tokens.hash_token(code))
    if known is None:
        raise dead
    try:
        account = await customers.lock_customer(connection, known.customer_id, websites=None)
    except RuleError:
        raise dead from None
    now = dt.datetime.now(dt.UTC)
    used = await execute_statement(
        connection,
        update(login_code)
        .where(login_code.c.code_hash == known.code_hash, login_code.c.used_at.is_(None), login_code.c.expires_at > now)
        .values(used_at=now),
    )
    at: int = website_id or account.website_id
    may_there = at == account.website_id or await can_act_on_website(connection, account.id, at)
    if not used or not may_there or not await _is_still_allowed(connection, account, known.staff_id):
        raise dead
    expires_at = now + TOKEN_LIFETIME
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
        idle=TOKEN_LIFETIME,
        staff_id=known.staff_id,
    )
    by = Actor(ActorKind.STAFF, known.staff_id, address=address)
    await record_customer_event(connection, account.id, kind="IMPERSONATION_STARTED", version=account.version, by=by)
    return SessionGrant(account.id, token, expires_at)


async def end_impersonation(
    connection: Connection, customer_id: int, impersonation_id: int, *, by: Actor, websites: Websites = None
) -> bool:
    """End it at once; whether it was still going on. The customer has to be of one of the websites."""
    account = await customers.lock_customer(connection, customer_id, websites=websites)
    now = dt.datetime.now(dt.UTC)
    ended = await execute_statement(
        connection,
        update(impersonation)
        .where(
            impersonation.c.customer_id == customer_id,
            impersonation.c.id == impersonation_id,
            impersonation.c.ended_at.is_(None),
            impersonation.c.expires_at > now,
        )
        .values(ended_at=now),
    )
    for table, column in ((customer_token, customer_token.c.session_id), (login_code, login_code.c.impersonation_id)):
        await execute_statement(
            connection, delete(table).where(table.c.customer_id == customer_id, column == impersonation_id)
        )
    if ended:
        await record_customer_event(connection, customer_id, kind="IMPERSONATION_ENDED", version=account.version, by=by)
    return bool(ended)


async def _is_still_allowed(connection: Connection, account: Row, staff_id: int) -> bool:
    """Within the minute the customer may have taken the consent back, or the staff member have left."""
    is_active = await fetch_value(
        connection, staff_user.select().with_only_columns(staff_user.c.is_active).where(staff_user.c.id == staff_id)
    )
    return bool(is_active) and account.allows_remote_assistance and account.status == CustomerStatus.ACTIVE.value


def _impersonation_refused(message: str) -> RuleError:
    return RuleError(message, path=["id"], code=UserErrorCode.NOT_ALLOWED)
