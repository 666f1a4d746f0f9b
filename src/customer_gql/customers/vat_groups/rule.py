"""The rule by which a VAT number decides a customer group (docs/domain/vat.md#vat-6). It reads and stores nothing, so that a
checkout can ask it about an address that nobody has stored."""

from dataclasses import dataclass
from typing import Any, Final

from customer_gql.customers.vat.settings import VIES_ENABLED, find_shop_country, is_within_union
from customer_gql.customers.vat.tables import VatResult, VatSource
from customer_gql.shop.settings.declaration import Setting
from customer_gql.shop.settings.reads import SettingValues

from .settings import DOMESTIC_GROUP, ERROR_GROUP, INTRA_UNION_GROUP, INVALID_GROUP


@dataclass(frozen=True, slots=True)
class CheckedNumber:
    """The newest check of the number at the address that decides. `was_valid` says whether the last answer of VIES about this
    number of this customer was that it is valid."""

    country_code: str
    result: VatResult
    source: VatSource
    was_valid: bool = False


@dataclass(frozen=True, slots=True)
class GroupDecision:
    """The group that the number leads to; without one the customer leaves a group that the rule had chosen, or with
    `is_pending` stays where they are until VIES has answered."""

    group_id: int | None = None
    is_pending: bool = False


_NO_GROUP: Final = GroupDecision()


def decide_group(shop: SettingValues, checked: CheckedNumber | None) -> GroupDecision:
    if checked is None or checked.result is VatResult.NOT_CHECKED or not is_within_union(checked.country_code, shop):
        return _NO_GROUP
    if checked.result is VatResult.INVALID:
        return GroupDecision(shop[INVALID_GROUP])
    is_open = checked.result is VatResult.UNAVAILABLE or (checked.source is VatSource.OFFLINE and shop[VIES_ENABLED])
    if not is_open or checked.was_valid:
        return GroupDecision(shop[_group_of_valid(checked.country_code, shop)])
    return (
        GroupDecision(shop[ERROR_GROUP]) if checked.result is VatResult.UNAVAILABLE else GroupDecision(is_pending=True)
    )


def _group_of_valid(country_code: str, shop: SettingValues) -> Setting[Any]:
    return DOMESTIC_GROUP if country_code == find_shop_country(shop) else INTRA_UNION_GROUP
