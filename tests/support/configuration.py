"""Settings of the shop through the graph, as a form of staff changes them."""

from collections.abc import Iterable, Mapping
from typing import Any

from .clients import Client

UPDATE = """mutation U($input: ConfigurationUpdateInput!) { configurationUpdate(input: $input) {
  settings { path value setAt } userErrors { code path } } }"""


def form(values: Mapping[str, Any], resets: Iterable[str] = (), scope: Mapping[str, str] | None = None) -> Any:
    """The input of an update: values by path, and the paths of those to reset."""
    given = [{"path": path, "value": value} for path, value in values.items()]
    return {"values": given, "resets": [{"path": path} for path in resets], **({"scope": scope} if scope else {})}


async def set_one(client: Client, path: str, value: Any, scope: Mapping[str, str] | None = None) -> Any:
    return (await client.data(UPDATE, input=form({path: value}, scope=scope)))["configurationUpdate"]


async def reset_one(client: Client, path: str, scope: Mapping[str, str] | None = None) -> Any:
    return (await client.data(UPDATE, input=form({}, [path], scope)))["configurationUpdate"]
