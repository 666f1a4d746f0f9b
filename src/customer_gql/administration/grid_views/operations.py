from collections.abc import Mapping
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.inputs import InputField, make_input
from customer_gql.graph.grids.registry import KNOWN_GRIDS, grid_enum
from customer_gql.graph.grids.types import GridTypes
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, list_field, list_mutation
from customer_gql.loading.grids.saved import VIEW_NOT_FOUND

from . import reads, writes
from .content import find_visible_view, validate_content
from .shown_views import GridView

Grid: Any = grid_enum()
_CONTENT_MISSING: Final = Refusal("grid_view.content_missing", "Enter the content of one list.", UserErrorCode.REQUIRED)


def _input_name(grid: str) -> str:
    first, *others = grid.lower().split("_")
    return first + "".join(map(str.capitalize, others))


_GRIDS_BY_INPUT: Final = {_input_name(name): types for name, types in KNOWN_GRIDS.items()}
ContentInput: Any = make_input(
    "GridViewContentInput",
    "What a view shows, of exactly one grid.",
    {
        name: InputField(types.view_input | None, f"A view of {types.grid.title}.")
        for name, types in _GRIDS_BY_INPUT.items()
    },
    one_of=True,
)
_SHARING: Final = "Whether everybody who sees the list sees the view, which needs `views.share`."


@strawberry.input(description="A view to save.")
class GridViewCreateInput:
    name: str = column(f"Name, at most {writes.LONGEST_NAME} characters.")
    is_shared: bool = strawberry.field(description=_SHARING, default=False)
    content: ContentInput = column("What the view shows.")  # pyright: ignore


@strawberry.input(description="Changes of a saved view. A field that is left out keeps its value.")
class GridViewUpdateInput:
    id: strawberry.ID = column("Id of the view.")
    expected_version: int | None = strawberry.field(
        description="Version of the view that the edit is based on. When somebody changed the view since, the edit is refused "
        "with a `VersionConflictError`. Without it the last edit wins.",
        default=None,
    )
    name: strawberry.Maybe[str] = column(f"Name, at most {writes.LONGEST_NAME} characters.")
    is_shared: strawberry.Maybe[bool] = column(f"{_SHARING} Only the owner can end it.")
    content: strawberry.Maybe[ContentInput] = column(  # pyright: ignore
        "What the view shows, as a whole and of the same grid as before."
    )


@strawberry.input(description="The view to delete.")
class GridViewDeleteInput:
    id: strawberry.ID = column("Id of the view.")


@strawberry.input(description="The view that the caller starts a grid with.")
class GridViewSetDefaultInput:
    grid: Grid = column("The grid.")  # pyright: ignore
    view_id: strawberry.ID | None = strawberry.field(
        description="Id of a view of the grid, an own or a shared one; null to start with none.", default=None
    )


@strawberry.type(description="Result of `gridViewCreate`, `gridViewUpdate` and `gridViewSetDefault`.")
class GridViewPayload(Payload):
    key: strawberry.Private[int | None] = None
    changed_fields: list[str] = strawberry.field(
        description="Names of the input fields that changed; empty when nothing did.", default_factory=list
    )

    @strawberry.field(graphql_type=GridView | None, description="The view as stored now; null when refused.")
    async def view(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(reads.views_by_id, self.key)


@strawberry.type(description="Result of `gridViewDelete`.")
class GridViewDeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="Id of the deleted view; null when refused.", default=None
    )


async def _require_visible_view(info: Info, key: int) -> None:
    """A view of a list that the viewer does not see is as unknown as a private one of somebody else."""
    if await find_visible_view(info.context, key) is None:
        raise VIEW_NOT_FOUND(path=["id"])


def _given_content(content: Mapping[str, Any]) -> tuple[GridTypes, Mapping[str, Any], list[str]]:
    """The grid, its content, and where that stands in the input."""
    [(name, given)] = content.items()
    if given is None:
        raise _CONTENT_MISSING(path=["content", name])
    return _GRIDS_BY_INPUT[name], given, ["content", name]


@strawberry.type
class GridViewAdminQuery:
    @list_field(
        graphql_type=Connection[GridView],
        description="Saved views of a grid by name: the viewer's own and those that are shared.",
    )
    async def grid_views(
        self,
        info: Info,
        grid: Annotated[Grid, strawberry.argument(description="The grid.")],  # pyright: ignore
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        viewer, window = info.context.viewer, make_window(first, after, last, before)
        KNOWN_GRIDS[grid.value].require_viewer(viewer)
        seen = reads.visible_views(grid.value, actor_of(viewer))
        return await reads.view_list.page(info.context, window, "NAME", seen)

    @list_field(
        graphql_type=GridView | None,
        description="A saved view, an own or a shared one; null when it is unknown, private to somebody else, or of a list that "
        "the viewer does not see.",
    )
    async def grid_view(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the view.")]
    ) -> Any:
        return await find_visible_view(info.context, decode_id(id, "gvw"))


@strawberry.type
class GridViewAdminMutation:
    @list_mutation(
        description=f"Save a view of a grid, for oneself or, with `views.share`, for all. At most {writes.MAX_VIEWS} for each "
        "owner and grid. Every column takes its own permission too. A shared view writes the history of staff. "
        "Undone by `gridViewDelete`.",
    )
    async def grid_view_create(self, info: Info, input: Annotated[GridViewCreateInput, INPUT]) -> GridViewPayload:
        viewer, (types, given, path) = info.context.viewer, _given_content(input.content)
        types.require_viewer(viewer)
        content = await validate_content(info, types, given, path)
        async with info.context.transaction() as connection:
            key = await writes.create_view(
                connection,
                types.grid.name,
                name=input.name,
                is_shared=input.is_shared,
                content=content,
                by=actor_of(viewer),
            )
        stored = ["name", "isShared", "content"] if input.is_shared else ["name", "content"]
        return GridViewPayload(key=key, changed_fields=stored)

    @list_mutation(
        description="Change a saved view: an own one or, with `views.share`, a shared one. Only the owner can stop sharing it; then "
        "it is nobody else's default any more. A shared view writes the history of staff. Undone by another edit.",
    )
    async def grid_view_update(self, info: Info, input: Annotated[GridViewUpdateInput, INPUT]) -> GridViewPayload:
        viewer, key = info.context.viewer, parse_input_id(input.id, "gvw", ["id"])
        grid, edits = None, _plain_edits(input)
        if input.content is not None:
            types, given, path = _given_content(input.content.value)
            types.require_viewer(viewer)
            grid, edits["content"] = types.grid.name, await validate_content(info, types, given, path)
        await _require_visible_view(info, key)
        async with info.context.transaction() as connection:
            changed = await writes.change_view(
                connection, key, grid=grid, edits=edits, expected_version=input.expected_version, by=actor_of(viewer)
            )
        return GridViewPayload(key=key, changed_fields=changed)

    @list_mutation(
        description="Delete a saved view: an own one or, with `views.share`, a shared one. It is nobody's default any more. A shared "
        "view writes the history of staff. Cannot be undone; save it again.",
    )
    async def grid_view_delete(self, info: Info, input: Annotated[GridViewDeleteInput, INPUT]) -> GridViewDeletePayload:
        viewer, key = info.context.viewer, parse_input_id(input.id, "gvw", ["id"])
        await _require_visible_view(info, key)
        async with info.context.transaction() as connection:
            await writes.delete_view(connection, key, by=actor_of(viewer))
        return GridViewDeletePayload(deleted_id=input.id)

    @list_mutation(
        description="Choose the view that the caller starts a grid with: an own or a shared one. Nobody else is affected. Undone "
        "by another choice, or by none.",
    )
    async def grid_view_set_default(
        self, info: Info, input: Annotated[GridViewSetDefaultInput, INPUT]
    ) -> GridViewPayload:
        viewer, grid = info.context.viewer, input.grid.value
        key = None if input.view_id is None else parse_input_id(input.view_id, "gvw", ["viewId"])
        KNOWN_GRIDS[grid].require_viewer(viewer)
        async with info.context.transaction() as connection:
            is_changed = await writes.choose_default_view(connection, grid, key, by=actor_of(viewer))
        return GridViewPayload(key=key, changed_fields=["viewId"] if is_changed else [])


def _plain_edits(input: GridViewUpdateInput) -> dict[str, Any]:
    given = {"name": input.name, "isShared": input.is_shared}
    return {field: maybe.value for field, maybe in given.items() if maybe is not None}


ADMIN_QUERIES: Final = (GridViewAdminQuery,)
ADMIN_MUTATIONS: Final = (GridViewAdminMutation,)
