"""Every address of the admin UI, read from what its router is made of, so that none of a new screen is left out."""

import re
from typing import NamedTuple

import asyncpg

from admin_ui.sources import UI
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission


class Route(NamedTuple):
    """One address of a screen, as `/customers/$id`."""

    screen: str
    path: str
    permission: Permission | None
    is_open: bool


# A record of each screen that shows one: the prefix of its id, and the statement that finds it in the demo's shop. What the
# shop has none of is asked for with an id that nothing has.
_RECORDS = {
    "customer": ("cus", "SELECT customer_id FROM sales_order GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"),
    "company": ("com", "SELECT company_id FROM company_member GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"),
    "attribute": ("att", "SELECT id FROM attribute WHERE type = 'SELECT' ORDER BY id LIMIT 1"),
    "roles": ("rol", "SELECT id FROM staff_role ORDER BY id LIMIT 1"),
    "staff": ("stf", "SELECT id FROM staff_user ORDER BY id LIMIT 1"),
    "imports": ("cim", "SELECT 1"),
    "webhooks": ("whk", "SELECT 1"),
}


def read_routes() -> list[Route]:
    return [route for file in sorted(UI.glob("screens/*/screen.ts")) for route in _read_screen(file.parent.name)]


def _read_screen(name: str) -> list[Route]:
    text = (UI / "screens" / name / "screen.ts").read_text(encoding="utf-8")
    needed = re.search(r"permission: '(\w+)'", text)
    permission = Permission[needed[1]] if needed else None
    others = re.search(r"otherPaths: \[([^\]]*)\]", text)
    paths = re.findall(r"\bpath: '([^']+)'", text) + re.findall(r"'([^']+)'", others[1] if others else "")
    assert paths, name
    return [Route(name, path, permission, "isOpen: true" in text) for path in paths]


async def find_records(database_url: str) -> dict[str, str]:
    """The id that stands for `$id` in the addresses of a screen."""
    connection = await asyncpg.connect(database_url)
    try:
        found = {name: (prefix, await connection.fetchval(text)) for name, (prefix, text) in _RECORDS.items()}
    finally:
        await connection.close()
    return {name: encode_id(prefix, id) for name, (prefix, id) in found.items()}


async def find_addresses(database_url: str) -> dict[str, Route]:
    """Of every screen that is opened with a session, with what is behind each."""
    records = await find_records(database_url)
    routes = [route for route in read_routes() if not route.is_open]
    return {route.path.replace("$id", records.get(route.screen, "")): route for route in routes}
