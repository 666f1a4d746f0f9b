"""Letting a customer in by password. Unknown, wrong, locked, unconfirmed, inactive, excluded: one answer, one time."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.text import validate_line
from customer_gql.core.values.emails import MAX_EMAIL
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout, writes
from customer_gql.customers.accounts.reads import ACCOUNT_BY_ID, find_account_by_email
from customer_gql.customers.accounts.sessions.remembered import remember_customer, replace_remembered
from customer_gql.customers.accounts.sessions.sessions import start_session
from customer_gql.customers.accounts.sign_in.hooks import SignInFacts, run_sign_in_hooks
from customer_gql.customers.accounts.tables import customer_password
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import presence, writes as customers
from customer_gql.customers.profile.sharing import email_scope, lock_email_scope
from customer_gql.customers.profile.tables import CustomerStatus, LockReason
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_row
from customer_gql.graph.access.write_budget import count_customer_write
from customer_gql.graph.context import Context
from customer_gql.security.devices import find_device, remember_device
from customer_gql.security.hashing import verify_password
from customer_gql.security.passwords import PASSWORD_WRONG, renew_hash, validate_password_length
from customer_gql.security.sessions import SessionGrant
from customer_gql.security.throttle import Attempt, forget_failures
from customer_gql.shop.captcha.guard import require_captcha
from customer_gql.shop.captcha.settings import CaptchaForm

SIGN_IN_REFUSED: Final = Refusal(
    "sign_in.refused", "The address or the password is wrong, or sign-in is closed for a while."
)
EMAIL_NOT_CONFIRMED: Final = Refusal(
    "account.email_not_confirmed",
    "The e-mail address is not confirmed yet. Open the link that was mailed to it, or ask for another one.",
    UserErrorCode.NOT_ALLOWED,
)


async def sign_in(
    context: Context,
    view: Row,
    *,
    email: str,
    password: str,
    device_token: str | None = None,
    captcha_token: str | None = None,
    is_remembered: bool = False,
) -> SessionGrant:
    await _validate_form(context, view, email, password, captcha_token)
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)
        scope = await email_scope(connection, view.website_id)
        account = await find_account_by_email(connection, email, scope=scope, website_id=view.website_id)
        owner = None if account is None else account.id
        device = await find_device(connection, ViewerKind.CUSTOMER, owner, device_token)
        attempt = await _count_sign_in(connection, email, scope, device)
    if attempt is None:
        raise SIGN_IN_REFUSED()
    is_right = await verify_password(password, None if account is None else account.password_hash)
    is_known_device = device is not None
    if account is None or not is_right or not _is_allowed_to_sign_in(account, account, is_known_device):
        is_waiting = account is not None and is_right and _waits_for_confirmation(account, is_known_device)
        raise await _find_refusal(context, account, attempt, is_waiting=is_waiting)
    async with context.transaction() as connection:
        grant = await _start_session(
            connection,
            context,
            account,
            view=view,
            scope=scope,
            device_token=device_token,
            is_known_device=is_known_device,
            is_remembered=is_remembered,
        )
    await renew_hash(context.database, customer_password, account.id, password, account.password_hash)
    presence.record_sign_in(context, account.id)
    return grant


async def _validate_form(context: Context, view: Row, email: str, password: str, captcha_token: str | None) -> None:
    validate_line(email, ["email"], MAX_EMAIL)
    validate_password_length(password, ["password"])
    find_keys = partial(_find_failure_keys, email=email, website_id=view.website_id)
    await require_captcha(context, view, CaptchaForm.SIGN_IN, captcha_token, find_keys=find_keys)


async def _find_refusal(context: Context, account: Row | None, attempt: Attempt, *, is_waiting: bool) -> RuleError:
    if account is not None and is_waiting:
        await _forgive_right_password(context, account)
        return EMAIL_NOT_CONFIRMED(path=["email"])
    _publish_lock_later(context, account, attempt)
    return SIGN_IN_REFUSED()


async def _find_failure_keys(connection: Connection, *, email: str, website_id: int) -> Sequence[bytes]:
    return lockout.failure_keys(email, await email_scope(connection, website_id))


async def _count_sign_in(connection: Connection, email: str, scope: int, device: bytes | None) -> Attempt | None:
    """Guesses on a known device are counted apart from those of strangers."""
    if device is not None:
        return await lockout.count_device_attempt(connection, device)
    return await lockout.count_attempt(connection, email, scope, lockout.SIGN_INS, lockout.PASSWORDS)


def _is_allowed_to_sign_in(stored: Row, known: Row, is_known_device: bool) -> bool:
    """`known` says whether the group is excluded. Guesses of strangers do not lock out the owner's known device."""
    is_kept_out = writes.is_account_locked(stored) and not (
        is_known_device and stored.lock_reason != LockReason.STAFF.value
    )
    is_active = stored.status == CustomerStatus.ACTIVE.value
    return is_active and stored.is_email_confirmed and not is_kept_out and not known.is_excluded


def _waits_for_confirmation(known: Row, is_known_device: bool) -> bool:
    """Whether nothing but the confirmation is missing; who knows the password may be told."""
    is_kept_out = writes.is_account_locked(known) and not is_known_device
    is_active = known.status == CustomerStatus.ACTIVE.value
    return is_active and not known.is_email_confirmed and not is_kept_out and not known.is_excluded


async def _forgive_right_password(context: Context, account: Row) -> None:
    async with context.transaction() as connection:
        await writes.reset_failures(connection, account)
        await lockout.forgive_peer(connection, context.caller.address)


async def _start_session(
    connection: Connection,
    context: Context,
    account: Row,
    *,
    view: Row,
    scope: int,
    device_token: str | None,
    is_known_device: bool,
    is_remembered: bool,
) -> SessionGrant:
    """Under the customer's lock look again: what was read before the password was checked may have changed."""
    website_id = view.website_id
    stored = (await customers.lock_customers(connection, [account.id], websites=None)).get(account.id)
    password = await fetch_row(connection, customer_password, {"customer_id": account.id})
    hash = None if password is None else password.hash
    # After the customer, as everywhere: accounts do not become those of one website while a session on another begins.
    is_known_here = await lock_email_scope(connection, website_id) == scope
    is_same = is_known_here and stored is not None and hash == account.password_hash
    if stored is None or not is_same or not _is_allowed_to_sign_in(stored, account, is_known_device):
        raise SIGN_IN_REFUSED()
    await count_customer_write(connection, stored.id, context.settings.storefront, counter="sign-ins")
    await writes.reset_failures(connection, stored)
    await lockout.forgive_peer(connection, context.caller.address)
    grant = await start_session(connection, stored.id, website_id=website_id, caller=context.caller)
    before = await replace_remembered(connection, context.persistent_token, website_id=website_id)
    persistent = await remember_customer(connection, grant, website_id=website_id, is_wanted=is_remembered)
    device = await remember_device(connection, ViewerKind.CUSTOMER, stored.id, device_token)
    by = Actor(ActorKind.CUSTOMER, stored.id, address=context.viewer.address)
    await record_customer_event(connection, stored.id, kind="SIGNED_IN", version=stored.version, by=by)
    await run_sign_in_hooks(connection, _describe_sign_in(context, stored.id, view, before))
    return replace(grant, device_token=device.token, persistent_token=persistent)


def _describe_sign_in(context: Context, customer_id: int, view: Row, before: int | None) -> SignInFacts:
    return SignInFacts(
        customer_id=customer_id,
        website_id=view.website_id,
        store_view_id=view.id,
        address=context.viewer.address,
        cart_token=context.cart_token,
        visitor=context.caller.visitor,
        remembered_id=before if before != customer_id else None,
    )


def _publish_lock_later(context: Context, account: Row | None, attempt: Attempt) -> None:
    """A lock is shown as soon as it holds. What a known device entered wrongly closes that device alone."""
    is_locked = attempt.until > read_clock()
    if account is not None and is_locked and isinstance(attempt, lockout.CountedAttempt):
        address = context.caller.address or None
        context.later(
            ("lock", account.id), partial(writes.publish_lock, account=account, attempt=attempt, address=address)
        )


async def reauthenticate(context: Context, password: str, *, path: list[str]) -> Row:
    """The viewer's account, after they entered its password again. Wrong ones are counted, a right one resets that."""
    validate_password_length(password, path)
    refusal, session_id = PASSWORD_WRONG(path=path), context.viewer.session_id
    assert session_id is not None
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)
        account = await fetch_one(connection, ACCOUNT_BY_ID, customer_id=context.viewer.customer_id)
        attempt = await lockout.count_session_attempt(connection, session_id)
    if account is None or attempt is None:
        raise refusal
    if not await verify_password(password, account.password_hash):
        await _count_wrong_password(context, account)
        raise refusal
    async with context.database.writes.acquire() as connection:
        scope = await email_scope(connection, account.website_id)
        keys = [lockout.failure_key(account.email, scope), lockout.session_failure_key(session_id)]
        await forget_failures(connection, keys)
        await lockout.forgive_peer(connection, context.caller.address)
    return account


async def _count_wrong_password(context: Context, account: Row) -> None:
    """For the account too, so that it is locked after as many as at sign-in; not while its pause lasts."""
    async with context.database.writes.acquire() as connection:
        scope = await email_scope(connection, account.website_id)
        attempt = await lockout.count_attempt(connection, account.email, scope, lockout.PASSWORDS)
    if attempt is not None:
        _publish_lock_later(context, account, attempt)
