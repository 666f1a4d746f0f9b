"""Which ways to pay a website offers (docs/domain/payments.md#payments-2)."""

from typing import Final

from customer_gql.shop.settings.declaration import WEBSITE, Setting

CHECK_ENABLED: Final = Setting(
    "payments.check_money_order_enabled",
    True,
    WEBSITE,
    "Whether shoppers can pay by check or money order.",
    label="Check or money order",
)
CHECK_LABEL: Final = Setting(
    "payments.check_money_order_label",
    "Check or money order",
    WEBSITE,
    "Name of payment by check or money order for shoppers.",
    label="Name of check or money order",
)
PURCHASE_ORDER_ENABLED: Final = Setting(
    "payments.purchase_order_enabled",
    False,
    WEBSITE,
    "Whether shoppers can pay on a purchase order of theirs.",
    label="Purchase order",
)
PURCHASE_ORDER_LABEL: Final = Setting(
    "payments.purchase_order_label",
    "Purchase order",
    WEBSITE,
    "Name of payment on a purchase order for shoppers.",
    label="Name of purchase order",
)
FREE_ENABLED: Final = Setting(
    "payments.free_enabled",
    True,
    WEBSITE,
    "Whether orders can be placed for which nothing is to be paid.",
    label="Orders without payment",
)
FREE_LABEL: Final = Setting(
    "payments.free_label",
    "No payment required",
    WEBSITE,
    "Name for shoppers where nothing is to be paid.",
    label="Name of no payment",
)
TEST_PSP_LABEL: Final = Setting(
    "payments.test_psp_label",
    "Test payment",
    WEBSITE,
    "Name of the test provider for shoppers. It is offered where `CUSTOMER_GQL_TEST_PSP__URL` says where it is.",
    label="Name of the test provider",
)
PENDING_MINUTES: Final = Setting(
    "payments.pending_minutes",
    480,
    WEBSITE,
    "Minutes after which an order that still waits for its payment is canceled.",
    at_least=1,
    at_most=100_000,
    label="Minutes to pay in",
)
SETTINGS: Final = (
    CHECK_ENABLED,
    CHECK_LABEL,
    PURCHASE_ORDER_ENABLED,
    PURCHASE_ORDER_LABEL,
    FREE_ENABLED,
    FREE_LABEL,
    TEST_PSP_LABEL,
    PENDING_MINUTES,
)
