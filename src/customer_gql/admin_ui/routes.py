"""`/admin` and below: one page, whose script shows what the address names, and the files that it loads."""

import secrets
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from customer_gql.settings import Settings

from . import built

NONCE: Final = "__NONCE__"
"""What stands in the built page where the nonce of an answer belongs."""
WAYS_IN: Final = "__SIGN_IN__"

# Styles of the component library carry the nonce too. Images: QR codes are drawn by the page itself.
_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# A mail in a frame of its own: it can run nothing but the script that receives it, load nothing, and belongs to no origin.
_PREVIEW_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)
_PREVIEW: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Mail</title>
<script nonce="__NONCE__">
addEventListener('message', (event) => {
  if (event.source !== parent || typeof event.data !== 'string') return;
  const mail = new DOMParser().parseFromString(event.data, 'text/html');
  document.head.append(...mail.head.querySelectorAll('style'));
  document.body.replaceChildren(...mail.body.childNodes);
  document.body.style.cssText = mail.body.style.cssText;
});
</script>
<body></body>
</html>
"""
_NOT_SCREENS: Final = frozenset({"graphql", "oidc"})
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_NOT_BUILT: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The admin UI is not built</title>
<h1>The admin UI is not built</h1>
<p>Run <code>make setup</code> in the checkout, then start the service again. A wheel and an image contain the admin UI
already. <code>CUSTOMER_GQL_ADMIN_UI=false</code> switches this page off; the graph is at <code>/admin/graphql</code>.</p>
"""


def admin_ui_routes(settings: Settings, folder: Path = built.ASSETS) -> list[Route]:
    """The last of all routes: the page answers for every path below `/admin` that no other route has."""

    ways = " ".join(_find_ways_in(settings))

    async def show_page(request: Request) -> Response:
        # Routes that may be switched off; the page has nothing to show there.
        if request.path_params.get("path", "").partition("/")[0] in _NOT_SCREENS:
            raise HTTPException(404)
        return _build_page(folder, ways)

    async def serve_asset(request: Request) -> Response:
        return _build_asset(request, folder)

    async def show_preview(_: Request) -> Response:
        return _build_preview()

    return [
        Route("/admin/mail-preview", show_preview, methods=["GET"]),
        Route("/admin/assets/{name}", serve_asset, methods=["GET"]),
        Route("/admin", show_page, methods=["GET"]),
        Route("/admin/{path:path}", show_page, methods=["GET"]),
    ]


def _find_ways_in(settings: Settings) -> list[str]:
    """What the page has to know before anybody has signed in."""
    offered = {"password": settings.staff_passwords, "oidc": settings.oidc_issuer is not None}
    return [name for name, is_offered in offered.items() if is_offered]


def _build_page(folder: Path, ways: str) -> Response:
    nonce = secrets.token_urlsafe(18)
    headers = {**_PAGE_HEADERS, "Content-Security-Policy": _POLICY.format(nonce=nonce)}
    page = built.page_text(folder)
    if page is None:
        return HTMLResponse(_NOT_BUILT, status_code=503, headers=headers)
    return HTMLResponse(page.replace(NONCE, nonce).replace(WAYS_IN, ways), headers=headers)


def _build_preview() -> Response:
    nonce = secrets.token_urlsafe(18)
    policy = {"Content-Security-Policy": _PREVIEW_POLICY.format(nonce=nonce), "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(_PREVIEW.replace(NONCE, nonce), headers={**_PAGE_HEADERS, **policy})


def _build_asset(request: Request, folder: Path) -> Response:
    asset = built.asset_files(folder).get(request.path_params["name"])
    if asset is None:
        raise HTTPException(404)
    headers = {
        "Cache-Control": _IMMUTABLE if asset.is_named_by_content else "no-cache",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
    }
    encoding = _choose_encoding(request.headers.get("accept-encoding", ""), asset)
    if encoding is None:
        return FileResponse(asset.path, media_type=asset.media_type, headers=headers)
    return FileResponse(
        asset.encoded[encoding], media_type=asset.media_type, headers={**headers, "Content-Encoding": encoding}
    )


def _choose_encoding(accepted: str, asset: built.AssetFile) -> str | None:
    """The smallest copy that the browser reads; the whole file for a browser that refuses or names none."""
    wanted = {
        name.strip().lower() for part in accepted.split(",") for name in [part.partition(";")[0]] if _is_wanted(part)
    }
    return next((encoding for encoding in asset.encoded if encoding in wanted), None)


def _is_wanted(part: str) -> bool:
    weight = part.partition(";")[2].replace(" ", "").removeprefix("q=")
    return weight.strip("0.") != "" or weight == ""
