"""The ways to pay that come with the shop, all outside of it (docs/domain/payments.md#payments-2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.shop.settings.declaration import Setting

from .ports import PaymentOffer
from .settings import (
    CHECK_ENABLED,
    CHECK_LABEL,
    FREE_ENABLED,
    FREE_LABEL,
    PURCHASE_ORDER_ENABLED,
    PURCHASE_ORDER_LABEL,
)


@dataclass(frozen=True, slots=True)
class OfflineMethod:
    """Offered where it is switched on and something is due, or with `is_free` where nothing is."""

    code: str
    enabled: Setting[bool]
    label: Setting[str]
    is_free: bool = False
    needs_purchase_order: bool = False
    needs_token: bool = False

    def find_label(self, offer: PaymentOffer, options: Mapping[Setting[Any], Any]) -> str | None:
        return options[self.label] if options[self.enabled] and (offer.due == 0) == self.is_free else None


PAYMENT_METHODS: Final = (
    OfflineMethod("check_money_order", CHECK_ENABLED, CHECK_LABEL),
    OfflineMethod("purchase_order", PURCHASE_ORDER_ENABLED, PURCHASE_ORDER_LABEL, needs_purchase_order=True),
    OfflineMethod("free", FREE_ENABLED, FREE_LABEL, is_free=True),
)
