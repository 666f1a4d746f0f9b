"""The page, one per audience."""

import html
import json
from pathlib import Path
from string import Template
from typing import Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from customer_gql.security.network import is_loopback_address

from . import parts
from .documents import NOBODY, Sample, load_examples

PageAudience = Literal["storefront", "admin"]

TEMPLATE = Path(__file__).with_name("page.html")

# `unsafe-inline` for styles only: GraphiQL's menus and dialogs add a style element (the scroll lock of its dialog
# library) and accept no nonce. Scripts need neither this nor `unsafe-eval`.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    # The same URL answers API clients with JSON.
    "Vary": "Accept",
}

NOT_BUILT = "GraphiQL is not part of this installation; run `make setup`.\n"


def page_response(audience: PageAudience, request: Request, sample: Sample = NOBODY) -> Response:
    """For this machine alone: the page belongs to the developer, and so do the tokens that it is given."""
    if request.client is None or not is_loopback_address(request.client.host):
        return PlainTextResponse("GraphiQL answers this machine only.\n", status_code=403, headers=HEADERS)
    if not parts.is_built():
        return PlainTextResponse(NOT_BUILT, status_code=503, headers=HEADERS)
    return HTMLResponse(render_page(audience, sample), headers=HEADERS)


def render_page(audience: PageAudience, sample: Sample) -> str:
    current = {name: 'aria-current="page"' if name == audience else "" for name in ("storefront", "admin")}
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        audience=html.escape(audience),
        version=parts.parts_version(),
        on_storefront=current["storefront"],
        on_admin=current["admin"],
        examples=encode_data_block(load_examples(audience, sample)),
    )


def encode_data_block(value: object) -> str:
    """JSON that cannot end the script element around it."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
