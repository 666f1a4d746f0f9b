"""Each mail has its subject, its sender and the page its link leads to."""

import datetime as dt
from email.message import EmailMessage

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from customer_gql.shop.settings.writes import set_value
from support.mailroom import part

SOON = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
GENERAL, SUPPORT = "mail.sender.general.email", "mail.sender.support.email"
SALES = "mail.sender.sales.email"
EXPECTED = {
    "WELCOME": ("Welcome to Main Store", GENERAL, "mail.path.account"),
    "WELCOME_WITHOUT_PASSWORD": ("Choose a password for Main Store", GENERAL, "mail.path.reset_password"),
    "CONFIRM_EMAIL": ("Confirm your address for Main Store", GENERAL, "mail.path.confirm_email"),
    "EMAIL_CONFIRMED": ("Your address is confirmed", GENERAL, "mail.path.account"),
    "PASSWORD_RESET": ("Choose a new password for Main Store", SUPPORT, "mail.path.reset_password"),
    "PASSWORD_CHANGED": ("Your password was changed", SUPPORT, "mail.path.forgotten_password"),
    "EMAIL_CHANGED": ("Your e-mail address was changed", SUPPORT, "mail.path.forgotten_password"),
    "EMAIL_CHANGE_CONFIRM": ("Confirm your new address", SUPPORT, "mail.path.confirm_email_change"),
    "EMAIL_CHANGE_UNDO": ("Your e-mail address was changed by Main Store", SUPPORT, "mail.path.undo_email_change"),
    "EMAIL_CHANGED_BY_STAFF": ("Choose a password for Main Store", SUPPORT, "mail.path.reset_password"),
    "UNVERIFIED_DATA_RESET": ("Check the data of your account", SUPPORT, "mail.path.account"),
    "SIGNED_UP_AGAIN": ("You have an account at Main Store", SUPPORT, "mail.path.sign_in"),
    "ACCOUNT_LOCKED": ("Sign-in is closed for a while", SUPPORT, "mail.path.forgotten_password"),
    "FORCED_SIGN_IN": ("Please sign in again", SUPPORT, "mail.path.sign_in"),
    "ASSISTANCE_CHANGED": ("Sign-in by our staff", SUPPORT, "mail.path.account"),
    "ACCOUNT_DELETED": ("Your account was deleted", GENERAL, "mail.path.home"),
    "NEWSLETTER_SUBSCRIBED": ("You get our newsletter", GENERAL, "mail.path.newsletter"),
    "NEWSLETTER_UNSUBSCRIBED": ("You get no more newsletters", SUPPORT, "mail.path.newsletter"),
    "NEWSLETTER_CONFIRM": ("Confirm your newsletter", SUPPORT, "mail.path.newsletter_confirm"),
    "STORE_CREDIT_CHANGED": ("Your store credit changed", GENERAL, "mail.path.store_credit"),
    "REWARD_POINTS_CHANGED": ("Your reward points changed", GENERAL, "mail.path.reward_points"),
    "ORDER_PLACED": ("Your order DE-00000042", SALES, "mail.path.order_placed"),
    "ORDER_COMMENTED": ("Your order DE-00000042: Processing", SALES, "mail.path.order_placed"),
    "ORDER_INVOICED": ("Invoice DE-00000007 for your order DE-00000042", SALES, "mail.path.order_placed"),
    "ORDER_SHIPPED": ("Your order DE-00000042 is on its way", SALES, "mail.path.order_placed"),
    "ORDER_CANCELED": ("Your order DE-00000042 is canceled", SALES, "mail.path.order_placed"),
    "GUEST_ORDER_CANCELLATION": ("Cancel your order DE-00000042", SALES, "mail.path.guest_order_cancellation"),
    "WISHLIST_SHARED": ("Ada shows you a wishlist", GENERAL, "mail.path.wishlist_shared"),
    "STAFF_INVITATION": ("Choose your password for Main Store", None, "mail.path.staff_invitation"),
    "STAFF_PASSWORD_RESET": ("Choose a new password for Main Store", None, "mail.path.staff_password_reset"),
    "STAFF_PASSWORD_CHANGED": ("Your staff password was changed", None, "mail.path.staff_forgotten_password"),
    "STAFF_TOTP_ON": ("Your second factor was switched on", None, "mail.path.staff_forgotten_password"),
    "STAFF_TOTP_OFF": ("Your second factor was switched off", None, "mail.path.staff_forgotten_password"),
    "STAFF_RECOVERY_CODE_USED": ("A recovery code of yours was used", None, "mail.path.staff_forgotten_password"),
    "STAFF_CODE_WRONG": ("A wrong code was entered for your account", None, "mail.path.staff_forgotten_password"),
    "EXPORT_READY": ("The export Customers of the week is ready", None, "mail.path.exports"),
    "EXPORT_FAILED": ("The export Customers of the week failed", None, "mail.path.exports"),
    "JOB_STOPPED": ("A job was stopped", None, "mail.path.jobs"),
    "WEBHOOK_DISABLED": ("The webhook CRM was disabled", None, "mail.path.webhooks"),
    "COMPANY_PENDING": ("Your request for Analytical Engines is being checked", GENERAL, "mail.path.home"),
    "COMPANY_ACTIVATED": ("The account of Analytical Engines is active", GENERAL, "mail.path.company"),
    "COMPANY_REACTIVATED": ("The account of Analytical Engines is active again", GENERAL, "mail.path.company"),
    "COMPANY_REJECTED": ("Your request for Analytical Engines was rejected", GENERAL, "mail.path.home"),
    "COMPANY_BLOCKED": ("The account of Analytical Engines is blocked", GENERAL, "mail.path.company"),
    "COMPANY_REPRESENTATIVE_ASSIGNED": ("Your contact for Analytical Engines", GENERAL, "mail.path.company"),
    "COMPANY_ADMIN_ASSIGNED": ("You run the account of Analytical Engines", GENERAL, "mail.path.company"),
    "COMPANY_ADMIN_REPLACED": ("Somebody else runs the account of Analytical Engines", GENERAL, "mail.path.company"),
    "COMPANY_INVITATION": ("Invitation to Analytical Engines", GENERAL, "mail.path.company_invitation"),
    "COMPANY_REQUESTED_AGAIN": ("Your address was used to ask for a company", GENERAL, "mail.path.home"),
    "COMPANY_JOINED": ("You are a member of Analytical Engines", GENERAL, "mail.path.company"),
    "COMPANY_ACCOUNT_ACTIVATED": ("Your account is active", GENERAL, "mail.path.home"),
    "COMPANY_ACCOUNT_DEACTIVATED": ("Your account is inactive", GENERAL, "mail.path.home"),
    "STAFF_COMPANY_ASSIGNED": ("You look after Analytical Engines", None, "mail.path.companies"),
    "STAFF_COMPANY_ADMIN_ASSIGNED": ("A new admin of Analytical Engines", None, "mail.path.companies"),
    "STAFF_NEW_DEVICE": ("Your account was used on a new device", None, "mail.path.staff_forgotten_password"),
}
PREVIEW = "query P($template: MailTemplateName!, $view: ID!) { mailPreview(template: $template, storeViewId: $view) { subject } }"


def test_every_kind_is_here():
    assert {name.lower() for name in EXPECTED} == set(MAIL_KINDS)


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
async def test_a_preview_has_the_subject(name, expected, admin_client):
    answer = await admin_client.data(PREVIEW, template=name, view=encode_id("stv", 1))
    assert answer["mailPreview"] == {"subject": expected[0]}


async def test_a_mail_comes_from_its_sender_and_leads_to_its_page(tools, store, inbox):
    # The built-in text of this mail has no link; a shop may write one that has.
    await store.execute(
        "INSERT INTO mail_template (name, scope, scope_id, locale, subject, html, text)"
        " VALUES ('account_deleted', 'GLOBAL', 0, 'default', 'Your account was deleted', '{{ link }}', '{{ link }}')"
    )
    for _, sender, page in EXPECTED.values():
        if sender is not None:
            await set_value(store, DECLARED_SETTINGS[sender], f"{sender}@shop.example.com")
        await set_value(store, DECLARED_SETTINGS[page], f"/to-{page}")
    for name in EXPECTED:
        kind = MAIL_KINDS[name.lower()]
        secrets = {"token": "t0"} if kind.has_token else None
        recipient = f"{kind.name}@example.com"
        samples = {**kind.own_samples, "expiresAt": SOON} if kind.has_token else kind.own_samples
        await queue_mail(store, template=kind.name, recipient=recipient, placeholders=samples, secrets=secrets)
    while await deliver_mails(tools):
        pass
    sent = {message["To"].partition("@")[0].upper(): describe(message) for message in inbox.messages}
    assert sent == {
        name: (subject, f"Main Store <{sender or 'no-reply'}@shop.example.com>", True)
        for name, (subject, sender, page) in EXPECTED.items()
    }


def describe(message: EmailMessage) -> tuple[str, str, bool]:
    """Subject, sender, and whether the link of its own page is in it."""
    name = message["To"].partition("@")[0].upper()
    return (
        message["Subject"],
        message["From"],
        f"https://shop.example.com/en/to-{EXPECTED[name][2]}" in part(message, "plain"),
    )
