"""Views of customers that staff of the demo shop share, and one that a representative keeps."""

from datetime import datetime
from typing import Any, Final

import orjson

from customer_gql.core.text import sort_key
from customer_gql.database.seeding import Rows, ShopSeed

from .tables import ViewOwner, grid_view, grid_view_default

_GRID: Final = "CUSTOMERS"
_NO_ORDER_FOR_LONG: Final = {
    "filter": {"orderCount": {"gte": 1}, "lastOrderAt": {"notInLastDays": 90}},
    "sort": [{"by": "LAST_ORDER_AT", "direction": "ASC"}],
    "columns": ["number", "name", "email", "lastOrderAt", "lifetimeValue"],
}
_BEST: Final = {
    "filter": {"orderCount": {"gte": 5}},
    "sort": [{"by": "LIFETIME_VALUE", "direction": "DESC"}],
    "columns": ["number", "name", "orderCount", "lifetimeValue"],
    "pageSize": 50,
}
_LOCKED: Final = {"filter": {"isLocked": {"eq": True}}}
_VIEWS: Final = (
    (1, 1, "Dormant", True, _NO_ORDER_FOR_LONG),
    (2, 1, "Best customers", True, _BEST),
    (3, 2, "Locked accounts", False, _LOCKED),
)
"""Key, staff user, name, whether it is shared, and content."""


def add_views(opened: datetime, rows: Rows) -> None:
    rows[grid_view].extend(_view(*view, opened) for view in _VIEWS)
    rows[grid_view_default].append({**_owner(2), "grid": _GRID, "view_id": 1})


def _view(
    key: int, staff: int, name: str, is_shared: bool, content: dict[str, Any], opened: datetime
) -> dict[str, Any]:
    return {
        "id": key,
        "grid": _GRID,
        **_owner(staff),
        "name": name,
        "name_sort_key": sort_key(name),
        "is_shared": is_shared,
        "content": orjson.dumps(content).decode(),
        "created_at": opened,
    }


def _owner(staff: int) -> dict[str, Any]:
    return {"owner_kind": ViewOwner.STAFF.value, "owner_id": staff}


SEED: Final = (ShopSeed((grid_view, grid_view_default), add_views),)
