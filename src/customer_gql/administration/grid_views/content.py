"""The content of a view: how it is checked before it is saved, what is wrong with it today, and how it is run."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import BadInput, Forbidden, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import decode_id
from customer_gql.core.viewer import Viewer
from customer_gql.customers.profile.reads import reaches_records_of
from customer_gql.database.statements import Row
from customer_gql.graph.context import Context, Info
from customer_gql.graph.grids.added_columns import add_named_columns, name_columns
from customer_gql.graph.grids.registry import KNOWN_GRIDS
from customer_gql.graph.grids.saved_views import RunnableView
from customer_gql.graph.grids.types import GridTypes
from customer_gql.graph.nodes import nodes_of, visible_to_owner
from customer_gql.loading.grids.filters import FilterTree
from customer_gql.loading.grids.saved import (
    RECORD_MISSING,
    VIEW_NOT_FOUND,
    RecordReference,
    SavedList,
    read_saved_list,
    sorted_by,
    to_json,
)
from customer_gql.loading.pages import MAX_PAGE

from .reads import is_visible_view, views_by_id

PARTS: Final = ("filter", "search", "sort", "columns", "pageSize")
"""Of the content of a view, by the name of its input field."""

LARGEST_CONTENT: Final = 50_000
_PAGE_SIZE: Final = Refusal("grid_view.page_size", "Enter 1 to {limit} rows.")
_TOO_LARGE: Final = Refusal(
    "grid_view.too_large", "The view is too large to be saved. Use fewer or shorter values.", UserErrorCode.TOO_LONG
)


async def validate_content(
    info: Info, types: GridTypes, given: Mapping[str, Any], path: Sequence[str]
) -> dict[str, Any]:
    """The content as it is saved. Raises `Forbidden` for a column that the viewer may not use, and `RuleErrors`."""
    content = {part: to_json(given[part]) for part in PARTS if given.get(part) is not None}
    types = await _add_columns(info.context, types, content)
    require_view_columns(types, content, info.context.viewer)
    saved = read_saved_list(types.grid, content)
    problems = [*saved.problems, *await _find_missing_records(info, saved.references)]
    if not 1 <= content.get("pageSize", 1) <= MAX_PAGE:
        problems.append(_PAGE_SIZE(path=["pageSize"], limit=MAX_PAGE))
    if not problems and len(orjson.dumps(content)) > LARGEST_CONTENT:
        problems.append(_TOO_LARGE(path=[]))
    if problems:
        raise RuleErrors([problem.at([*path, *problem.path]) for problem in problems])
    return content


async def find_problems(info: Info, types: GridTypes, view: Any) -> list[RuleError]:
    """What a saved view names and what is not there any more, for this viewer."""
    return (await _read_view(info, types, view)).problems


async def find_visible_view(context: Context, key: int) -> Row | None:
    """The view, if the viewer sees it and the list that it is of."""
    viewer, view = context.viewer, await context.load(views_by_id, key)
    if view is None or view.grid not in KNOWN_GRIDS or not is_visible_view(view, actor_of(viewer)):
        return None
    try:
        KNOWN_GRIDS[view.grid].require_viewer(viewer)
    except Forbidden:
        return None
    return view


async def run_view(info: Info, types: GridTypes, view_id: str) -> RunnableView:
    """See `graph.grids.saved_views.find_runnable_view`."""
    view = await find_visible_view(info.context, decode_id(view_id, "gvw"))
    if view is None or view.grid != types.grid.name:
        raise BadInput(f"viewId: {VIEW_NOT_FOUND()}", key=VIEW_NOT_FOUND.key, argument=["viewId"])
    content = orjson.loads(view.content)
    types = await _add_columns(info.context, types, content)
    require_view_columns(types, content, info.context.viewer)
    saved = await _read_view(info, types, view)
    if saved.problems:
        language = info.context.language
        problems = [{"path": one.path, "message": one.message_in(language)} for one in saved.problems]
        message = "viewId: The view is broken: it names what is not there any more. Change the view."
        raise BadInput(message, key="grid_view.broken", argument=["viewId"], problems=problems)
    return RunnableView(saved.filter, saved.search, saved.sort, saved.columns)


def require_view_columns(types: GridTypes, content: Mapping[str, Any], viewer: Viewer) -> None:
    """Raises `Forbidden` when the viewer lacks what a column of the view needs."""
    used = types.used_columns(content.get("filter"), content.get("search"), sorted_by(content))
    types.require_columns(viewer, used | {*content.get("columns", ())})


async def require_shown_columns(
    context: Context, types: GridTypes, filter: FilterTree | None, search: str | None
) -> None:
    """The same for the values that a view shows."""
    types = await add_named_columns(context, types, name_columns([filter]))
    types.require_columns(context.viewer, types.used_columns(filter, search, ()))


async def _add_columns(context: Context, types: GridTypes, content: Mapping[str, Any]) -> GridTypes:
    """With those that the shop added, where the content of a view names some."""
    used = name_columns([content.get("filter")], sorted_by(content), content.get("columns", ()))
    return await add_named_columns(context, types, used)


async def _read_view(info: Info, types: GridTypes, view: Any) -> SavedList:
    content = orjson.loads(view.content)
    saved = read_saved_list((await _add_columns(info.context, types, content)).grid, content)
    saved.problems.extend(await _find_missing_records(info, saved.references))
    return saved


async def _find_missing_records(info: Info, references: Sequence[RecordReference]) -> list[RuleError]:
    known = await asyncio.gather(*[_is_known(info, one.prefix, one.key) for one in references])
    return [RECORD_MISSING(path=one.path) for one, is_known in zip(references, known, strict=True) if not is_known]


async def _is_known(info: Info, prefix: str, key: int) -> bool:
    """Whether there is such a record, as far as the viewer's websites reach."""
    context, (_name, declared) = info.context, nodes_of(info.schema)[prefix]
    if declared.visible is visible_to_owner and not await reaches_records_of(context, key):
        return False
    if prefix == "cus":  # also a deleted one, since lists of what accounts left name them
        return True
    row = await context.load(declared.read, key)
    return row is not None and _is_within_reach(prefix, row, context.viewer)


def _is_within_reach(prefix: str, row: Any, viewer: Viewer) -> bool:
    """Of what belongs to a website, or to several, as roles do. The names of staff are for everybody."""
    websites = None if prefix == "stf" else getattr(row, "website_ids", ())
    if websites is None:
        return prefix == "stf" or viewer.website_ids is None
    website = row.id if prefix == "web" else getattr(row, "website_id", None)
    return all(map(viewer.reaches, websites)) and (website is None or viewer.reaches(website))
