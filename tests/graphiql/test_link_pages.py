"""Links in mails lead somewhere in development: to a page with the document that a storefront's page would send."""

import html
import json
import re
from pathlib import Path

import httpx
import pytest
from graphql import parse, validate

from customer_gql.graphiql.links import FOLDER
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.schema import admin, storefront
from support.clients import make_app

SECRETS = [kind for kind in MAIL_KINDS.values() if kind.has_token]


@pytest.mark.parametrize("kind", SECRETS, ids=lambda kind: kind.name)
async def test_the_page_of_a_link_shows_a_document_that_fits(settings, database, kind):
    app = make_app(settings.model_copy(update={"environment": "development", "admin_ui": False}), database)
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        page = await http.get(kind.page.default)
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    [document, variables] = [
        html.unescape(text) for text in re.findall(r"<pre id=.*?>(.*?)</pre>", page.text, re.DOTALL)
    ]
    schema = (admin if kind.for_staff else storefront).schema._schema
    assert validate(schema, parse(document)) == []
    given = json.loads(variables)
    assert "TOKEN" in given.get("input", given).values()
    assert f'href="{"/admin/graphql" if kind.for_staff else "/graphql"}"' in page.text


@pytest.mark.parametrize("kind", [kind for kind in SECRETS if kind.for_staff], ids=lambda kind: kind.name)
async def test_links_of_staff_lead_to_the_admin_ui(http: httpx.AsyncClient, kind):
    page = await http.get(kind.page.default)
    assert "require-trusted-types-for 'script'" in page.headers["content-security-policy"]


async def test_a_link_without_a_token_leads_to_the_name_of_its_page(http: httpx.AsyncClient):
    page = await http.get("/account/forgotten-password")
    assert "Path of the storefront&#x27;s page to ask for a link to a new password." in page.text
    assert "<pre" not in page.text


def test_the_guide_for_storefronts_names_every_page():
    guide = (Path(__file__).parents[2] / "docs" / "storefront.md").read_text()
    pages = {kind.page.path.removeprefix("mail.path."): kind.page.default for kind in MAIL_KINDS.values()}
    pages.pop("home")
    missing = [name for name, path in pages.items() if f"`{name}`" not in guide or f"`{path}`" not in guide]
    assert missing == []


def test_no_document_is_left_without_a_page():
    assert {file.stem for file in FOLDER.glob("*.graphql")} == {
        kind.page.path.removeprefix("mail.path.") for kind in SECRETS
    }


@pytest.mark.parametrize(("peer", "status"), [("127.0.0.1", 200), ("192.168.1.7", 403)])
async def test_another_machine_gets_no_page_of_a_link(settings, database, peer: str, status: int):
    app = make_app(settings.model_copy(update={"environment": "development"}), database)
    transport = httpx.ASGITransport(app, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        assert (await http.get("/account/reset-password")).status_code == status
