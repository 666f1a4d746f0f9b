"""Payment methods are ports: slices and installed packages register what authorizes, captures, voids and refunds
(docs/domain/payments.md#payments-1). None is called inside a transaction."""

import enum
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from customer_gql.shop.settings.declaration import Setting

ENTRY_POINTS: Final = "customer_gql.payments"


class PaymentOffer(NamedTuple):
    """What is to be paid where: `due` is in minor units of the currency."""

    website_id: int
    currency: str
    due: int


class PaymentMethod(Protocol):
    """A way to pay. One that is not a `PaymentPort` too is paid outside of the shop, and its orders begin as `NEW`."""

    @property
    def code(self) -> str: ...

    @property
    def needs_purchase_order(self) -> bool:
        """Whether the shopper has to enter a number of their purchase order."""
        ...

    @property
    def needs_token(self) -> bool:
        """Whether the shopper has to bring a token that the provider gave them."""
        ...

    def find_label(self, offer: PaymentOffer, options: Mapping[Setting[Any], Any]) -> str | None:
        """Its name for shoppers; None where it is not offered for this."""
        ...


class PaymentOutcome(enum.StrEnum):
    AUTHORIZED = "AUTHORIZED"
    REVIEW = "REVIEW"
    DECLINED = "DECLINED"
    REDIRECT = "REDIRECT"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    REFUNDED = "REFUNDED"
    UNKNOWN = "UNKNOWN"
    """The provider has never heard of it."""


class PaymentAnswer(NamedTuple):
    outcome: PaymentOutcome
    reference: str | None = None
    """By which the provider knows the payment."""
    url: str | None = None
    """Where the shopper confirms a payment that is a `REDIRECT`."""


class PaymentFailed(Exception):
    """The provider did not answer in time, or with nothing that can be read: what it did is unknown."""


class PaymentNotice(NamedTuple):
    """A webhook of a provider that is genuine: its own id, and the key of the payment that it is about."""

    id: str
    key: str


class NoticeForged(Exception):
    """The webhook is not signed by the provider, or too old."""


@runtime_checkable
class PaymentPort(PaymentMethod, Protocol):
    """A provider. `key` is our id of the payment, and `request` that of one capture or refund of it: a repeat with the same ones
    does nothing more. Every call ends within `seconds`, or raises `PaymentFailed`."""

    @property
    def seconds(self) -> float: ...

    async def authorize(self, key: str, amount: int, currency: str, token: str) -> PaymentAnswer: ...

    async def capture(self, key: str, request: str, amount: int, currency: str) -> PaymentAnswer: ...

    async def void(self, key: str) -> PaymentAnswer:
        """Of a key that the provider has never heard of, too: it authorizes nothing for it any more."""
        ...

    async def refund(self, key: str, request: str, amount: int, currency: str) -> PaymentAnswer: ...

    async def status(self, key: str) -> PaymentAnswer: ...

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> PaymentNotice:
        """Raises `NoticeForged`."""
        ...


PAYMENT_METHODS: Final[list[PaymentMethod]] = []
"""Those of slices, joined by `schema.slices`, then those of installed packages."""


def load_installed_methods() -> list[PaymentMethod]:
    return [found.load()() for found in sorted(entry_points(group=ENTRY_POINTS), key=lambda one: one.name)]


def find_offered(offer: PaymentOffer, options: Mapping[Setting[Any], Any]) -> dict[str, str]:
    """Names of the methods that are offered, by code."""
    found = {method.code: method.find_label(offer, options) for method in PAYMENT_METHODS}
    return {code: label for code, label in found.items() if label is not None}


def find_method(code: str) -> PaymentMethod | None:
    return next((method for method in PAYMENT_METHODS if method.code == code), None)


def find_port(code: str | None) -> PaymentPort | None:
    """The provider behind a method; None for one that is paid outside of the shop."""
    method = None if code is None else find_method(code)
    return method if isinstance(method, PaymentPort) else None
