"""The fields of quick edit: where each is stored, its rule, and how the history shows it (docs/domain/quick-edit.md#quick-edit-1)."""

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.administration.website_moves.steps import refuse_excluded_group
from customer_gql.core.emails import validate_email
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.viewer import Websites
from customer_gql.customers.addresses.settings import TELEPHONE
from customer_gql.customers.addresses.validation import validate_postcode, validate_telephone
from customer_gql.customers.profile.values.fields import validate_profile_field
from customer_gql.customers.profile.values.validation import validate_group_change
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.countries.countries import find_country
from customer_gql.shop.groups.writes import validate_group
from customer_gql.shop.settings.reads import SettingValues
from customer_gql.shop.websites.reads import find_website

_NO_BILLING_ADDRESS: Final = Refusal(
    "customer.no_default_billing_address",
    "This customer has no default billing address. Add one first.",
    UserErrorCode.NOT_ALLOWED,
)


@dataclass(frozen=True, slots=True)
class EditedRow:
    """The locked rows behind one row of the grid, what their website asks for, and the websites the editor reaches."""

    customer: Row
    billing: Row | None
    shop: SettingValues
    websites: Websites

    def stored_value(self, field: "QuickEditField") -> Any:
        row = self.billing if field.is_billing else self.customer
        return None if row is None else row[field.column]


@dataclass(frozen=True, slots=True)
class QuickEditField:
    """`column` is the column of the customer or of the default billing address, and the attribute of the input.

    `validate` gives the value to store or raises `RuleError`. `id_prefix` marks a public id.
    """

    name: str
    column: str
    validate: Callable[[Connection, EditedRow, Any], Awaitable[Any]]
    is_billing: bool = False
    id_prefix: str | None = None

    def decode(self, given: Any) -> Any:
        return given if self.id_prefix is None else parse_input_id(given, self.id_prefix, [self.name])


async def _email(_connection: Connection, _row: EditedRow, value: str) -> str:
    return validate_email(value)


async def _group(connection: Connection, row: EditedRow, value: int) -> int:
    await validate_group(connection, value, ["groupId"])
    validate_group_change(row.customer, value, ["groupId"])
    return value


async def _telephone(_connection: Connection, row: EditedRow, value: str) -> str | None:
    _require_billing(row, "telephone")
    return validate_telephone(value, ["telephone"], required=row.shop[TELEPHONE] == "REQUIRED")


async def _postcode(_connection: Connection, row: EditedRow, value: str | None) -> str | None:
    country = find_country(_require_billing(row, "postcode").country_code)
    return validate_postcode(value, country, ["postcode"])


async def _website(connection: Connection, row: EditedRow, value: int) -> int:
    website = await find_website(connection, value, websites=row.websites)
    if website.id != row.customer.website_id:
        await refuse_excluded_group(connection, row.customer, website.id)
    return website.id


async def _tax_vat_number(_connection: Connection, row: EditedRow, value: str | None) -> str | None:
    return validate_profile_field("taxVatNumber", value, row.shop)


async def _gender(_connection: Connection, row: EditedRow, value: enum.Enum | None) -> str | None:
    return validate_profile_field("gender", value, row.shop)


def _require_billing(row: EditedRow, field: str) -> Row:
    if row.billing is None:
        raise _NO_BILLING_ADDRESS(path=[field])
    return row.billing


QUICK_EDIT_FIELDS: Final = (
    QuickEditField("email", "email", _email),
    QuickEditField("groupId", "group_id", _group, id_prefix="grp"),
    QuickEditField("telephone", "telephone", _telephone, is_billing=True),
    QuickEditField("postcode", "postcode", _postcode, is_billing=True),
    QuickEditField("websiteId", "website_id", _website, id_prefix="web"),
    QuickEditField("taxVatNumber", "tax_vat_number", _tax_vat_number),
    QuickEditField("gender", "gender", _gender),
)
FIELDS_BY_NAME: Final[Mapping[str, QuickEditField]] = {field.name: field for field in QUICK_EDIT_FIELDS}
