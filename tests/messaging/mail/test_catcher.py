"""The page that shows a developer the mails a production service would have sent."""

import httpx
import pytest
from starlette.applications import Starlette

from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.catcher import memory, pages
from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.messaging.mail.writes import queue_mail


@pytest.fixture
async def page():
    app = Starlette(routes=pages.catcher_routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000") as http:
        yield http


async def caught_mail(tools, store, **given):
    values = {"template": "password_reset", "recipient": "ada@example.com", "placeholders": {"firstName": "<i>Ada</i>"}}
    await queue_mail(store, **{**values, "secrets": {"token": "cgr_shown"}, **given})
    settings = tools.settings.model_copy(update={"smtp_host": None, "environment": "development"})
    assert await deliver_mails(Tools(tools.database, settings)) == 1
    return memory.caught_mails()[0]


async def test_a_caught_mail_is_listed_and_shown(tools, store, page):
    mail = await caught_mail(tools, store)
    listed = await page.get("/mail")
    assert f'<a href="/mail/{mail.id}">Choose a new password for Main Store</a>' in listed.text
    shown = await page.get(f"/mail/{mail.id}")
    link = "https://shop.example.com/en/account/reset-password#token=cgr_shown"
    assert f'<iframe sandbox src="/mail/{mail.id}/html"' in shown.text
    assert f'<a rel="noreferrer" href="{link}">{link}</a>' in shown.text
    assert "<i>" not in shown.text
    html = await page.get(f"/mail/{mail.id}/html")
    assert f'<a href="{link}">' in html.text
    assert "Hello &lt;i&gt;Ada&lt;/i&gt;," in html.text
    assert await store.fetchval("SELECT secrets IS NULL AND sent_at IS NOT NULL FROM mail_outbox")


async def test_nothing_of_a_mail_runs_or_loads(tools, store, page):
    mail = await caught_mail(tools, store)
    for path in ("/mail", f"/mail/{mail.id}", f"/mail/{mail.id}/html"):
        headers = (await page.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src ")
        assert "script-src" not in headers["content-security-policy"]
        assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")
    assert headers["content-security-policy"].endswith("sandbox")


async def test_there_is_no_page_of_another_mail_or_for_another_host(tools, store, page):
    mail = await caught_mail(tools, store)
    assert (await page.get("/mail/999999")).status_code == 404
    for host in ("evil.example.net", "127.0.0.1.evil.net:80", ""):
        assert (await page.get(f"/mail/{mail.id}", headers={"Host": host})).status_code == 403
    for host in ("localhost:8000", "[::1]:8000", "192.168.1.5"):
        assert (await page.get(f"/mail/{mail.id}", headers={"Host": host})).status_code == 200


async def test_only_the_newest_are_kept(tools, store):
    from email.message import EmailMessage

    for number in range(memory.MAX_CAUGHT + 5):
        message = EmailMessage()
        message["Subject"] = str(number)
        message.set_content("x")
        message.add_alternative("x", subtype="html")
        await memory.catch_mail(message)
    assert (len(memory.caught_mails()), memory.caught_mails()[0].header("Subject")) == (
        memory.MAX_CAUGHT,
        str(memory.MAX_CAUGHT + 4),
    )


async def test_another_machine_reads_no_mail(tools, store):
    mail = await caught_mail(tools, store)
    app = Starlette(routes=pages.catcher_routes())
    for address, status in (
        ("192.168.1.7", 403),
        ("2001:db8::1", 403),
        ("127.0.0.1", 200),
        ("::1", 200),
        ("::ffff:127.0.0.1", 200),
    ):
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
            for path in ("/mail", f"/mail/{mail.id}", f"/mail/{mail.id}/html"):
                assert (await http.get(path)).status_code == status
