"""What staff and services can be allowed to do: a closed list. Roles and service tokens store the texts."""

import enum
from collections.abc import Mapping
from typing import Final


class Permission(enum.Enum):
    """Named as in the graph; the value is what is stored and what a root names in its description."""

    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_PII = "customers.pii"
    CUSTOMERS_WRITE = "customers.write"
    CUSTOMERS_DELETE = "customers.delete"
    CUSTOMERS_EXPORT = "customers.export"
    CUSTOMERS_IMPERSONATE = "customers.impersonate"
    CUSTOMERS_RESET_PASSWORD = "customers.reset_password"  # noqa: S105 - the name of a permission
    CUSTOMERS_FORCE_SIGN_IN = "customers.force_sign_in"
    CREDIT_ADJUST = "credit.adjust"
    STAFF_MANAGE = "staff.manage"
    CONFIGURATION_MANAGE = "configuration.manage"
    MAIL_MANAGE = "mail.manage"
    HISTORY_READ = "history.read"


DESCRIPTIONS: Final[Mapping[str, str]] = {
    "CUSTOMERS_READ": "`customers.read`: see customers and what belongs to them.",
    "CUSTOMERS_PII": "`customers.pii`: see names, addresses, telephone numbers and other personal facts. Without it their "
    "first letter stands there, as `g•••@•••`, and dates of birth and genders are null.",
    "CUSTOMERS_WRITE": "`customers.write`: change customers, and what belongs to them.",
    "CUSTOMERS_DELETE": "`customers.delete`: delete customers for good.",
    "CUSTOMERS_EXPORT": "`customers.export`: take customers out as a file; for the export that is to come.",
    "CUSTOMERS_IMPERSONATE": "`customers.impersonate`: sign in as a customer who allows it.",
    "CUSTOMERS_RESET_PASSWORD": "`customers.reset_password`: have a password reset link mailed to a customer.",
    "CUSTOMERS_FORCE_SIGN_IN": "`customers.force_sign_in`: end every session of a customer.",
    "CREDIT_ADJUST": "`credit.adjust`: give and take store credit and reward points.",
    "STAFF_MANAGE": "`staff.manage`: manage staff users, roles and service tokens, and read the history of staff. "
    "Never more than the holder may do. Not for service tokens.",
    "CONFIGURATION_MANAGE": "`configuration.manage`: read and change the shop's settings.",
    "MAIL_MANAGE": "`mail.manage`: see mails that were given up and send them again, preview and change the texts of mails.",
    "HISTORY_READ": "`history.read`: see what was done to customers, and by whom: `history` of a customer.",
}

MANAGE: Final = Permission.STAFF_MANAGE.value
KNOWN: Final = frozenset(permission.value for permission in Permission)


def known(texts: list[str]) -> list[Permission]:
    """Stored texts as permissions, in the order of the list; a text this version does not know allows nothing."""
    held = set(texts)
    return [permission for permission in Permission if permission.value in held]


PERSONAL: Final = Permission.CUSTOMERS_PII.value
HISTORY: Final = Permission.HISTORY_READ.value
FIELD_PERMISSIONS: Final = frozenset({PERSONAL, HISTORY})
"""What nested fields ask for besides the permission of their root; `execution/masking.py` enforces it."""
