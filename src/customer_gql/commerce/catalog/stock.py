"""Stock of products that is not tracked (docs/domain/catalog.md#catalog-6)."""

from typing import Final, NamedTuple


class UntrackedStock(NamedTuple):
    """What is known of a product without stock."""

    quantity: int | None = None
    is_in_stock: bool = True
    min_quantity: int = 1
    max_quantity: int | None = None
    allows_backorders: bool = False


UNTRACKED: Final = UntrackedStock()
