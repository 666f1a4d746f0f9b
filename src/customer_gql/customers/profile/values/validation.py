"""Rules of single values of a profile, whichever way they come in (docs/domain/profile.md#profile-7)."""

from collections.abc import Sequence
from typing import Final

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.text import validate_line
from customer_gql.customers.profile.tables import CustomerType
from customer_gql.database.statements import Row

MAX_TAX_VAT_NUMBER: Final = 50
MAX_EXTERNAL_ID: Final = 64
COMPANY_DECIDES_GROUP: Final = Refusal(
    "customer_group.decided_by_company",
    "The company of this customer decides the group. Change it for the company.",
    UserErrorCode.NOT_ALLOWED,
)
_COMPANY_DECIDES_NAME: Final = Refusal(
    "company.member_shows_its_name",
    "The list shows the company that this customer belongs to. Rename that company, or edit the address of the customer.",
    UserErrorCode.NOT_ALLOWED,
)
_COMPANY_DECIDES_WEBSITE: Final = Refusal(
    "company.member_stays_on_website",
    "A member of a company stays on its website. Remove the customer from the company first.",
    UserErrorCode.NOT_ALLOWED,
)
IS_COMPANY_ADMIN: Final = Refusal(
    "company.admin_requires_successor",
    "This customer is the admin of a company. Make another of its users the admin first.",
    UserErrorCode.NOT_ALLOWED,
)


def validate_tax_vat_number(number: str | None, path: Sequence[str], *, required: bool = False) -> str | None:
    return validate_line(number, path, MAX_TAX_VAT_NUMBER, required=required)


def validate_external_id(external_id: str | None, path: Sequence[str]) -> str | None:
    """The key that another program gives to a customer or an address (docs/domain/profile.md#profile-15)."""
    return validate_line(external_id, path, MAX_EXTERNAL_ID)


def validate_group_change(customer: Row, group_id: int, path: Sequence[str]) -> None:
    """The group of a company's member follows the company (docs/domain/groups.md#groups-5)."""
    if group_id != customer.group_id and customer.customer_type != CustomerType.INDIVIDUAL.value:
        raise COMPANY_DECIDES_GROUP(path=path)


def find_company_name_refusal(account: Row) -> RuleError | None:
    """The name that a row shows of a member is the company's, not that of an address
    (docs/domain/quick-edit.md#quick-edit-10)."""
    is_member = account.customer_type != CustomerType.INDIVIDUAL.value
    return _COMPANY_DECIDES_NAME() if is_member else None


def find_website_refusal(account: Row) -> RuleError | None:
    """A company and its members are of one website (docs/domain/companies.md#companies-1)."""
    is_member = account.customer_type != CustomerType.INDIVIDUAL.value
    return _COMPANY_DECIDES_WEBSITE() if is_member else None


def is_company_admin(account: Row) -> bool:
    """A company is never without an admin who can act for it (docs/domain/account-deletion.md#account-deletion-4)."""
    return account.customer_type == CustomerType.COMPANY_ADMIN.value
