"""Everything that the graph makes of a grid: a slice calls `build_grid_types` once and shows what it needs."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any

import strawberry
from graphql import FieldNode, FragmentSpreadNode

from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.database.statements import Connection
from customer_gql.graph.connections import After, Before, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import loaded, needed_columns
from customer_gql.graph.roots import RequiresPermission, admin_field
from customer_gql.loading.grids.filters import FilterTree, used_columns
from customer_gql.loading.grids.grid import Grid
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.pages import GridList, GridQuestion
from customer_gql.loading.pages import Window
from customer_gql.loading.reads import Read

from .added_columns import ColumnSource, add_named_columns, name_columns, read_sort
from .connections import GridPage, make_connection
from .inputs import make_question_inputs
from .personal import find_personal_columns, require_columns
from .rows import make_row_type
from .saved_views import NO_VIEW, RunnableView, find_runnable_view
from .view_inputs import make_view_input

ROW_FIELD = "gridRow"


FindColumns = Callable[[Connection, Viewer], Awaitable[Collection[str]]]
"""Keys of the columns that the shop lets this viewer use in some way."""


@dataclass(frozen=True, slots=True, eq=False)
class GridTypes:
    """The types of one grid, which of its columns are personal, and who may see the list.

    `row_read` reads rows by the key that nodes have in the attributes `node_key`.
    """

    grid: Grid
    permission: Permission
    all_websites: bool
    filter_input: Any
    sort_input: Any
    view_input: Any
    row_type: Any
    connection: Any
    personal: frozenset[str]
    row_read: Read
    node_key: tuple[str, ...]
    whole: GridQuestion
    """The question for all rows in the usual order, which comes most often."""
    find_quick_edited: FindColumns | None = None
    added: ColumnSource | None = None
    """Where the columns are that the shop added; None where it can add none."""

    def require_viewer(self, viewer: Viewer) -> None:
        """Raises `Unauthenticated` or `Forbidden` for those who may not see the list: what belongs to it is not for them either."""
        RequiresPermission(self.permission, all_websites=self.all_websites).check(viewer)

    async def ask(
        self,
        info: Info,
        filter: FilterTree | None,
        search: str | None,
        sort: Sequence[Mapping[str, Any]] | None,
        view: RunnableView = NO_VIEW,
    ) -> GridQuestion:
        """The question, also about columns that the shop added: these take a statement to be found."""
        used = name_columns([filter, view.filter], [*read_sort(sort), *view.sort])
        types = await add_named_columns(info.context, self, used)
        return types.question(info, filter, search, sort, view)

    def question(
        self,
        info: Info,
        filter: FilterTree | None,
        search: str | None,
        sort: Sequence[Mapping[str, Any]] | None,
        view: RunnableView = NO_VIEW,
    ) -> GridQuestion:
        """What is asked, once the viewer may ask it; `search` and `sort` replace those of the view. Runs no statement."""
        if filter is None and search is None and sort is None and view is NO_VIEW:
            return self.whole
        keys = read_sort(sort)
        self.require_columns(info.context.viewer, self.used_columns(filter, search, keys))
        return GridQuestion.of(
            self.grid,
            filter=filter,
            search=view.search if search is None else search,
            sort=view.sort if sort is None else keys,
            of_view=view.filter,
        )

    def require_columns(self, viewer: Viewer, used: Collection[str]) -> None:
        """Raises `Forbidden` when the viewer lacks what one of the columns needs."""
        require_columns(self.grid, self.personal, used, viewer)

    def used_columns(self, filter: FilterTree | None, search: str | None, sort: Iterable[SortBy]) -> frozenset[str]:
        by_sort_key = self.grid.columns_by_sort_key
        used = used_columns(filter) | {by_sort_key[by.key].key for by in sort if by.key in by_sort_key}
        return used if search is None else used | {one.key for one in self.grid.columns.values() if one.is_searched}

    async def page(self, info: Info, question: GridQuestion, window: Window) -> GridPage:
        listed = GridList(info.context, question)
        has_row = selects_field(info, ROW_FIELD)
        rows, order = await listed.rows(window, has_row=has_row, needed=needed_columns(info))
        page = GridPage(rows, window, order, listed, self)
        if has_row:
            key_of = attrgetter(*self.node_key)
            info.context.loads.prime(self.row_read, {key_of(row): row for row in page.nodes})
        return page


def build_grid_types(
    grid: Grid,
    *,
    node: str,
    of: Any,
    shows: Mapping[str, Any],
    permission: Permission = Permission.CUSTOMERS_READ,
    all_websites: bool = False,
    connection: str | None = None,
    find_quick_edited: FindColumns | None = None,
    added: ColumnSource | None = None,
) -> GridTypes:
    """The types for the grid of nodes of type `of`, named after `node`, for viewers with a permission.

    `shows` are the types whose fields columns are over, by the name that columns use. `connection` is the name of the
    list where `node` has a connection of that name already, nested in other types. `find_quick_edited` gives the columns
    that can be edited in place; without it there are none. `added` says where columns are that the shop adds.
    """
    personal = find_personal_columns(grid, shows)
    filter_input, sort_input = make_question_inputs(grid, node, has_attributes=added is not None)
    return GridTypes(
        grid=grid,
        permission=permission,
        all_websites=all_websites,
        filter_input=filter_input,
        sort_input=sort_input,
        view_input=make_view_input(grid, f"{node}ViewInput", filter_input, sort_input),
        row_type=make_row_type(grid, f"{node}GridRow", personal),
        connection=make_connection(connection or f"{node}Connection", of, grid.title),
        personal=personal,
        row_read=grid.row_read(),
        node_key=tuple(column.name for column in grid.node_key),
        whole=GridQuestion.of(grid),
        find_quick_edited=find_quick_edited,
        added=added,
    )


def grid_field(types: GridTypes, *, description: str) -> Any:
    """The root that gives the list of a grid."""

    async def resolve(
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Any = strawberry.UNSET,
        search: Any = strawberry.UNSET,
        sort: Any = strawberry.UNSET,
        view_id: Any = strawberry.UNSET,
    ) -> Any:
        window = make_window(first, after, last, before)
        given = [None if value is strawberry.UNSET else value for value in (filter, search, sort)]
        view = NO_VIEW if view_id in {None, strawberry.UNSET} else await find_runnable_view(info, types, view_id)
        return await types.page(info, await types.ask(info, given[0], given[1], given[2], view), window)

    resolve.__annotations__ |= {
        "filter": Annotated[
            types.filter_input | None, strawberry.argument(description="Rows to show; all by default.")
        ],
        "search": Annotated[str | None, strawberry.argument(description=_describe_search(types.grid))],
        "sort": Annotated[
            list[types.sort_input] | None,
            strawberry.argument(
                description=f"At most three sort keys; the id breaks ties. By default {types.grid.default_sort}."
            ),
        ],
        "view_id": Annotated[strawberry.ID | None, strawberry.argument(description=_VIEW)],
    }
    if types.grid.document is None:
        del resolve.__annotations__["search"]
    return admin_field(
        permission=types.permission,
        all_websites=types.all_websites,
        graphql_type=types.connection | None,
        description=description,
    )(resolve)


def _describe_search(grid: Grid) -> str:
    searched = ", ".join(f"`{column.key}`" for column in grid.columns.values() if column.is_searched)
    return (
        "Up to eight words in any order, each the start of a word; a text with `@` is an e-mail address or its start. Numbers "
        f"are matched exactly, and come first without `sort`. Looks at {searched}."
    )


_VIEW = (
    "Saved view of the list. `filter` narrows it further, `search` and `sort` replace those of the view. A view that is "
    "broken is refused."
)


def grid_row_field(types: GridTypes, description: str) -> Any:
    """The row of a node in its grid. A page that shows it reads it with the same statement."""
    return loaded(types.row_read, key=types.node_key, description=description, admin=True)


def show_grid_row(types: GridTypes, node: Any, description: str) -> None:
    """Give a type of nodes the row of each in the grid: after the type itself, of whose fields the row is made."""
    row_type = types.row_type

    @strawberry.type
    class RowSection:
        grid_row: row_type | None = grid_row_field(types, description)  # pyright: ignore

    extend_node(node, RowSection)


def extend_node(node: Any, section: Any) -> None:
    """Give a type of nodes the fields of a section that a slice above it declares."""
    node.__strawberry_definition__.fields.extend(section.__strawberry_definition__.fields)


def selects_field(info: Any, name: str) -> bool:
    """Whether the selection of the field that is resolved has a field of this name, at any level."""
    raw = getattr(info, "_raw_info", info)
    unseen: list[Any] = [node.selection_set for node in raw.field_nodes]
    while unseen:
        for selection in unseen.pop().selections:
            if type(selection) is FragmentSpreadNode:
                definition = raw.fragments[selection.name.value]
                unseen.append(getattr(definition, "definition", definition).selection_set)
                continue
            if type(selection) is FieldNode and selection.name.value == name:
                return True
            if selection.selection_set is not None:
                unseen.append(selection.selection_set)
    return False
