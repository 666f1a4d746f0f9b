"""Every mail there is: who seems to send it, where its link leads, and what its text may say (docs/domain/mail.md#mail-7)."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from customer_gql.shop.settings.declaration import STORE_VIEW, Setting


class Sender(enum.Enum):
    GENERAL = "general"
    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link leads: a path below the storefront's address, which a shop may change."""

    path: Setting[str]

    @classmethod
    def of(cls, name: str, path: str, what: str) -> "Place":
        return cls(Setting(f"mail.path.{name}", path, STORE_VIEW, f"Path of the storefront's page {what}."))


HOME = Place.of("home", "/", "that links in mails without another aim lead to")
ACCOUNT = Place.of("account", "/account", "of the signed-in customer")
SIGN_IN = Place.of("sign_in", "/account/sign-in", "to sign in")
FORGOTTEN = Place.of("forgotten_password", "/account/forgotten-password", "to ask for a link to a new password")
RESET = Place.of("reset_password", "/account/reset-password", "to choose a new password")
CONFIRM = Place.of("confirm_email", "/account/confirm-email", "to confirm an address after signing up")
CHANGE = Place.of("confirm_email_change", "/account/confirm-email-change", "to confirm a new address")
NEWSLETTER = Place.of("newsletter", "/newsletter", "of newsletter subscriptions")
NEWSLETTER_CONFIRM = Place.of("newsletter_confirm", "/newsletter/confirm", "to confirm a subscription")
STAFF_INVITATION = Place.of("staff_invitation", "/admin/choose-password", "where invited staff choose a password")

# Placeholder -> what stands for it in a preview. `link` and the shop's own are in every mail.
FOR_ALL: Final[Mapping[str, str]] = {
    "shopName": "Main Store",
    "shopUrl": "https://shop.example.com",
    "link": "https://shop.example.com/sample#token=SAMPLE",
}
NAME: Final = {"firstName": "Ada"}
EXPIRING: Final = {**NAME, "expiresAt": "2026-01-02T03:04:00+00:00"}


@dataclass(frozen=True, slots=True)
class Kind:
    """`has_token`: its link is useless without the token of the mail's secrets, so without it nothing is sent."""

    name: str
    description: str
    sender: Sender
    place: Place
    own: Mapping[str, str]
    has_token: bool = False

    @property
    def samples(self) -> dict[str, str]:
        return {**FOR_ALL, **self.own}


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("welcome", "An account was made, with a password.", Sender.GENERAL, ACCOUNT, NAME),
        Kind(
            "welcome_without_password",
            "An account was made without a password; the link is to choose one.",
            Sender.GENERAL,
            RESET,
            EXPIRING,
            has_token=True,
        ),
        Kind("confirm_email", "The link that confirms the address.", Sender.GENERAL, CONFIRM, EXPIRING, has_token=True),
        Kind("email_confirmed", "The address was confirmed.", Sender.GENERAL, ACCOUNT, NAME),
        Kind("password_reset", "The link to choose a new password.", Sender.SUPPORT, RESET, EXPIRING, has_token=True),
        Kind("password_changed", "The password was changed.", Sender.SUPPORT, FORGOTTEN, NAME),
        Kind("email_changed", "The address was changed; to the old and the new one.", Sender.SUPPORT, FORGOTTEN, NAME),
        Kind(
            "email_change_confirm",
            "The link that confirms a new address.",
            Sender.SUPPORT,
            CHANGE,
            EXPIRING,
            has_token=True,
        ),
        Kind(
            "signed_up_again", "Somebody signed up with an address that has an account.", Sender.SUPPORT, SIGN_IN, NAME
        ),
        Kind("account_locked", "Sign-in is closed for a while.", Sender.SUPPORT, FORGOTTEN, NAME),
        Kind("newsletter_subscribed", "A subscription began.", Sender.GENERAL, NEWSLETTER, NAME),
        Kind("newsletter_unsubscribed", "A subscription ended.", Sender.SUPPORT, NEWSLETTER, NAME),
        Kind(
            "newsletter_confirm",
            "The link that confirms a subscription.",
            Sender.SUPPORT,
            NEWSLETTER_CONFIRM,
            EXPIRING,
            has_token=True,
        ),
        Kind("forced_sign_in", "Staff ended every session.", Sender.SUPPORT, SIGN_IN, NAME),
        Kind(
            "staff_invitation",
            "The link by which somebody who will work in the shop chooses a password.",
            Sender.GENERAL,
            STAFF_INVITATION,
            {"name": "Grace Hopper", "expiresAt": "2026-01-02T03:04:00+00:00"},
            has_token=True,
        ),
        Kind("account_deleted", "The account was deleted.", Sender.GENERAL, HOME, NAME),
    )
}
