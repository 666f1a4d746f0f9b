"""Letting a customer in by password. Unknown, wrong, locked, unconfirmed, inactive, excluded: one answer, one time."""

import datetime as dt
from functools import partial
from typing import Final

from sqlalchemy import select

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.emails import MAX_EMAIL, normalize_email
from customer_gql.core.errors import RuleError
from customer_gql.core.text import validate_line
from customer_gql.customers.accounts import lockout, passwords, writes
from customer_gql.customers.accounts.reads import ACCOUNT_BY_EMAIL, ACCOUNT_BY_ID
from customer_gql.customers.accounts.sessions import sessions
from customer_gql.customers.accounts.tables import customer_password
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import presence
from customer_gql.customers.profile.sharing import email_scope, lock_email_scope
from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.graph.context import Context
from customer_gql.security.throttle import FREE_FAILURES, MAX_FAILURES, Attempt, forget_failures

SIGN_IN_REFUSED: Final = "The address or the password is not right, or sign-in is closed for the moment."


async def sign_in(context: Context, view: Row, *, email: str, password: str) -> sessions.SessionGrant:
    validate_line(email, ["email"], MAX_EMAIL)
    passwords.check_length(password, ["password"])
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address)
        name, scope = normalize_email(email), await email_scope(connection, view.website_id)
        attempt = await lockout.count_attempt(connection, name, scope, lockout.SIGN_INS, lockout.PASSWORDS)
        known = await fetch_one(
            connection, ACCOUNT_BY_EMAIL, email_normalised=name, scope=scope, website_id=view.website_id
        )
    if attempt is None:
        raise RuleError(SIGN_IN_REFUSED)
    is_right = await passwords.matches(None if known is None else known.password_hash, password)
    if known is None or not is_right or not _is_allowed_to_sign_in(known, is_excluded=known.is_excluded):
        _publish_lock_later(context, known, attempt)
        raise RuleError(SIGN_IN_REFUSED)
    newer = await passwords.hash_password(password) if passwords.is_outdated(known.password_hash) else None
    async with context.transaction() as connection:
        grant = await _start_session(connection, context, known, newer, website_id=view.website_id, scope=scope)
    presence.record_sign_in(context, known.id)
    return grant


def _is_allowed_to_sign_in(known: Row, *, is_excluded: bool) -> bool:
    is_locked = known.locked_until is not None and known.locked_until > dt.datetime.now(dt.UTC)
    is_active = known.status == CustomerStatus.ACTIVE.value
    return is_active and known.is_email_confirmed and not is_locked and not is_excluded


async def _start_session(
    connection: Connection, context: Context, known: Row, newer: str | None, *, website_id: int, scope: int
) -> sessions.SessionGrant:
    """Under the customer's lock look again: what was read before the password was checked may have changed."""
    held = await fetch_one(connection, select(customer).where(customer.c.id == known.id).with_for_update())
    stored = await fetch_one(
        connection, select(customer_password.c.hash).where(customer_password.c.customer_id == known.id)
    )
    # Held after the customer, as everywhere: accounts do not become those of one website while a session on another begins.
    is_known_here = await lock_email_scope(connection, website_id) == scope
    is_same = is_known_here and held is not None and stored is not None and stored.hash == known.password_hash
    if held is None or not is_same or not _is_allowed_to_sign_in(held, is_excluded=known.is_excluded):
        raise RuleError(SIGN_IN_REFUSED)
    if newer is not None:
        await writes.store_customer_password(connection, held.id, newer)
    await writes.reset_failures(connection, held)
    grant = await sessions.start_session(connection, held.id, website_id=website_id, caller=context.caller)
    by = Actor(ActorKind.CUSTOMER, held.id, address=context.viewer.address)
    await record_customer_event(connection, held.id, kind="SIGNED_IN", version=held.version, by=by)
    return grant


def _publish_lock_later(context: Context, known: Row | None, attempt: Attempt) -> None:
    if known is not None and attempt.count >= FREE_FAILURES:
        address = context.caller.address or None
        first = attempt.count in {FREE_FAILURES, MAX_FAILURES}
        context.later(
            ("lock", known.id),
            partial(writes.publish_lock, known=known, until=attempt.until, first=first, address=address),
        )


async def reauthenticate(context: Context, password: str, *, path: list[str]) -> Row:
    """The viewer's account, after they gave its password again. Wrong ones are counted, right ones forgive them."""
    passwords.check_length(password, path)
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address)
        known = await fetch_one(connection, ACCOUNT_BY_ID, customer_id=context.viewer.customer_id)
        account = (
            None if known is None else (normalize_email(known.email), await email_scope(connection, known.website_id))
        )
        attempt = None if account is None else await lockout.count_attempt(connection, *account, lockout.PASSWORDS)
    wrong = RuleError("This is not the account's password, or too many wrong ones were tried.", path=path)
    if known is None or account is None or attempt is None:
        raise wrong
    if not await passwords.matches(known.password_hash, password):
        _publish_lock_later(context, known, attempt)
        raise wrong
    async with context.database.writes.acquire() as connection:
        await forget_failures(connection, [lockout.failure_key(*account)])
    return known
