"""Letting a customer in by password. Unknown, wrong, locked, unconfirmed, inactive, excluded: one answer, one time."""

import datetime as dt
from functools import partial
from typing import Final

from sqlalchemy import select

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.emails import MAX_EMAIL, normalize_email
from customer_gql.core.errors import RuleError
from customer_gql.core.text import validate_line
from customer_gql.customers.accounts import lockout, writes
from customer_gql.customers.accounts.reads import ACCOUNT_BY_EMAIL, ACCOUNT_BY_ID
from customer_gql.customers.accounts.sessions.sessions import start_session
from customer_gql.customers.accounts.tables import customer_password
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import presence
from customer_gql.customers.profile.sharing import email_scope, lock_email_scope
from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_value
from customer_gql.graph.context import Context
from customer_gql.graph.write_budget import count_customer_write
from customer_gql.security.hashing import verify_password
from customer_gql.security.passwords import renew_hash, validate_password_length
from customer_gql.security.sessions import SessionGrant
from customer_gql.security.throttle import FREE_FAILURES, Attempt, forget_failures

SIGN_IN_REFUSED: Final = "The address or the password is wrong, or sign-in is closed for a while."
REAUTHENTICATION_REFUSED: Final = (
    "This is not the account's password, or too many wrong ones were entered. Try again later."
)


async def sign_in(context: Context, view: Row, *, email: str, password: str) -> SessionGrant:
    validate_line(email, ["email"], MAX_EMAIL)
    validate_password_length(password, ["password"])
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)
        scope = await email_scope(connection, view.website_id)
        attempt = await lockout.count_attempt(connection, email, scope, lockout.SIGN_INS, lockout.PASSWORDS)
        account = await fetch_one(
            connection,
            ACCOUNT_BY_EMAIL,
            email_normalised=normalize_email(email),
            scope=scope,
            website_id=view.website_id,
        )
    if attempt is None:
        raise RuleError(SIGN_IN_REFUSED)
    is_right = await verify_password(password, None if account is None else account.password_hash)
    if account is None or not is_right or not _is_allowed_to_sign_in(account, is_excluded=account.is_excluded):
        _publish_lock_later(context, account, attempt)
        raise RuleError(SIGN_IN_REFUSED)
    async with context.transaction() as connection:
        grant = await _start_session(connection, context, account, website_id=view.website_id, scope=scope)
    await renew_hash(context.database, customer_password, account.id, password, account.password_hash)
    presence.record_sign_in(context, account.id)
    return grant


def _is_allowed_to_sign_in(known: Row, *, is_excluded: bool) -> bool:
    is_locked = known.locked_until is not None and known.locked_until > dt.datetime.now(dt.UTC)
    is_active = known.status == CustomerStatus.ACTIVE.value
    return is_active and known.is_email_confirmed and not is_locked and not is_excluded


async def _start_session(
    connection: Connection, context: Context, account: Row, *, website_id: int, scope: int
) -> SessionGrant:
    """Under the customer's lock look again: what was read before the password was checked may have changed."""
    stored = await fetch_one(connection, select(customer).where(customer.c.id == account.id).with_for_update())
    hash = await fetch_value(
        connection, select(customer_password.c.hash).where(customer_password.c.customer_id == account.id)
    )
    # After the customer, as everywhere: accounts do not become those of one website while a session on another begins.
    is_known_here = await lock_email_scope(connection, website_id) == scope
    is_same = is_known_here and stored is not None and hash == account.password_hash
    if stored is None or not is_same or not _is_allowed_to_sign_in(stored, is_excluded=account.is_excluded):
        raise RuleError(SIGN_IN_REFUSED)
    await count_customer_write(connection, stored.id, context.settings.storefront, counter="sign-ins")
    await writes.reset_failures(connection, stored)
    await lockout.forgive_peer(connection, context.caller.address)
    grant = await start_session(connection, stored.id, website_id=website_id, caller=context.caller)
    by = Actor(ActorKind.CUSTOMER, stored.id, address=context.viewer.address)
    await record_customer_event(connection, stored.id, kind="SIGNED_IN", version=stored.version, by=by)
    return grant


def _publish_lock_later(context: Context, account: Row | None, attempt: Attempt) -> None:
    if account is not None and attempt.count >= FREE_FAILURES:
        address = context.caller.address or None
        first = attempt.count == FREE_FAILURES
        context.later(
            ("lock", account.id),
            partial(writes.publish_lock, account=account, until=attempt.until, first=first, address=address),
        )


async def reauthenticate(context: Context, password: str, *, path: list[str]) -> Row:
    """The viewer's account, after they entered its password again. Wrong ones are counted, a right one resets that."""
    validate_password_length(password, path)
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)
        account = await fetch_one(connection, ACCOUNT_BY_ID, customer_id=context.viewer.customer_id)
        if account is None:
            raise RuleError(REAUTHENTICATION_REFUSED, path=path)
        scope = await email_scope(connection, account.website_id)
        attempt = await lockout.count_attempt(connection, account.email, scope, lockout.PASSWORDS)
    if attempt is None:
        raise RuleError(REAUTHENTICATION_REFUSED, path=path)
    if not await verify_password(password, account.password_hash):
        _publish_lock_later(context, account, attempt)
        raise RuleError(REAUTHENTICATION_REFUSED, path=path)
    async with context.database.writes.acquire() as connection:
        await forget_failures(connection, [lockout.failure_key(account.email, scope)])
        await lockout.forgive_peer(connection, context.caller.address)
    return account
