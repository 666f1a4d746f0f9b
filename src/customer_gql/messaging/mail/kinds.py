"""Kinds of mail: the sender, the page its link leads to, and its placeholders. Each slice declares its own as `MAILS`."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Final

from customer_gql.core.joined import Joined
from customer_gql.shop.settings.declaration import STORE_VIEW, Setting


class Sender(enum.Enum):
    GENERAL = "general"
    SUPPORT = "support"


def page_path(name: str, path: str, page: str) -> Setting[str]:
    """The setting that says where a page of the storefront is, below the address of the shop."""
    return Setting(f"mail.path.{name}", path, STORE_VIEW, f"Path of the storefront's page {page}.")


COMMON_SAMPLES: Final[Mapping[str, str]] = {
    "shopName": "Main Store",
    "shopUrl": "https://shop.example.com",
    "link": "https://shop.example.com/sample#token=SAMPLE",
}
"""Placeholders of every mail, with the value a preview shows."""
NAME_SAMPLES: Final = {"firstName": "Ada"}
LINK_SAMPLES: Final = {**NAME_SAMPLES, "expiresAt": "2026-01-02T03:04:00+00:00"}


@dataclass(frozen=True, slots=True)
class MailKind:
    """`page` is the path its link leads to. `own_samples` are its placeholders, with the value a preview shows.

    `folder` holds the built-in texts, with a folder for each language: `default/welcome.subject`, `.txt` and `.html`.
    A mail that `has_token` is not sent without the token of its link.
    """

    name: str
    description: str
    sender: Sender
    page: Setting[str]
    own_samples: Mapping[str, str]
    folder: Path
    has_token: bool = False

    @property
    def samples(self) -> dict[str, str]:
        return {**COMMON_SAMPLES, **self.own_samples}


MAIL_KINDS: Final[Joined[MailKind]] = Joined("mail kinds", attrgetter("name"))
