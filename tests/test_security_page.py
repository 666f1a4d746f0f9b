"""docs/security.md says what holds: its tables are those of the code."""

import re
from pathlib import Path
from typing import Any

from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import find_type_guard
from customer_gql.schema import admin

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = re.split(rf"(?m)^##+ {re.escape(heading)}$", PAGE)[1].split("\n##")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_permission_has_a_row_in_the_order_of_the_code():
    table = rows("What each permission allows at worst")
    assert [row[0] for row in table] == [f"`{permission}`" for permission in Permission]
    assert all(whom and worst for _, whom, worst in table)


def test_permissions_named_on_the_page_exist():
    fields = {"viewer.staff"}
    named = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", PAGE)) - fields
    assert named == {str(permission) for permission in Permission}


def test_staff_manage_for_all_websites_alone_equals_administrator():
    assert [row[:2] for row in rows("Equal to administrator in effect")] == [["`staff.manage`", "all websites"]]


def test_guarded_types_are_those_of_the_graph():
    found: list[list[str]] = []
    kinds: dict[str, Any] = admin.schema._schema.type_map
    for name, kind in sorted(kinds.items()):
        if guard := find_type_guard(kind):
            opened = ", ".join(f"`{field}`" for field in sorted(guard.open_fields))
            found.append([f"`{name}`", f"`{guard.requires}`", opened])
    assert rows("What is asked for beyond the root") == found


def test_limits_are_linked_where_they_are_described():
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    linked = re.findall(r"\(operations\.md#([a-z-]+)\)", PAGE)
    headings = {
        re.sub(r"[^a-z ]", "", line.lower()).strip().replace(" ", "-")
        for line in re.findall(r"(?m)^##+ (.*)$", operations)
    }
    assert {"limits", "who-is-limited-by-what", "database"} <= set(linked) <= headings
