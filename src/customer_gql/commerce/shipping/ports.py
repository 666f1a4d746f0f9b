"""Shipping methods are ports: slices and installed packages register what tells the rates of a carrier
(docs/domain/shipping.md#shipping-1). None is asked inside a transaction."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from decimal import Decimal
from importlib.metadata import entry_points
from typing import Any, Final, NamedTuple, Protocol

from customer_gql.loading.reads import Read
from customer_gql.shop.settings.declaration import Setting

_log: Final = logging.getLogger(__name__)
ENTRY_POINTS: Final = "customer_gql.shipping"
ANSWER_SECONDS: Final = 3.0
MOST_RATES: Final = 20
"""Of one port."""


class ShippingQuestion(NamedTuple):
    """What is to be sent where. The subtotal is in minor units of the currency and the weight in kilograms, both of what is shipped."""

    website_id: int
    currency: str
    country_code: str
    region_code: str | None
    postcode: str | None
    subtotal: int
    weight: Decimal
    item_count: int


class ShippingRate(NamedTuple):
    """A way to send it, in minor units. The code is that of the port, or begins with it and a colon."""

    code: str
    label: str
    amount: int


class FetchByKeys(Protocol):
    """Reads by keys, inside a transaction or outside of one."""

    def __call__(self, read: Read, keys: Sequence[Any], **arguments: Any) -> Awaitable[Mapping[Any, Any]]: ...


class ShopReads(NamedTuple):
    """What a port can read of the shop: settings of the website, and rows by their keys."""

    options: Mapping[Setting[Any], Any]
    fetch: FetchByKeys


class ShippingPort(Protocol):
    @property
    def code(self) -> str: ...

    async def rates(self, question: ShippingQuestion, shop: ShopReads) -> Sequence[ShippingRate]:
        """What it offers for this, at present; nothing where it does not ship there."""
        ...


SHIPPING_PORTS: Final[list[ShippingPort]] = []
"""Those of slices, joined by `schema.slices`, then those of installed packages."""


def load_installed_ports() -> list[ShippingPort]:
    return [found.load()() for found in sorted(entry_points(group=ENTRY_POINTS), key=lambda one: one.name)]


async def ask_rates(question: ShippingQuestion, shop: ShopReads, *, method: str | None = None) -> list[ShippingRate]:
    """What all ports offer, or the port of a method alone, in their order. One that fails or takes too long offers nothing."""
    asked = [port for port in SHIPPING_PORTS if method is None or method.partition(":")[0] == port.code]
    found = await asyncio.gather(*[_ask_port(port, question, shop) for port in asked])
    return [rate for rates in found for rate in rates]


async def _ask_port(port: ShippingPort, question: ShippingQuestion, shop: ShopReads) -> Sequence[ShippingRate]:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            rates = await port.rates(question, shop)
    except Exception:  # noqa: BLE001 - it is logged
        # Another's code: whatever it raises, the shop goes on selling with the other methods.
        _log.exception("The shipping port %s failed.", port.code)
        return []
    fitting = [rate for rate in rates if rate.code.partition(":")[0] == port.code and rate.amount >= 0]
    return fitting[:MOST_RATES]
