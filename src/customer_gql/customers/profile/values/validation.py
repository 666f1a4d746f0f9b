"""Rules of single values of a profile, whichever way they come in (docs/domain/profile.md#profile-7)."""

from collections.abc import Sequence
from typing import Final

from customer_gql.core.errors import Refusal, UserErrorCode
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
IS_COMPANY_ADMIN: Final = Refusal(
    "customer.is_company_admin",
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


def is_company_admin(account: Row) -> bool:
    """A company is never without an admin who can act for it (docs/domain/account-deletion.md#account-deletion-4)."""
    return account.customer_type == CustomerType.COMPANY_ADMIN.value
