"""Addresses of several servers, of which one is the primary: which of them to ask, and for how long.

The driver gives all servers of an address one time limit together, so that a machine that no longer answers would use up the
time of the others. Here each has a part of it, and the server that was right last is asked first.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

import asyncpg

_ATTRIBUTE: Final = "target_session_attrs"
_READ_ONLY: Final = "default_transaction_read_only"
_PLACE: Final = ("host", "port", _ATTRIBUTE)
NEXT_SERVER: Final = (
    OSError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.TargetServerAttributeNotMatched,
    asyncpg.TooManyConnectionsError,
    asyncpg.ConnectionDoesNotExistError,
)
"""Faults after which another server is asked. A wrong password would be wrong there too."""


def split_hosts(url: str) -> list[str]:
    """One address for each host of an address; an address of one host, or of none, gives itself."""
    parts = urlsplit(url)
    given = parse_qs(parts.query)
    account, at, place = parts.netloc.rpartition("@")
    hosts = place.split(",") if place else given.get("host", [""])[-1].split(",")
    ports = given.get("port", [""])[-1].split(",")
    if len(hosts) == 1:
        return [url]
    rest = {name: values[-1] for name, values in given.items() if name not in _PLACE}
    each = ports if len(ports) == len(hosts) else [ports[0]] * len(hosts)
    return [
        _address(
            parts, f"{account}{at}{host if place else ''}", {**rest, **_name_place(host, port, in_query=not place)}
        )
        for host, port in zip(hosts, each, strict=True)
    ]


def _name_place(host: str, port: str, *, in_query: bool) -> dict[str, str]:
    return {**({"host": host} if in_query else {}), **({"port": port} if port else {})}


def _address(parts: SplitResult, netloc: str, query: dict[str, str]) -> str:
    # `geturl` drops the slashes of an empty place.
    asked = f"?{urlencode(query)}" if query else ""
    return f"{parts.scheme}://{netloc}{parts.path}{asked}"


def choose_attribute(url: str) -> str | None:
    """What a session's server has to be. Of several servers it is the one that takes writes, unless the address says
    otherwise."""
    stated = parse_qs(urlsplit(url).query).get(_ATTRIBUTE, [None])[-1]
    return "read-write" if stated is None and len(split_hosts(url)) > 1 else stated


class HostsInTurn:
    """Connects to the first server of an address that answers in time and is of the wanted kind."""

    def __init__(self, url: str) -> None:
        self._urls = split_hosts(url)

    async def __call__(self, _url: str, *, timeout: float, **options: Any) -> Any:  # noqa: ASYNC109 - as asyncpg has it
        faults: list[Exception] = []
        # Something is left for the last one, where a caller waits no longer than that.
        part = timeout / (len(self._urls) + 1) if len(self._urls) > 1 else timeout
        for url in list(self._urls):
            try:
                connection = await _connect(url, timeout=part, **options)
            except NEXT_SERVER as error:
                faults.append(error)
            else:
                self._urls.sort(key=lambda other, found=url: other != found)
                return connection
        raise _most_telling(faults)


async def _connect(
    url: str,
    *,
    target_session_attrs: str | None = None,
    server_settings: Mapping[str, str] | None = None,
    **options: Any,
) -> Any:
    """The driver judges a server by the settings of its session, so one that is to be read-only becomes so afterwards."""
    settings = dict(server_settings or {})
    is_judged = target_session_attrs == "read-write" and settings.get(_READ_ONLY) == "on"
    if is_judged:
        del settings[_READ_ONLY]
    connect: Any = asyncpg.connect
    connection = await connect(url, target_session_attrs=target_session_attrs, server_settings=settings, **options)
    if is_judged:
        await connection.execute(f"SET {_READ_ONLY} = on")
    return connection


def _most_telling(faults: list[Exception]) -> Exception:
    """That a server is away explains more than that the other is a standby."""
    return next(
        (fault for fault in faults if not isinstance(fault, asyncpg.TargetServerAttributeNotMatched)), faults[-1]
    )
