"""Accepting an invitation: with the account of its address, or with a new one (docs/domain/company-users.md#company-users-9)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import delete, select

from customer_gql.core.actor import Actor, ActorKind, actor_of
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout, writes as accounts
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP
from customer_gql.customers.accounts.registration.sign_up import insert_account, validate_sign_up
from customer_gql.customers.companies.invitations.tables import company_invitation
from customer_gql.customers.companies.memberships import MemberPlace, add_member, find_member, settle_accounts
from customer_gql.customers.companies.self_service.acting import COMPANY_NOT_ACTIVE
from customer_gql.customers.companies.self_service.structure import find_above
from customer_gql.customers.companies.tables import CompanyStatus
from customer_gql.customers.companies.writes import lock_company_with, record_company_event
from customer_gql.customers.profile import claims
from customer_gql.customers.profile.sharing import lock_email_scope
from customer_gql.customers.profile.values import fields
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.graph.context import Context
from customer_gql.security import tokens
from customer_gql.security.hashing import hash_password
from customer_gql.shop.settings.reads import settings_at

LINK_INVALID: Final = Refusal(
    "company_invitation.invalid",
    "This link does not work here: it was used, canceled or replaced, is too old, or is for another address.",
)
_SIGN_IN_FIRST: Final = Refusal(
    "company_invitation.sign_in_first",
    "The address has an account. Sign in with it, and accept the invitation then.",
    UserErrorCode.NOT_ALLOWED,
)
_PASSWORD_MISSING: Final = Refusal(
    "company_invitation.password_missing", "Choose a password for the new account.", UserErrorCode.REQUIRED
)


async def accept_invitation(
    context: Context, view: Row, *, token: str, password: str | None, about: Mapping[str, Any]
) -> int:
    """Make the signed-in customer, or a new account, a member; the key of the company. Raises `RuleErrors`."""
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)
        found = await _find_open(connection, token)
        if found is None:
            raise LINK_INVALID(path=["token"])
    if context.viewer.kind is ViewerKind.CUSTOMER:
        key = await _join_with_account(context, found)
    else:
        key = await _join_with_new_account(context, view, found, password=password, about=about)
    async with context.database.writes.acquire() as connection:
        await lockout.forgive_peer(connection, context.caller.address)
    return key


async def _find_open(connection: Connection, token: str) -> Row | None:
    open_one = select(company_invitation).where(
        company_invitation.c.token_hash == tokens.hash_token(token), company_invitation.c.expires_at > read_clock()
    )
    return await fetch_one(connection, open_one)


async def _join_with_account(context: Context, found: Row) -> int:
    customer_id = context.viewer.customer_id
    assert customer_id is not None
    async with context.transaction() as connection:
        return await _join(connection, found, customer_id, is_new=False, by=actor_of(context.viewer))


async def _join_with_new_account(
    context: Context, view: Row, found: Row, *, password: str | None, about: Mapping[str, Any]
) -> int:
    async with context.database.writes.acquire() as connection:
        shop = await settings_at(
            connection, DEFAULT_GROUP, *fields.SETTINGS, website_id=view.website_id, store_view_id=view.id
        )
        if password is None:
            raise _PASSWORD_MISSING(path=["password"])
        email, wanted = await validate_sign_up(connection, view, shop, found.email, password, about)
    hash = await hash_password(password)
    customer_id = new_id()
    by = Actor(ActorKind.CUSTOMER, customer_id, address=context.viewer.address)
    values = {
        **wanted,
        "email": email,
        "website_id": view.website_id,
        "created_in_store_view_id": view.id,
        "group_id": shop[DEFAULT_GROUP],
        "is_email_confirmed": True,
        "is_self_registered": True,
    }
    async with context.transaction() as connection:
        scope = await lock_email_scope(connection, view.website_id)
        if not await claims.claim_email(connection, customer_id, email=email, scope=scope):
            raise _SIGN_IN_FIRST(path=["token"])
        made = await insert_account(connection, customer_id, values, hash=hash, by=by)
        await accounts.mark_email_verified(connection, made, now=read_clock())
        return await _join(connection, found, customer_id, is_new=True, by=by)


async def _join(connection: Connection, found: Row, customer_id: int, *, is_new: bool, by: Actor) -> int:
    """Under the lock of the company the link is used up: of two at a time one finds it."""

    async def find_account(_connection: Connection, _company_id: int) -> list[int]:
        return [customer_id]

    locked = await lock_company_with(connection, found.company_id, find_account, websites=None, path=["token"])
    account, employer = locked.accounts.get(customer_id), locked.row
    used = delete(company_invitation).where(
        company_invitation.c.id == found.id, company_invitation.c.token_hash == found.token_hash
    )
    invitation = await fetch_one(connection, used.returning(company_invitation))
    is_for_account = (
        account is not None
        and normalize_email(account.email) == found.email_normalised
        and account.website_id == employer.website_id
    )
    if invitation is None or account is None or not is_for_account:
        raise LINK_INVALID(path=["token"])
    if employer.status != CompanyStatus.ACTIVE.value:
        raise COMPANY_NOT_ACTIVE(path=["token"])
    place = MemberPlace(
        role_id=invitation.role_id,
        parent_id=await _find_parent(connection, employer, invitation.parent_id),
        job_title=invitation.job_title,
        telephone=invitation.telephone,
        is_account_of_company=is_new,
    )
    await add_member(connection, employer, account, place, path=["token"], by=by)
    await settle_accounts(connection, [account], by=by)
    kind, event_type = "COMPANY_MEMBER_ADDED", "company.member_added"
    await record_company_event(connection, employer, kind, event_type, by=by, customer_ids=[customer_id])
    return employer.id


async def _find_parent(connection: Connection, employer: Row, wanted: int | None) -> int:
    """The node that was chosen, or the admin where it is gone."""
    if wanted is not None and await find_above(connection, employer.id, wanted):
        return wanted
    admin = await find_member(connection, employer.id, employer.admin_customer_id)
    assert admin is not None
    return admin.id
