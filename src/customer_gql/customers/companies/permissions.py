"""What members of a company can be allowed to do: a closed list. Roles of companies store the texts."""

import enum
from collections.abc import Mapping
from typing import Final


class CompanyPermission(enum.StrEnum):
    CHECKOUT = "CHECKOUT"
    ORDERS_VIEW = "ORDERS_VIEW"
    ORDERS_VIEW_SUBORDINATES = "ORDERS_VIEW_SUBORDINATES"
    PROFILE_VIEW = "PROFILE_VIEW"
    PROFILE_EDIT = "PROFILE_EDIT"
    LEGAL_ADDRESS_VIEW = "LEGAL_ADDRESS_VIEW"
    LEGAL_ADDRESS_EDIT = "LEGAL_ADDRESS_EDIT"
    CONTACTS_VIEW = "CONTACTS_VIEW"
    ROLES_VIEW = "ROLES_VIEW"
    ROLES_MANAGE = "ROLES_MANAGE"
    USERS_VIEW = "USERS_VIEW"
    USERS_MANAGE = "USERS_MANAGE"


PARENTS: Final[Mapping[CompanyPermission, CompanyPermission]] = {
    CompanyPermission.ORDERS_VIEW_SUBORDINATES: CompanyPermission.ORDERS_VIEW,
    CompanyPermission.PROFILE_EDIT: CompanyPermission.PROFILE_VIEW,
    CompanyPermission.LEGAL_ADDRESS_EDIT: CompanyPermission.LEGAL_ADDRESS_VIEW,
    CompanyPermission.ROLES_MANAGE: CompanyPermission.ROLES_VIEW,
    CompanyPermission.USERS_MANAGE: CompanyPermission.USERS_VIEW,
}
"""A permission is granted only together with its parent."""

DEFAULT_ROLE_NAME: Final = "Default User"
DEFAULT_PERMISSIONS: Final = (
    CompanyPermission.CHECKOUT,
    CompanyPermission.ORDERS_VIEW,
    CompanyPermission.ORDERS_VIEW_SUBORDINATES,
    CompanyPermission.PROFILE_VIEW,
    CompanyPermission.LEGAL_ADDRESS_VIEW,
    CompanyPermission.CONTACTS_VIEW,
)
"""Those of the role that every company has from the start (docs/domain/companies.md#companies-6)."""
