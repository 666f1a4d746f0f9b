"""The sales representatives of the demo shop."""

from datetime import datetime
from typing import Any, Final

from customer_gql.core.text import sort_key
from customer_gql.database.seeding import Rows, ShopSeed

from .tables import staff_user

SALES_REPRESENTATIVES: Final = {1: "Morgan Reyes", 2: "Priya Natarajan", 3: "Jonas Weiß"}
"""Names by id."""

_SUPPORT_ROLE: Final = 2


def add_representatives(opened: datetime, rows: Rows) -> None:
    rows[staff_user].extend(_representative(id, name, opened) for id, name in SALES_REPRESENTATIVES.items())


def _representative(id: int, name: str, opened: datetime) -> dict[str, Any]:
    local = name.lower().replace(" ", ".").replace("ß", "ss")
    return {
        "id": id,
        "email": f"{local}@sales.example.com",
        "name": name,
        "name_sort_key": sort_key(name),
        "job_title": "Sales representative",
        "role_id": _SUPPORT_ROLE,
        "is_active": True,
        "created_at": opened,
    }


SEED: Final = (ShopSeed((staff_user,), add_representatives),)
