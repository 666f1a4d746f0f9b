"""A change of the address by staff: the new owner starts without credentials, the former one can undo it for a day
(docs/domain/email-verification.md#email-verification-9)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, LargeBinary, bindparam, delete, update

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, RuleError
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import writes
from customer_gql.customers.accounts.recovery import password_reset
from customer_gql.customers.accounts.recovery.email_verification import LINK_INVALID
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION
from customer_gql.customers.accounts.sessions import access
from customer_gql.customers.accounts.sessions.secret_owners import fetch_secret, store_owner
from customer_gql.customers.accounts.tables import customer_password, email_change_undo
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.claims import move_email_claim
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    delete_rows,
    execute_statement,
    fetch_value,
    insert_row,
)
from customer_gql.security import tokens
from customer_gql.security.devices import forget_devices
from customer_gql.security.passwords import store_password
from customer_gql.shop.settings.reads import setting

UNDO_LIFETIME: Final = dt.timedelta(hours=24)
CHOICE_LIFETIME: Final = dt.timedelta(hours=24)

_LINK_USED: Final = Refusal("email_link.used", "This link was used already.")


async def unverified_columns(connection: Connection, website_id: int) -> dict[str, Any]:
    """What an address set by staff makes of the account: nobody has proved it."""
    is_required = await setting(connection, EMAIL_CONFIRMATION, website_id=website_id)
    return {
        "email_verified_at": None,
        "is_self_registered": False,
        **({"is_email_confirmed": False} if is_required else {}),
    }


async def hand_over_account(connection: Connection, before: Row, *, by: Actor) -> None:
    """End what the former owner can get in with, and mail both addresses their link.

    `before` is the account as it was; the caller has locked it and stored the new address.
    """
    hash = await fetch_value(connection, _TAKE_PASSWORD, customer_id=before.id)
    await access.end_all_access(connection, [before.id], by=by)
    await forget_devices(connection, ViewerKind.CUSTOMER, before.id)
    token, now = tokens.new_token(tokens.EMAIL_UNDO), read_clock()
    undo = {
        "token_hash": tokens.hash_token(token),
        "customer_id": before.id,
        "email": before.email,
        "password_hash": hash,
        "was_unproved": before.is_self_registered and before.email_verified_at is None,
        "is_email_confirmed": before.is_email_confirmed,
        "created_at": now,
        "expires_at": now + UNDO_LIFETIME,
    }
    await insert_row(connection, email_change_undo, undo)
    await store_owner(connection, before.id, {undo["token_hash"]: undo["expires_at"]})
    expires = (now + UNDO_LIFETIME).isoformat()
    await writes.notify_owner(connection, before, "email_change_undo", secrets={"token": token}, expiresAt=expires)
    account = await customers.lock_customer(connection, before.id, websites=None)
    await password_reset.send_reset_link(
        connection, account, lifetime=CHOICE_LIFETIME, by=by, template="email_changed_by_staff"
    )


async def undo_email_change(connection: Connection, given: str, *, address: str | None) -> None:
    """Restore address and password as they were before staff changed the address, and end all that began since.

    The link is a proof of the address. Where it is the first one of an account that its own sign-up made, the password and
    what was said before may be a stranger's and do not come back (docs/domain/email-verification.md#email-verification-9).
    """
    dead = LINK_INVALID(path=["token"])
    known = await fetch_secret(connection, email_change_undo, tokens.hash_token(given))
    if known is None:
        raise dead
    try:
        account = await customers.lock_customer(connection, known.customer_id, websites=None)
    except RuleError:
        raise dead from None
    if not await _use_up(connection, known):
        # Read again under the lock: a parallel request may just have used it.
        current = await fetch_secret(connection, email_change_undo, known.token_hash)
        raise dead if current is None or current.used_at is None else _LINK_USED(path=["token"])
    try:
        await move_email_claim(connection, account, email=known.email, website_id=account.website_id)
    except RuleError:
        raise dead from None  # moved to where the address has another account
    now = read_clock()
    restored = {"email": known.email, "is_email_confirmed": known.is_email_confirmed, "email_verified_at": now}
    by = Actor(ActorKind.CUSTOMER, account.id, address=address)
    await customers.change_customer(connection, account, restored, kind="EMAIL_CHANGE_UNDONE", by=by)
    await _restore_password(connection, account.id, None if known.was_unproved else known.password_hash)
    await access.end_all_access(connection, [account.id], by=by)
    await forget_devices(connection, ViewerKind.CUSTOMER, account.id)
    if known.was_unproved:
        restored_account = await customers.lock_customer(connection, account.id, websites=None)
        await writes.discard_unverified_data(connection, restored_account, by=by)
    for recipient in (account.email, known.email):
        await writes.notify_owner(connection, account, "email_changed", recipient=recipient)


async def _use_up(connection: Connection, link: Row) -> int:
    """Use the link, and with it those of later changes by staff, which are undone too."""
    now = read_clock()
    owner = {"customer_id": link.customer_id, "now": now}
    used = await execute_statement(connection, _USE_LINK, token_hash=link.token_hash, **owner)
    if used:
        await execute_statement(connection, _USE_LATER_LINKS, made=link.created_at, **owner)
    return used


_now = bindparam("now", type_=DateTime(timezone=True))
_of_customer = bindparam("customer_id", type_=BigInteger())
_use = (
    update(email_change_undo)
    .where(
        email_change_undo.c.customer_id == _of_customer,
        email_change_undo.c.used_at.is_(None),
        email_change_undo.c.expires_at > _now,
    )
    .values(used_at=_now)
)
_USE_LINK: Final = compile_statement(
    _use.where(email_change_undo.c.token_hash == bindparam("token_hash", type_=LargeBinary()))
)
_USE_LATER_LINKS: Final = compile_statement(
    _use.where(email_change_undo.c.created_at > bindparam("made", type_=DateTime(timezone=True)))
)
_TAKE_PASSWORD: Final = compile_statement(
    delete(customer_password).where(customer_password.c.customer_id == _of_customer).returning(customer_password.c.hash)
)


async def _restore_password(connection: Connection, customer_id: int, hash: str | None) -> None:
    if hash is None:
        await delete_rows(connection, customer_password, {"customer_id": customer_id})
    else:
        await store_password(connection, customer_password, customer_id, hash)
