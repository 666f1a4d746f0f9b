"""Pages that links in mails lead to in development: they show the document that the page of a storefront would send."""

import html
from pathlib import Path
from string import Template
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.security.network import is_loopback_address

from . import parts
from .documents import Example, read_example
from .response import HEADERS

FOLDER: Final = Path(__file__).with_name("links")
TEMPLATE: Final = Path(__file__).with_name("link.html")


def link_routes(*, for_staff: bool) -> list[Route]:
    """At the paths that the shop's settings `mail.path.…` have by default; `/` leads to GraphiQL. The admin UI has pages for
    staff itself: those are left out then."""
    kinds = [kind for kind in MAIL_KINDS.values() if kind.page.default != "/" and (for_staff or not kind.for_staff)]
    pages = {kind.page.path: kind.page for kind in kinds}
    return [
        Route(page.default, LinkPage(name.removeprefix("mail.path."), page.description)) for name, page in pages.items()
    ]


class LinkPage:
    """The page of one path, for this machine alone: its address contains a secret."""

    def __init__(self, name: str, description: str) -> None:
        self.name = name
        self.description = description

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._respond(Request(scope))(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        if request.client is None or not is_loopback_address(request.client.host):
            return PlainTextResponse("This page answers this machine only.\n", status_code=403, headers=HEADERS)
        page = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
            name=html.escape(self.name.replace("_", " ").capitalize()),
            description=html.escape(self.description),
            version=parts.parts_version(),
            document=_show_document(self.name),
        )
        return HTMLResponse(page, headers=HEADERS)


def _show_document(name: str) -> str:
    """The document and its variables as HTML; nothing for a page that a link without a token leads to."""
    document = FOLDER / f"{name}.graphql"
    if not document.is_file():
        return ""
    example: Example = read_example(document)
    address = "/admin/graphql" if name.startswith("staff_") else "/graphql"
    return (
        f'<p>Run this in <a href="{address}">GraphiQL</a>:</p><pre id="document">{html.escape(example["query"])}</pre>'
        f'<p>with the variables</p><pre id="variables">{html.escape(example["variables"], quote=False)}</pre>'
    )
