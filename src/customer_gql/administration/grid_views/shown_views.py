"""Views as the graph shows them. Imported once all grids are known."""

import datetime as dt
import enum
from typing import Any, Final

import orjson
import strawberry
from strawberry.scalars import JSON

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import encode_id
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.registry import KNOWN_GRIDS, grid_enum
from customer_gql.graph.scalars import graph_enum
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from .content import find_problems, require_shown_columns
from .reads import defaults_by_owner
from .writes import LONGEST_NAME

Grid: Any = grid_enum()
_PERSONAL: Final = "`FORBIDDEN` when it is over a column that the viewer may not use."


class ViewState(enum.Enum):
    READY = "READY"
    BROKEN = "BROKEN"


graph_enum(
    ViewState,
    "Whether a saved view can be run.",
    {
        "READY": "It can be run.",
        "BROKEN": "It names a column, an operator, a value or a record that is not there any more, and is refused until it is "
        "changed.",
    },
    name="GridViewState",
)


@strawberry.type(description="Something that a saved view names and that is not there any more.")
class GridViewProblem:
    path: list[str] = strawberry.field(description="Path from the content of the view, as `filter`, `group`, `eq`.")
    message: str = strawberry.field(description="What is wrong, in the language that `Accept-Language` asks for.")


@strawberry.type(
    description="A saved view of a grid: what it narrows the list to, its order, and the columns to show. It is seen by its owner "
    "alone or, when it is shared, by everybody who sees the list."
)
class GridView:
    name: str = column(f"Name, at most {LONGEST_NAME} characters.")
    is_shared: bool = column("Whether everybody who sees the list sees the view.")
    version: int = column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")
    created_at: dt.datetime = column("Time at which the view was saved.")
    owner: StaffUser | None = loaded(
        staff_by_id, key="owner_staff_id", description="Staff user who saved the view; null when a service token did."
    )

    @strawberry.field(description="Id of the view. Starts with `gvw_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("gvw", self.id))

    @strawberry.field(graphql_type=Grid, description="The list that it is a view of.")
    def grid(self: Any) -> Any:
        return Grid[self.grid]

    @strawberry.field(description="Whether the viewer starts the list with this view.")
    async def is_default(self: Any, info: Info) -> bool:
        viewer = actor_of(info.context.viewer)
        chosen = await info.context.load(defaults_by_owner, (self.grid, viewer.kind.value, viewer.id))
        return chosen is not None and chosen.view_id == self.id

    @strawberry.field(description="Whether the view can be run.")
    async def state(self: Any, info: Info) -> ViewState:
        return ViewState.BROKEN if await find_problems(info, KNOWN_GRIDS[self.grid], self) else ViewState.READY

    @strawberry.field(
        description="What the view names and what is not there any more; empty when it can be run.",
        metadata={"assumed": 1},
    )
    async def problems(self: Any, info: Info) -> list[GridViewProblem]:
        found = await find_problems(info, KNOWN_GRIDS[self.grid], self)
        return [GridViewProblem(path=one.path, message=one.message_in(info.context.language)) for one in found]

    @strawberry.field(description=f"Filter, as the list takes it; null for all rows. {_PERSONAL}")
    async def filter(self: Any, info: Info) -> JSON | None:  # pyright: ignore[reportInvalidTypeForm]
        filter = orjson.loads(self.content).get("filter")
        await require_shown_columns(info.context, KNOWN_GRIDS[self.grid], filter, None)
        return filter

    @strawberry.field(description=f"Text to search for; null for none. {_PERSONAL}")
    async def search(self: Any, info: Info) -> str | None:
        search = orjson.loads(self.content).get("search")
        await require_shown_columns(info.context, KNOWN_GRIDS[self.grid], None, search)
        return search

    @strawberry.field(description="Sort keys, as the list takes them; null for its usual order.")
    def sort(self: Any) -> JSON | None:  # pyright: ignore[reportInvalidTypeForm]
        return orjson.loads(self.content).get("sort")

    @strawberry.field(
        description="Keys of the columns to show, in their order; null for those that are shown by default."
    )
    def columns(self: Any) -> list[str] | None:
        return orjson.loads(self.content).get("columns")

    @strawberry.field(description="Rows of a page; null for the size that clients choose.")
    def page_size(self: Any) -> int | None:
        return orjson.loads(self.content).get("pageSize")
