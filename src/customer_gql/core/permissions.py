"""What staff and services can be allowed to do: a closed list. Roles and service tokens store the texts."""

import enum
from collections.abc import Collection
from typing import Final, Self


class Permission(enum.StrEnum):
    """Named as in the graph, with the text that is stored and a description of what it allows."""

    description: str

    def __new__(cls, stored: str, description: str) -> Self:
        permission = str.__new__(cls, stored)
        permission._value_ = stored
        permission.description = description
        return permission

    CUSTOMERS_READ = "customers.read", "See customers and what belongs to them."
    CUSTOMERS_PII = (
        "customers.pii",
        (
            "See names, addresses, telephone numbers and other personal facts. Without it only their first letter is shown, "
            "as `g•••@•••`, and dates of birth and genders are null."
        ),
    )
    CUSTOMERS_WRITE = "customers.write", "Change customers, and what belongs to them."
    CUSTOMERS_CHANGE_EMAIL = (
        "customers.change_email",
        "Change the e-mail address of a customer, besides `customers.write`; it decides who can get into the account.",
    )
    CUSTOMERS_DELETE = "customers.delete", "Delete customers for good."
    CUSTOMERS_EXPORT = "customers.export", "Export lists as files, of what the other permissions let one see."
    CUSTOMERS_IMPORT = "customers.import", "Import customers, their addresses and balances from files."
    CUSTOMERS_IMPERSONATE = "customers.impersonate", "Sign in as a customer who allows it."
    CUSTOMERS_RESET_PASSWORD = "customers.reset_password", "Have a password reset link mailed to a customer."
    CUSTOMERS_FORCE_SIGN_IN = "customers.force_sign_in", "End every session of a customer."
    CREDIT_ADJUST = "credit.adjust", "Add and deduct store credit and reward points."
    PRICING_MANAGE = (
        "pricing.manage",
        "See why a product has its price, and create, change and delete rules that change prices.",
    )
    TAXES_MANAGE = "taxes.manage", "Create, change and delete tax classes, tax rates and tax rules."
    CARTS_MANAGE = "carts.manage", "Change carts and wishlists of customers for them."
    ORDERS_CUSTOM_PRICE = (
        "orders.custom_price",
        "Sell at prices other than those of the catalog, besides `carts.manage`.",
    )
    ORDERS_READ = "orders.read", "See orders, and what happened to them."
    ORDERS_MANAGE = (
        "orders.manage",
        "Invoice, ship, hold, cancel and comment on orders, and correct their addresses.",
    )
    ORDERS_ARCHIVE = "orders.archive", "Move orders that are finished into the archive, and back."
    COMMERCE_SYNC = "commerce.sync", "Take over products and stock from the shop's other programs: for service tokens."
    GROUPS_MANAGE = (
        "groups.manage",
        "Create, change and delete customer groups, which decide discounts, taxes and who can sign in where.",
    )
    ATTRIBUTES_MANAGE = (
        "attributes.manage",
        "Create, change and delete attributes of customers and addresses, and decide which forms show them.",
    )
    COMPANIES_READ = "companies.read", "See companies, their members and their structure."
    COMPANIES_WRITE = (
        "companies.write",
        "Create and change companies, activate, reject and block them, and decide who belongs to them and runs them.",
    )
    COMPANIES_DELETE = "companies.delete", "Delete companies for good."
    VIEWS_SHARE = "views.share", "Share saved views of lists with all staff, and change and delete shared ones."
    WEBSITES_MANAGE = (
        "websites.manage",
        "Create, change and delete websites, stores and store views.",
    )
    STAFF_MANAGE = (
        "staff.manage",
        (
            "Manage staff users, roles and service tokens, and read the history of staff. Never grants more than the "
            "holder's own permissions. Not for service tokens."
        ),
    )
    CONFIGURATION_MANAGE = "configuration.manage", "Read and change the shop's settings."
    MAIL_MANAGE = (
        "mail.manage",
        "See mails that could not be sent and send them again, preview and change mail templates.",
    )
    STOREFRONT_PROXY = (
        "storefront.proxy",
        (
            "Call the storefront endpoint for shoppers and state their network address, for which limits are counted: for "
            "the service token of a server that renders the shop."
        ),
    )
    JOBS_MANAGE = "jobs.manage", "See, cancel and retry jobs of others, and be told by mail when one is stopped."
    EVENTS_READ = (
        "events.read",
        "Read what happened to customers as events, which name them and the changed fields: for programs that follow.",
    )
    WEBHOOKS_MANAGE = (
        "webhooks.manage",
        "Have events sent to other programs, see what was sent, and be told by mail when a webhook is disabled.",
    )
    HISTORY_READ = (
        "history.read",
        "See what was done to customers and who did it: the list `history`, and the history of each customer.",
    )


ALL_PERMISSIONS: Final = frozenset(Permission)
FIELD_PERMISSIONS: Final = frozenset(
    {
        Permission.COMPANIES_READ,
        Permission.CUSTOMERS_PII,
        Permission.CUSTOMERS_READ,
        Permission.HISTORY_READ,
        Permission.ORDERS_READ,
        Permission.STAFF_MANAGE,
    }
)
"""What types and nested fields require besides the permission of their root; `graph/access/guards.py` enforces it."""


def known_permissions(stored: Collection[str]) -> list[Permission]:
    """Stored texts as permissions, in the order of the list; a text this version does not know allows nothing."""
    return [permission for permission in Permission if permission in stored]
