"""Settings and texts of one website decide nothing about the credentials of staff, and where links lead is a setting of the process."""

import datetime as dt

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.sharing import EVERYWHERE, SHARING
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.settings import SettingsError, load_settings
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, WEBSITE
from customer_gql.shop.settings.writes import set_value
from customer_gql.staff.mails import MAILS
from support.configuration import UPDATE as SET, form, set_one
from support.mailroom import part
from support.staff import staff_client, with_token

UPDATE = "mutation U($input: MailTemplateUpdateInput!) { mailTemplateUpdate(input: $input) { version userErrors { code path } } }"
RESET = "mutation R($input: MailTemplateResetInput!) { mailTemplateReset(input: $input) { userErrors { code path } } }"
TOKEN = "mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { token userErrors { code path } } }"
TEXT = {"subject": "s", "html": "h", "text": "t"}
HERE = {"websiteId": encode_id("web", 1)}
NEEDS_STAFF_MANAGE = {"code": "FORBIDDEN", "permission": "staff.manage"}


async def set_to(client, path, value, scope=None):
    return await client.answer(SET, input=form({path: value}, scope=scope))


async def stored(store):
    return await store.fetch("SELECT * FROM configuration_value"), await store.fetch("SELECT * FROM mail_template")


@pytest.fixture
async def editor(shop, store):
    return await staff_client(shop, store, ["configuration.manage", "mail.manage"], website_ids=[1])


async def test_links_of_staff_mails_come_from_the_process(tools, store, inbox):
    """The audit's request: the default website's base moved the next invitation to another server."""
    for path, value in {
        "mail.storefront_url": "https://other.example.org",
        "mail.shop_name": "Elsewhere",
        "mail.reply_to": "evil@other.example.org",
        "mail.sender.general.email": "evil@other.example.org",
        "mail.sender.general.name": "Evil",
    }.items():
        await set_value(store, DECLARED_SETTINGS[path], value, scope=WEBSITE, scope_id=1)
    settings = tools.settings.model_copy(update={"admin_url": "https://admin.example.com/back"})
    await queue_mail(
        store,
        template="staff_invitation",
        recipient="grace@example.com",
        placeholders={"name": "Grace"},
        secrets={"token": "cgi_x"},
    )
    await deliver_mails(Tools(tools.database, settings))
    message = inbox.only()
    assert (message["From"], message["Reply-To"]) == (
        "Main Store <no-reply@shop.example.com>",
        "no-reply@shop.example.com",
    )
    assert "https://admin.example.com/back/admin/choose-password#token=cgi_x" in part(message, "plain")
    assert "other.example.org" not in message.as_string()


def test_every_mail_of_staff_is_for_staff():
    for_staff = [kind for kind in MAIL_KINDS.values() if kind.for_staff]
    assert {kind.name for kind in for_staff} == {
        "job_stopped",
        "webhook_disabled",
        "export_ready",
        "export_failed",
        "staff_company_assigned",
        "staff_company_admin_assigned",
        *[kind.name for kind in MAILS],
    }
    assert {kind.page.permission for kind in for_staff} == {"staff.manage"}


async def test_texts_and_pages_of_staff_mails_need_staff_manage_for_all_websites(editor, shop, store, manager):
    everywhere = await staff_client(shop, store, ["configuration.manage", "mail.manage"])
    some_websites = await staff_client(shop, store, website_ids=[1])
    before = await stored(store)
    for client in (editor, everywhere, some_websites):
        for document, given in ((UPDATE, TEXT), (RESET, {})):
            input = {"template": "STAFF_INVITATION", **HERE, **given}
            answer = await client.answer(document, input=input)
            assert answer["errors"][0]["extensions"] == NEEDS_STAFF_MANAGE
    answer = await set_to(everywhere, "mail.path.staff_invitation", "/elsewhere")
    assert answer["errors"][0]["extensions"] == NEEDS_STAFF_MANAGE
    assert await stored(store) == before
    given = {"template": "STAFF_INVITATION", **HERE, **TEXT}
    assert (await manager.data(UPDATE, input=given))["mailTemplateUpdate"] == {"version": 1, "userErrors": []}
    [page] = (await set_one(manager, "mail.path.staff_invitation", "/choose"))["settings"]
    assert page["value"] == "/choose"


async def test_service_tokens_cannot_change_mails_that_carry_a_token(manager, shop, store):
    ends = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    input = {"name": "mailer", "permissions": ["MAIL_MANAGE"], "expiresAt": ends}
    token = (await manager.data(TOKEN, input=input))["serviceTokenCreate"]["token"]
    client = with_token(await staff_client(shop, store), token)
    for document, given in ((UPDATE, TEXT), (RESET, {})):
        answer = await client.answer(document, input={"template": "PASSWORD_RESET", **HERE, **given})
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert await store.fetchval("SELECT count(*) FROM mail_template") == 0
    allowed = await client.data(UPDATE, input={"template": "WELCOME", **HERE, **TEXT})
    assert allowed["mailTemplateUpdate"] == {"version": 1, "userErrors": []}


@pytest.mark.parametrize(
    "base",
    [
        "https://evil.example.net",
        "http://other.example.org",
        "https://other.example.org.evil.net",
        "https://other.example.org@evil.net",
        "https://other.example.org\\@evil.net",
        "https://other.example.org/?to=",
        "https://other.example.org:444",
    ],
)
async def test_the_base_of_links_is_an_origin_that_the_process_lists(base, editor, store):
    before = await stored(store)
    answer = await set_to(editor, "mail.storefront_url", base, HERE)
    assert answer["data"]["configurationUpdate"] == {
        "settings": [],
        "userErrors": [{"code": "NOT_ALLOWED", "path": ["values", "0", "value"]}],
    }
    assert await stored(store) == before


@pytest.mark.parametrize(
    "base", ["https://other.example.org", "https://other.example.org/de/", "https://shop.example.com", ""]
)
async def test_a_listed_base_is_accepted(base, editor):
    answer = await set_to(editor, "mail.storefront_url", base, HERE)
    assert answer["data"]["configurationUpdate"]["settings"][0]["value"] == base


@pytest.mark.parametrize(
    "path", ["/out?to=https://evil.example", "//evil.example", "/a/../b", "/%2e%2e/", "/a#b", "/a b"]
)
async def test_the_page_of_a_link_is_a_path_and_nothing_else(path, editor, store):
    before = await stored(store)
    answer = await set_to(editor, "mail.path.reset_password", path, HERE)
    assert answer["data"]["configurationUpdate"]["userErrors"] == [
        {"code": "INVALID", "path": ["values", "0", "value"]}
    ]
    assert await stored(store) == before


async def test_confirmation_is_for_staff_of_all_websites_while_accounts_are_shared(editor, store, manager):
    assert (await set_to(editor, "accounts.confirm_email", True, HERE))["data"]["configurationUpdate"][
        "userErrors"
    ] == []
    await set_value(store, SHARING, EVERYWHERE)
    answer = await set_to(editor, "accounts.confirm_email", False, HERE)
    assert answer["data"]["configurationUpdate"]["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["scope"]}]
    assert (await set_one(manager, "accounts.confirm_email", False, HERE))["userErrors"] == []


@pytest.mark.parametrize(
    "given",
    [
        {"storefront_origins": "http://shop.example.com"},
        {"storefront_url": "http://shop.example.com"},
        {"admin_url": "http://admin.example.com"},
        {"admin_url": "ftp://admin.example.com"},
        {"admin_url": "https://user@admin.example.com"},
    ],
)
def test_links_use_https_outside_loopback(given):
    with pytest.raises(SettingsError, match="CUSTOMER_GQL_"):
        load_settings(**given)
    assert load_settings(storefront_origins="http://localhost:3000,http://127.0.0.1:1").link_origins == {
        "http://localhost:3000",
        "http://127.0.0.1:1",
        "http://127.0.0.1:8000",
    }
