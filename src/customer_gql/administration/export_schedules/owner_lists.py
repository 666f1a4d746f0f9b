"""What an owner of a schedule exports now, found outside of a request."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from customer_gql.administration.exports.lists import resolve_list
from customer_gql.core.viewer import Viewer
from customer_gql.graph.context import Context
from customer_gql.messaging.jobs.work import Tools


class _OwnerInfo:
    """What rules of the graph look at of a request. The schema is made when a view names records."""

    def __init__(self, context: Context, find_schema: Callable[[], Any]) -> None:
        self.context = context
        self._find_schema = find_schema

    @property
    def schema(self) -> Any:
        return self._find_schema()


async def resolve_owner_list(tools: Tools, viewer: Viewer, request: Mapping[str, Any]) -> dict[str, Any]:
    """See `exports.lists.resolve_list`."""
    info = _OwnerInfo(Context(tools.database, tools.settings, viewer), _find_schema)
    return await resolve_list(info, request, ["list"])


def _find_schema() -> Any:
    return import_module("customer_gql.schema.admin").schema
