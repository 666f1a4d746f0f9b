"""Where a webhook may lead (docs/domain/webhooks.md#webhooks-9). What only a name server knows is judged at each attempt."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

import httpx2

from customer_gql.core.errors import Refusal
from customer_gql.security.network import is_allowed_address, parse_literal, parse_networks
from customer_gql.settings import Settings

MAX_URL: Final = 2_000
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+")
URL_INVALID: Final = Refusal(
    "webhook.url_invalid",
    "Enter an address such as https://crm.example.com/hook, in ASCII, with at most {limit} characters, and without a fragment.",
)
URL_WITH_USER: Final = Refusal(
    "webhook.url_with_user", "Leave user name and password out of the address. The signature proves who sends."
)
URL_NOT_HTTPS: Final = Refusal("webhook.url_not_https", "The address has to begin with https://.")
URL_NOT_PUBLIC: Final = Refusal(
    "webhook.url_not_public", "This is not a public address. Ask the operator to allow its network, or use another one."
)


def parse_url(text: str) -> httpx2.URL | None:
    """As it will be called; None for what is no address of HTTP."""
    if not _VISIBLE.fullmatch(text) or "\\" in text:
        return None
    try:
        url = httpx2.URL(text)
        has_port = url.port is None or 0 < url.port < 65_536
        is_whole = bool(url.host) and url.scheme in {"http", "https"} and has_port
    except (httpx2.InvalidURL, ValueError, TypeError):
        return None
    return url if is_whole else None


def validate_webhook_url(text: str, settings: Settings, path: Sequence[str] = ("url",)) -> str:
    text = text.strip()
    url = parse_url(text) if len(text) <= MAX_URL else None
    if url is None or "#" in text:
        raise URL_INVALID(path=path, limit=MAX_URL)
    if url.userinfo or "@" in text.partition("//")[2].partition("/")[0]:
        raise URL_WITH_USER(path=path)
    is_local = settings.environment == "development" and _is_loopback(url.host)
    if url.scheme != "https" and not is_local:
        raise URL_NOT_HTTPS(path=path)
    literal = parse_literal(url.host)
    networks = parse_networks(tuple(settings.webhook_networks))
    if literal is not None and not is_local and not is_allowed_address(literal, networks):
        raise URL_NOT_PUBLIC(path=path)
    return text


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    literal = parse_literal(host)
    return isinstance(literal, ipaddress.IPv4Address | ipaddress.IPv6Address) and literal.is_loopback
