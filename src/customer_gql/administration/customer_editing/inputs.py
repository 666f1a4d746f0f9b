"""What staff and other programs send to create and edit customers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, Final

import strawberry

from customer_gql.core.errors import CollectedErrors, RuleError
from customer_gql.core.input_ids import parse_input_id
from customer_gql.customers.attributes.values.inputs import ATTRIBUTES, AttributeInput
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.customers.profile.types import Gender
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION, NULL, NULL_REFUSED

from .address_inputs import CustomerAddressFields
from .fields import EditField, RefusedValue, refuse_unreadable

BIRTH_YEAR: Final = (
    "Year of birth, where the date is not known; a year other than that of the date clears the date. Null clears a year that "
    "is known without a date; a date keeps its year."
)


@strawberry.input(
    description="Fields of a customer. A field that is left out keeps its value; null clears it where null is allowed."
)
class CustomerUpdateInput:
    collects_nulls: ClassVar[bool] = True
    id: strawberry.ID = column("Id of the customer.")
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)
    email: strawberry.Maybe[str] = column("Address to sign in with; a new one hands the account over.")
    prefix: strawberry.Maybe[str | None] = column("Title before the name, at most 40 characters.")
    first_name: strawberry.Maybe[str] = column("First name, at most 255 characters.")
    middle_name: strawberry.Maybe[str | None] = column("Middle name or initial, at most 255 characters.")
    last_name: strawberry.Maybe[str] = column("Last name, at most 255 characters.")
    suffix: strawberry.Maybe[str | None] = column("Suffix after the name, at most 40 characters.")
    gender: strawberry.Maybe[Gender | None] = column("Gender.")
    date_of_birth: strawberry.Maybe[dt.date | None] = column("Date of birth.")
    birth_year: strawberry.Maybe[int | None] = column(BIRTH_YEAR)
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters.")
    group_id: strawberry.Maybe[strawberry.ID] = column("Id of the customer group; refused for members of a company.")
    website_id: strawberry.Maybe[strawberry.ID] = column("Id of the website to which the account moves.")
    status: strawberry.Maybe[CustomerStatus] = column("Whether the customer can sign in and buy.")
    external_id: strawberry.Maybe[str | None] = column("Key in another program, at most 64 characters, unique.")
    allows_remote_assistance: strawberry.Maybe[bool] = column(
        "Whether staff may sign in as the customer; the customer is told by mail."
    )
    is_automatic_group_change_disabled: strawberry.Maybe[bool] = column(
        "Whether a validated VAT number leaves the customer in the current group."
    )
    attributes: strawberry.Maybe[list[AttributeInput]] = column(ATTRIBUTES)


@strawberry.input(description="A new customer, without a password.")
class CustomerCreateInput:
    collects_nulls: ClassVar[bool] = True
    email: str = column("Address to sign in with, at most 254 characters.")
    first_name: str = column("First name, at most 255 characters.")
    last_name: str = column("Last name, at most 255 characters.")
    website_id: strawberry.ID = column("Id of the website of the account.")
    prefix: strawberry.Maybe[str | None] = column("Title before the name, at most 40 characters.")
    middle_name: strawberry.Maybe[str | None] = column("Middle name or initial, at most 255 characters.")
    suffix: strawberry.Maybe[str | None] = column("Suffix after the name, at most 40 characters.")
    gender: strawberry.Maybe[Gender | None] = column("Gender.")
    date_of_birth: strawberry.Maybe[dt.date | None] = column("Date of birth.")
    birth_year: strawberry.Maybe[int | None] = column("Year of birth, where the date is not known.")
    tax_vat_number: strawberry.Maybe[str | None] = column("Tax or VAT number, at most 50 characters.")
    group_id: strawberry.Maybe[strawberry.ID] = column("Id of the customer group; by default that of new customers.")
    status: strawberry.Maybe[CustomerStatus] = column("Whether the customer can sign in and buy; `ACTIVE` by default.")
    external_id: strawberry.Maybe[str | None] = column("Key in another program, at most 64 characters, unique.")
    allows_remote_assistance: strawberry.Maybe[bool] = column(
        "Whether staff may sign in as the customer, who is told by mail; not by default."
    )
    is_automatic_group_change_disabled: strawberry.Maybe[bool] = column(
        "Whether a validated VAT number leaves the customer in the group; not by default."
    )
    addresses: list[CustomerAddressFields] = strawberry.field(
        description="Addresses of the customer, at most 100.", default_factory=list
    )
    attributes: list[AttributeInput] | None = strawberry.field(description=ATTRIBUTES, default=None)
    sends_welcome_mail: bool = strawberry.field(
        description="Whether a welcome with a link to choose a password is mailed to the customer.", default=True
    )
    welcome_store_view_id: strawberry.ID | None = strawberry.field(
        description="Store view whose language and sender the welcome has, and in which the account counts as created; by "
        "default the default one of the website.",
        default=None,
    )


def collect_values(input: Any, fields: Sequence[EditField]) -> dict[str, Any]:
    """The values that are given, by input name, with ids decoded: a `RefusedValue` for what is malformed, or null where that
    means nothing."""
    found = [(field, getattr(input, field.attribute)) for field in fields]
    given = [(field, value) for field, value in found if value is not None]
    values = [(field, value.value if isinstance(value, strawberry.Some) else value) for field, value in given]
    return {field.name: _decode(field, value) for field, value in values}


def collect_edits(input: Any, fields: Sequence[EditField]) -> tuple[int, dict[str, Any]]:
    """The customer and the values. Without a customer only what cannot be read can be refused: `RuleErrors` with all of that."""
    edits, refused = collect_values(input, fields), CollectedErrors()
    customer_id = 0
    with refused.collecting():
        customer_id = parse_input_id(input.id, "cus", ["id"])
    if not customer_id:
        refuse_unreadable(edits, refused)
    return customer_id, edits


def read_welcome_view(view: str | None) -> int | RefusedValue | None:
    """The store view of the welcome."""
    try:
        return None if view is None else parse_input_id(view, "stv", ["welcomeStoreViewId"])
    except RuleError as error:
        return RefusedValue(error)


def _decode(field: EditField, value: Any) -> Any:
    try:
        if value is NULL or (value is None and not field.is_nullable):
            raise NULL_REFUSED(path=[field.name])
        return value if value is None else field.decode(value)
    except RuleError as error:
        return RefusedValue(error)
