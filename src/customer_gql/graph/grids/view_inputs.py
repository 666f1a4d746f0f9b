"""What a saved view of a grid contains, as an input."""

from typing import Any

from customer_gql.loading.grids.grid import Grid
from customer_gql.loading.pages import MAX_PAGE

from .inputs import InputField, make_input


def make_view_input(grid: Grid, name: str, filter_input: Any, sort_input: Any) -> Any:
    """Of a grid without search it has none."""
    search = {} if grid.document is None else {"search": InputField(str | None, "Text to search for.")}
    return make_input(
        name,
        f"What a saved view of {grid.title} shows. What is left out is not narrowed, sorted or chosen by the view.",
        {
            "filter": InputField(filter_input | None, "Rows to show; all by default."),
            **search,
            "sort": InputField(list[sort_input] | None, "At most three sort keys; the order of the list by default."),
            "columns": InputField(list[str] | None, "Keys of the columns to show, in their order."),
            "pageSize": InputField(int | None, f"Rows of a page, 1 to {MAX_PAGE}, for clients to ask for."),
        },
    )
