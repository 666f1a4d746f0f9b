"""Mails about the account of a customer."""

from functools import partial
from pathlib import Path
from typing import Final

from customer_gql.customers.accounts.recovery.ordered_links import make_reset_link
from customer_gql.messaging.mail.kinds import LINK_SAMPLES, NAME_SAMPLES, MailKind, Sender, page_path, sender_choice

_ACCOUNT: Final = page_path("account", "/account", "of the signed-in customer")
_SIGN_IN: Final = page_path("sign_in", "/account/sign-in", "to sign in")
_FORGOTTEN: Final = page_path(
    "forgotten_password", "/account/forgotten-password", "to ask for a link to a new password"
)
_RESET: Final = page_path("reset_password", "/account/reset-password", "to choose a new password")
_CONFIRM: Final = page_path("confirm_email", "/account/confirm-email", "to confirm an address after signing up")
_CHANGE: Final = page_path("confirm_email_change", "/account/confirm-email-change", "to confirm a new address")
_UNDO: Final = page_path("undo_email_change", "/account/undo-email-change", "to undo a change of the address by staff")
HOME: Final = page_path("home", "/", "that links in mails without another aim lead to")

_SENDER: Final = sender_choice(
    "accounts.email_sender", Sender.GENERAL, "that welcome customers and say goodbye", "Sender of mails about accounts"
)
_SECURITY_SENDER: Final = sender_choice(
    "accounts.password_email_sender",
    Sender.SUPPORT,
    "about passwords, addresses and access",
    "Sender of mails about passwords",
)

_kind = partial(MailKind, folder=Path(__file__).parent, sender_choice=_SENDER)
_security = partial(MailKind, folder=Path(__file__).parent, sender_choice=_SECURITY_SENDER)
MAILS: Final = (
    _kind("welcome", "An account was made, with a password.", Sender.GENERAL, _ACCOUNT, NAME_SAMPLES, is_welcome=True),
    _kind(
        "welcome_without_password",
        "An account was made without a password; the link is to choose one.",
        Sender.GENERAL,
        _RESET,
        LINK_SAMPLES,
        has_token=True,
        make_link=make_reset_link,
    ),
    _kind(
        "confirm_email", "The link that confirms the address.", Sender.GENERAL, _CONFIRM, LINK_SAMPLES, has_token=True
    ),
    _kind("email_confirmed", "The address was confirmed.", Sender.GENERAL, _ACCOUNT, NAME_SAMPLES),
    _security(
        "password_reset",
        "The link to choose a new password.",
        Sender.SUPPORT,
        _RESET,
        LINK_SAMPLES,
        has_token=True,
        make_link=make_reset_link,
    ),
    _security(
        "unverified_data_reset",
        "The address was proved for the first time: what was entered before counts less.",
        Sender.SUPPORT,
        _ACCOUNT,
        NAME_SAMPLES,
        is_security=True,
    ),
    _security(
        "password_changed", "The password was changed.", Sender.SUPPORT, _FORGOTTEN, NAME_SAMPLES, is_security=True
    ),
    _security(
        "email_changed",
        "The address was changed; to the old and the new one.",
        Sender.SUPPORT,
        _FORGOTTEN,
        NAME_SAMPLES,
        is_security=True,
    ),
    _security(
        "email_change_confirm",
        "The link that confirms a new address.",
        Sender.SUPPORT,
        _CHANGE,
        LINK_SAMPLES,
        has_token=True,
    ),
    _security(
        "email_change_undo",
        "Staff changed the address; to the old one, with the link that undoes it.",
        Sender.SUPPORT,
        _UNDO,
        LINK_SAMPLES,
        has_token=True,
    ),
    _security(
        "email_changed_by_staff",
        "Staff changed the address; to the new one, with the link to choose a password.",
        Sender.SUPPORT,
        _RESET,
        LINK_SAMPLES,
        has_token=True,
    ),
    _security(
        "signed_up_again",
        "Somebody signed up with an address that has an account.",
        Sender.SUPPORT,
        _SIGN_IN,
        NAME_SAMPLES,
        needs_proof=True,
    ),
    _security(
        "account_locked", "Sign-in is closed for a while.", Sender.SUPPORT, _FORGOTTEN, NAME_SAMPLES, is_security=True
    ),
    _security("forced_sign_in", "Staff ended every session.", Sender.SUPPORT, _SIGN_IN, NAME_SAMPLES, is_security=True),
    _security(
        "assistance_changed",
        "Staff changed whether they may sign in as the customer.",
        Sender.SUPPORT,
        _ACCOUNT,
        {**NAME_SAMPLES, "isAllowed": "yes"},
        is_security=True,
    ),
    _kind("account_deleted", "The account was deleted.", Sender.GENERAL, HOME, NAME_SAMPLES, is_security=True),
)
