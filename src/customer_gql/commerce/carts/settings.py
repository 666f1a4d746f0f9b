"""How much goes into a cart, and how long it is kept (docs/domain/carts.md#carts-7)."""

from typing import Final

from customer_gql.commerce.shipping.settings import validate_price
from customer_gql.shop.settings.declaration import WEBSITE, Setting

MAX_LINES: Final = Setting(
    "carts.max_lines",
    500,
    WEBSITE,
    "Largest number of lines of a cart. Lines that are there already stay.",
    at_least=1,
    at_most=500,
    label="Lines of a cart",
)
MAX_QUANTITY: Final = Setting(
    "carts.max_quantity",
    10_000,
    WEBSITE,
    "Largest quantity of one line of a cart.",
    at_least=1,
    at_most=1_000_000,
    label="Quantity of a line",
)
LIFETIME: Final = Setting(
    "carts.lifetime_days",
    30,
    WEBSITE,
    "How long a cart is kept after its last change. Guests without orders go with their carts.",
    at_least=1,
    at_most=3_650,
    label="Lifetime of carts",
)
MINIMUM_AMOUNT: Final = Setting(
    "carts.minimum_amount",
    "0.00",
    WEBSITE,
    "Smallest amount of an order, in the currency of the website: its subtotal less discounts.",
    validate=validate_price,
    label="Minimum amount of orders",
)
MINIMUM_INCLUDES_TAX: Final = Setting(
    "carts.minimum_includes_tax",
    True,
    WEBSITE,
    "Whether tax counts for the smallest amount of an order.",
    label="Minimum amount includes tax",
)
MINIMUM_SETTINGS: Final = (MINIMUM_AMOUNT, MINIMUM_INCLUDES_TAX)
SETTINGS: Final = (MAX_LINES, MAX_QUANTITY, LIFETIME, *MINIMUM_SETTINGS)
