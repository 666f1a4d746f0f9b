"""The fixed part of the demo shop: websites with their stores and views, groups, rates, sales staff.

The main website, its store and view, the tax class 3, the groups 0 to 3 and the staff roles exist since the migrations.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .shop_products import Product, products

VIP: Final = 4
BUSINESS: Final = 5
WHOLESALE: Final = 2

SALES_REPRESENTATIVES: Final = (1, 2, 3)
_SUPPORT_ROLE: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A website as its customers' rows need it; amounts are in minor units of its currency."""

    id: int
    currency: str
    unit: int
    """Minor units in one of the currency."""
    products: tuple[Product, ...]
    shipping_fee: int
    free_shipping_from: int
    tax_percent: int
    points_last_days: int | None
    views: tuple[int, ...]
    view_of_country: dict[str, int]


BASE: Final = Site(
    id=1,
    currency="USD",
    unit=100,
    products=products("USD", first_id=1),
    shipping_fee=595,
    free_shipping_from=7500,
    tax_percent=7,
    points_last_days=365,
    views=(1, 2, 3, 4),
    view_of_country={"US": 1, "CA": 3, "AU": 1},
)
EUROPE: Final = Site(
    id=2,
    currency="EUR",
    unit=100,
    products=products("EUR", first_id=1001, suffix="-EU"),
    shipping_fee=490,
    free_shipping_from=6000,
    tax_percent=20,
    points_last_days=365,
    views=(5, 6, 7, 8, 9),
    view_of_country={"DE": 5, "FR": 6, "IT": 7, "NL": 8},
)
BRITAIN: Final = Site(
    id=3,
    currency="GBP",
    unit=100,
    products=products("GBP", first_id=2001, suffix="-UK"),
    shipping_fee=395,
    free_shipping_from=5000,
    tax_percent=20,
    points_last_days=None,
    views=(10,),
    view_of_country={},
)
JAPAN: Final = Site(
    id=4,
    currency="JPY",
    unit=1,
    products=products("JPY", first_id=3001, suffix="-JP"),
    shipping_fee=550,
    free_shipping_from=8000,
    tax_percent=10,
    points_last_days=None,
    views=(11, 12),
    view_of_country={"JP": 11},
)

DEFAULT_VIEW: Final = {BASE.id: 1, EUROPE.id: 9, BRITAIN.id: 10, JAPAN.id: 12}
"""Where those shop whose country has no view of its own."""

_STORE_VIEWS: Final = (
    (2, 1, "us_es", "Español", "es_US", False),
    (3, 2, "ca_en", "Canada, English", "en_CA", True),
    (4, 2, "ca_fr", "Canada, français", "fr_CA", False),
    (5, 3, "de", "Deutschland", "de_DE", True),
    (6, 4, "fr", "France", "fr_FR", True),
    (7, 5, "it", "Italia", "it_IT", False),
    (8, 5, "nl", "Nederland", "nl_NL", False),
    (9, 5, "en_eu", "Europe, English", "en_IE", True),
    (10, 6, "en_gb", "United Kingdom", "en_GB", True),
    (11, 7, "ja", "日本", "ja_JP", True),
    (12, 7, "en_jp", "Japan, English", "en_JP", False),
)

Records = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]


def records(opened: datetime) -> list[Records]:
    """Table, columns, rows: in an order that satisfies the foreign keys."""
    return [
        ("website", ("id", "code", "name", "currency", "is_default"), _websites()),
        ("store", ("id", "website_id", "code", "name", "is_default"), _stores()),
        ("store_view", ("id", "store_id", "code", "name", "locale", "is_default"), list(_STORE_VIEWS)),
        ("tax_class", ("id", "name"), [(4, "Business, reverse charge")]),
        ("customer_group", ("id", "name", "tax_class_id"), [(VIP, "VIP", 3), (BUSINESS, "Business", 4)]),
        ("customer_group_excluded_website", ("group_id", "website_id"), [(BUSINESS, JAPAN.id)]),
        ("product", ("id", "sku", "name", "price", "currency", "image_url", "is_salable"), _products()),
        ("staff_user", ("id", "email", "name", "job_title", "role_id", "is_active", "created_at"), _staff(opened)),
        ("reward_points_rate", ("id", "website_id", "group_id", "points", "amount"), _rates()),
    ]


def _websites() -> list[tuple[Any, ...]]:
    return [
        (EUROPE.id, "eu", "Europe", EUROPE.currency, False),
        (BRITAIN.id, "uk", "United Kingdom", BRITAIN.currency, False),
        (JAPAN.id, "jp", "Japan", JAPAN.currency, False),
    ]


def _stores() -> list[tuple[Any, ...]]:
    return [
        (2, BASE.id, "canada", "Canada", False),
        (3, EUROPE.id, "germany", "Germany", False),
        (4, EUROPE.id, "france", "France", False),
        (5, EUROPE.id, "europe", "Rest of Europe", True),
        (6, BRITAIN.id, "britain", "United Kingdom", True),
        (7, JAPAN.id, "japan", "Japan", True),
    ]


def _products() -> list[tuple[Any, ...]]:
    return [
        (p.id, p.sku, p.name, p.price, p.currency, p.image_url, p.is_salable)
        for site in (BASE, EUROPE, BRITAIN, JAPAN)
        for p in site.products
    ]


def _staff(opened: datetime) -> list[tuple[Any, ...]]:
    people = ("Morgan Reyes", "Priya Natarajan", "Jonas Weiß")
    mail = ("morgan.reyes", "priya.natarajan", "jonas.weiss")
    return [
        (key, f"{local}@sales.example.com", name, "Sales representative", _SUPPORT_ROLE, True, opened)
        for key, local, name in zip(SALES_REPRESENTATIVES, mail, people, strict=True)
    ]


def _rates() -> list[tuple[Any, ...]]:
    """For all, for one website, for one without minor units, and for one group on one website."""
    return [
        (1, None, None, 100, 500),
        (2, EUROPE.id, None, 100, 400),
        (3, JAPAN.id, None, 100, 500),
        (4, BASE.id, VIP, 100, 800),
    ]
