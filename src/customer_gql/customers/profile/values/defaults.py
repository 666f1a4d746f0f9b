"""What new customers begin with, where nothing else is given (docs/domain/vat.md#vat-10)."""

from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

OPTED_OUT_BY_DEFAULT: Final = Setting(
    "customers.automatic_group_disabled_by_default",
    False,
    GLOBAL,
    "Whether new customers begin with `isAutomaticGroupChangeDisabled`, so that no VAT number changes their group until staff allow it.",
    label="No group by VAT number for new customers",
)
