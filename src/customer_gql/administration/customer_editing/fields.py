"""The fields that staff edit of a customer: where each is stored, and its rule (docs/domain/customer-editing.md#customer-editing-1)."""

import enum
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.values.emails import validate_email
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.writes import refuse_inactive_admin
from customer_gql.customers.addresses.fields import SHOWN_COLUMNS, validate_address_field
from customer_gql.customers.companies.decisions import WAITS_FOR_COMPANY, refuse_early_activation
from customer_gql.customers.profile.tables import CustomerStatus, CustomerType
from customer_gql.customers.profile.values.births import DATE_REFUSED
from customer_gql.customers.profile.values.fields import (
    FIELD_NOT_OFFERED,
    PROFILE_FIELDS,
    show_setting_of,
    validate_profile_field,
)
from customer_gql.customers.profile.values.validation import (
    COMPANY_DECIDES_GROUP,
    IS_COMPANY_ADMIN,
    find_company_name_refusal,
    find_website_refusal,
    is_company_admin,
    validate_external_id,
    validate_group_change,
)
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.countries.countries import find_country
from customer_gql.shop.groups.writes import validate_group
from customer_gql.shop.settings.declaration import Setting
from customer_gql.shop.settings.reads import SettingValues
from customer_gql.shop.websites.reads import find_website

_NO_BILLING_ADDRESS: Final = Refusal(
    "customer.no_default_billing_address",
    "This customer has no default billing address. Add one first.",
    UserErrorCode.NOT_ALLOWED,
)


@dataclass(frozen=True, slots=True)
class RefusedValue:
    """Stands for a value that cannot be read, such as a malformed id, until it is refused beside the others."""

    error: RuleError


def readable(value: Any) -> Any:
    """The value, None for one that cannot be read."""
    return None if isinstance(value, RefusedValue) else value


def refuse_unreadable(given: Mapping[str, Any], refused: CollectedErrors) -> None:
    """Raises `RuleErrors` with what is collected and every value that cannot be read, if there is any."""
    for value in given.values():
        with refused.collecting():
            if isinstance(value, RefusedValue):
                raise value.error
    refused.raise_collected()


@dataclass(frozen=True, slots=True)
class EditedCustomer:
    """The locked rows of a customer, what their website asks for, and the websites the editor reaches."""

    customer: Row
    billing: Row | None
    shop: SettingValues
    websites: Websites

    def stored_value(self, field: "EditField") -> Any:
        row = self.billing if field.is_billing else self.customer
        return None if row is None else row[field.column]


@dataclass(frozen=True, slots=True)
class EditField:
    """`column` is the column of the customer or of the default billing address, and `attribute` that of the input.

    `validate` gives the value to store or raises `RuleError`. `id_prefix` marks a public id.
    """

    name: str
    column: str
    validate: Callable[[Connection, EditedCustomer, Any], Awaitable[Any]]
    attribute: str
    is_billing: bool = False
    is_personal: bool = False
    id_prefix: str | None = None
    is_nullable: bool = True

    def decode(self, given: Any) -> Any:
        return given if self.id_prefix is None else parse_input_id(given, self.id_prefix, [self.name])

    async def judge(self, connection: Connection, edited: EditedCustomer, value: Any) -> Any:
        """`validate`, for what is given."""
        if isinstance(value, RefusedValue):
            raise value.error
        return await self.validate(connection, edited, value)


async def _email(_connection: Connection, _edited: EditedCustomer, value: str) -> str:
    return validate_email(value)


async def _group(connection: Connection, edited: EditedCustomer, value: int) -> int:
    await validate_group(connection, value, ["groupId"])
    validate_group_change(edited.customer, value, ["groupId"])
    return value


async def _website(connection: Connection, edited: EditedCustomer, value: int) -> int:
    found = (await find_website(connection, value, websites=edited.websites)).id
    refused = find_website_refusal(edited.customer) if found != edited.customer.website_id else None
    if refused is not None:
        raise refused.at(["websiteId"])
    return found


async def _status(connection: Connection, edited: EditedCustomer, value: enum.Enum) -> str:
    if value is CustomerStatus.INACTIVE:
        refuse_inactive_admin(edited.customer, ["status"])
    elif value.value != edited.customer.status:
        await refuse_early_activation(connection, edited.customer, ["status"])
    return value.value


async def _external_id(_connection: Connection, _edited: EditedCustomer, value: str | None) -> str | None:
    return validate_external_id(value, ["externalId"])


async def _keep_flag(_connection: Connection, _edited: EditedCustomer, value: bool) -> bool:
    return value


def _profile(name: str, column: str) -> EditField:
    async def validate(_connection: Connection, edited: EditedCustomer, value: Any) -> Any:
        return validate_profile_field(name, value, edited.shop)

    return EditField(name, column, validate, column, is_personal=True)


def _billing(name: str, attribute: str, source: str | None = None) -> EditField:
    """A field of the default billing address, by the name that it has in the grid."""
    of_address = source or name

    async def validate(_connection: Connection, edited: EditedCustomer, value: Any) -> Any:
        if edited.billing is None:
            raise _NO_BILLING_ADDRESS(path=[name])
        refused = find_company_name_refusal(edited.customer) if name == "company" else None
        if refused is not None:
            raise refused.at([name])
        country = find_country(edited.billing.country_code)
        return validate_address_field(of_address, value, edited.shop, country, [name])

    column = attribute.removeprefix("billing_")
    return EditField(name, column, validate, attribute, is_billing=True, is_personal=True)


PROFILE: Final = tuple(
    _profile(field.name, field.column) for field in PROFILE_FIELDS if field.name != "allowsRemoteAssistance"
)
EDIT_FIELDS: Final = (
    EditField("email", "email", _email, "email", is_personal=True, is_nullable=False),
    *PROFILE,
    EditField("groupId", "group_id", _group, "group_id", id_prefix="grp", is_nullable=False),
    EditField("websiteId", "website_id", _website, "website_id", id_prefix="web", is_nullable=False),
    EditField("status", "status", _status, "status", is_nullable=False),
    EditField("externalId", "external_id", _external_id, "external_id"),
    EditField(
        "allowsRemoteAssistance",
        "allows_remote_assistance",
        _keep_flag,
        "allows_remote_assistance",
        is_nullable=False,
    ),
    EditField(
        "isAutomaticGroupChangeDisabled",
        "is_automatic_group_change_disabled",
        _keep_flag,
        "is_automatic_group_change_disabled",
        is_nullable=False,
    ),
)
UPSERT_FIELDS: Final = tuple(field for field in EDIT_FIELDS if field.name != "externalId")
BILLING_FIELDS: Final = (
    _billing("telephone", "telephone"),
    _billing("postcode", "postcode"),
    _billing("company", "company"),
    _billing("city", "city"),
    _billing("fax", "fax"),
    _billing("billingFirstName", "billing_first_name", "firstName"),
    _billing("billingLastName", "billing_last_name", "lastName"),
    _billing("vatNumber", "vat_number"),
)
FIELDS_BY_NAME: Final[Mapping[str, EditField]] = {field.name: field for field in (*EDIT_FIELDS, *BILLING_FIELDS)}
SHOWN_FIELDS: Final[Mapping[str, Setting[str]]] = {
    **{field.name: shown for field in PROFILE if (shown := show_setting_of(field.name)) is not None},
    **{field.name: SHOWN_COLUMNS[field.column] for field in BILLING_FIELDS if field.column in SHOWN_COLUMNS},
}
"""The setting that says whether a website asks for a field."""


_DECIDED_BY_COMPANY: Final[Mapping[str, Callable[[Any], RuleError | None]]] = {
    "company": find_company_name_refusal,
    "websiteId": find_website_refusal,
}


def find_field_refusal(
    name: str, customer: Any, *, has_billing: bool, is_year_only: bool = False, hidden: Collection[str] = ()
) -> RuleError | None:
    """What refuses every new value of a field in the state that the customer is in. `hidden` are the fields that the website
    does not ask for."""
    if FIELDS_BY_NAME[name].is_billing and not has_billing:
        return _NO_BILLING_ADDRESS()
    if name in _DECIDED_BY_COMPANY and (refused := _DECIDED_BY_COMPANY[name](customer)) is not None:
        return refused
    if name == "groupId" and customer.customer_type != CustomerType.INDIVIDUAL.value:
        return COMPANY_DECIDES_GROUP()
    if name == "dateOfBirth" and is_year_only:
        return DATE_REFUSED()
    if name in hidden:
        return FIELD_NOT_OFFERED()
    return find_status_refusal(customer) if name == "status" else None


def find_status_refusal(customer: Any) -> RuleError | None:
    """What refuses the other status of an account."""
    if customer.status == CustomerStatus.ACTIVE.value:
        return IS_COMPANY_ADMIN() if is_company_admin(customer) else None
    return WAITS_FOR_COMPANY() if customer.awaits_decision else None
