"""Mails about subscriptions to newsletters."""

from functools import partial
from pathlib import Path
from typing import Final

from customer_gql.messaging.mail.kinds import LINK_SAMPLES, NAME_SAMPLES, MailKind, Sender, page_path

_NEWSLETTER: Final = page_path("newsletter", "/newsletter", "of newsletter subscriptions")
_CONFIRM: Final = page_path("newsletter_confirm", "/newsletter/confirm", "to confirm a subscription")

_kind = partial(MailKind, folder=Path(__file__).parent)
MAILS: Final = (
    _kind(
        "newsletter_subscribed", "A subscription began.", Sender.GENERAL, _NEWSLETTER, NAME_SAMPLES, needs_proof=True
    ),
    _kind(
        "newsletter_unsubscribed", "A subscription ended.", Sender.SUPPORT, _NEWSLETTER, NAME_SAMPLES, needs_proof=True
    ),
    _kind(
        "newsletter_confirm",
        "The link that confirms a subscription.",
        Sender.SUPPORT,
        _CONFIRM,
        LINK_SAMPLES,
        has_token=True,
    ),
)
