"""The pages at `/mail` that show caught mails, in development alone."""

import hashlib
import html
import re
from base64 import b64encode
from typing import Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from customer_gql.security.network import is_loopback_address

from .memory import CaughtMail, caught_mails

_STYLE: Final = (
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.3em .8em .3em 0;border-bottom:1px solid #ddd;vertical-align:top}"
    "iframe{width:100%;height:28em;border:1px solid #bbb}pre{white-space:pre-wrap;background:#f4f4f4;padding:1em}"
)
_STYLE_HASH: Final = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# The styles of a mail apply; nothing in it runs, loads or is followed.
_PART_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
_LINK: Final = re.compile(r"https?://[^\s<>\"]+")


def catcher_routes() -> list[Route]:
    """For the application in development, and there alone: a reader of these mails could sign in as any customer."""
    return [
        Route("/mail", _show_list),
        Route("/mail/{id:int}", _show_mail),
        Route("/mail/{id:int}/html", _show_html_part),
    ]


async def _show_list(request: Request) -> HTMLResponse:
    _refuse_others(request)
    rows = "".join(
        f'<tr><td><a href="/mail/{mail.id}">{html.escape(mail.header("Subject"))}</a></td>'
        f"<td>{html.escape(mail.header('To'))}</td><td>{html.escape(mail.header('Date'))}</td></tr>"
        for mail in caught_mails()
    )
    listed = f"<table><tr><th>Subject</th><th>To</th><th>Date</th></tr>{rows}</table>"
    return _render_page("Mail", listed if rows else "<p>No mail was sent since the service started.</p>")


async def _show_mail(request: Request) -> HTMLResponse:
    mail = _find_caught_mail(request)
    headers = "".join(f"<tr><th>{html.escape(n)}</th><td>{html.escape(v)}</td></tr>" for n, v in mail.headers)
    return _render_page(
        mail.header("Subject"),
        f'<p><a href="/mail">All mails</a></p><table>{headers}</table>'
        f'<h2>HTML</h2><iframe sandbox src="/mail/{mail.id}/html" title="HTML part"></iframe>'
        f"<h2>Text</h2><pre>{_link_addresses(mail.text)}</pre>",
    )


async def _show_html_part(request: Request) -> HTMLResponse:
    return HTMLResponse(_find_caught_mail(request).html, headers=_page_headers(_PART_POLICY))


def _find_caught_mail(request: Request) -> CaughtMail:
    _refuse_others(request)
    found = next((mail for mail in caught_mails() if mail.id == request.path_params["id"]), None)
    if found is None:
        raise HTTPException(404)
    return found


def _render_page(title: str, body: str) -> HTMLResponse:
    head = f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
    page = f"{head}<style>{_STYLE}</style><h1>{html.escape(title)}</h1>{body}</html>"
    return HTMLResponse(page, headers=_page_headers(_POLICY))


def _link_addresses(text: str) -> str:
    """Text as HTML, its addresses as links, so that a developer can follow the link of a mail."""
    parts, at = [], 0
    for found in _LINK.finditer(text):
        target = html.escape(found.group())
        parts += [html.escape(text[at : found.start()]), f'<a rel="noreferrer" href="{target}">{target}</a>']
        at = found.end()
    return "".join([*parts, html.escape(text[at:])])


def _page_headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def _refuse_others(request: Request) -> None:
    """Only this machine may read: not another one, and no page elsewhere that points its own name at this machine."""
    if request.client is None or not is_loopback_address(request.client.host):
        raise HTTPException(403, "Open this page on the machine that the service runs on.")
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if host != "localhost" and not re.fullmatch(r"[0-9.]+|[0-9a-f:]+", host):
        raise HTTPException(403, "Open this page as localhost or by the machine's address.")
