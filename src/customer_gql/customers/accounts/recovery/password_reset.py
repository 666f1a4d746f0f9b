"""Choosing a new password: through a link in a mail, or with the old one (docs/domain/recovery.md#recovery-1)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, bindparam, insert, update

from customer_gql.core.actor import Actor, ActorKind, actor_of
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import RuleError
from customer_gql.core.values.emails import normalize_email, validate_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout, passwords, writes
from customer_gql.customers.accounts.enumeration import DecoyAccount, rolled_back_if
from customer_gql.customers.accounts.reads import (
    ACCOUNT_BY_ID,
    RESET_LINKS_SINCE,
    find_account_by_email,
)
from customer_gql.customers.accounts.sessions import access, sessions
from customer_gql.customers.accounts.sessions.impersonations import end_impersonations_of_customer
from customer_gql.customers.accounts.sessions.remembered import forget_remembered_of_customers
from customer_gql.customers.accounts.sessions.secret_owners import fetch_secret, store_owner
from customer_gql.customers.accounts.sign_in.sign_in import reauthenticate
from customer_gql.customers.accounts.tables import customer_password, password_reset
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.sharing import email_scope
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    execute_statement,
    fetch_one,
)
from customer_gql.graph.context import Context
from customer_gql.security import throttle, tokens
from customer_gql.security.devices import forget_devices
from customer_gql.security.hashing import hash_password
from customer_gql.security.passwords import PASSWORD_CHANGED_MEANWHILE, store_password, validate_password_length
from customer_gql.shop.captcha.guard import require_captcha
from customer_gql.shop.captcha.settings import CaptchaForm
from customer_gql.shop.settings.reads import settings_at

from . import email_verification
from .hourly_limits import find_reset_refusal
from .settings import LINK_MINUTES, MINUTES_BETWEEN_RESETS, PROTECTION, RESETS_PER_HOUR, RESETS_PER_HOUR_OF_ADDRESS

_HOUR: Final = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ResetLimits:
    per_hour: int
    per_hour_of_address: int
    apart: dt.timedelta
    lifetime: dt.timedelta
    by_account: bool
    by_address: bool


async def reset_limits_at(connection: Connection, *, website_id: int | None, store_view_id: int) -> ResetLimits:
    shop = await settings_at(
        connection,
        PROTECTION,
        RESETS_PER_HOUR,
        RESETS_PER_HOUR_OF_ADDRESS,
        MINUTES_BETWEEN_RESETS,
        LINK_MINUTES,
        website_id=website_id,
        store_view_id=store_view_id,
    )
    return ResetLimits(
        per_hour=shop[RESETS_PER_HOUR],
        per_hour_of_address=shop[RESETS_PER_HOUR_OF_ADDRESS],
        apart=dt.timedelta(minutes=shop[MINUTES_BETWEEN_RESETS]),
        lifetime=dt.timedelta(minutes=shop[LINK_MINUTES]),
        by_account=shop[PROTECTION] in {"BY_IP_AND_EMAIL", "BY_EMAIL"},
        by_address=shop[PROTECTION] in {"BY_IP_AND_EMAIL", "BY_IP"},
    )


async def request_reset(context: Context, view: Row, *, email: str, captcha_token: str | None = None) -> None:
    """Mail a link, if there is an account and the limits allow it. The answer never tells."""
    email = validate_email(email)
    await require_captcha(context, view, CaptchaForm.PASSWORD_RESET, captcha_token)
    async with context.transaction() as connection:
        limit = await reset_limits_at(connection, website_id=view.website_id, store_view_id=view.id)
        await _count_address_request(connection, context.caller.address, limit)
        scope = await email_scope(connection, view.website_id)
        known = await find_account_by_email(connection, email, scope=scope, website_id=view.website_id)
        account = known or DecoyAccount(email, view)
        locked = (await customers.lock_customers(connection, [account.id], websites=None)).get(account.id)
        account = locked or account
        for_it = await _is_allowed_for_account(connection, account.id, limit)
        by = Actor(ActorKind.CUSTOMER, account.id, address=context.viewer.address)
        async with rolled_back_if(connection, locked is None or not for_it):
            await send_reset_link(connection, account, lifetime=limit.lifetime, by=by)


async def _count_address_request(connection: Connection, address: str, limit: ResetLimits) -> None:
    """Raises `RateLimited` with or without an account: the limit of an address may be seen, that of an account may not."""
    if not limit.by_address or not limit.per_hour_of_address:
        return
    key = throttle.peer_key(ViewerKind.CUSTOMER, throttle.RESET_REQUESTS, address)
    message = "Too many reset mails were asked for from this network address."
    await throttle.require_within(connection, key, limit=limit.per_hour_of_address, window=_HOUR, message=message)


async def _is_allowed_for_account(connection: Connection, customer_id: int, limit: ResetLimits) -> bool:
    now = read_clock()
    sent = await fetch_one(connection, RESET_LINKS_SINCE, customer_id=customer_id, since=now - _HOUR)
    assert sent is not None
    if not limit.by_account:
        return True
    is_apart = sent.newest is None or sent.newest <= now - limit.apart
    return is_apart and not (limit.per_hour and sent.total >= limit.per_hour)


async def request_reset_by_staff(connection: Connection, locked: Row, *, by: Actor) -> dt.datetime:
    """As staff ask for it: the hourly limit holds for them too. The caller has locked the customer."""
    limit = await reset_limits_at(
        connection, website_id=locked.website_id, store_view_id=locked.created_in_store_view_id
    )
    since = read_clock() - _HOUR
    sent = await fetch_one(connection, RESET_LINKS_SINCE, customer_id=locked.id, since=since)
    assert sent is not None
    refusal = find_reset_refusal(sent.total, limit.per_hour)
    if refusal is not None:
        raise refusal.at(["id"])
    return await send_reset_link(connection, locked, lifetime=limit.lifetime, by=by)


async def send_reset_link(
    connection: Connection, account: Any, *, lifetime: dt.timedelta, by: Actor, template: str = "password_reset"
) -> dt.datetime:
    """Queue a mail with a link that works once; when it expires. Only the newest link works."""
    token, now = tokens.new_token(tokens.PASSWORD_RESET), read_clock()
    link = {
        "token_hash": tokens.hash_token(token),
        "customer_id": account.id,
        "email_hash": tokens.hash_token(normalize_email(account.email)),
        "created_at": now,
        "expires_at": now + lifetime,
    }
    await execute_statement(connection, _REPLACE_LINKS, **link)
    await store_owner(connection, account.id, {link["token_hash"]: link["expires_at"]})
    expires = (now + lifetime).isoformat()
    await writes.notify_owner(connection, account, template, secrets={"token": token}, expiresAt=expires)
    await record_customer_event(connection, account.id, kind="PASSWORD_RESET_REQUESTED", version=account.version, by=by)
    return now + lifetime


async def reset_password(context: Context, *, token: str, password: str) -> None:
    """Use a link up. The reader of the mailbox is the owner: the address counts as confirmed, and everybody else is signed out.

    What was added before the address was proven is dropped, because somebody else may have added it.
    """
    validate_password_length(password, ["password"])
    dead = email_verification.LINK_INVALID(path=["token"])
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)
        link = await fetch_secret(connection, password_reset, tokens.hash_token(token))
        known = link and await fetch_one(connection, ACCOUNT_BY_ID, customer_id=link.customer_id)
        if known is None or link is None or not _is_link_usable(link, known):
            raise dead
        # The link was right, whether or not the new password is.
        await lockout.forgive_peer(connection, context.caller.address)
        await passwords.validate_password_of(connection, known, password, path=["password"])
    hash = await hash_password(password)
    async with context.transaction() as connection:
        try:
            locked = await customers.lock_customer(connection, known.id, websites=None)
        except RuleError:
            raise dead from None
        if not await _use_link_up(connection, link, locked):
            raise dead
        by = Actor(ActorKind.CUSTOMER, locked.id, address=context.viewer.address)
        await writes.reset_failures(connection, locked)
        await access.end_all_access(connection, [locked.id], by=by)
        await forget_devices(connection, ViewerKind.CUSTOMER, locked.id)
        await _store_new_password(connection, locked, hash, kind="PASSWORD_RESET", by=by)
        if locked.is_self_registered and locked.email_verified_at is None:
            await writes.discard_unverified_data(connection, locked, by=by)
        await writes.mark_email_verified(connection, locked, now=read_clock())
        await email_verification.mark_email_confirmed(connection, locked, by=by)


def _is_link_usable(link: Row, known: Row) -> bool:
    is_fresh = link.used_at is None and link.revoked_at is None and link.expires_at > read_clock()
    return is_fresh and link.email_hash == tokens.hash_token(normalize_email(known.email))


async def _use_link_up(connection: Connection, link: Row, locked: Row) -> int:
    email_hash = tokens.hash_token(normalize_email(locked.email))
    is_it = {"customer_id": locked.id, "token_hash": link.token_hash}
    return await execute_statement(connection, _USE_LINK, **is_it, email_hash=email_hash, now=read_clock())


_created_at = bindparam("created_at", type_=DateTime(timezone=True))
_open_before = (
    update(password_reset)
    .where(
        password_reset.c.customer_id == bindparam("customer_id", type_=BigInteger()),
        password_reset.c.used_at.is_(None),
        password_reset.c.revoked_at.is_(None),
    )
    .values(revoked_at=_created_at)
)
_LINK: Final = ("token_hash", "customer_id", "email_hash", "created_at", "expires_at")
# The part that revokes does not see the new link, and the caller has locked the customer, so that there is no other new one.
_REPLACE_LINKS: Final = compile_statement(
    insert(password_reset)
    .values({name: bindparam(name, type_=password_reset.c[name].type) for name in _LINK})
    .add_cte(_open_before.cte("revoked"))
)
_now = bindparam("now", type_=DateTime(timezone=True))
_USE_LINK: Final = compile_statement(
    update(password_reset)
    .where(
        password_reset.c.customer_id == bindparam("customer_id", type_=BigInteger()),
        password_reset.c.token_hash == bindparam("token_hash", type_=LargeBinary()),
        password_reset.c.email_hash == bindparam("email_hash", type_=LargeBinary()),
        password_reset.c.used_at.is_(None),
        password_reset.c.revoked_at.is_(None),
        password_reset.c.expires_at > _now,
    )
    .values(used_at=_now)
)


async def change_password(context: Context, *, current: str, new: str, keep_others: bool) -> int:
    """How many other sessions ended."""
    known = await reauthenticate(context, current, path=["currentPassword"])
    async with context.database.reads.acquire() as connection:
        await passwords.validate_password_of(connection, known, new, path=["newPassword"])
    hash = await hash_password(new)
    async with context.transaction() as connection:
        locked = await customers.lock_customer(connection, known.id, websites=None)
        stored = await fetch_one(connection, ACCOUNT_BY_ID, customer_id=locked.id)
        if stored is None or stored.password_hash != known.password_hash:
            raise PASSWORD_CHANGED_MEANWHILE(path=["currentPassword"])
        await access.revoke_open_links(connection, [locked.id])
        await forget_remembered_of_customers(connection, [locked.id])
        await _store_new_password(connection, locked, hash, kind="PASSWORD_CHANGED", by=actor_of(context.viewer))
        if keep_others:
            return 0
        await end_impersonations_of_customer(connection, locked.id, by=actor_of(context.viewer))
        return await sessions.end_other_sessions(connection, locked.id, keep=context.viewer.session_id)


async def _store_new_password(connection: Connection, locked: Row, hash: str, *, kind: str, by: Actor) -> None:
    await store_password(connection, customer_password, locked.id, hash)
    await record_customer_event(connection, locked.id, kind=kind, version=locked.version, by=by)
    await writes.notify_owner(connection, locked, "password_changed")
