"""Mails about companies, to those who run them, to members and to the staff who look after them
(docs/domain/companies.md#companies-13)."""

from functools import partial
from pathlib import Path
from typing import Final

from customer_gql.customers.accounts.mails import HOME
from customer_gql.messaging.mail.kinds import (
    LINK_SAMPLES,
    NAME_SAMPLES,
    MailKind,
    Sender,
    page_path,
    sender_choice,
    staff_page_path,
)

_COMPANY: Final = page_path("company", "/company", "of the company of the signed-in customer")
_INVITATION: Final = page_path("company_invitation", "/company/invitation", "to accept an invitation to a company")
_STAFF: Final = staff_page_path("companies", "/admin/companies", "where staff see companies")
_SAMPLES: Final = {**NAME_SAMPLES, "company": "Analytical Engines"}
_STAFF_SAMPLES: Final = {"name": "Grace Hopper", "company": "Analytical Engines"}

_SENDER: Final = sender_choice(
    "companies.email_sender", Sender.GENERAL, "to customers about companies", "Sender of mails about companies"
)

_staff_kind = partial(MailKind, folder=Path(__file__).parent, for_staff=True)
_kind = partial(MailKind, folder=Path(__file__).parent, sender_choice=_SENDER)
MAILS: Final = (
    _kind("company_pending", "A company waits for a decision; to its admin.", Sender.GENERAL, HOME, _SAMPLES),
    _kind(
        "company_requested_again",
        "Somebody asked for a company with an address that is in use; to its owner.",
        Sender.GENERAL,
        HOME,
        NAME_SAMPLES,
    ),
    _kind("company_activated", "A request was approved; to the admin.", Sender.GENERAL, _COMPANY, _SAMPLES),
    _kind(
        "company_reactivated",
        "A company that was rejected or blocked is active; to its admin.",
        Sender.GENERAL,
        _COMPANY,
        _SAMPLES,
    ),
    _kind(
        "company_rejected",
        "A request was rejected; to the admin.",
        Sender.GENERAL,
        HOME,
        {**_SAMPLES, "reason": "We could not verify the VAT number."},
    ),
    _kind("company_blocked", "A company was blocked; to its admin.", Sender.GENERAL, _COMPANY, _SAMPLES),
    _kind(
        "company_representative_assigned",
        "A company got a sales representative; to its admin.",
        Sender.GENERAL,
        _COMPANY,
        {**_SAMPLES, "representative": "Grace Hopper", "representativeEmail": "grace@shop.example.com"},
    ),
    _kind("company_admin_assigned", "A customer runs a company now.", Sender.GENERAL, _COMPANY, _SAMPLES),
    _kind("company_admin_replaced", "A customer runs a company no longer.", Sender.GENERAL, _COMPANY, _SAMPLES),
    _kind("company_joined", "A customer became a member of a company.", Sender.GENERAL, _COMPANY, _SAMPLES),
    _kind(
        "company_invitation",
        "Somebody was invited to a company; the link is to accept.",
        Sender.GENERAL,
        _INVITATION,
        {"company": "Analytical Engines", "inviter": "Ada Lovelace", "expiresAt": LINK_SAMPLES["expiresAt"]},
        has_token=True,
    ),
    _kind(
        "company_account_activated",
        "The account of a member of a company is active.",
        Sender.GENERAL,
        HOME,
        NAME_SAMPLES,
    ),
    _kind(
        "company_account_deactivated",
        "The account of a member of a company is inactive.",
        Sender.GENERAL,
        HOME,
        NAME_SAMPLES,
    ),
    _staff_kind(
        "staff_company_assigned",
        "A staff user became the sales representative of a company.",
        Sender.GENERAL,
        _STAFF,
        _STAFF_SAMPLES,
    ),
    _staff_kind(
        "staff_company_admin_assigned",
        "A company has a new admin; to its sales representative.",
        Sender.GENERAL,
        _STAFF,
        {**_STAFF_SAMPLES, "admin": "Ada Lovelace"},
    ),
)
