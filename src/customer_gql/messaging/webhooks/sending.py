"""One request to an address that somebody else named (docs/domain/webhooks.md#webhooks-10).

The name is resolved once, every address it has is judged, and the connection goes to one of those that were judged: a name
that leads elsewhere a moment later leads nowhere. Nothing of the environment, such as a proxy, takes part.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpcore2
import httpx2

from customer_gql.security.network import Address, is_allowed_address, parse_networks
from customer_gql.settings import Settings

from .urls import parse_url

ANSWER_BYTES: Final = 16 * 1024
ATTEMPT_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 4.0
"""For one address of several."""
_MOST_ADDRESSES: Final = 4
# Resolving cannot be canceled, and a name server that hangs must not take the threads that all others use.
_resolvers: Final = ThreadPoolExecutor(max_workers=32, thread_name_prefix="webhook-dns")


class NotSent(Exception):
    """There is no answer. The text is ours, for those who manage the webhook."""


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    retry_after: str | None


async def send_request(url: str, headers: Mapping[str, str], body: str, settings: Settings) -> Answer:
    """Raises `NotSent`."""
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            addresses = await resolve_host(url, settings)
            return await _post(url, headers, body, addresses)
    except TimeoutError:
        raise NotSent(f"There was no answer within {ATTEMPT_SECONDS:.0f} seconds.") from None


async def resolve_host(url: str, settings: Settings) -> Sequence[Address]:
    """Every address of the host, all of them allowed. Raises `NotSent`."""
    parts = parse_url(url)
    if parts is None:
        raise NotSent("The stored address is not an HTTP address. Enter it again.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(_resolvers, _look_up, parts.raw_host.decode(), port)
    except (OSError, UnicodeError):
        raise NotSent("The host name could not be resolved.") from None
    addresses = list(dict.fromkeys(ipaddress.ip_address(text.partition("%")[0]) for text in found))
    networks = parse_networks(tuple(settings.webhook_networks))
    is_local = settings.environment == "development" and all(one.is_loopback for one in addresses)
    if not is_local and not all(is_allowed_address(one, networks) for one in addresses):
        raise NotSent("The host has an address that is not public. The operator can allow its network.")
    if parts.scheme != "https" and not is_local:
        raise NotSent("Without https only loopback is called, in development.")
    return addresses


def _look_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Read once, because reading the certificates takes 50 ms."""
    return ssl.create_default_context()


async def _post(url: str, headers: Mapping[str, str], body: str, addresses: Sequence[Address]) -> Answer:
    transport = _PinnedTransport(addresses)
    try:
        async with (
            httpx2.AsyncClient(transport=transport, trust_env=False, timeout=ATTEMPT_SECONDS) as client,
            client.stream("POST", url, headers=dict(headers), content=body.encode()) as answer,
        ):
            # The status says everything. What else the receiver sends is left unread.
            return Answer(answer.status_code, answer.headers.get("retry-after"))
    except _AnswerTooLong:
        raise NotSent(f"The answer is longer than {ANSWER_BYTES // 1024} KiB.") from None
    except httpx2.ConnectTimeout:
        raise NotSent("The connection could not be opened in time.") from None
    except httpx2.ConnectError as error:
        raise NotSent(_describe_connect_error(error)) from None
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise NotSent("The connection broke, or the answer is not HTTP.") from None


def _describe_connect_error(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return "The TLS connection was refused. Check the certificate and its name."
        seen = seen.__cause__ or seen.__context__
    return "The connection was refused."


class _AnswerTooLong(Exception):
    pass


class _PinnedTransport(httpx2.AsyncHTTPTransport):
    """Connects to addresses that were judged, whatever the host resolves to by now. Names in TLS are those of the URL."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        super().__init__(verify=_trusted_authorities(), trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_trusted_authorities(),
            max_keepalive_connections=0,
            network_backend=_PinnedBackend(addresses),
        )


class _PinnedBackend(httpcore2.AsyncNetworkBackend):
    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses[:_MOST_ADDRESSES]
        self._backend: Any = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - resolved before
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - as httpcore has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        refused: Exception = httpcore2.ConnectError("no address")
        for address in self._addresses:
            try:
                stream = await self._backend.connect_tcp(
                    str(address), port, _CONNECT_SECONDS, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                refused = error
            else:
                return _ShortStream(stream)
        raise refused

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _ShortStream(httpcore2.AsyncNetworkStream):
    """Reads no more of an answer than is needed, its headers included."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = ANSWER_BYTES

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        if self._left <= 0:
            raise _AnswerTooLong
        found = await self._stream.read(min(max_bytes, self._left), timeout)
        self._left -= len(found)
        return found

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return _ShortStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            # httpcore closes it after an error, and not when the time is over, which cancels it.
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
