"""Which columns of a grid are personal: those over a field that the graph declares personal (docs/domain/grid.md#grid-6)."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from customer_gql.core.errors import Forbidden
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.loading.grids.columns import ColumnType, is_added
from customer_gql.loading.grids.grid import Grid

_ALWAYS: Final = ("billing", "shipping")
"""How the keys of columns of an address begin; an amount of an order tells nothing of it."""


def find_personal_columns(grid: Grid, shown: Mapping[str, Any]) -> frozenset[str]:
    """Keys of the columns that are personal. `shown` are the types whose fields the columns are over, by the name that columns use.

    Raises `LookupError` for a column over a field that does not exist, because it would be open to everybody.
    """
    fields = {
        f"{name}.{field.python_name}": bool(field.metadata.get("personal"))
        for name, kind in shown.items()
        for field in kind.__strawberry_definition__.fields
    }
    found: set[str] = set()
    for column in grid.columns.values():
        unknown = [over for over in column.over if over not in fields]
        if unknown:
            raise LookupError(f"{grid.name}: the column {column.key} is over {unknown[0]}, which is no field.")
        is_of_address = column.key.startswith(_ALWAYS) and column.type is not ColumnType.MONEY
        if is_of_address or any(fields[over] for over in column.over):
            found.add(column.key)
    return frozenset(found)


def require_columns(grid: Grid, personal: Collection[str], used: Collection[str], viewer: Viewer) -> None:
    """Raises `Forbidden` when the viewer lacks what a column needs. To be called before any statement runs."""
    for key in sorted(used):
        permission = missing_permission(grid, personal, key, viewer)
        if permission is not None:
            raise Forbidden(
                f"The permission {permission} is missing, which the column {key} needs.",
                permission=permission,
                column=key,
            )


def missing_permission(grid: Grid, personal: Collection[str], key: str, viewer: Viewer) -> Permission | None:
    column = grid.columns.get(key)
    needed = [] if column is None or column.permission is None else [column.permission]
    if key in personal or (column is None and is_added(key)):  # one that is gone may have been personal
        needed.append(Permission.CUSTOMERS_PII)
    return next((permission for permission in needed if permission not in viewer.permissions), None)
