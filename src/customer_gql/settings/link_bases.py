"""Where links in mails may lead: they contain tokens."""

import ipaddress
from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """`https://shop.example.com/en` → `https://shop.example.com`."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(f"{url!r} is not a base URL such as https://shop.example.com/en")
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # An unspecified address, 0.0.0.0, leads to the own machine too.
    return address.is_loopback or address.is_unspecified


def require_https(origin: str) -> None:
    """Links in mails contain tokens, which only loopback may receive unencrypted."""
    if not origin.startswith("https://") and not is_loopback(origin):
        raise ValueError(f"{origin} must use https")
