"""The secret of a mail's link: encrypted in the outbox until the mail is sent or the link's time is over."""

import datetime as dt
import json

import pytest
from cryptography.fernet import Fernet
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from customer_gql.core.ids import encode_id
from customer_gql.core.telemetry.spans import use_spans
from customer_gql.execution.telemetry.tracing import start_tracing
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.delivery import DeliveryPolicy, deliver_mails, erase_secrets
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.security.secret_keys import use_secret_keys
from support.customers import customer_id, make_customer
from support.mailed import SECRET_KEYS, mailed_token
from support.mailroom import part

RESET = (
    "mutation R($input: CustomerResetPasswordInput!) { customerResetPassword(input: $input) { userErrors { code } } }"
)
RETRY = "mutation R($input: MailRetryInput!) { mailRetry(input: $input) { mailId userErrors { code path } } }"
ONCE = DeliveryPolicy(attempts=1)


async def asked_for_link(manager, store):
    """A mail with a link, queued by the service."""
    shopper = await make_customer(store)
    await manager.data(RESET, input={"id": customer_id(shopper)})
    row = await store.fetchrow("SELECT * FROM mail_outbox ORDER BY id DESC LIMIT 1")
    return row, mailed_token(row)


async def stored(store):
    return await store.fetchrow("SELECT secrets, dead_at IS NOT NULL AS dead, last_error FROM mail_outbox")


async def test_the_outbox_does_not_show_the_token_and_the_mail_does(tools, store, inbox, manager):
    row, token = await asked_for_link(manager, store)
    assert token is not None
    assert token not in str(dict(row))
    assert list(json.loads(row.secrets)) == ["encrypted"]
    assert await deliver_mails(tools) == 1
    assert f"#token={token}" in part(inbox.only(), "plain")
    assert (await stored(store)).secrets is None


async def test_the_secret_of_one_mail_opens_no_other(tools, store, inbox, manager):
    first, _ = await asked_for_link(manager, store)
    await asked_for_link(manager, store)
    await store.execute("UPDATE mail_outbox SET secrets = $1 WHERE id <> $2", first.secrets, first.id)
    await deliver_mails(tools, policy=ONCE)
    assert len(inbox.messages) == 1
    reason = "Its link cannot be decrypted with CUSTOMER_GQL_SECRET_KEYS."
    assert await store.fetchval("SELECT last_error FROM mail_outbox WHERE id <> $1", first.id) == reason


async def test_a_dead_mail_is_retried_after_an_outage_of_the_key_or_the_server(tools, store, inbox, manager):
    row, token = await asked_for_link(manager, store)
    other = tools.settings.model_copy(update={"secret_keys": SecretStr(Fernet.generate_key().decode())})
    await deliver_mails(Tools(tools.database, other), policy=ONCE)
    assert (await stored(store)).dead
    given = {"id": encode_id("mai", row.id)}
    assert (await manager.data(RETRY, input=given))["mailRetry"]["userErrors"] == []
    inbox.rcpt = "451 Later"
    await deliver_mails(tools, policy=ONCE)
    assert (await stored(store)).dead
    inbox.rcpt = None
    assert (await manager.data(RETRY, input=given))["mailRetry"]["userErrors"] == []
    await deliver_mails(tools)
    assert f"#token={token}" in part(inbox.only(), "plain")


async def test_a_rotated_key_still_opens_what_the_old_one_closed(tools, store, inbox, manager):
    _, token = await asked_for_link(manager, store)
    rotated = SecretStr(f"{Fernet.generate_key().decode()}, {SECRET_KEYS}")
    await deliver_mails(Tools(tools.database, tools.settings.model_copy(update={"secret_keys": rotated})))
    assert f"#token={token}" in part(inbox.only(), "plain")


@pytest.mark.parametrize("dead", [False, True])
async def test_a_secret_is_erased_when_the_time_of_its_link_is_over(dead, tools, store, manager):
    row, _ = await asked_for_link(manager, store)
    await store.execute("UPDATE mail_outbox SET dead_at = CASE WHEN $1 THEN now() END", dead)
    await erase_secrets(tools)
    assert (await stored(store)).secrets is not None
    await store.execute("UPDATE mail_outbox SET secrets_expire_at = now()")
    given = {"id": encode_id("mai", row.id)}
    refused = (await manager.data(RETRY, input=given))["mailRetry"]["userErrors"]
    assert refused == [{"code": "NOT_ALLOWED" if dead else "NOT_FOUND", "path": ["id"]}]
    await erase_secrets(tools)
    assert (await stored(store)).secrets is None


async def test_a_mail_knows_when_its_link_ends(store):
    ends = dt.datetime(2031, 1, 2, tzinfo=dt.UTC)
    for stated, expected in ((ends.isoformat(), True), ("no time", False)):
        await queue_mail(
            store,
            template="password_reset",
            recipient="ada@example.com",
            placeholders={"expiresAt": stated},
            secrets={"token": "t"},
        )
        newest = "SELECT secrets_expire_at = $1 FROM mail_outbox ORDER BY id DESC LIMIT 1"
        assert await store.fetchval(newest, ends) is expected


async def test_without_keys_in_development_the_token_stays_readable(tools, store, inbox):
    use_secret_keys(SecretStr(""))
    await queue_mail(
        store, template="password_reset", recipient="ada@example.com", placeholders={}, secrets={"token": "cgr_plain"}
    )
    assert mailed_token(await store.fetchrow("SELECT * FROM mail_outbox")) == "cgr_plain"
    await deliver_mails(Tools(tools.database, tools.settings.model_copy(update={"secret_keys": SecretStr("")})))
    assert "#token=cgr_plain" in part(inbox.only(), "plain")


@pytest.mark.parametrize(
    ("answer", "kind"), [(None, None), ("550 no such mailbox", None), ("421 busy", "MailServerBusy")]
)
async def test_a_mail_is_a_span_that_names_its_template_and_nobody(answer, kind, tools, store, inbox, manager):
    """Whether it is sent, refused for good, or given back because the server is busy."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    row, token = await asked_for_link(manager, store)
    inbox.rcpt = answer
    start_tracing("", provider.get_tracer("test"))
    try:
        await deliver_mails(tools)
    finally:
        use_spans(None)
    assert len(inbox.messages) == (0 if answer else 1)
    [one] = [one for one in exporter.get_finished_spans() if one.name == "mail"]
    failed = {} if kind is None else {"error.type": kind}
    assert dict(one.attributes or {}) == {"template": row.template, "attempt": row.attempts + 1, **failed}
    written = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert (token in written, row.recipient in written) == (False, False)
