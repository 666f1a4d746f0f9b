"""The one list of slices. What a slice declares is found by a fixed name in a module with a fixed name.

| module of the slice | names |
|---|---|
| `tables.py` | every table |
| `slice.py` | `SETTINGS`, `MAILS`, `WORK`, `EVENTS`, `HISTORY`, `PROJECTIONS`, `JOB_WORK`, `GROUP_USES`, `WEBSITE_USES`, `STORE_VIEW_USES`, `CURRENCY_USES`, `PERSONAL_CHANGES`, `BEFORE_ACTIVATION`, `FOLLOWERS`, and functions that a lower slice calls, as `ON_…`; imports no strawberry |
| `seed.py` | `SEED`; imported by the demo only, so that a server runs without the extra `demo` |
| `types.py` | `CUSTOMER_SECTIONS`, `DELETED_CUSTOMER_SECTIONS`, `HISTORY_EVENT_SECTIONS`, `ORDER_SECTIONS`: classes whose fields hang on `Customer`, `DeletedCustomer`, `HistoryEvent` and `Order`; `GRIDS`: the types of its grids; `FIND_VIEW`: how a list finds a saved view; `MASS_ACTIONS`: actions on the records of a grid, which can be selected then; `USER_ERRORS`: refusals that tell more than others |
| `operations.py` | `QUERIES`, `MUTATIONS` of the storefront, `ADMIN_QUERIES`, `ADMIN_MUTATIONS`, `ADMIN_SUBSCRIPTIONS`: classes of root fields |

All of them are optional, and a tuple where more than one is possible. Modules are imported when somebody asks for them:
a migration imports tables, a worker imports `slice.py`, and only the service imports GraphQL.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

from customer_gql.commerce.checkout.declared import ORDER_GUARDS
from customer_gql.commerce.orders.payments.declared import PAYMENT_HOOKS
from customer_gql.commerce.orders.workflow.writes import ON_ORDER_CANCELED
from customer_gql.commerce.payments.ports import PAYMENT_METHODS, load_installed_methods
from customer_gql.commerce.shipping.ports import SHIPPING_PORTS, load_installed_ports
from customer_gql.customers.accounts.sign_in.hooks import ON_SIGN_IN
from customer_gql.customers.accounts.writes import BEFORE_ACTIVATION, ON_CUSTOMERS_DELETED, ON_STATUSES_CHANGED
from customer_gql.customers.history.kinds import UNTOLD_KINDS
from customer_gql.customers.profile.writes import ON_ASSISTANCE_WITHDRAWN
from customer_gql.database.transactions import FOLLOWERS
from customer_gql.messaging.events.event_types import EVENT_TYPES
from customer_gql.messaging.jobs.runs.kinds import JOB_WORK
from customer_gql.messaging.jobs.runs.rights import JOB_OWNERS, ON_JOB_FINISHED, ON_OWNER_LOST_ACCESS
from customer_gql.messaging.jobs.work import OPEN_GRAPH
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.webhooks.outcomes import ON_WEBHOOK_DISABLED
from customer_gql.messaging.webhooks.payloads import WEBHOOK_PROFILES
from customer_gql.security.audit import ON_IMPERSONATION_REFUSED
from customer_gql.shop.groups.writes import GROUP_USES
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from customer_gql.shop.settings.writes import ON_SETTING_CHANGED
from customer_gql.shop.websites.uses import CURRENCY_USES, ON_SCOPE_DELETED, STORE_VIEW_USES, WEBSITE_USES
from customer_gql.staff.audit.personal import PERSONAL_CHANGES
from customer_gql.staff.roles.writes import ON_STAFF_RIGHTS_CHANGED
from customer_gql.staff.sign_in.sessions import ON_STAFF_SESSIONS_ENDED

# The order of the list is the order of the fields in the graph.
SLICES: Final = (
    "customers.profile",
    "customers.vat",
    "customers.addresses",
    "customers.addresses.templates",
    "commerce.catalog",
    "commerce.pricing",
    "commerce.pricing.catalog_rules",
    "commerce.pricing.cart_rules",
    "commerce.taxes",
    "commerce.shipping",
    "commerce.payments",
    "commerce.orders",
    "commerce.orders.statuses",
    "commerce.orders.workflow",
    "commerce.orders.payments",
    "commerce.orders.documents",
    "commerce.orders.document_changes",
    "commerce.orders.cancellation",
    "commerce.orders.archive",
    "commerce.orders.notices",
    "commerce.guests",
    "commerce.carts",
    "commerce.carts.coupons",
    "commerce.carts.delivery",
    "commerce.carts.payment",
    "commerce.carts.imports",
    "commerce.carts.staff",
    "commerce.carts.merging",
    "commerce.checkout",
    "commerce.reorder",
    "commerce.guest_orders",
    "commerce.wishlists",
    "commerce.wishlists.staff",
    "commerce.wishlists.sharing",
    "commerce.comparisons",
    "commerce.reviews",
    "commerce.ledgers",
    "commerce.store_credit",
    "commerce.reward_points",
    "commerce.balances",
    "commerce.sync",
    "customers.newsletter",
    "customers.notes",
    "customers.tags",
    "customers.attributes",
    "customers.attributes.values",
    "customers.attributes.uploads",
    "customers.attribute_files",
    "customers.companies",
    "customers.companies.self_service",
    "customers.companies.invitations",
    "customers.companies.joining",
    "customers.companies.registration",
    "customers.history",
    "customers.shop_history",
    "customers.deleted_customers",
    "customers.vat_groups",
    "customers.edit_conflicts",
    "customers.accounts",
    "customers.visitors",
    "customers.public_facts",
    "customers.accounts.support",
    "customers.accounts.remembered",
    "shop.groups",
    "shop.websites",
    "shop.settings",
    "shop.captcha",
    "shop.daily_figures",
    "messaging.jobs",
    "messaging.jobs.runs",
    "messaging.jobs.whole_runs",
    "messaging.files",
    "messaging.mail",
    "messaging.events",
    "messaging.webhooks",
    "administration.website_moves",
    "administration.grid_views",
    "administration.customer_editing",
    "administration.customer_grid",
    "administration.customer_actions",
    "administration.selections",
    "administration.mass_actions",
    "administration.jobs",
    "administration.customer_groups",
    "administration.attributes",
    "administration.websites",
    "administration.companies",
    "administration.company_actions",
    "administration.order_actions",
    "administration.exports",
    "administration.export_schedules",
    "administration.customer_deletion",
    "administration.capabilities",
    "administration.customer_import",
    "administration.customer_changes",
    "administration.daily_figures",
    "administration.event_feed",
    "administration.webhooks",
    "administration.mail_desk",
    "administration.customer_mails",
    "staff",
    "staff.roles",
    "staff.sign_in",
    "staff.service_tokens",
    "staff.audit",
    "administration.configuration",
)


def modules(name: str) -> list[ModuleType]:
    """The module of this name of every slice that has one, in the order of the list."""
    names = [f"customer_gql.{slice_name}.{name}" for slice_name in SLICES]
    return [import_module(found) for found in names if find_spec(found)]


def declared(module: str, name: str) -> list[Any]:
    """Everything that slices declare under this name, in the order of the list."""
    return [item for found in modules(module) for item in getattr(found, name, ())]


@cache
def join_declarations() -> None:
    """Fill the lists in which lower slices look things up. Every process calls it before it does any work."""
    mails = declared("slice", "MAILS")
    of_mails = dict.fromkeys(option for mail in mails for option in (mail.page, mail.sender_choice) if option)
    DECLARED_SETTINGS.join([*declared("slice", "SETTINGS"), *of_mails])
    MAIL_KINDS.join(mails)
    EVENT_TYPES.join(declared("slice", "EVENTS"))
    JOB_WORK.join(declared("slice", "JOB_WORK"))
    JOB_OWNERS.extend(declared("slice", "JOB_OWNERS"))
    ON_OWNER_LOST_ACCESS.extend(declared("slice", "ON_OWNER_LOST_ACCESS"))
    ON_JOB_FINISHED.extend(declared("slice", "ON_JOB_FINISHED"))
    ON_WEBHOOK_DISABLED.extend(declared("slice", "ON_WEBHOOK_DISABLED"))
    WEBHOOK_PROFILES.extend(declared("slice", "WEBHOOK_PROFILES"))
    OPEN_GRAPH.append(open_graph)
    UNTOLD_KINDS.join(declared("slice", "HISTORY"))
    ON_ASSISTANCE_WITHDRAWN.extend(declared("slice", "ON_ASSISTANCE_WITHDRAWN"))
    FOLLOWERS.extend(declared("slice", "FOLLOWERS"))
    SHIPPING_PORTS.extend([*declared("slice", "SHIPPING_PORTS"), *load_installed_ports()])
    PAYMENT_METHODS.extend([*declared("slice", "PAYMENT_METHODS"), *load_installed_methods()])
    ORDER_GUARDS.extend(declared("slice", "ORDER_GUARDS"))
    ON_ORDER_CANCELED.extend(declared("slice", "ON_ORDER_CANCELED"))
    for name, hooks in PAYMENT_HOOKS.items():
        hooks.extend(declared("slice", name))
    GROUP_USES.extend(declared("slice", "GROUP_USES"))
    WEBSITE_USES.extend(declared("slice", "WEBSITE_USES"))
    STORE_VIEW_USES.extend(declared("slice", "STORE_VIEW_USES"))
    CURRENCY_USES.extend(declared("slice", "CURRENCY_USES"))
    PERSONAL_CHANGES.extend(declared("slice", "PERSONAL_CHANGES"))
    ON_SCOPE_DELETED.extend(declared("slice", "ON_SCOPE_DELETED"))
    BEFORE_ACTIVATION.extend(declared("slice", "BEFORE_ACTIVATION"))
    ON_CUSTOMERS_DELETED.extend(declared("slice", "ON_CUSTOMERS_DELETED"))
    ON_SIGN_IN.extend(declared("slice", "ON_SIGN_IN"))
    ON_STATUSES_CHANGED.extend(declared("slice", "ON_STATUSES_CHANGED"))
    ON_SETTING_CHANGED.extend(declared("slice", "ON_SETTING_CHANGED"))
    ON_STAFF_RIGHTS_CHANGED.extend(declared("slice", "ON_STAFF_RIGHTS_CHANGED"))
    ON_STAFF_SESSIONS_ENDED.extend(declared("slice", "ON_STAFF_SESSIONS_ENDED"))
    ON_IMPERSONATION_REFUSED.extend(declared("slice", "ON_IMPERSONATION_REFUSED"))


@cache
def open_graph() -> None:
    """Make the lists of the graph known to a worker that comes to work on one: until then it does without GraphQL."""
    import_module("customer_gql.schema.roots").join_grids()


def declared_for_graph(module: str, name: str) -> list[Any]:
    """What slices declare for the graph, where types may show what others declare."""
    join_declarations()
    return declared(module, name)
