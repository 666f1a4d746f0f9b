"""Which of the senders of a shop sends a mail: by the setting of its store view."""

import pytest

from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.messaging.mail.kinds import MAIL_KINDS, Sender
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, STORE_VIEW, WEBSITE
from customer_gql.shop.settings.writes import set_value

CHOICES = {
    "accounts.email_sender": (Sender.GENERAL, "welcome"),
    "accounts.password_email_sender": (Sender.SUPPORT, "password_changed"),
    "companies.email_sender": (Sender.GENERAL, "company_activated"),
}
SENDERS = {
    "mail.sender.general.name",
    "mail.sender.general.email",
    "mail.sender.support.name",
    "mail.sender.support.email",
    "mail.sender.sales.name",
    "mail.sender.sales.email",
    "mail.sender.custom_1.name",
    "mail.sender.custom_1.email",
    "mail.sender.custom_2.name",
    "mail.sender.custom_2.email",
}


def test_every_sender_has_a_name_and_an_address():
    declared = {path: option for path, option in DECLARED_SETTINGS.items() if path.startswith("mail.sender.")}
    assert set(declared) == SENDERS
    assert {(option.default, option.narrowest) for option in declared.values()} == {("", STORE_VIEW)}


def test_a_setting_begins_with_the_sender_of_its_mails():
    for kind in MAIL_KINDS.values():
        if kind.sender_choice is not None:
            assert kind.sender_choice.default == kind.sender.name
            assert not kind.for_staff
    assert {kind.sender_choice.path for kind in MAIL_KINDS.values() if kind.sender_choice} == set(CHOICES)


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, (_, name) in CHOICES.items()])
async def test_a_mail_comes_from_the_chosen_sender(path, name, tools, store, inbox):
    for sender in Sender:
        address = DECLARED_SETTINGS[f"mail.sender.{sender.value}.email"]
        await set_value(store, address, f"{sender.value}@shop.example.com")
        await set_value(store, DECLARED_SETTINGS[f"mail.sender.{sender.value}.name"], f"The {sender.value}")
    usual = CHOICES[path][0].value

    async def sent_by():
        samples = MAIL_KINDS[name].own_samples
        inbox.messages.clear()
        await store.execute("DELETE FROM throttle")
        await queue_mail(store, template=name, recipient="ada@example.com", placeholders=samples, store_view_id=1)
        while await deliver_mails(tools):
            pass
        [message] = inbox.messages
        return message["From"]

    assert await sent_by() == f"The {usual} <{usual}@shop.example.com>"
    for choice, scope, scope_id in (("SALES", WEBSITE, 1), ("CUSTOM_1", STORE_VIEW, 1), ("CUSTOM_2", STORE_VIEW, 1)):
        await set_value(store, DECLARED_SETTINGS[path], choice, scope=scope, scope_id=scope_id)
        chosen = choice.lower()
        assert await sent_by() == f"The {chosen} <{chosen}@shop.example.com>"
