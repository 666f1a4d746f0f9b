"""What people and shops are called stays text: it begins no header, no markup, no second mail."""

import json

import pytest

from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from customer_gql.shop.settings.writes import set_value
from support.mailroom import part


async def test_a_name_is_text_in_html_and_one_line_everywhere(tools, store, inbox):
    name = '<img src=x onerror=alert(1)>"\r\nBcc: all@example.com\r\n\r\nBuy'
    await queue_mail(store, template="welcome", recipient="ada@example.com", placeholders={"firstName": name})
    await deliver_mails(tools)
    html = part(inbox.only(), "html")
    assert "<img" not in html
    assert "Hello &lt;img src=x onerror=alert(1)&gt;&#34; Bcc: all@example.com Buy," not in html  # it names a host
    assert inbox.only()["Bcc"] is None


@pytest.mark.parametrize("given", ["Shop\r\nBcc: all@example.com", "Shop\x0b\x1c\u2028Bcc: all@example.com"])
async def test_the_name_of_a_shop_begins_no_header(given, tools, store, inbox):
    """Not even one that was stored before settings had to be one line."""
    for path in ("mail.shop_name", "mail.sender.general.name"):
        await set_value(store, DECLARED_SETTINGS[path], "Shop")
        await store.execute("UPDATE configuration_value SET value = $1 WHERE path = $2", json.dumps(given), path)
    subject = "Welcome to {{ shopName }}, {{ firstName }}"
    await store.execute(
        "INSERT INTO mail_template (name, scope, scope_id, locale, subject, html, text) "
        "VALUES ('welcome', 'GLOBAL', 0, 'default', $1, 'h', 't')",
        subject,
    )
    name = "Ada\r\nCc: all@example"
    await queue_mail(store, template="welcome", recipient="ada@example.com", placeholders={"firstName": name})
    await deliver_mails(tools)
    message = inbox.only()
    assert (message["Bcc"], message["Cc"]) == (None, None)
    assert message["Subject"] == "Welcome to Shop Bcc: all@example.com, Ada Cc: all@example"
    assert message["From"] == '"Shop Bcc: all@example.com" <no-reply@shop.example.com>'


async def test_mails_come_back_to_the_operator_whoever_the_shop_names(tools, store, inbox):
    """Else who sets the sender reads the link of each mail that a full mailbox returns."""
    await set_value(store, DECLARED_SETTINGS["mail.sender.general.email"], "me@evil.example")
    await queue_mail(store, template="welcome", recipient="ada@example.com", placeholders={"firstName": "Ada"})
    await deliver_mails(tools)
    assert inbox.only()["From"] == "Main Store <me@evil.example>"
    assert inbox.envelopes == [("no-reply@shop.example.com", ["ada@example.com"])]


async def test_markup_in_a_name_is_shown_as_it_was_typed(tools, store, inbox):
    name = "<img src=x onerror=alert(1)>"
    await queue_mail(store, template="welcome", recipient="ada@example.com", placeholders={"firstName": name})
    await deliver_mails(tools)
    assert "<p>Hello &lt;img src=x onerror=alert(1)&gt;,</p>" in part(inbox.only(), "html")
    assert part(inbox.only(), "plain").startswith(f"Hello {name},")


@pytest.mark.parametrize("name", ["Win at evil.shop", "https://evil", "www.evil", "Ada evil.com/x"])
async def test_a_name_that_advertises_is_left_out(name, tools, store, inbox):
    await queue_mail(store, template="signed_up_again", recipient="ada@example.com", placeholders={"firstName": name})
    await deliver_mails(tools)
    assert part(inbox.only(), "plain").startswith("Hello,\n")
    assert "evil" not in inbox.only().as_string()


async def test_addresses_beyond_ascii(tools, store, inbox):
    for recipient in ("ada@bücher.example.com", "ädä@example.com"):
        await queue_mail(store, template="welcome", recipient=recipient, placeholders={"firstName": "Ada"})
    await deliver_mails(tools)
    assert [to for _, [to] in inbox.envelopes] == ["ada@xn--bcher-kva.example.com", "ädä@example.com"]
