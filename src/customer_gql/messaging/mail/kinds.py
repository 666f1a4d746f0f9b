"""Kinds of mail: the sender, the page its link leads to, and its placeholders. Each slice declares its own as `MAILS`."""

import datetime as dt
import enum
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Final

from customer_gql.core.errors import Refusal
from customer_gql.core.joined import Joined
from customer_gql.core.permissions import Permission
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW, Setting

_SEGMENT: Final = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+"
_PATH: Final = re.compile(rf"/?(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?")

_PATH_INVALID: Final = Refusal("setting.page_path_invalid", "Enter a path such as /account/sign-in, without a query.")


class Sender(enum.Enum):
    GENERAL = "general"
    SUPPORT = "support"
    SALES = "sales"
    CUSTOM_1 = "custom_1"
    CUSTOM_2 = "custom_2"


class MailBudget(enum.Enum):
    """What limits the mails to one address (docs/domain/mail.md#mail-14)."""

    LINK = "link"
    SECURITY = "security"
    NOTICE = "notice"


def page_path(name: str, path: str, page: str) -> Setting[str]:
    """The setting with the path of a page of the storefront, relative to the shop's address."""
    description = f"Path of the storefront's page {page}."
    return Setting(
        f"mail.path.{name}", path, STORE_VIEW, description, validate=validate_page_path, label=f"Page {page}"
    )


def staff_page_path(name: str, path: str, page: str) -> Setting[str]:
    """The setting with the path of a page for staff, relative to CUSTOMER_GQL_ADMIN_URL."""
    return Setting(
        f"mail.path.{name}",
        path,
        GLOBAL,
        f"Path of the page {page}, relative to CUSTOMER_GQL_ADMIN_URL.",
        validate=validate_page_path,
        permission=Permission.STAFF_MANAGE,
        label=f"Page {page}",
    )


def sender_choice(path: str, default: Sender, mails: str, label: str) -> Setting[str]:
    """The setting that chooses who sends some mails."""
    senders = tuple(sender.name for sender in Sender)
    description = f"Sender of mails {mails}, whose name and address are those in `mail.sender`."
    return Setting(path, default.name, STORE_VIEW, description, one_of=senders, label=label)


def validate_page_path(given: str) -> None:
    """A path and nothing else: a query or an encoded address could make the page forward the link's secret."""
    if not _PATH.fullmatch(given):
        raise _PATH_INVALID(path=["value"])


COMMON_SAMPLES: Final[Mapping[str, str]] = {
    "shopName": "Main Store",
    "shopUrl": "https://shop.example.com",
    "link": "https://shop.example.com/sample#token=SAMPLE",
}
"""Placeholders of every mail, with the value a preview shows."""
NAME_SAMPLES: Final = {"firstName": "Ada"}
LINK_SAMPLES: Final = {**NAME_SAMPLES, "expiresAt": "2026-01-02T03:04:00+00:00"}


@dataclass(frozen=True, slots=True)
class DueLink:
    """A link that was made when its mail was due."""

    token: str
    link_hash: bytes
    expires_at: dt.datetime


MakeLink = Callable[[Connection, bytes], Awaitable[DueLink | None]]
"""Makes the link in place of the one with this hash; None when that one was used or revoked."""


@dataclass(frozen=True, slots=True)
class MailKind:
    """`sender` is in effect unless there is a setting to choose another one, `sender_choice`, of which it is the default.
    `page` is the path its link leads to. `own_samples` are its placeholders, with the value a preview shows.

    `folder` holds the built-in texts, with a folder for each language: `default/welcome.subject`, `.txt` and `.html`.
    A mail that `has_token` is not sent without the token of its link. One that is `for_staff` takes its links and its
    sender from the process's settings, and only those who manage staff of all websites change its texts.
    One that `needs_proof` is not sent to an address that nobody proved to be theirs. `make_link` is for those that are sent
    in bulk.
    """

    name: str
    description: str
    sender: Sender
    page: Setting[str]
    own_samples: Mapping[str, str]
    folder: Path
    has_token: bool = False
    for_staff: bool = False
    is_security: bool = False
    is_welcome: bool = False
    needs_proof: bool = False
    make_link: MakeLink | None = None
    sender_choice: Setting[str] | None = None

    @property
    def budget(self) -> MailBudget:
        if self.has_token or self.is_welcome:
            return MailBudget.LINK
        return MailBudget.SECURITY if self.is_security or self.for_staff else MailBudget.NOTICE

    @property
    def samples(self) -> dict[str, str]:
        return {**COMMON_SAMPLES, **self.own_samples}


MAIL_KINDS: Final[Joined[MailKind]] = Joined("mail kinds", attrgetter("name"))
