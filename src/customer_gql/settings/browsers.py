"""Which pages of other origins may call, and which headers they may send and read."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

# What a client of the graph itself sends and reads; settings add to these.
GRAPH_HEADERS: Final = (
    "authorization",
    "content-type",
    "x-store-view",
    "x-visitor",
    "x-persistent-token",
    "x-cart-token",
    "x-background",
    "last-event-id",
    "x-database-position",
)
GRAPH_EXPOSED_HEADERS: Final = ("retry-after", "x-request-id", "x-database-position")
# Tracing, then how clients of Apollo and GraphQL Hive name themselves.
EXTRA_HEADERS: Final = [
    "traceparent",
    "tracestate",
    "baggage",
    "sentry-trace",
    "x-request-id",
    "apollographql-client-name",
    "apollographql-client-version",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "graphql-client-name",
    "graphql-client-version",
]
EXTRA_EXPOSED_HEADERS: Final = ["traceresponse", "server-timing"]
# Of a storefront's server; its token has no place in a browser.
_SERVER_HEADERS: Final = frozenset({"x-storefront-token", "x-shopper-address"})
LOOPBACK_ORIGIN: Final = r"https?://(localhost|([a-z0-9-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?"


def split_list(given: object) -> object:
    return [part.strip() for part in given.split(",") if part.strip()] if isinstance(given, str) else given


def _validate_origin(given: str) -> str:
    if not re.fullmatch(r"https?://[^/*\s]+", given):
        raise ValueError(f"{given!r} is not an exact origin such as https://shop.example.com")
    return given


def _validate_header(given: str) -> str:
    name = given.lower()
    if not re.fullmatch(r"[a-z0-9!#$%&'+.^_`|~-]+", name):
        raise ValueError(f"{given!r} is not the name of a header")
    if name in _SERVER_HEADERS:
        raise ValueError(f"{given} is for servers and has no place in a browser")
    return name


Origins = Annotated[list[Annotated[str, AfterValidator(_validate_origin)]], BeforeValidator(split_list)]
Headers = Annotated[list[Annotated[str, AfterValidator(_validate_header)]], BeforeValidator(split_list)]
