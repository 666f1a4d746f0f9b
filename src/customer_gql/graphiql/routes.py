"""What development serves besides the page itself."""

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from .links import link_routes
from .parts import mount_parts


def graphiql_routes(*, for_staff: bool = True) -> list[BaseRoute]:
    return [Route("/", _redirect_to_page), mount_parts(), *link_routes(for_staff=for_staff)]


async def _redirect_to_page(_request: Request) -> RedirectResponse:
    """To the endpoint that shows the whole graph; the page itself answers this machine only."""
    return RedirectResponse("/admin/graphql")
