"""Encryption on the way to the mail server, and signing in there."""

import asyncio

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.messaging.mail.smtp import MailServerUnreachable
from customer_gql.messaging.mail.writes import queue_mail
from support.certificates import make_certificate


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A server's TLS context whose certificate this process trusts."""
    context, chain = make_certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    return context


async def one_mail(tools, store, **settings):
    await queue_mail(store, template="welcome", recipient="ada@example.com", placeholders={"firstName": "Ada"})
    return Tools(tools.database, tools.settings.model_copy(update={"smtp_host": "localhost", **settings}))


async def test_without_the_encryption_asked_for_nothing_is_sent(tools, store, inbox):
    for tls in ("starttls", "tls"):
        mine = await one_mail(tools, store, smtp_tls=tls)
        with pytest.raises(MailServerUnreachable):
            await deliver_mails(mine)
    assert inbox.raw == []


@pytest.mark.parametrize("password", ["hunter2-CANARY", "wrong-CANARY"])
async def test_starttls_and_a_password_from_settings(password, certificate, tools, store, inbox):
    from pydantic import SecretStr

    def check(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"shop", b"hunter2-CANARY"), handled=False)

    def server():
        options = {"tls_context": certificate, "require_starttls": True, "auth_required": True}
        return SMTP(inbox, hostname="localhost", authenticator=check, **options)

    listening = await asyncio.get_running_loop().create_server(server, "localhost", 0)
    port = listening.sockets[0].getsockname()[1]
    given = {"smtp_user": "shop", "smtp_password": SecretStr(password), "smtp_tls": "starttls", "smtp_port": port}
    mine = await one_mail(tools, store, **given)
    if password.startswith("wrong"):
        with pytest.raises(MailServerUnreachable) as refused:
            await deliver_mails(mine)
        assert refused.value.detail == "535"
        said = await store.fetchval("SELECT last_error FROM mail_outbox")
        assert said == "The mail server does not answer (SMTPAuthenticationError)."
    else:
        await deliver_mails(mine)
        assert inbox.only()["To"] == "ada@example.com"
    assert password not in repr(mine.settings)
    listening.close()
    await listening.wait_closed()


async def test_a_certificate_nobody_vouches_for_is_refused(certificate, tools, store, inbox, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    listening = await asyncio.get_running_loop().create_server(
        lambda: SMTP(inbox, hostname="localhost", tls_context=certificate), "localhost", 0
    )
    mine = await one_mail(tools, store, smtp_tls="starttls", smtp_port=listening.sockets[0].getsockname()[1])
    with pytest.raises(MailServerUnreachable):
        await deliver_mails(mine)
    assert inbox.raw == []
    listening.close()
    await listening.wait_closed()
