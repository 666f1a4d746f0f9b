"""A new account (docs/domain/sign-up.md#sign-up-2). Only the owner of the address learns, by mail, whether it already has one."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.errors import CollectedErrors, RuleError, RuleErrors
from customer_gql.core.ids import new_id
from customer_gql.core.values.emails import normalize_email, validate_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts import lockout, passwords, writes
from customer_gql.customers.accounts.enumeration import rolled_back_if
from customer_gql.customers.accounts.reads import find_account_by_email
from customer_gql.customers.accounts.recovery import email_verification, password_reset
from customer_gql.customers.accounts.tables import customer_password
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeForm
from customer_gql.customers.attributes.values.given import Door, GivenValue, refuse_fields_not_shown
from customer_gql.customers.attributes.values.writes import AttributeEdit, edit_attributes_of
from customer_gql.customers.history.stored_values import describe_changes
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.newsletter import opt_in, writes as newsletter
from customer_gql.customers.profile import claims, presence
from customer_gql.customers.profile.reads import is_address_proved
from customer_gql.customers.profile.sharing import lock_email_scope
from customer_gql.customers.profile.values import fields
from customer_gql.customers.profile.writes import insert_customer
from customer_gql.database.statements import Connection, Row
from customer_gql.database.transactions import recompute_now
from customer_gql.graph.context import Context
from customer_gql.security import throttle
from customer_gql.security.hashing import hash_password
from customer_gql.security.passwords import store_password
from customer_gql.shop.captcha.guard import require_captcha
from customer_gql.shop.captcha.settings import CaptchaForm
from customer_gql.shop.settings.reads import settings_at

from .settings import DEFAULT_GROUP, EMAIL_CONFIRMATION

_NOTICES_PER_HOUR: Final = 5
_GUEST: Final = Actor(ActorKind.NOBODY)
"""Who fills in the form, and has no account yet."""
_SETTINGS: Final = (EMAIL_CONFIRMATION, DEFAULT_GROUP, opt_in.CONFIRM_BY_MAIL, *fields.SETTINGS)
SubscribeFunction = Callable[..., Awaitable[object]]
"""How the wish for the newsletter is written down."""


async def sign_up(
    context: Context,
    view: Row,
    *,
    email: str,
    password: str | None,
    about: Mapping[str, Any],
    attributes: Sequence[GivenValue],
    is_subscribed: bool,
    captcha_token: str | None = None,
) -> bool:
    """Whether the address has to be confirmed before the account works, which depends on the website alone."""
    async with context.database.writes.acquire() as connection:
        shop = await settings_at(connection, *_SETTINGS, website_id=view.website_id, store_view_id=view.id)
        refused, wanted, own = CollectedErrors(), dict[str, Any](), edit_attributes_of(0)
        free = {name: value for name, value in about.items() if not fields.is_required(name, shop)}
        with refused.collecting():
            email, wanted = await validate_sign_up(connection, view, shop, email, password, about)
        with refused.collecting():
            own = await _settle_attributes(connection, view, free, attributes)
        refused.raise_collected()
    await _admit(context, view, captcha_token)
    hash = None if password is None else await hash_password(password)
    is_confirmed = not shop[EMAIL_CONFIRMATION]
    subscribe = opt_in.request_confirmation if shop[opt_in.CONFIRM_BY_MAIL] else newsletter.begin_subscription
    origin = {"website_id": view.website_id, "created_in_store_view_id": view.id, "group_id": shop[DEFAULT_GROUP]}
    proved = {"is_email_confirmed": is_confirmed, "is_self_registered": password is not None}
    values = {**wanted, "email": email, **origin, **proved}
    wish, address = subscribe if is_subscribed else None, context.viewer.address
    async with context.transaction() as connection:
        if attributes:  # again, and locked: staff may have deleted one while the password was hashed
            own = await _settle_attributes(connection, view, free, attributes)
        created = await _create_or_notify_owner(connection, view, values, own, hash=hash, wish=wish, address=address)
    if created is not None:
        presence.record_sign_up(context, created)
    return not is_confirmed


async def _admit(context: Context, view: Row, captcha_token: str | None) -> None:
    """A form that is refused by its fields uses up no token, and asked nothing about an account, so it is no attempt."""
    await require_captcha(context, view, CaptchaForm.SIGN_UP, captcha_token)
    async with context.database.writes.acquire() as connection:
        await lockout.check_peer(connection, context.caller.address, context.settings.storefront)


async def _settle_attributes(
    connection: Connection, view: Row, about: Mapping[str, Any], attributes: Sequence[GivenValue]
) -> AttributeEdit:
    """Those of the new account, whose id is chosen here. `about` are the fields that the website does not require."""
    own, refused = edit_attributes_of(new_id()), CollectedErrors()
    with refused.collecting():
        await refuse_fields_not_shown(connection, AttributeEntity.CUSTOMER, AttributeForm.SIGN_UP, about)
    with refused.collecting():
        await own.settle(connection, attributes, Door(view.website_id, AttributeForm.SIGN_UP, is_new=True, by=_GUEST))
    refused.raise_collected()
    return own


async def validate_sign_up(
    connection: Connection, view: Row, shop: Any, email: str, password: str | None, about: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """All reasons for a refusal at once. No rule here looks up whether the account exists."""
    errors: list[RuleError] = []
    address, wanted, columns = email, dict[str, Any](), dict[str, Any]()
    try:
        address = validate_email(email)
    except RuleError as error:
        errors.append(error)
    try:
        wanted = fields.validate_profile(about, shop)
        columns = fields.new_profile_columns(wanted)
    except RuleErrors as refused:
        errors.extend(refused.errors)
    except RuleError as error:
        errors.append(error)
    try:
        if password is not None:
            words = passwords.public_words(address, wanted.get("firstName") or "", wanted.get("lastName") or "")
            await passwords.validate_password_choice(
                connection, password, public_words=words, website_id=view.website_id, path=["password"]
            )
    except RuleError as error:
        errors.append(error)
    if errors:
        raise RuleErrors(errors)
    return address, columns


async def _create_or_notify_owner(
    connection: Connection,
    view: Row,
    values: dict[str, Any],
    attributes: AttributeEdit,
    *,
    hash: str | None,
    wish: SubscribeFunction | None,
    address: str | None,
) -> int | None:
    """The new customer, or None when the owner of the address was told. Both take the same statements."""
    customer_id, name = attributes.key["customer_id"], normalize_email(values["email"])
    by = Actor(ActorKind.CUSTOMER, customer_id, address=address)
    scope = await lock_email_scope(connection, view.website_id)
    async with rolled_back_if(connection, False) as rollback:
        rollback.is_due = not await claims.claim_email(connection, customer_id, email=values["email"], scope=scope)
        made = await insert_account(connection, customer_id, values, hash=hash, wish=wish, attributes=attributes, by=by)
        if hash is None:
            limit = await password_reset.reset_limits_at(connection, website_id=view.website_id, store_view_id=view.id)
            await password_reset.send_reset_link(
                connection, made, lifetime=limit.lifetime, by=by, template="welcome_without_password"
            )
        elif values["is_email_confirmed"]:
            await writes.notify_owner(connection, made, "welcome")
        else:
            await email_verification.send_confirmation_link(connection, made, by=by)
        await recompute_now(connection)  # a row for each list that shows customers is a good part of the work
    owner = await find_account_by_email(connection, name, scope=scope, website_id=view.website_id)
    # Told by mail, but not as often as somebody likes to press the button.
    key = throttle.account_key(ViewerKind.CUSTOMER, "told", name, scope=scope)
    may_notify = await throttle.count_within(connection, key, limit=_NOTICES_PER_HOUR, window=dt.timedelta(hours=1))
    async with rolled_back_if(connection, not (rollback.is_due and may_notify and owner)):
        is_proved = owner is None or is_address_proved(owner)
        await writes.notify_owner(connection, owner or made, "signed_up_again", is_proved=is_proved)
    return None if rollback.is_due else customer_id


async def insert_account(
    connection: Connection,
    customer_id: int,
    values: dict[str, Any],
    *,
    hash: str | None,
    by: Actor,
    wish: SubscribeFunction | None = None,
    attributes: AttributeEdit | None = None,
) -> Row:
    """A new account and its history, whose address is claimed already."""
    made = await insert_customer(connection, customer_id, values)
    if hash is not None:
        await store_password(connection, customer_password, customer_id, hash)
    given = {column: made[column] for column in ("email", *fields.COLUMNS.values()) if made[column]}
    changes = describe_changes(dict.fromkeys(given), given)
    if attributes is not None:
        await attributes.store(connection)
        changes = {**changes, **attributes.describe()}
    await record_customer_event(connection, customer_id, kind="SIGNED_UP", version=1, by=by, changes=changes)
    if wish is not None:
        await wish(connection, made, made.created_in_store_view_id, by=by)
    return made
