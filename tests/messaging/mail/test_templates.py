"""Texts: every mail in every language, which one holds where, and what a shop may write itself."""

import dataclasses

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.core.ids import encode_id
from customer_gql.messaging.mail.addressing import find_mail_scope
from customer_gql.messaging.mail.kinds import MAIL_KINDS, Sender
from customer_gql.messaging.mail.texts.rules import validate_template_text
from customer_gql.messaging.mail.texts.templates import (
    TemplateOrigin,
    TemplateText,
    available_languages,
    fallback_locales,
    load_template_texts,
    read_built_in,
    render_mail,
)
from support.customers import customer_id, make_customer

UPDATE = """mutation Update($input: MailTemplateUpdateInput!) {
  mailTemplateUpdate(input: $input) {
    version
    userErrors { code path ... on VersionConflictError { currentVersion conflicts { field yours stored } } }
  }
}"""
REFUSED = "mutation Update($input: MailTemplateUpdateInput!) { mailTemplateUpdate(input: $input) { version userErrors { code path message } } }"
RESET = "mutation Reset($input: MailTemplateResetInput!) { mailTemplateReset(input: $input) { version userErrors { code path } } }"
PREVIEW = """query Preview($template: MailTemplateName!, $view: ID!, $customer: ID) {
  mailPreview(template: $template, storeViewId: $view, customerId: $customer) { locale origin sender subject html text }
}"""
VIEW = encode_id("stv", 1)
OWN = {"template": "WELCOME", "subject": "Hi {{ firstName }}", "html": "<b>{{ firstName }}</b>", "text": "Hi\n"}


OF_COMPANIES = [name for name in MAIL_KINDS if name.removeprefix("staff_").startswith("company_")]
TEXTS = [(name, language) for name in MAIL_KINDS for language in ("default", "de")]
TEXTS += [(name, language) for name in OF_COMPANIES for language in ("nl", "sv")]


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_every_mail_in_every_language(name, language):
    source = read_built_in(name, language)
    assert source is not None
    made = render_mail(source, MAIL_KINDS[name].samples)
    for part in ("subject", "html", "text"):
        validate_template_text(MAIL_KINDS[name], part, getattr(source, part))
        assert "{{" not in getattr(made, part)
    assert "\n" not in made.subject
    assert f'<html lang="{ {"default": "en"}.get(language, language) }">' in made.html
    if MAIL_KINDS[name].has_token:
        assert "https://shop.example.com/sample#token=SAMPLE" in made.html
        assert "https://shop.example.com/sample#token=SAMPLE" in made.text
    assert render_mail(source, {}).text  # what a placeholder lacks is left out


def test_who_each_mail_seems_to_come_from():
    """As the table below docs/domain/mail.md#mail-7 has it."""
    support = {kind.name for kind in MAIL_KINDS.values() if kind.sender is Sender.SUPPORT}
    assert support == {
        "password_reset",
        "password_changed",
        "email_changed",
        "email_change_confirm",
        "email_change_undo",
        "email_changed_by_staff",
        "unverified_data_reset",
        "signed_up_again",
        "account_locked",
        "forced_sign_in",
        "assistance_changed",
        "newsletter_confirm",
        "newsletter_unsubscribed",
    }


def test_the_languages_and_the_names_others_queue():
    assert available_languages() == {"default", "de", "nl", "sv"}
    assert len(OF_COMPANIES) == 15
    assert set(MAIL_KINDS) >= {"welcome", "confirm_email", "password_reset", "email_changed", "forced_sign_in"}
    assert (fallback_locales("de_AT"), fallback_locales("de"), fallback_locales("fr_CA")) == (
        ["de_AT", "de", "default"],
        ["de", "default"],
        ["fr_CA", "fr", "default"],
    )


async def put(store, scope, scope_id, locale, subject):
    await store.execute(
        "INSERT INTO mail_template (name, scope, scope_id, locale, subject, html, text) "
        "VALUES ('welcome', $1, $2, $3, $4, 'h', 't')",
        scope,
        scope_id,
        locale,
        subject,
    )


async def test_language_outranks_scope_and_the_store_view_outranks_both(store, german_view):
    async def held(view):
        scope = await find_mail_scope(store, view)
        assert scope is not None
        source = (await load_template_texts(store, ["welcome"], scope))["welcome"]
        return source.locale, source.origin, source.subject.strip()

    assert await held(1) == ("default", TemplateOrigin.BUILT_IN, "Welcome to {{ shopName }}")
    assert await held(german_view) == ("de", TemplateOrigin.BUILT_IN, "Willkommen bei {{ shopName }}")
    await put(store, "GLOBAL", 0, "default", "all")
    await put(store, "WEBSITE", 1, "default", "website")
    assert await held(1) == ("default", TemplateOrigin.WEBSITE, "website")
    assert (await held(german_view))[:2] == ("de", TemplateOrigin.BUILT_IN)
    await put(store, "GLOBAL", 0, "de", "alle")
    assert await held(german_view) == ("de", TemplateOrigin.GLOBAL, "alle")
    await put(store, "GLOBAL", 0, "de_AT", "alle in Österreich")
    assert await held(german_view) == ("de_AT", TemplateOrigin.GLOBAL, "alle in Österreich")
    await put(store, "STORE_VIEW", german_view, "", "Servus")
    assert await held(german_view) == ("de_AT", TemplateOrigin.STORE_VIEW, "Servus")
    assert await held(1) == ("default", TemplateOrigin.WEBSITE, "website")


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ firstName.__class__.__mro__ }}",
    "{{ firstName['__class__'] }}",
    "{{ firstName|attr('__class__') }}",
    "{{ self }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum.__globals__ }}",
    "{{ range(99999999) }}",
    "{% for x in range(9) %}{% endfor %}",
    "{{ 'x' * 999999999 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ [1] }}",
    "{{ '%s'|format(1) }}",
    "{{ firstName|safe }}",
    "{{ firstName|map(attribute='x')|list }}",
    "{% set x = 1 %}",
    "{% set firstName = 1 %}",
    "{% include 'frame.html' %}",
    "{% extends 'frame.html' %}",
    "{% import 'frame.html' as f %}",
    "{% macro m() %}{% endmacro %}",
    "{% filter safe %}x{% endfilter %}",
    "{% call x() %}{% endcall %}",
    "{% autoescape false %}x{% endautoescape %}",
    "{% raw %}{% endraw %}{{ config }}",
    "{{ password }}",
    "{{ token }}",
    "{{ firstName",
    "{% if %}",
    "{{ " + "(" * 20_000 + " }}",
    "{{ 1 < firstName }}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_what_is_more_than_placeholders_is_refused(text):
    for part in ("html", "text", "subject"):
        with pytest.raises(RuleError):
            validate_template_text(MAIL_KINDS["welcome"], part, text)


def test_the_sandbox_holds_where_the_check_would_not():
    from jinja2.exceptions import SecurityError, UndefinedError

    plain = read_built_in("welcome", "default")
    assert plain is not None
    for text in ("{{ ''.__class__.__mro__ }}", "{{ firstName.__class__ }}", "{{ self.__init__.__globals__ }}"):
        source: TemplateText = dataclasses.replace(plain, html=text)
        with pytest.raises((SecurityError, UndefinedError)):
            render_mail(source, {"firstName": "Ada"})


async def test_a_shop_writes_its_own_text_and_takes_it_back(manager, store, german_view):
    assert await manager.data(UPDATE, input={**OWN, "locale": "de"}) == {
        "mailTemplateUpdate": {"version": 1, "userErrors": []}
    }
    at = {"template": "WELCOME", "view": encode_id("stv", german_view)}
    shown = (await manager.data(PREVIEW, **at))["mailPreview"]
    assert (shown["locale"], shown["origin"], shown["subject"]) == ("de", "GLOBAL", "Hi Ada")
    assert "<b>Ada</b>" in shown["html"]
    assert shown["text"] == "Hi\n\n-- \nMain Store\nhttps://shop.example.com/en\n"
    assert shown["sender"] == "Main Store <no-reply@shop.example.com>"
    await manager.data(UPDATE, input={**OWN, "storeViewId": at["view"], "subject": "Servus"})
    assert (await manager.data(PREVIEW, **at))["mailPreview"]["subject"] == "Servus"
    reset = {"template": "WELCOME", "storeViewId": at["view"]}
    assert await manager.data(RESET, input=reset) == {"mailTemplateReset": {"version": None, "userErrors": []}}
    assert (await manager.data(PREVIEW, **at))["mailPreview"]["subject"] == "Hi Ada"
    assert (await manager.data(RESET, input=reset))["mailTemplateReset"]["userErrors"] == [
        {"code": "NOT_FOUND", "path": ["template"]}
    ]
    listed = await manager.data(
        "query Q($v: ID!) { mailTemplates(storeViewId: $v) { template locale origin version subject placeholders } }",
        v=at["view"],
    )
    assert len(listed["mailTemplates"]) == len(MAIL_KINDS)
    assert next(text for text in listed["mailTemplates"] if text["template"] == "WELCOME") == {
        "template": "WELCOME",
        "locale": "de",
        "origin": "GLOBAL",
        "version": 1,
        "subject": "Hi {{ firstName }}",
        "placeholders": ["firstName", "link", "shopName", "shopUrl"],
    }
    assert await store.fetchval("SELECT updated_by IS NOT NULL FROM mail_template")


async def test_two_editors_of_one_text(manager):
    assert (await manager.data(UPDATE, input={**OWN, "expectedVersion": 0}))["mailTemplateUpdate"]["version"] == 1
    late = await manager.data(UPDATE, input={**OWN, "subject": "Late", "expectedVersion": 0})
    assert late["mailTemplateUpdate"] == {
        "version": None,
        "userErrors": [
            {
                "code": "VERSION_CONFLICT",
                "path": ["expectedVersion"],
                "currentVersion": 1,
                "conflicts": [{"field": "subject", "yours": "Late", "stored": "Hi {{ firstName }}"}],
            }
        ],
    }


async def test_a_text_that_comes_back_continues_its_version(manager):
    own = {key: OWN[key] for key in OWN if key not in {"subject", "html", "text"}}
    await manager.data(UPDATE, input=OWN)
    reset = "mutation R($input: MailTemplateResetInput!) { mailTemplateReset(input: $input) { userErrors { code } } }"
    assert (await manager.data(reset, input=own))["mailTemplateReset"] == {"userErrors": []}
    assert (await manager.data(UPDATE, input={**OWN, "expectedVersion": 0}))["mailTemplateUpdate"]["version"] == 3
    stale = await manager.data(UPDATE, input={**OWN, "subject": "Stale", "expectedVersion": 1})
    assert stale["mailTemplateUpdate"]["userErrors"][0]["currentVersion"] == 3


async def test_two_editors_at_once(manager, store):
    import asyncio

    edits = [manager.data(UPDATE, input={**OWN, "subject": str(n), "expectedVersion": 0}) for n in range(8)]
    versions = [answer["mailTemplateUpdate"]["version"] for answer in await asyncio.gather(*edits)]
    assert sorted(versions, key=str) == [1] + [None] * 7
    assert await store.fetchval("SELECT version FROM mail_template") == 1


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"html": "{{ nonsense }}"}, ["html"]),
        ({"text": "{{ ''.__class__ }}"}, ["text"]),
        ({"subject": ""}, ["subject"]),
        ({"subject": "a\nBcc: b@example.com"}, ["subject"]),
        ({"subject": "x" * 256}, ["subject"]),
        ({"html": "x" * 60_001}, ["html"]),
        ({"text": "x" * 10_001}, ["text"]),
        ({"locale": "../etc"}, ["locale"]),
        ({"locale": "DE"}, ["locale"]),
        ({"storeViewId": VIEW, "locale": "de"}, ["storeViewId"]),
        ({"storeViewId": VIEW, "websiteId": encode_id("web", 1)}, ["storeViewId"]),
        ({"websiteId": encode_id("web", 77)}, ["websiteId"]),
        ({"websiteId": encode_id("web", 1 << 40)}, ["websiteId"]),
    ],
)
async def test_refused_texts_change_nothing(given, path, manager, store):
    answer = (await manager.data(REFUSED, input={**OWN, **given}))["mailTemplateUpdate"]
    assert (answer["version"], [error["path"] for error in answer["userErrors"]]) == (None, [path])
    assert await store.fetchval("SELECT count(*) FROM mail_template") == 0


async def test_every_refused_part_is_told_at_once(manager):
    answer = await manager.data(UPDATE, input={**OWN, "subject": "{{ a }}", "html": "{{ b }}", "text": "{{ c }}"})
    assert [error["path"] for error in answer["mailTemplateUpdate"]["userErrors"]] == [["subject"], ["html"], ["text"]]


async def test_a_preview_names_the_customer_and_shows_a_sample_for_the_secret(manager, store):
    shopper = await make_customer(store, first_name="<b>Grace</b>")
    variables = {"template": "PASSWORD_RESET", "view": VIEW, "customer": customer_id(shopper)}
    shown = (await manager.data(PREVIEW, **variables))["mailPreview"]
    assert "Hello &lt;b&gt;Grace&lt;/b&gt;," in shown["html"]
    assert "https://shop.example.com/en/account/reset-password#token=SAMPLE" in shown["text"]
    assert await store.fetchval("SELECT count(*) FROM mail_outbox") == 0
    for wrong in (
        {"view": encode_id("stv", 9)},
        {"view": encode_id("stv", 1 << 40)},
        {"customer": encode_id("cus", 9)},
    ):
        answer = (await manager.post(PREVIEW, **{**variables, **wrong})).json()
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_name_needs_the_permission_to_read_customers(manager, staff_with, store):
    await store.execute("INSERT INTO staff_role VALUES (9, 'mailer', ARRAY['mail.manage'])")
    mailer = await staff_with("mailer")
    variables = {"template": "WELCOME", "view": VIEW}
    assert (await mailer.data(PREVIEW, **variables))["mailPreview"]["subject"] == "Welcome to Main Store"
    shopper = await make_customer(store)
    answer = (await mailer.post(PREVIEW, **variables, customer=customer_id(shopper))).json()
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.read"}
