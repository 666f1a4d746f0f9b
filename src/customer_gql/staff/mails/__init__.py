"""Mails to those who work in the shop: links to choose a password, and notices of every change of a credential."""

from pathlib import Path
from typing import Final

from customer_gql.messaging.mail.kinds import MailKind, Sender, staff_page_path

_INVITATION: Final = staff_page_path(
    "staff_invitation", "/admin/choose-password", "where invited staff choose a password"
)
_RESET: Final = staff_page_path("staff_password_reset", "/admin/reset-password", "where staff choose a new password")
_FORGOTTEN: Final = staff_page_path(
    "staff_forgotten_password", "/admin/forgotten-password", "where staff ask for a link to choose a new password"
)
_NAME: Final = {"name": "Grace Hopper"}
_LINK: Final = {**_NAME, "expiresAt": "2026-01-02T03:04:00+00:00"}
_NOTICE: Final = {**_NAME, "at": "2026-01-02T03:04:00+00:00", "address": "192.0.2.1"}
_FOLDER: Final = Path(__file__).parent


def _notice(name: str, description: str, **samples: str) -> MailKind:
    return MailKind(name, description, Sender.GENERAL, _FORGOTTEN, {**_NOTICE, **samples}, _FOLDER, for_staff=True)


MAILS: Final = (
    MailKind(
        "staff_invitation",
        "The link by which an invited staff user chooses a password.",
        Sender.GENERAL,
        _INVITATION,
        _LINK,
        _FOLDER,
        has_token=True,
        for_staff=True,
    ),
    MailKind(
        "staff_password_reset",
        "The link by which a staff user chooses a new password.",
        Sender.GENERAL,
        _RESET,
        _LINK,
        _FOLDER,
        has_token=True,
        for_staff=True,
    ),
    _notice("staff_password_changed", "Notice that the password of a staff user was changed."),
    _notice("staff_totp_on", "Notice that the second factor of a staff user was switched on."),
    _notice("staff_totp_off", "Notice that the second factor of a staff user was switched off."),
    _notice("staff_recovery_code_used", "Notice that a recovery code of a staff user was used.", codesLeft="9"),
    _notice("staff_code_wrong", "Notice that a wrong code was entered for a staff user."),
    _notice("staff_new_device", "Notice that a staff user signed in on a device that was not known."),
)
