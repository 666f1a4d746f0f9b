import json
import re
from pathlib import Path

import httpx
import pytest

from customer_gql import graphiql
from customer_gql.graphiql import parts
from customer_gql.graphiql.response import encode_data_block

AUDIENCES = {"storefront": "/graphql", "admin": "/admin/graphql"}
HTML = {"Accept": "text/html"}

audiences = pytest.mark.parametrize(("audience", "address"), AUDIENCES.items())


@pytest.fixture
def client(http: httpx.AsyncClient) -> httpx.AsyncClient:
    return http


@audiences
async def test_page_carries_the_headers_of_a_careful_server(client, audience, address):
    answer = await client.get(address, headers=HTML)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "Accept" in answer.headers["vary"]
    assert f"<title>customer-gql · {audience}</title>" in answer.text


@audiences
async def test_policy_allows_this_server_only_and_no_inline_script(client, audience, address):
    policy = (await client.get(address, headers=HTML)).headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["connect-src"] == "'self'"
    assert {directives[name] for name in ("frame-ancestors", "base-uri", "form-action")} == {"'none'"}
    assert "http" not in policy
    assert "*" not in policy


@audiences
async def test_page_names_no_other_server_and_runs_nothing_inline(client, audience, address):
    page = (await client.get(address, headers=HTML)).text

    assert not re.search(r"(?:src|href)=\"(?!/|data:)", page)
    assert not re.search(r"(?:src|href)=\"//", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page) == [
        '<script type="application/json" id="example-documents">'
    ]


@audiences
async def test_all_that_the_page_loads_is_there_and_kept_for_long(client, audience, address):
    page = (await client.get(address, headers=HTML)).text
    loaded = re.findall(r"(?:src|href)=\"(/graphiql/[^\"]+)\"", page)

    assert len(loaded) == len(parts.NEEDED) + 2
    for part in loaded:
        answer = await client.get(part)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        kind = "text/css" if ".css" in part else "text/javascript"
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert answer.headers["content-encoding"] == "gzip"


async def test_the_root_leads_to_the_page(client):
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/admin/graphql")


async def test_another_version_is_not_kept(client):
    answer = await client.get("/graphiql/page.js?v=older")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["parts.py", "page.html", "..%2fparts.py", "%2e%2e/settings.py", "assets", "none.js"])
async def test_nothing_else_of_the_package_is_served(client, name):
    assert (await client.get(f"/graphiql/{name}")).status_code == 404


async def test_licences_of_the_parts_are_served(client):
    answer = await client.get("/graphiql/licences.txt")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "graphiql 3.8.3: MIT" in answer.text
    assert "Permission is hereby granted" in answer.text


async def test_missing_parts_are_told_in_plain_words(client, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(parts, "ASSETS", tmp_path / "none")
    answer = await client.get("/graphql", headers=HTML)

    assert not graphiql.is_built()
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == "GraphiQL is not part of this installation; run `make setup`.\n"


def test_parts_of_this_installation_are_built():
    assert graphiql.is_built()


def test_data_cannot_end_the_element_it_stands_in():
    text = "</script><script>alert(1)</script><!--"

    assert "<" not in encode_data_block(text)
    assert json.loads(encode_data_block(text)) == text


@audiences
async def test_another_machine_gets_no_page(client, audience, address):
    for peer, status in (("192.168.1.7", 403), ("127.0.0.1", 200), ("::1", 200)):
        transport = httpx.ASGITransport(client._transport.app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            assert (await http.get(address, headers=HTML)).status_code == status
            assert (await http.get("/graphiql/page.js")).status_code == status
