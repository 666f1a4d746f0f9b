"""A company that somebody asks for on the storefront (docs/domain/company-users.md#company-users-10).

Whether the address of the company or of its admin is in use is told by mail alone, to the person who uses it.
"""

import datetime as dt
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import func, literal_column, select

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import validate_line
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout, writes as accounts
from customer_gql.customers.accounts.enumeration import rolled_back_if
from customer_gql.customers.accounts.reads import find_account_by_email
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP, EMAIL_CONFIRMATION
from customer_gql.customers.accounts.registration.sign_up import insert_account, validate_sign_up
from customer_gql.customers.addresses.validation import validate_telephone
from customer_gql.customers.companies.mails.notices import notify_of_status
from customer_gql.customers.companies.memberships import MemberPlace, add_member, settle_accounts
from customer_gql.customers.companies.tables import MAX_NAME, CompanyStatus, company
from customer_gql.customers.companies.values import describe_company, validate_profile
from customer_gql.customers.companies.writes import find_default_role, insert_company, record_company_event
from customer_gql.customers.profile import claims
from customer_gql.customers.profile.sharing import lock_email_scope
from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.customers.profile.values import fields
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_value
from customer_gql.database.transactions import recompute_now
from customer_gql.graph.context import Context
from customer_gql.security import throttle
from customer_gql.security.hashing import hash_password
from customer_gql.shop.captcha.guard import require_captcha
from customer_gql.shop.captcha.settings import CaptchaForm
from customer_gql.shop.settings.reads import settings_at

from .settings import COMPANIES_ENABLED, REGISTRATION

_CLOSED: Final = Refusal(
    "company.registration_closed", "The shop takes no requests for companies here.", UserErrorCode.NOT_ALLOWED
)
_NOTICES_PER_HOUR: Final = 5
_SETTINGS: Final = (COMPANIES_ENABLED, REGISTRATION, EMAIL_CONFIRMATION, DEFAULT_GROUP, *fields.SETTINGS)


async def request_company(
    context: Context,
    view: Row,
    *,
    given: Mapping[str, Any],
    admin: Mapping[str, Any],
    captcha_token: str | None = None,
) -> None:
    """Store a request with the account of its admin, who cannot sign in before staff activate the company. Raises `RuleErrors`
    for what does not fit; no rule looks at whether an address is in use."""
    async with context.database.writes.acquire() as connection:
        shop = await settings_at(connection, *_SETTINGS, website_id=view.website_id, store_view_id=view.id)
        if not (shop[COMPANIES_ENABLED] and shop[REGISTRATION]):
            raise _CLOSED()
        values, account, seat = await _validate_request(connection, view, shop, given, admin)
    await require_captcha(context, view, CaptchaForm.COMPANY_REGISTER, captcha_token)
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)
    hash = await hash_password(admin["password"])
    async with context.transaction() as connection:
        await _store_or_notify(connection, view, values, account, seat, hash=hash, address=context.viewer.address)


async def _validate_request(
    connection: Connection, view: Row, shop: Any, given: Mapping[str, Any], admin: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The columns of the company, of the account and of the membership."""
    refused = CollectedErrors()
    values, account, seat = dict[str, Any](), dict[str, Any](), dict[str, Any]()
    with refused.collecting():
        values |= validate_profile(given)
    with refused.collecting(), _inside_admin():
        email, columns = await validate_sign_up(
            connection, view, shop, admin["email"], admin["password"], admin["about"]
        )
        account |= {**columns, "email": email}
    with refused.collecting(), _inside_admin():
        seat["job_title"] = validate_line(admin["jobTitle"], ["jobTitle"], MAX_NAME)
    with refused.collecting(), _inside_admin():
        seat["telephone"] = validate_telephone(admin["telephone"], ["telephone"])
    refused.raise_collected()
    values |= {
        "website_id": view.website_id,
        "group_id": shop[DEFAULT_GROUP],
        "status": CompanyStatus.PENDING.value,
    }
    account |= {
        "website_id": view.website_id,
        "created_in_store_view_id": view.id,
        "group_id": shop[DEFAULT_GROUP],
        "is_email_confirmed": not shop[EMAIL_CONFIRMATION],
        "is_self_registered": True,
        "status": CustomerStatus.INACTIVE.value,
    }
    return values, account, seat


@contextmanager
def _inside_admin() -> Generator[None]:
    """Refusals of what stands in the field `admin`."""
    try:
        yield
    except RuleErrors as several:
        raise RuleErrors([error.at(["admin", *error.path]) for error in several.errors]) from None
    except RuleError as error:
        raise error.at(["admin", *error.path]) from None


async def _store_or_notify(
    connection: Connection,
    view: Row,
    values: Mapping[str, Any],
    account: Mapping[str, Any],
    seat: Mapping[str, Any],
    *,
    hash: str,
    address: str | None,
) -> None:
    """The same statements in either case; where an address is in use what they stored is rolled back, and its owner told."""
    customer_id = new_id()
    by = Actor(ActorKind.CUSTOMER, customer_id, address=address)
    scope = await lock_email_scope(connection, view.website_id)
    user = await _find_user_of_address(connection, view.website_id, values["email"])
    async with rolled_back_if(connection, user is not None) as rollback:
        is_free = await claims.claim_email(connection, customer_id, email=account["email"], scope=scope)
        rollback.is_due = rollback.is_due or not is_free
        made = await insert_account(connection, customer_id, dict(account), hash=hash, by=by)
        await _store_request(connection, made, values, seat, by)
        await recompute_now(connection)
    name = normalize_email(account["email"])
    owner = await find_account_by_email(connection, name, scope=scope, website_id=view.website_id)
    told = (None if is_free else owner) or user
    # Counted for who is told: the address of the company stays the same while those of admins are made up.
    counted = name if told is None else told.email
    key = throttle.account_key(ViewerKind.CUSTOMER, "company", counted, scope=scope)
    may_notify = await throttle.count_within(connection, key, limit=_NOTICES_PER_HOUR, window=dt.timedelta(hours=1))
    async with rolled_back_if(connection, not (rollback.is_due and may_notify and told)):
        await accounts.notify_owner(connection, told or made, "company_requested_again")


async def _find_user_of_address(connection: Connection, website_id: int, email: str) -> Row | None:
    """The admin of a company of the website with this address."""
    same = select(company.c.admin_customer_id).where(
        company.c.website_id == website_id, func.lower(company.c.email) == func.lower(email)
    )
    admin_id = await fetch_value(connection, same.order_by(company.c.id).limit(literal_column("1")))
    return await fetch_one(connection, select(customer).where(customer.c.id == (admin_id or 0)))


async def _store_request(
    connection: Connection, made: Row, values: Mapping[str, Any], seat: Mapping[str, Any], by: Actor
) -> None:
    stored = await insert_company(connection, {**values, "admin_customer_id": made.id})
    place = MemberPlace(
        role_id=await find_default_role(connection, stored.id),
        parent_id=None,
        is_primary=True,
        is_account_of_company=True,
        **seat,
    )
    await add_member(connection, stored, made, place, path=["admin"], by=by)
    await settle_accounts(connection, [made], by=by)
    changes, kind = describe_company(None, values), "COMPANY_CREATED"
    await record_company_event(connection, stored, kind, "company.created", by=by, version=1, changes=changes)
    await notify_of_status(connection, stored, CompanyStatus.PENDING, None)
