"""Mails to those who work in the shop."""

from pathlib import Path
from typing import Final

from customer_gql.messaging.mail.kinds import MailKind, Sender, staff_page_path

_INVITATION: Final = staff_page_path(
    "staff_invitation", "/admin/choose-password", "where invited staff choose a password"
)

MAILS: Final = (
    MailKind(
        "staff_invitation",
        "The link by which an invited staff user chooses a password.",
        Sender.GENERAL,
        _INVITATION,
        {"name": "Grace Hopper", "expiresAt": "2026-01-02T03:04:00+00:00"},
        Path(__file__).parent,
        has_token=True,
        for_staff=True,
    ),
)
