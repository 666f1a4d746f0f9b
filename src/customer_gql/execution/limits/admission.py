"""Limits how many requests of one audience are processed at once; more would slow down all of them."""

from collections import Counter

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.refusal import RequestRefused


class AdmissionGate:
    """Places for requests under way. Requests without a valid token share `guest_limit` of them, so that those with
    one always find a place, and from one network address they hold at most `address_limit`."""

    __slots__ = ("_address_limit", "_by_network", "_guest_limit", "_guests", "_limit", "running")

    def __init__(self, limit: int, *, guest_limit: int | None = None, address_limit: int | None = None) -> None:
        self._limit = limit
        self._guest_limit = limit if guest_limit is None else guest_limit
        self._address_limit = limit if address_limit is None else address_limit
        self.running = 0
        self._guests = 0
        self._by_network: Counter[str] = Counter()

    def admit(self, guest_network: str | None = None) -> "Place":
        """A place while the context is open; `guest_network` is the network of a request without a valid token.

        Entering it raises `RequestRefused` when there is none.
        """
        return Place(self, guest_network)

    def take_place(self, guest_network: str | None) -> None:
        self.require_place()
        if guest_network is not None and self._is_full_for(guest_network):
            raise _busy()
        self._count(guest_network, 1)

    def leave_place(self, guest_network: str | None) -> None:
        self._count(guest_network, -1)

    def require_place(self) -> None:
        """Raises `RequestRefused` when there is no place for anybody, which is known before who is asking."""
        if self.running >= self._limit:
            raise _busy()

    def _is_full_for(self, network: str) -> bool:
        return self._guests >= self._guest_limit or self._by_network[network] >= self._address_limit

    def _count(self, guest_network: str | None, by: int) -> None:
        self.running += by
        if guest_network is not None:
            self._guests += by
            self._by_network[guest_network] += by
            if not self._by_network[guest_network]:
                del self._by_network[guest_network]


class Place:
    """A class, because a generator takes three times as long to enter, and every request enters two."""

    __slots__ = ("_gate", "_guest_network")

    def __init__(self, gate: AdmissionGate, guest_network: str | None) -> None:
        self._gate = gate
        self._guest_network = guest_network

    def __enter__(self) -> None:
        self._gate.take_place(self._guest_network)

    def __exit__(self, *_: object) -> None:
        self._gate.leave_place(self._guest_network)


def _busy() -> RequestRefused:
    message = "The service is busy. Try again in a second."
    return RequestRefused(503, ErrorCode.UNAVAILABLE, message, {"Retry-After": "1"})
