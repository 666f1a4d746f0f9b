"""A new customer made by staff or another program (docs/domain/customer-editing.md#customer-editing-6)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.administration.website_moves.steps import refuse_excluded_group
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import value_is_required
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.recovery.password_reset import reset_limits_at, send_reset_link
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP, EMAIL_CONFIRMATION
from customer_gql.customers.accounts.writes import notify_assistance_change
from customer_gql.customers.attributes.values.given import Door, GivenValue
from customer_gql.customers.attributes.values.writes import AttributeEdit, edit_attributes_of
from customer_gql.customers.history.stored_values import describe_changes
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.claims import (
    EMAIL_TAKEN,
    EXTERNAL_ID_TAKEN,
    claim_email,
    claim_external_id,
    untold_claim,
)
from customer_gql.customers.profile.sharing import lock_email_scope
from customer_gql.customers.profile.tables import CustomerStatus, CustomerType
from customer_gql.customers.profile.values.births import settle_birth
from customer_gql.customers.profile.values.fields import BIRTHS, SETTINGS as PROFILE_SETTINGS
from customer_gql.customers.profile.writes import insert_customer
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.settings.reads import settings_at
from customer_gql.shop.websites.reads import find_default_views, find_store_view, find_website

from .addresses import judge_addresses, store_addresses
from .fields import (
    EDIT_FIELDS,
    FIELDS_BY_NAME,
    PROFILE,
    EditedCustomer,
    RefusedValue,
    readable,
    refuse_unreadable,
)

_REQUIRED: Final = ("email", "firstName", "lastName", "websiteId")
_SETTINGS: Final = (DEFAULT_GROUP, EMAIL_CONFIRMATION, *PROFILE_SETTINGS)
_NO_DEFAULT_VIEW: Final = Refusal(
    "customer.website_without_store_view",
    "This website has no default store view in which an account could be created.",
    UserErrorCode.NOT_ALLOWED,
)


class _NewAccount(dict[str, Any]):
    """Stands in for the row of a customer who is not stored yet."""

    def __getattr__(self, name: str) -> Any:
        return self[name]


@dataclass(frozen=True, slots=True)
class Welcome:
    """Whether a new customer is mailed a link to choose a password, and the store view that it comes from."""

    is_sent: bool
    store_view_id: int | RefusedValue | None = None


async def create_with_addresses(
    connection: Connection,
    given: Mapping[str, Any],
    addresses: Sequence[Mapping[str, Any]],
    *,
    in_input: Callable[[], AbstractContextManager[None]] = nullcontext,
    websites: Websites,
    by: Actor,
    **options: Any,
) -> tuple[Row, list[str]]:
    """The new customer and the stored fields of the addresses, as paths. Raises `RuleErrors` with every refusal of both;
    `in_input` says where the input has the customer's fields, and `options` are those of `create_customer`."""
    made: Row | None = None
    stored: list[str] = []
    refused = CollectedErrors()
    with refused.collecting(), in_input():
        made = await create_customer(connection, given, websites=websites, by=by, **options)
    website_id = readable(given.get("websiteId"))
    with refused.collecting():
        if made is not None:
            stored = await store_addresses(connection, made.id, addresses, by=by)
        elif website_id is not None and (websites is None or website_id in websites):
            await judge_addresses(connection, website_id, addresses, by=by)
    refused.raise_collected(untold=untold_claim(by))
    assert made is not None
    return made, stored


async def create_customer(
    connection: Connection,
    given: Mapping[str, Any],
    *,
    attributes: Sequence[GivenValue] = (),
    welcome: Welcome,
    websites: Websites,
    by: Actor,
    dry_run: bool = False,
) -> Row:
    """The new customer, locked as every new row is. Raises `RuleErrors` with every refusal of a value."""
    if readable(given.get("websiteId")) is None:
        refuse_unreadable(given, _refuse_missing_website(given))
    website = await find_website(connection, given["websiteId"], websites=websites)
    refused, own = CollectedErrors(), edit_attributes_of(new_id())
    view_id: int | None = None
    with refused.collecting():
        view_id = await _find_view(connection, website.id, welcome.store_view_id)
    shop = await settings_at(connection, *_SETTINGS, website_id=website.id, store_view_id=view_id)
    values = {
        "group_id": shop[DEFAULT_GROUP],
        "created_in_store_view_id": view_id,
        "is_email_confirmed": not shop[EMAIL_CONFIRMATION],
        "website_id": website.id,
    }
    blank: Any = _NewAccount({field.column: None for field in EDIT_FIELDS}, birth_year=None)
    blank.update(values, customer_type=CustomerType.INDIVIDUAL.value, status=CustomerStatus.ACTIVE.value)
    with refused.collecting():
        values |= await _validate(connection, EditedCustomer(blank, None, shop, websites), given)
    with refused.collecting():
        await own.settle(connection, attributes, Door(website.id, is_new=True, by=by))
    refused.raise_collected()
    made = await _insert(connection, own.key["customer_id"], values, by, dry_run=dry_run)
    await _record_creation(connection, made, values, own, by)
    if welcome.is_sent:
        limit = await reset_limits_at(connection, website_id=website.id, store_view_id=view_id)
        await send_reset_link(connection, made, lifetime=limit.lifetime, by=by, template="welcome_without_password")
    if made.allows_remote_assistance:
        await notify_assistance_change(connection, made)
    return made


def _refuse_missing_website(given: Mapping[str, Any]) -> CollectedErrors:
    refused = CollectedErrors()
    with refused.collecting():
        if given.get("websiteId") is None:
            raise value_is_required(["websiteId"])
    return refused


async def _find_view(connection: Connection, website_id: int, wanted: int | RefusedValue | None) -> int:
    """The store view in which the account counts as created: the wanted one of the website, or its default one."""
    if isinstance(wanted, RefusedValue):
        raise wanted.error
    if wanted is not None:
        try:
            return (await find_store_view(connection, wanted, websites=frozenset({website_id}))).id
        except RuleError as error:
            raise error.at(["welcomeStoreViewId"]) from None
    found = (await find_default_views(connection, [website_id])).get(website_id)
    if found is None:
        raise _NO_DEFAULT_VIEW(path=["websiteId"])
    return found


async def _validate(connection: Connection, blank: EditedCustomer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that are given."""
    wanted: dict[str, Any] = {}
    refused = CollectedErrors()
    # What the website asks for, it asks of staff too.
    whole = {**dict.fromkeys([*_REQUIRED, *[field.name for field in PROFILE]]), **given}
    for name in sorted(whole, key=list(FIELDS_BY_NAME).index):
        value = whole[name]
        with refused.collecting():
            if value is None and name in _REQUIRED:
                raise value_is_required([name])
            wanted[name] = await FIELDS_BY_NAME[name].judge(connection, blank, value)
    births: dict[str, Any] = {}
    with refused.collecting():
        births = settle_birth(None, {name: wanted[name] for name in BIRTHS if name in wanted})
    refused.raise_collected()
    return {**{FIELDS_BY_NAME[name].column: value for name, value in wanted.items() if name not in BIRTHS}, **births}


async def _insert(
    connection: Connection, customer_id: int, values: Mapping[str, Any], by: Actor, *, dry_run: bool
) -> Row:
    """The claims decide which of several requests wins; the external id comes first, as everywhere."""
    external_id = values.get("external_id")
    refused = CollectedErrors()
    with refused.collecting():
        if external_id is not None and not await claim_external_id(connection, customer_id, external_id):
            raise EXTERNAL_ID_TAKEN(path=["externalId"])
    with refused.collecting():
        scope = await lock_email_scope(connection, values["website_id"])
        if not await claim_email(connection, customer_id, email=values["email"], scope=scope):
            raise EMAIL_TAKEN(path=["email"])
    with refused.collecting():
        await refuse_excluded_group(connection, values["group_id"], values["website_id"], path=["groupId"])
    refused.raise_collected(untold=untold_claim(by))
    # A number that was drawn is not given back, so a dry run draws none.
    return await insert_customer(connection, customer_id, {**values, **({"number": 0} if dry_run else {})})


async def _record_creation(
    connection: Connection, made: Row, values: Mapping[str, Any], own: AttributeEdit, by: Actor
) -> None:
    await own.store(connection)
    given = {column: made[column] for column in values if made[column]}
    changes = {**describe_changes(dict.fromkeys(given), given), **own.describe()}
    await record_customer_event(connection, made.id, kind="CREATED", version=made.version, by=by, changes=changes)
