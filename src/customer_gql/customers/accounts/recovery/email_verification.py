"""Links that prove an address: the one an account was made with, and the one it changes to (docs/domain/email-verification.md#email-verification-1, docs/domain/email-verification.md#email-verification-5)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import insert, update

from customer_gql.core.actor import Actor, ActorKind, actor_of
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.values.emails import normalize_email, validate_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout, writes
from customer_gql.customers.accounts.enumeration import DecoyAccount, rolled_back_if
from customer_gql.customers.accounts.reads import EMAIL_LINKS_SINCE, find_account_by_email
from customer_gql.customers.accounts.sessions import access, sessions
from customer_gql.customers.accounts.sessions.secret_owners import fetch_secret, store_owner
from customer_gql.customers.accounts.sign_in.sign_in import reauthenticate
from customer_gql.customers.accounts.tables import EmailPurpose, email_token
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.newsletter.writes import activate_waiting_subscriptions
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.claims import move_email_claim
from customer_gql.customers.profile.reads import is_address_proved
from customer_gql.customers.profile.sharing import email_scope
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one
from customer_gql.graph.context import Context
from customer_gql.security import throttle, tokens

CONFIRM_LIFETIME: Final = dt.timedelta(hours=24)
CHANGE_LIFETIME: Final = dt.timedelta(hours=1)
MAILS_PER_HOUR: Final = 5
TIME_BETWEEN_MAILS: Final = dt.timedelta(minutes=2)

LINK_INVALID: Final = Refusal(
    "email_link.invalid",
    "This link does not work: it was used, replaced by a newer one, or is too old. Ask for another.",
)
_EMAIL_UNCHANGED: Final = Refusal("email.unchanged", "This is the address of the account already. Enter another one.")
_CONFIRMED_ALREADY: Final = Refusal(
    "email.confirmed_already", "The address is confirmed already.", UserErrorCode.NOT_ALLOWED
)
HOURLY_LIMIT_REACHED: Final = Refusal(
    "email_link.hourly_limit_reached",
    "The limit of {limit} mails an hour is reached. Try again later.",
    UserErrorCode.LIMIT_REACHED,
)


async def send_confirmation_link(connection: Connection, account: Any, *, by: Actor) -> dt.datetime:
    """Mail a link that confirms the address of the account; only the newest works."""
    await access.revoke_email_links(connection, [account.id], purpose=EmailPurpose.CONFIRM.value)
    token, expires_at = await _insert_link(connection, account, EmailPurpose.CONFIRM, CONFIRM_LIFETIME)
    await writes.notify_owner(
        connection, account, "confirm_email", secrets={"token": token}, expiresAt=expires_at.isoformat()
    )
    await record_customer_event(connection, account.id, kind="CONFIRMATION_REQUESTED", version=account.version, by=by)
    return expires_at


async def resend_confirmation_link(context: Context, view: Row, *, email: str) -> None:
    """Mail a fresh link, if an account waits for it and the limits allow it. The answer never tells."""
    email = validate_email(email)
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)
    async with context.transaction() as connection:
        scope = await email_scope(connection, view.website_id)
        known = await find_account_by_email(connection, email, scope=scope, website_id=view.website_id)
        account = known or DecoyAccount(email, view)
        locked = (await customers.lock_customers(connection, [account.id], websites=None)).get(account.id)
        account = locked or account
        may = await can_send_link(connection, account.id)
        waits = locked is not None and not locked.is_email_confirmed
        async with rolled_back_if(connection, not (waits and may)):
            by = Actor(ActorKind.CUSTOMER, account.id, address=context.caller.address or None)
            await send_confirmation_link(connection, account, by=by)
        # Who asks for a link they do not need is told that they can sign in, as often as a link would be mailed.
        key = throttle.account_key(ViewerKind.CUSTOMER, "confirmed already", normalize_email(email), scope=scope)
        may_notify = await throttle.count_within(connection, key, limit=1, window=TIME_BETWEEN_MAILS)
        async with rolled_back_if(connection, locked is None or waits or not may_notify):
            await writes.notify_owner(connection, account, "email_confirmed")


async def request_email_change(context: Context, *, email: str, password: str) -> None:
    email = validate_email(email)
    known = await reauthenticate(context, password, path=["currentPassword"])
    async with context.transaction() as connection:
        locked = await customers.lock_customer(connection, known.id, websites=None)
        await send_email_change_link(connection, locked, email=email, by=actor_of(context.viewer))


async def can_send_link(connection: Connection, customer_id: int, *, apart: dt.timedelta = TIME_BETWEEN_MAILS) -> bool:
    """At most five mails an hour for one account, some minutes apart."""
    now = read_clock()
    sent = await fetch_one(connection, EMAIL_LINKS_SINCE, customer_id=customer_id, since=now - dt.timedelta(hours=1))
    assert sent is not None
    return sent.total < MAILS_PER_HOUR and (sent.newest is None or sent.newest <= now - apart)


def find_resend_refusal(account: Any, sent_count: int) -> RuleError | None:
    """What forbids staff to have another confirmation link mailed, with the links of the last hour."""
    if account.is_email_confirmed:
        return _CONFIRMED_ALREADY()
    return HOURLY_LIMIT_REACHED(limit=MAILS_PER_HOUR) if sent_count >= MAILS_PER_HOUR else None


async def count_links_of_hour(connection: Connection, customer_id: int) -> int:
    since = read_clock() - dt.timedelta(hours=1)
    sent = await fetch_one(connection, EMAIL_LINKS_SINCE, customer_id=customer_id, since=since)
    assert sent is not None
    return sent.total


async def confirm_email(connection: Connection, given: str, *, address: str | None) -> bool:
    """Confirm the address of the link's account; whether that is news. Sessions from before the proof end.

    An account that is confirmed already needs no link that works: the owner who clicks twice is not told to start again.
    `address` is the network's it comes from.
    """
    known, locked = await _lock_account_of_link(connection, given, EmailPurpose.CONFIRM)
    if locked.is_email_confirmed and known.email_hash == tokens.hash_token(normalize_email(locked.email)):
        return False
    await _use_link(connection, known, locked)
    await sessions.end_sessions_of_customers(connection, [locked.id])
    await access.revoke_open_links(connection, [locked.id])
    await writes.mark_email_verified(connection, locked, now=read_clock())
    return await mark_email_confirmed(connection, locked, by=Actor(ActorKind.CUSTOMER, locked.id, address=address))


async def mark_email_confirmed(connection: Connection, locked: Row, *, by: Actor) -> bool:
    """The address is its owner's; whether that is news. Subscriptions that waited for it begin."""
    if locked.is_email_confirmed:
        return False
    await customers.change_customer(connection, locked, {"is_email_confirmed": True}, kind="EMAIL_CONFIRMED", by=by)
    await access.revoke_email_links(connection, [locked.id], purpose=EmailPurpose.CONFIRM.value)
    confirmed = await customers.lock_customer(connection, locked.id, websites=None)
    await activate_waiting_subscriptions(connection, confirmed, by=by)
    await writes.notify_owner(connection, locked, "email_confirmed")
    return True


async def send_email_change_link(connection: Connection, locked: Row, *, email: str, by: Actor) -> None:
    """Mail the new address. Whether another account has it, its owner learns, and nobody else."""
    if normalize_email(email) == normalize_email(locked.email):
        raise _EMAIL_UNCHANGED(path=["email"])
    if not await can_send_link(connection, locked.id, apart=dt.timedelta(0)):
        raise HOURLY_LIMIT_REACHED(path=["email"], limit=MAILS_PER_HOUR)
    scope = await email_scope(connection, locked.website_id)
    await access.revoke_email_links(connection, [locked.id], purpose=EmailPurpose.CHANGE.value)
    token, expires_at = await _insert_link(connection, locked, EmailPurpose.CHANGE, CHANGE_LIFETIME, new_email=email)
    owner = await find_account_by_email(connection, email, scope=scope, website_id=locked.website_id)
    if owner is None:
        expires = expires_at.isoformat()
        await writes.notify_owner(
            connection, locked, "email_change_confirm", recipient=email, secrets={"token": token}, expiresAt=expires
        )
    else:
        await writes.notify_owner(connection, owner, "signed_up_again", is_proved=is_address_proved(owner))
    await record_customer_event(connection, locked.id, kind="EMAIL_CHANGE_REQUESTED", version=locked.version, by=by)


async def change_email(connection: Connection, given: str, *, customer_id: int, by: Actor) -> bool:
    """Move the account to the address the link was mailed to, and end every session; whether that is news.

    The link of a change that was made is answered as done when it is opened again.
    """
    known, locked = await _lock_account_of_link(connection, given, EmailPurpose.CHANGE)
    if locked.id != customer_id:
        raise _link_refused()
    if known.used_at is not None and normalize_email(known.new_email) == normalize_email(locked.email):
        return False
    await _use_link(connection, known, locked)
    try:
        await move_email_claim(connection, locked, email=known.new_email, website_id=locked.website_id)
    except RuleError:
        raise _link_refused() from None  # taken meanwhile; the owner is not revealed
    await writes.reset_failures(connection, locked)
    verified = {"email": known.new_email, "is_email_confirmed": True, "email_verified_at": read_clock()}
    await customers.change_customer(connection, locked, verified, kind="EMAIL_CHANGED", by=by)
    await access.end_all_access(connection, [locked.id], by=by)
    for recipient in (locked.email, known.new_email):
        await writes.notify_owner(connection, locked, "email_changed", recipient=recipient)
    return True


async def _insert_link(
    connection: Connection, account: Any, purpose: EmailPurpose, lifetime: dt.timedelta, new_email: str | None = None
) -> tuple[str, dt.datetime]:
    token, now = tokens.new_token(tokens.EMAIL), read_clock()
    hash = tokens.hash_token(token)
    await execute_statement(
        connection,
        insert(email_token).values(
            token_hash=hash,
            customer_id=account.id,
            purpose=purpose.value,
            email_hash=tokens.hash_token(normalize_email(account.email)),
            new_email=new_email,
            created_at=now,
            expires_at=now + lifetime,
        ),
    )
    await store_owner(connection, account.id, {hash: now + lifetime})
    return token, now + lifetime


async def _lock_account_of_link(connection: Connection, given: str, purpose: EmailPurpose) -> tuple[Row, Row]:
    """The link, whether it still works or not, and its account, locked. One refusal for all that may be wrong."""
    known = await fetch_secret(connection, email_token, tokens.hash_token(given))
    if known is None or known.purpose != purpose.value:
        raise _link_refused()
    try:
        locked = await customers.lock_customer(connection, known.customer_id, websites=None)
    except RuleError:
        raise _link_refused() from None
    # Again under the lock: a parallel request may have used it.
    current = await fetch_secret(connection, email_token, known.token_hash)
    if current is None:
        raise _link_refused()
    return current, locked


async def _use_link(connection: Connection, known: Row, locked: Row) -> None:
    now = read_clock()
    used = await execute_statement(
        connection,
        update(email_token)
        .where(
            email_token.c.customer_id == locked.id,
            email_token.c.token_hash == known.token_hash,
            email_token.c.email_hash == tokens.hash_token(normalize_email(locked.email)),
            email_token.c.used_at.is_(None),
            email_token.c.revoked_at.is_(None),
            email_token.c.expires_at > now,
        )
        .values(used_at=now),
    )
    if not used:
        raise _link_refused()


def _link_refused() -> RuleError:
    return LINK_INVALID(path=["token"])
