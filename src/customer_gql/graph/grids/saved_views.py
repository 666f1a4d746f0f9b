"""Saved views, as the lists that run them know them. Views themselves are a slice above, which registers how one is found."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from customer_gql.core.errors import BadInput, RuleError
from customer_gql.core.input_ids import parse_input_id
from customer_gql.loading.grids.filters import FilterTree
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.saved import VIEW_NOT_FOUND

if TYPE_CHECKING:
    from .types import GridTypes


class RunnableView(NamedTuple):
    """What a view narrows its list to, what it searches for, its order, and the columns that it shows, if it chooses any."""

    filter: FilterTree | None
    search: str | None
    sort: tuple[SortBy, ...]
    columns: tuple[str, ...] = ()


NO_VIEW: Final = RunnableView(None, None, ())
FindView = Callable[[Any, "GridTypes", str], Awaitable[RunnableView]]
FIND_VIEW: Final[list[FindView]] = []


async def find_runnable_view(info: Any, types: "GridTypes", view_id: str) -> RunnableView:
    """The view of a grid with this id, for the viewer of the request.

    Raises `BadInput` for one that is unknown, private to somebody else, of another grid, or broken, and `Forbidden` for one
    with a column that the viewer may not use.
    """
    [find] = FIND_VIEW
    return await find(info, types, view_id)


async def find_view_of_mutation(
    info: Any, types: "GridTypes", view_id: str | None
) -> tuple[RunnableView, RuleError | None]:
    """The same for a mutation: an id that nothing has is refused in its `userErrors`, after what else is wrong."""
    if view_id is None:
        return NO_VIEW, None
    try:
        parse_input_id(view_id, "gvw", ["viewId"])
        return await find_runnable_view(info, types, view_id), None
    except RuleError as malformed:
        return NO_VIEW, malformed
    except BadInput as refused:
        if refused.extensions.get("key") != VIEW_NOT_FOUND.key:
            raise
        return NO_VIEW, VIEW_NOT_FOUND(path=["viewId"])
