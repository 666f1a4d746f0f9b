"""The two addresses a browser visits on its way through the identity provider.

The page that starts keeps a verifier and sends its SHA-256: `/admin/oidc/start?challenge=…`.
"""

import secrets
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from customer_gql.core.errors import RateLimited
from customer_gql.settings import Settings

from . import oidc

FLOW_COOKIE: Final = "customer_gql_oidc"
log = structlog.get_logger("oidc")


def oidc_routes(settings: Settings) -> list[Route]:
    """An empty list where no provider is configured."""
    if settings.oidc_issuer is None:
        return []

    async def begin(request: Request) -> Response:
        try:
            database = request.app.state.databases["admin"]
            challenge = request.query_params.get("challenge", "")
            url, state = await oidc.start_oidc_flow(
                database, settings, challenge=challenge, address=_peer_address(request)
            )
        except Exception as error:  # noqa: BLE001 - whatever the provider did, the browser goes back to where it came from
            return _redirect_with_error(settings, error)
        response = RedirectResponse(url, 302, headers=_PRIVATE_HEADERS)
        # The flow belongs to this browser: the answer of another one would sign it in as another user.
        response.set_cookie(
            FLOW_COOKIE, state, max_age=int(oidc.FLOW_LIFETIME.total_seconds()), **_cookie_options(settings)
        )
        return response

    async def answered(request: Request) -> Response:
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        kept = request.cookies.get(FLOW_COOKIE, "")
        try:
            if not code or not kept or not secrets.compare_digest(kept.encode(), state.encode()):
                raise oidc.OidcRefused("another browser's answer, or none")  # noqa: TRY301
            database = request.app.state.databases["admin"]
            one_time = await oidc.finish_oidc_flow(
                database, settings, code=code, state=state, address=_peer_address(request)
            )
        except Exception as error:  # noqa: BLE001
            return _redirect_with_error(settings, error)
        return _redirect_to_landing(settings, code=one_time)

    return [Route("/admin/oidc/start", begin), Route("/admin/oidc/callback", answered)]


def _peer_address(request: Request) -> str | None:
    return None if request.client is None else request.client.host[:64]


_PRIVATE_HEADERS: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def _cookie_options(settings: Settings) -> dict[str, Any]:
    secure = settings.oidc_redirect_url.startswith("https:")
    return {"path": "/admin/oidc", "httponly": True, "samesite": "lax", "secure": secure}


def _redirect_to_landing(settings: Settings, **parameters: str) -> Response:
    response = RedirectResponse(f"{settings.oidc_landing_url}?{urlencode(parameters)}", 302, headers=_PRIVATE_HEADERS)
    response.delete_cookie(FLOW_COOKIE, **_cookie_options(settings))
    return response


def _redirect_with_error(settings: Settings, error: Exception) -> Response:
    """One answer for whatever was wrong, except too many attempts; the log knows the kind, and our own sentence."""
    reason = str(error) if isinstance(error, oidc.OidcRefused) else None
    log.warning("sign-in refused", kind=type(error).__name__, reason=reason)
    if isinstance(error, RateLimited):
        return _redirect_to_landing(settings, error="rate_limited", retryAfter=str(error.extensions["retryAfter"]))
    return _redirect_to_landing(settings, error="refused")
