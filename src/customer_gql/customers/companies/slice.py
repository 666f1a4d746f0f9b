from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .decisions import refuse_early_activation
from .departures import leave_companies
from .mails import MAILS
from .mails.notices import notify_of_account_status
from .mails.settings import SETTINGS
from .reads import find_companies_of_group
from .tables import company

__all__ = [
    "BEFORE_ACTIVATION",
    "EVENTS",
    "GROUP_USES",
    "HISTORY",
    "MAILS",
    "ON_CUSTOMERS_DELETED",
    "ON_STATUSES_CHANGED",
    "SETTINGS",
    "WEBSITE_USES",
]

EVENTS: Final = (
    EventType("company.created", "A company was created."),
    EventType("company.updated", "Fields of a company changed."),
    EventType("company.status_changed", "A company was activated, rejected or blocked."),
    EventType("company.admin_replaced", "A company has a new admin."),
    EventType("company.member_added", "A customer became a member of a company."),
    EventType("company.member_removed", "A customer is no longer a member of a company."),
    EventType("company.deleted", "A company was deleted; events of its members tell what became of them."),
)
HISTORY: Final = ("COMPANY_JOINED", "COMPANY_LEFT", "COMPANY_MANAGED", "COMPANY_PLACE_CHANGED", "COMPANY_SELECTED")
GROUP_USES: Final = (find_companies_of_group,)
ON_CUSTOMERS_DELETED: Final = (leave_companies,)
BEFORE_ACTIVATION: Final = (refuse_early_activation,)
ON_STATUSES_CHANGED: Final = (notify_of_account_status,)
WEBSITE_USES: Final = (Use("companies", company.c.website_id),)
