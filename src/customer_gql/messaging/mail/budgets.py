"""How many mails one mailbox gets, from any cause (docs/domain/mail.md#mail-14).

Counted where a mail is queued and in the same transaction, so that a mail that is rolled back counts for nothing.
"""

import datetime as dt
from typing import Final

import structlog

from customer_gql.core.values.emails import normalize_email
from customer_gql.database.statements import Connection
from customer_gql.security import throttle
from customer_gql.shop.settings.declaration import GLOBAL, Setting
from customer_gql.shop.settings.reads import settings_at

from .kinds import MailBudget, MailKind

log = structlog.get_logger()
HOURLY_PER_KIND: Final = Setting(
    "mail.hourly_per_kind",
    8,
    GLOBAL,
    "Mails of one kind an hour to one address.",
    at_least=1,
    at_most=1000,
    label="Mails of one kind per hour",
)
HOURLY_NOTICES: Final = Setting(
    "mail.hourly_notices",
    20,
    GLOBAL,
    "Mails of all kinds an hour to one address, after which no more notices are sent. Links that were asked for and "
    "security notices are still sent.",
    at_least=1,
    at_most=1000,
    label="Notices per hour",
)
HOURLY_SECURITY: Final = Setting(
    "mail.hourly_security_notices",
    20,
    GLOBAL,
    "Security notices an hour to one address, such as that the password was changed. Other mails do not count.",
    at_least=1,
    at_most=1000,
    label="Security notices per hour",
)
REPEAT_MINUTES: Final = Setting(
    "mail.repeat_minutes",
    10,
    GLOBAL,
    "Minutes in which equal notices to one address are one; 0 sends each.",
    at_least=0,
    at_most=1440,
    label="Repeated mails",
)
SETTINGS: Final = (HOURLY_PER_KIND, HOURLY_NOTICES, HOURLY_SECURITY, REPEAT_MINUTES)
_HOUR: Final = dt.timedelta(hours=1)


async def is_within_budget(connection: Connection, kind: MailKind, recipient: str, *content: object) -> bool:
    """Count one more mail to an address; whether it may be queued. Notices of one content are equal."""
    shop = await settings_at(connection, *SETTINGS)
    mailbox = _mailbox_of(recipient)

    def budget(name: str, limit: int, window: dt.timedelta = _HOUR) -> throttle.Budget:
        return throttle.Budget(throttle.counter_key("mail", name, mailbox), limit, window)

    is_security = kind.budget is MailBudget.SECURITY
    in_all = ("security", shop[HOURLY_SECURITY]) if is_security else ("all", shop[HOURLY_NOTICES])
    budgets = [budget(kind.name, shop[HOURLY_PER_KIND]), budget(*in_all)]
    if shop[REPEAT_MINUTES]:
        window = dt.timedelta(minutes=shop[REPEAT_MINUTES])
        budgets.append(budget(f"{kind.name}:{content!r}", 1, window))
    # Each is counted, also when another one is used up, so that the time it takes tells nothing.
    of_kind, of_all, *repeated = await throttle.count_each_within(connection, budgets)
    # Links count too, but are not stopped: otherwise a stranger could use up what the owner needs. Only notices are repeated, but
    # to count less for a link would tell whether an address has an account.
    is_link, is_notice = kind.budget is MailBudget.LINK, kind.budget is MailBudget.NOTICE
    within = [of_kind, of_all or is_link, *[first or not is_notice for first in repeated]]
    allowed = all(within)
    if not allowed:
        log.warning("mail not queued", template=kind.name, reason="the address has had too many")
    return allowed


def _mailbox_of(recipient: str) -> str:
    """Without what follows a `+`, which leads to the same mailbox."""
    local, _, domain = normalize_email(recipient).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
