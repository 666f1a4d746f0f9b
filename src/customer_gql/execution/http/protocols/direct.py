"""Requests for the GraphQL endpoints, which are nearly all there are, go straight to them.

Starlette looks for the route of each request, and wraps it in two layers that answer for faults and for `HTTPException`. An
endpoint answers for its faults itself and raises none, so that only the layers of this service are left around it.
"""

from collections.abc import Collection
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class DirectApplication(Starlette):
    """Starlette's, for everything but HTTP requests for the exact paths of `direct`. These are routes of ASGI applications that
    take every method; they are among the routes of the application too."""

    def __init__(self, *positional: Any, direct: Collection[Route], **named: Any) -> None:
        super().__init__(*positional, **named)
        assert all(route.methods is None for route in direct), "an endpoint refuses methods itself"
        self._direct = {route.path: route.app for route in direct}

    def build_middleware_stack(self) -> ASGIApp:
        layers, self.user_middleware = self.user_middleware, []
        others = super().build_middleware_stack()
        self.user_middleware = layers

        async def choose(scope: Scope, receive: Receive, send: Send) -> None:
            # Under a path that a server stands before, the routes know what is left of it.
            is_direct = scope["type"] == "http" and not scope.get("root_path")
            await (self._direct.get(scope["path"], others) if is_direct else others)(scope, receive, send)

        stack: ASGIApp = choose
        for layer, positional, named in reversed(layers):
            stack = layer(stack, *positional, **named)
        return stack
