"""The catalog of the demo shop: thirty-six articles in three variants each, sold by every website in its own currency.

A product has one price in one currency, so each website has products of its own: carts are sums of product prices.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from customer_gql.database.seeding import Rows, ShopSeed
from customer_gql.shop.websites.seed import BASE, BRITAIN, EUROPE, JAPAN, Site

from .tables import product, product_option, product_option_value, product_stock, product_website

# Code, name, price in cents, kind of variant.
_ARTICLES: Final = (
    ("JKT-ALP", "Alpine Down Jacket", 24900, "colour"),
    ("JKT-RAI", "Monsoon Rain Jacket", 14900, "colour"),
    ("FLC-HRB", "Harbour Fleece", 7900, "colour"),
    ("SWT-MER", "Merino Crew Sweater", 8900, "colour"),
    ("TEE-ORG", "Organic Cotton Tee", 2400, "colour"),
    ("SHT-OXF", "Oxford Shirt", 5900, "colour"),
    ("TRS-TRK", "Trekking Trousers", 9900, "colour"),
    ("SRT-RUN", "Running Shorts", 3900, "colour"),
    ("LEG-YOG", "Yoga Leggings", 5400, "colour"),
    ("SOC-WOL", "Wool Hiking Socks", 1800, "colour"),
    ("HAT-BEA", "Ribbed Beanie", 2200, "colour"),
    ("GLV-WIN", "Windproof Gloves", 3400, "colour"),
    ("SHO-TRL", "Trail Running Shoes", 12900, "size"),
    ("BOT-HIK", "Ridge Hiking Boots", 18900, "size"),
    ("SND-RIV", "River Sandals", 6900, "size"),
    ("SHO-SNE", "Canvas Sneakers", 6400, "size"),
    ("BAG-DAY", "Daypack 22 l", 8400, "colour"),
    ("BAG-TRK", "Trekking Pack 55 l", 21900, "colour"),
    ("BAG-DUF", "Duffel 60 l", 11900, "colour"),
    ("BAG-TOT", "Canvas Tote", 2900, "colour"),
    ("BTL-INS", "Insulated Bottle 750 ml", 3200, "colour"),
    ("MUG-CMP", "Camp Mug", 1600, "colour"),
    ("TNT-TWO", "Two-Person Tent", 32900, "colour"),
    ("BED-SLP", "Down Sleeping Bag", 27900, "size"),
    ("MAT-SLP", "Sleeping Mat", 8900, "size"),
    ("LMP-HED", "Headlamp 400 lm", 4900, "colour"),
    ("STV-GAS", "Gas Stove", 5900, "colour"),
    ("POT-SET", "Titanium Pot Set", 7400, "size"),
    ("KNF-POC", "Pocket Knife", 4400, "colour"),
    ("MAP-CAS", "Map Case", 1900, "colour"),
    ("POL-CAR", "Carbon Trekking Poles", 12400, "size"),
    ("GLS-SUN", "Polarised Sunglasses", 9400, "colour"),
    ("TWL-MIC", "Microfibre Towel", 1700, "colour"),
    ("KIT-AID", "First-Aid Kit", 2700, "size"),
    ("BAR-NUT", "Nut Bars, box of 12", 2150, "flavour"),
    ("COF-BEA", "Coffee Beans 500 g", 1450, "flavour"),
)

_VARIANTS: Final = {
    "colour": (("NVY", "Navy"), ("FOR", "Forest"), ("RST", "Rust")),
    "size": (("S", "S"), ("M", "M"), ("L", "L")),
    "flavour": (("PLN", "Plain"), ("COC", "Cocoa"), ("HAZ", "Hazelnut")),
}

# Prices end as shops of that country end them.
_PRICE: Final = {
    "USD": lambda cents: cents,
    "EUR": lambda cents: cents * 92 // 100 // 100 * 100 + 95,
    "GBP": lambda cents: cents * 79 // 100 // 100 * 100 + 99,
    "JPY": lambda cents: cents * 3 // 2 // 100 * 100 + 80,
}


# By the first letters of their codes.
_CATEGORIES: Final = {
    **dict.fromkeys(["JKT", "FLC", "SWT", "TEE", "SHT", "TRS", "SRT", "LEG", "SOC", "HAT", "GLV"], "Clothing"),
    **dict.fromkeys(["SHO", "BOT", "SND"], "Shoes"),
    **dict.fromkeys(["BAG", "MAP"], "Bags"),
    **dict.fromkeys(["BTL", "MUG", "TNT", "BED", "MAT", "LMP", "STV", "POT", "KNF", "POL", "KIT"], "Camping"),
    **dict.fromkeys(["BAR", "COF"], "Food"),
}
_TAXABLE_GOODS: Final = 2
_ENGRAVED: Final = ("BTL", "MUG", "KNF")
"""Can be bought with an engraving."""
_ENGRAVING: Final = {"USD": 490, "EUR": 450, "GBP": 400, "JPY": 700}


@dataclass(frozen=True, slots=True)
class SeedProduct:
    """A row of the catalog; its price is in minor units."""

    id: int
    sku: str
    name: str
    price: int
    currency: str
    image_url: str | None
    is_salable: bool
    categories: list[str]
    weight: Decimal
    tax_class_id: int = _TAXABLE_GOODS


def _make_catalog(site: Site, *, first_id: int, suffix: str = "") -> tuple[SeedProduct, ...]:
    """One website's products, in the same order as every other's."""
    variants = [
        (f"{code}-{short}", f"{name}, {variant}", cents + step * cents // 50)
        for code, name, cents, kind in _ARTICLES
        for step, (short, variant) in enumerate(_VARIANTS[kind])
    ]
    return tuple(
        SeedProduct(
            id=first_id + place,
            sku=sku + suffix,
            name=name,
            price=_PRICE[site.currency](cents),
            currency=site.currency,
            image_url=None if place % 29 == 28 else f"/media/products/{sku.lower()}.jpg",
            is_salable=place % 17 != 16,
            categories=[_CATEGORIES.get(sku[:3], "Accessories")],
            weight=Decimal(place * 37 % 40 + 2) / 10,
        )
        for place, (sku, name, cents) in enumerate(variants)
    )


_CATALOGS: Final = {
    BASE.id: _make_catalog(BASE, first_id=1),
    EUROPE.id: _make_catalog(EUROPE, first_id=1001, suffix="-EU"),
    BRITAIN.id: _make_catalog(BRITAIN, first_id=2001, suffix="-UK"),
    JAPAN.id: _make_catalog(JAPAN, first_id=3001, suffix="-JP"),
}
_SIZE: Final = len(_ARTICLES) * 3

# A few sell often and most sell sometimes; the step distributes the popular ones over all articles.
_POPULAR: Final = tuple(rank * 77 % _SIZE for rank in range(_SIZE) for _ in range(max(1, 240 // (rank + 3))))
"""Places in a catalog, each as often as it is bought."""


def products_of(site: Site) -> tuple[SeedProduct, ...]:
    return _CATALOGS[site.id]


def pick_place(r: Callable[[], float]) -> int:
    """A place in the catalogs, popular ones more often."""
    return _POPULAR[int(r() * len(_POPULAR))]


def pick_places(r: Callable[[], float], count: int) -> list[int]:
    """Places in the catalogs, all different."""
    picked: dict[int, None] = {}
    while len(picked) < count:
        picked[pick_place(r)] = None
    return list(picked)


def add_products(_opened: datetime, rows: Rows) -> None:
    for website_id, products in _CATALOGS.items():
        rows[product].extend(map(asdict, products))
        rows[product_website].extend({"product_id": each.id, "website_id": website_id} for each in products)
        for place, each in enumerate(products):
            _add_stock(place, each, rows)
            if each.sku[:3] in _ENGRAVED:
                _add_engraving(each, rows)


def _add_stock(place: int, sold: SeedProduct, rows: Rows) -> None:
    """Of most products some hundred, of a few none, and of some nobody counts."""
    if place % 13 != 12:
        quantity = 0 if place % 11 == 10 else place * 53 % 400 + 5
        stock = {"product_id": sold.id, "quantity": quantity, "is_in_stock": quantity > 0}
        rows[product_stock].append({**stock, "max_quantity": 20 if place % 5 == 0 else None})


def _add_engraving(sold: SeedProduct, rows: Rows) -> None:
    option = {"product_id": sold.id, "code": "engraving", "title": "Engraving", "is_required": False, "place": 1}
    rows[product_option].append(option)
    for place, (code, title) in enumerate([("initials", "Initials"), ("name", "Name")], 1):
        price = _ENGRAVING[sold.currency] * place
        value = {"product_id": sold.id, "option_code": "engraving", "code": code, "title": title, "price": price}
        rows[product_option_value].append({**value, "place": place})


_TABLES: Final = (product, product_website, product_stock, product_option, product_option_value)
SEED: Final = (ShopSeed(_TABLES, add_products),)
