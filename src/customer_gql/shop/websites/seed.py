"""The websites of the demo shop. The main website with its store and view exists since the migrations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from customer_gql.database.seeding import Rows, ShopSeed

from .tables import store, store_view, website


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A website as its customers' rows need it."""

    id: int
    currency: str
    views: tuple[int, ...]
    default_view: int
    """For customers whose country has no view of its own."""
    view_of_country: dict[str, int]


BASE: Final = Site(
    id=1, currency="USD", views=(1, 2, 3, 4), default_view=1, view_of_country={"US": 1, "CA": 3, "AU": 1}
)
EUROPE: Final = Site(
    id=2,
    currency="EUR",
    views=(5, 6, 7, 8, 9),
    default_view=9,
    view_of_country={"DE": 5, "FR": 6, "IT": 7, "NL": 8},
)
BRITAIN: Final = Site(id=3, currency="GBP", views=(10,), default_view=10, view_of_country={})
JAPAN: Final = Site(id=4, currency="JPY", views=(11, 12), default_view=12, view_of_country={"JP": 11})

SPANISH_IN_US: Final = 2
FRENCH_IN_CANADA: Final = 4


def add_websites(_opened: datetime, rows: Rows) -> None:
    rows[website].extend(
        [
            _website(EUROPE, "eu", "Europe"),
            _website(BRITAIN, "uk", "United Kingdom"),
            _website(JAPAN, "jp", "Japan"),
        ]
    )
    rows[store].extend(
        [
            _store(2, BASE, "canada", "Canada", is_default=False),
            _store(3, EUROPE, "germany", "Germany", is_default=False),
            _store(4, EUROPE, "france", "France", is_default=False),
            _store(5, EUROPE, "europe", "Rest of Europe", is_default=True),
            _store(6, BRITAIN, "britain", "United Kingdom", is_default=True),
            _store(7, JAPAN, "japan", "Japan", is_default=True),
        ]
    )
    rows[store_view].extend(
        [
            _store_view(SPANISH_IN_US, 1, "us_es", "Español", "es_US", is_default=False),
            _store_view(3, 2, "ca_en", "Canada, English", "en_CA", is_default=True),
            _store_view(FRENCH_IN_CANADA, 2, "ca_fr", "Canada, français", "fr_CA", is_default=False),
            _store_view(5, 3, "de", "Deutschland", "de_DE", is_default=True),
            _store_view(6, 4, "fr", "France", "fr_FR", is_default=True),
            _store_view(7, 5, "it", "Italia", "it_IT", is_default=False),
            _store_view(8, 5, "nl", "Nederland", "nl_NL", is_default=False),
            _store_view(9, 5, "en_eu", "Europe, English", "en_IE", is_default=True),
            _store_view(10, 6, "en_gb", "United Kingdom", "en_GB", is_default=True),
            _store_view(11, 7, "ja", "日本", "ja_JP", is_default=True),
            _store_view(12, 7, "en_jp", "Japan, English", "en_JP", is_default=False),
        ]
    )


def _website(site: Site, code: str, name: str) -> dict[str, Any]:
    return {"id": site.id, "code": code, "name": name, "currency": site.currency, "is_default": False}


def _store(store_id: int, site: Site, code: str, name: str, *, is_default: bool) -> dict[str, Any]:
    return {"id": store_id, "website_id": site.id, "code": code, "name": name, "is_default": is_default}


def _store_view(view_id: int, store_id: int, code: str, name: str, locale: str, *, is_default: bool) -> dict[str, Any]:
    return {
        "id": view_id,
        "store_id": store_id,
        "code": code,
        "name": name,
        "locale": locale,
        "is_default": is_default,
    }


SEED: Final = (ShopSeed((website, store, store_view), add_websites),)
