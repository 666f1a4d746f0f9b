"""The two addresses a browser visits on its way through the identity provider."""

import secrets
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from customer_gql.settings import Settings

from . import oidc

COOKIE: Final = "customer_gql_oidc"
log = structlog.get_logger("oidc")


def routes(settings: Settings) -> list[Route]:
    """None where no provider is configured."""
    if settings.oidc_issuer is None:
        return []

    async def begin(request: Request) -> Response:
        try:
            database = request.app.state.databases["admin"]
            url, state = await oidc.start(database, settings, address=_peer(request))
        except Exception as error:  # noqa: BLE001 - whatever the provider did, the browser goes back to where it came from
            return _back(settings, error)
        response = RedirectResponse(url, 302, headers=_PRIVATE)
        # The flow belongs to this browser: somebody else's answer would sign it in as them.
        response.set_cookie(COOKIE, state, max_age=int(oidc.FLOW_LIFETIME.total_seconds()), **_cookie(settings))
        return response

    async def answered(request: Request) -> Response:
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        kept = request.cookies.get(COOKIE, "")
        try:
            if not code or not kept or not secrets.compare_digest(kept.encode(), state.encode()):
                raise oidc.Refused("another browser's answer, or none")  # noqa: TRY301
            database = request.app.state.databases["admin"]
            one_time = await oidc.finish(database, settings, code=code, state=state, address=_peer(request))
        except Exception as error:  # noqa: BLE001
            return _back(settings, error)
        return _landing(settings, code=one_time)

    return [Route("/admin/oidc/start", begin), Route("/admin/oidc/callback", answered)]


def _peer(request: Request) -> str | None:
    return None if request.client is None else request.client.host[:64]


_PRIVATE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def _cookie(settings: Settings) -> dict[str, Any]:
    secure = settings.oidc_redirect_url.startswith("https:")
    return {"path": "/admin/oidc", "httponly": True, "samesite": "lax", "secure": secure}


def _landing(settings: Settings, **parameters: str) -> Response:
    response = RedirectResponse(f"{settings.oidc_landing_url}?{urlencode(parameters)}", 302, headers=_PRIVATE)
    response.delete_cookie(COOKIE, **_cookie(settings))
    return response


def _back(settings: Settings, error: Exception) -> Response:
    """One answer for whatever was wrong; the log knows the kind, and our own sentence."""
    reason = str(error) if isinstance(error, oidc.Refused) else None
    log.warning("sign-in refused", kind=type(error).__name__, reason=reason)
    return _landing(settings, error="refused")
