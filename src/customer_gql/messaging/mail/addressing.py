"""The sender of a mail and where its links lead: from settings, never from a request."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Final
from urllib.parse import quote, urlsplit

from email_validator import validate_email

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.values.emails import validate_email as check_email
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.settings import Settings
from customer_gql.shop.settings.declaration import STORE_VIEW, Setting
from customer_gql.shop.settings.reads import setting

from .kinds import MailKind, Sender
from .reads import SCOPE_OF_MAIL

_LINK_BASE_NOT_ALLOWED: Final = Refusal(
    "setting.link_base_not_allowed",
    "Links may start with {origins}. The list is CUSTOMER_GQL_STOREFRONT_ORIGINS, a setting of the process.",
    UserErrorCode.NOT_ALLOWED,
)


def _validate_sender_address(given: str) -> None:
    """Mails fall back to the sender of the process where this is no address, which nobody would notice."""
    if given.strip():
        check_email(given, ["value"])


SHOP_NAME = Setting(
    "mail.shop_name",
    "",
    STORE_VIEW,
    "Name of the shop in mails; the store's name when empty.",
    label="Name of the shop",
)
_BASE_URL: Final = re.compile(r"(https?://[^\s/?#@\\\\]+)(/[A-Za-z0-9/._~-]*)?")


def is_allowed_base(settings: Settings, base: str) -> bool:
    """Whether links may start with it: an origin that the process's settings list, with a path or without."""
    found = _BASE_URL.fullmatch(base)
    return found is not None and found[1].lower() in settings.link_origins


def _check_base(settings: Settings, given: str) -> None:
    if given.strip() and not is_allowed_base(settings, given.strip()):
        raise _LINK_BASE_NOT_ALLOWED(path=["value"], origins=sorted(settings.link_origins))


SHOP_URL = Setting(
    "mail.storefront_url",
    "",
    STORE_VIEW,
    "Base of every link in a mail to customers, of an origin in CUSTOMER_GQL_STOREFRONT_ORIGINS; "
    "CUSTOMER_GQL_STOREFRONT_URL when empty.",
    check_deployment=_check_base,
    label="Address of the storefront",
)
REPLY_TO = Setting(
    "mail.reply_to",
    "",
    STORE_VIEW,
    "Address that answers to mails go to; the sender's when empty.",
    validate=_validate_sender_address,
    label="Reply-to address",
)
_SENDERS: Final = {
    Sender.GENERAL: "the general contact",
    Sender.SUPPORT: "customer support",
    Sender.SALES: "the sales representative",
    Sender.CUSTOM_1: "the first further sender",
    Sender.CUSTOM_2: "the second further sender",
}
SENDER_NAMES: Final = {
    sender: Setting(
        f"mail.sender.{sender.value}.name",
        "",
        STORE_VIEW,
        f"Name of {who}; the shop's name when empty.",
        label=f"Name of {who}",
    )
    for sender, who in _SENDERS.items()
}
SENDER_ADDRESSES: Final = {
    sender: Setting(
        f"mail.sender.{sender.value}.email",
        "",
        STORE_VIEW,
        f"Address of {who}; CUSTOMER_GQL_MAIL_FROM when empty.",
        validate=_validate_sender_address,
        label=f"E-mail address of {who}",
    )
    for sender, who in _SENDERS.items()
}


@dataclass(frozen=True, slots=True)
class MailScope:
    """The store view a mail is sent in."""

    store_view_id: int
    website_id: int
    locale: str
    store_name: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail takes from its scope."""

    shop_name: str
    shop_url: str
    path: str
    sender_name: str
    sender: Address
    reply_to: Address

    def link(self, token: str | None) -> str:
        """The token is in the fragment, which a browser sends to no server and in no Referer."""
        at = self.shop_url.rstrip("/") + "/" + self.path.lstrip("/")
        return at if token is None else f"{at}#token={quote(token, safe='')}"


async def find_mail_scope(connection: Connection, store_view_id: int | None) -> MailScope | None:
    """The scope of a mail; without a store view that of the default one. None where there is no such store view."""
    found: Row | None = await fetch_one(connection, SCOPE_OF_MAIL, store_view_id=store_view_id)
    return None if found is None else MailScope(found.id, found.website_id, found.locale, found.store_name)


async def load_envelope(connection: Connection, kind: MailKind, scope: MailScope, settings: Settings) -> Envelope:
    """Staff mails take from the settings of a website nothing that decides where they, answers or links go."""
    if kind.for_staff:
        return await _load_staff_envelope(connection, kind, scope, settings)

    async def of(option: Setting[str]) -> str:
        found = await setting(connection, option, website_id=scope.website_id, store_view_id=scope.store_view_id)
        return found.strip()

    shop_name = await of(SHOP_NAME) or scope.store_name
    chosen = kind.sender if kind.sender_choice is None else Sender[await of(kind.sender_choice)]
    # An address that is invalid would let no mail out, so the operator's is used instead.
    sender = parse_address(await of(SENDER_ADDRESSES[chosen])) or default_sender(settings)
    base = await of(SHOP_URL)
    return Envelope(
        shop_name=shop_name,
        # The list of origins may have become shorter since the setting was made.
        shop_url=base if is_allowed_base(settings, base) else settings.storefront_url,
        path=await of(kind.page),
        sender_name=await of(SENDER_NAMES[chosen]) or shop_name,
        sender=sender,
        reply_to=parse_address(await of(REPLY_TO)) or sender,
    )


async def _load_staff_envelope(
    connection: Connection, kind: MailKind, scope: MailScope, settings: Settings
) -> Envelope:
    shop_name = (await setting(connection, SHOP_NAME)).strip() or scope.store_name
    sender = default_sender(settings)
    return Envelope(
        shop_name=shop_name,
        shop_url=settings.admin_url or settings.storefront_url,
        path=await setting(connection, kind.page),
        sender_name=shop_name,
        sender=sender,
        reply_to=sender,
    )


def default_sender(settings: Settings) -> Address:
    host = urlsplit(settings.storefront_url).hostname or ""
    configured_one = None if settings.mail_from is None else parse_address(settings.mail_from)
    # In development the storefront is an IP address, which is no domain.
    return configured_one or parse_address(f"no-reply@{host}") or Address(username="no-reply", domain="localhost")


def parse_address(value: str) -> Address | None:
    """One address, with its domain as DNS has it; None for anything else."""
    try:
        checked = validate_email(value, check_deliverability=False, globally_deliverable=False)
    except ValueError:
        return None
    # Given in two parts, because as one text an address beyond ASCII is refused.
    username, _, domain = (checked.ascii_email or checked.normalized).rpartition("@")
    # An IP address is no domain, though it looks like one.
    return None if domain.rpartition(".")[2].isdigit() else Address(username=username, domain=domain)
