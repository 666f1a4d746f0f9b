"""How `/admin` and its files are served: the policy, the copies that browsers keep, and what stands there without a build."""

import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from customer_gql.admin_ui import admin_ui_routes, read_shipped_documents
from customer_gql.settings import Settings

PAGE = '<meta name="sign-in" content="__SIGN_IN__"><script nonce="__NONCE__"></script><style nonce="__NONCE__"></style>'


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "documents.json").write_text('{"sha256:aa": "{ viewer { kind } }"}')
    (folder / "app-1a2b.js").write_text("plain")
    (folder / "app-1a2b.js.br").write_text("brotli")
    (folder / "app-1a2b.js.gz").write_text("gzip")
    (folder / "licences.txt").write_text("MIT")
    (folder / "built-from.txt").write_text("0")
    return folder


def client(folder: Path, **settings: object) -> httpx.AsyncClient:
    routes = admin_ui_routes(Settings(_env_file=None, **settings), folder)  # pyright: ignore
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="http://shop")


@pytest.mark.parametrize("path", ["/admin", "/admin/", "/admin/customers/cus_1?tab=orders"])
async def test_each_answer_has_a_policy_with_a_nonce_of_its_own(build: Path, path: str):
    async with client(build) as browser:
        answers = [await browser.get(path) for _ in range(2)]
    nonces = [re.findall('nonce="([^"]+)"', answer.text) for answer in answers]
    assert all(len(set(found)) == 1 for found in nonces)
    assert nonces[0] != nonces[1]
    policy = answers[0].headers["content-security-policy"]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    nonce = f"'nonce-{nonces[0][0]}'"
    assert parts == {
        "default-src": "'none'",
        "script-src": nonce,
        "style-src": nonce,
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "frame-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    headers = answers[0].headers
    assert (headers["cache-control"], headers["cross-origin-opener-policy"]) == ("no-store", "same-origin")
    assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("no-referrer", "nosniff")


async def test_a_mail_is_shown_where_it_can_do_nothing(build: Path):
    async with client(build) as browser:
        answer = await browser.get("/admin/mail-preview")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    nonce = re.findall('nonce="([^"]+)"', answer.text)[0]
    # Its origin is its own: what is shown reaches neither the page around it nor the session.
    assert policy["sandbox"] == "allow-scripts"
    assert policy["script-src"] == f"'nonce-{nonce}'"
    assert (policy["default-src"], policy["img-src"], policy["frame-ancestors"]) == ("'none'", "data:", "'self'")
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "password"),
        ({"oidc": True}, "password oidc"),
        ({"oidc": True, "staff_passwords": False}, "oidc"),
    ],
)
async def test_the_page_tells_the_ways_in(build: Path, given: dict[str, bool], told: str):
    provider = {
        "oidc_issuer": "https://idp.example.com",
        "oidc_client_id": "shop",
        "oidc_redirect_url": "https://shop.example.com/admin/oidc/callback",
        "oidc_landing_url": "https://shop.example.com/admin/signed-in",
    }
    settings = {**(provider if given.pop("oidc", False) else {}), **given}
    async with client(build, **settings) as browser:
        assert f'content="{told}"' in (await browser.get("/admin")).text


@pytest.mark.parametrize(
    ("accepted", "encoding", "text"),
    [
        ("gzip, deflate, br, zstd", "br", "brotli"),
        ("gzip;q=1.0, br;q=0", "gzip", "gzip"),
        ("gzip", "gzip", "gzip"),
        ("identity", None, "plain"),
        ("", None, "plain"),
    ],
)
async def test_a_file_is_kept_for_good_in_the_smallest_form_a_browser_reads(
    build: Path, accepted: str, encoding: str | None, text: str
):
    async with (
        client(build) as browser,
        browser.stream("GET", "/admin/assets/app-1a2b.js", headers={"Accept-Encoding": accepted}) as answer,
    ):
        assert b"".join([part async for part in answer.aiter_raw()]) == text.encode()
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_licences_are_not_kept_because_their_name_stays(build: Path):
    async with client(build) as browser:
        answer = await browser.get("/admin/assets/licences.txt")
    assert (answer.text, answer.headers["cache-control"]) == ("MIT", "no-cache")


@pytest.mark.parametrize("name", ["index.html", "documents.json", "app-1a2b.js.br", "none.js", "..%2Findex.html"])
async def test_nothing_else_of_the_folder_is_served(build: Path, name: str):
    async with client(build) as browser:
        answer = await browser.get(f"/admin/assets/{name}")
    assert answer.status_code == 404 or "nonce" in answer.text


async def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path):
    async with client(tmp_path) as browser:
        answer = await browser.get("/admin/customers")
    assert answer.status_code == 503
    assert "make setup" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_documents_are_read_by_their_hashes(build: Path, tmp_path: Path):
    assert read_shipped_documents(build) == {"aa": "{ viewer { kind } }"}
    assert read_shipped_documents(tmp_path) == {}
