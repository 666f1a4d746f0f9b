"""The lists that can be exported: every grid, and the rows of a job (docs/domain/exports.md#exports-1).

A request is JSON, as the input has it. It is resolved into parameters of a job when the export is asked for: the view is read,
the columns are chosen, and what the owner needs is known. The job makes its query of these.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Text, cast, column, func, literal_column, select, true

from customer_gql.administration.customer_grid.types import CUSTOMER_GRID
from customer_gql.administration.selections.empty_filters import refuse_empty_view
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, RuleErrors, UserErrorCode
from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_ids
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.database.statements import Connection, equals_any
from customer_gql.graph.grids.added_columns import add_columns_of_job, add_named_columns, name_columns
from customer_gql.graph.grids.registry import KNOWN_GRIDS
from customer_gql.graph.grids.saved_views import NO_VIEW, RunnableView, find_view_of_mutation
from customer_gql.graph.grids.types import GridTypes
from customer_gql.graph.roots import RequiresPermission
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.grid import Grid
from customer_gql.loading.grids.pages import GridQuestion
from customer_gql.loading.grids.saved import COLUMN_REPEATED, SavedList, read_saved_list, sorted_by, to_json
from customer_gql.messaging.jobs.runs.tables import job_part, job_row
from customer_gql.messaging.jobs.runs.writes import find_visible_job

from .formats.columns import ExportColumn, ExportQuery, export_column
from .layouts.adobe import CustomerExportLayout, make_adobe_query
from .layouts.attributes import read_defined_attributes

COLUMN_UNKNOWN: Final = Refusal("export.column_unknown", "The list has no such column to export.")
COLUMNS_MISSING: Final = Refusal("export.columns_missing", "Choose at least one column.", UserErrorCode.REQUIRED)
LAYOUT_FIXED: Final = Refusal(
    "export.layout_fixed", "This layout has columns and an order of its own. Leave this out, or choose the layout GRID."
)
_JOB_ROWS: Final = "JOB_ROWS"


async def resolve_list(info: Any, request: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """What a job stores about a list, and the `permissions` that its owner needs. Raises `RuleErrors` for what is not there,
    `Forbidden` for what the viewer may not see, and `BadInput` for a view that cannot be run."""
    viewer, types = info.context.viewer, KNOWN_GRIDS[request["grid"]]
    RequiresPermission(Permission.CUSTOMERS_EXPORT).check(viewer)
    types.require_viewer(viewer)
    view, refused = await find_view_of_mutation(info, types, request.get("viewId"))
    if refused is not None:
        raise refused.at([*path, *refused.path])
    is_selected = types is CUSTOMER_GRID  # other lists are whole
    types = await add_named_columns(info.context, types, _name_columns(request, view))
    if is_selected and request.get("viewId") is not None:
        refuse_empty_view(view, [*path, "selection", "viewId"])
    columns = request.get("columns")
    resolved = {
        **{key: request.get(key) for key in ("grid", "viewId", "exceptIds", "selection")},
        "filter": request.get("filter"),
        "viewFilter": None if view.filter is None else to_json(view.filter),
        "search": view.search if request.get("search") is None else request["search"],
        "sort": request.get("sort") or [{"by": by.key, "direction": _direction(by)} for by in view.sort],
        "columns": list(columns) if columns is not None else choose_columns(types, view),
    }
    if is_selected and view.search is not None and request.get("search") is not None:
        resolved["viewSearch"] = view.search  # both narrow a selection; in another list one replaces the other
    if request.get("layout") is not None:
        refuse_unused(request, path)
        resolved |= {"layout": request["layout"], "columns": [], "sort": []}
    else:
        validate_columns(types.grid, resolved["columns"], [*path, "columns"])
        _refuse_repeated_columns(resolved["columns"], [*path, "columns"])
    try:
        _make_question(types.grid, resolved)
    except RuleErrors as refused:
        raise RuleErrors([one.at([*path, *one.path]) for one in refused.errors]) from None
    used = _used_columns(types, resolved)
    types.require_columns(viewer, used)
    is_safe = request.get("isSpreadsheetSafe", True)
    permissions = sorted(_needed_permissions(types, used))
    return {"list": resolved, "permissions": permissions, "isSpreadsheetSafe": is_safe}


def _name_columns(given: Mapping[str, Any], view: RunnableView = NO_VIEW) -> Collection[str]:
    """What a list that is exported names, before anything of it is checked."""
    filters = [given.get("filter"), given.get("viewFilter"), view.filter]
    columns = [*(given.get("columns") or ()), *view.columns]
    return name_columns(filters, [*sorted_by(given), *view.sort], columns)


def _direction(by: Any) -> str:
    return "DESC" if by.is_descending else "ASC"


def choose_columns(types: GridTypes, view: RunnableView) -> list[str]:
    """Those of the view, else those that the list shows by default; of them what can be exported."""
    shown = view.columns or [key for key, one in types.grid.columns.items() if one.is_default]
    return [key for key in shown if types.grid.columns[key].is_exportable]


def validate_columns(grid: Grid, columns: Sequence[str], path: Sequence[str]) -> None:
    if not columns:
        raise COLUMNS_MISSING(path=path)
    wrong = [
        COLUMN_UNKNOWN(path=[*path, str(place)])
        for place, key in enumerate(columns)
        if key not in grid.columns or not grid.columns[key].is_exportable
    ]
    if wrong:
        raise RuleErrors(wrong)


def _refuse_repeated_columns(columns: Sequence[str], path: Sequence[str]) -> None:
    wrong = [place for place, key in enumerate(columns) if key in columns[:place]]
    if wrong:
        raise RuleErrors([COLUMN_REPEATED(path=[*path, str(place)]) for place in wrong])


def refuse_unused(request: Mapping[str, Any], path: Sequence[str]) -> None:
    """A layout that another program reads has its own columns and order."""
    wrong = [LAYOUT_FIXED(path=[*path, key]) for key in ("columns", "sort") if request.get(key) is not None]
    if wrong:
        raise RuleErrors(wrong)


async def find_query(connection: Connection, parameters: Mapping[str, Any], viewer: Viewer, job_id: int) -> ExportQuery:
    """See `export_job.Lists`. Columns and operators that are gone since the export was asked for are refused: without them, more rows
    would match."""
    given = parameters["list"]
    if given["grid"] == _JOB_ROWS:
        shown = await find_visible_job(connection, decode_id(given["jobId"], "job"), by=actor_of(viewer))
        return _query_job_rows(shown.id)
    types = KNOWN_GRIDS[given["grid"]]
    types.require_viewer(viewer)
    types = await add_columns_of_job(connection, types, _name_columns(given))
    types.require_columns(viewer, _used_columns(types, given))
    question = _make_question(types.grid, given)
    of_view = types.grid.compile_search(given.get("viewSearch"))
    conditions = [
        *question.narrowing,
        *([] if of_view is None else [of_view.condition]),
        *types.grid.restricted(viewer.website_ids),
        *_chosen(types.grid, given, job_id),
    ]
    is_safe = parameters.get("isSpreadsheetSafe", True)
    if given.get("layout") is not None:
        chosen = select(types.grid.key[0]).select_from(types.grid.source).where(*conditions)
        layout = CustomerExportLayout(given["layout"])
        attributes = await read_defined_attributes(connection)
        return make_adobe_query(layout, chosen, viewer.website_ids, attributes, is_spreadsheet_safe=is_safe)
    validate_columns(types.grid, given["columns"], ["columns"])
    return ExportQuery(
        name=types.grid.name.lower().replace("_", "-"),
        columns=[export_column(types.grid.columns[key]) for key in given["columns"]],
        source=types.grid.source_of(question.order),
        conditions=conditions,
        ordered=lambda statement: question.order.applied(statement, backward=False),
        is_spreadsheet_safe=is_safe,
    )


def _chosen(grid: Grid, given: Mapping[str, Any], job_id: int) -> list[ColumnElement[bool]]:
    """What ids leave of the rows: those that the job was given, and those that are left out."""
    key = grid.key[0]
    if given.get("selection") == "FROZEN":
        ids = func.unnest(job_part.c.customer_ids).table_valued(column("id", BigInteger())).render_derived(name="ids")
        return [key.in_(select(ids.c.id).select_from(job_part.join(ids, true())).where(job_part.c.job_id == job_id))]
    excepted = parse_input_ids(given.get("exceptIds") or [], "cus", ["exceptIds"])
    return [~equals_any(key, excepted)] if excepted else []  # pyright: ignore[reportReturnType]


def _read_list(grid: Grid, content: Mapping[str, Any]) -> SavedList:
    """Raises `RuleErrors` for what the list does not have."""
    saved = read_saved_list(grid, content)
    if saved.problems:
        raise RuleErrors(saved.problems)
    return saved


def _make_question(grid: Grid, given: Mapping[str, Any]) -> GridQuestion:
    saved = _read_list(grid, {key: given.get(key) for key in ("filter", "search", "sort")})
    return GridQuestion.of(
        grid,
        filter=saved.filter,
        search=saved.search,
        sort=saved.sort,
        of_view=_read_list(grid, {"filter": given.get("viewFilter")}).filter,
    )


def _used_columns(types: GridTypes, given: Mapping[str, Any]) -> frozenset[str]:
    used = types.used_columns(given.get("filter"), given.get("search"), sorted_by(given))
    shown = types.personal if given.get("layout") is not None else {*given["columns"]}
    return used | types.used_columns(given.get("viewFilter"), None, ()) | shown


def _needed_permissions(types: GridTypes, used: Collection[str]) -> set[str]:
    needed = {Permission.CUSTOMERS_EXPORT, types.permission}
    columns = [types.grid.columns[key] for key in used if key in types.grid.columns]
    needed |= {column.permission for column in columns if column.permission is not None}
    if types.personal.intersection(used):
        needed.add(Permission.CUSTOMERS_PII)
    return {permission.value for permission in needed}


def resolve_job_rows(job_id: str, *, is_own: bool) -> dict[str, Any]:
    """The same for the rows of a job that the viewer sees."""
    needed = {Permission.CUSTOMERS_EXPORT, *([] if is_own else [Permission.JOBS_MANAGE])}
    permissions = sorted(permission.value for permission in needed)
    return {"list": {"grid": _JOB_ROWS, "jobId": job_id}, "permissions": permissions}


def _query_job_rows(job_id: int) -> ExportQuery:
    row = job_row.c

    def of(key: str, title: str, type_: ColumnType, value: ColumnElement[Any], **more: Any) -> ExportColumn:
        return ExportColumn(key=key, title=title, type=type_, value=value, **more)

    path = func.array_to_string(row.path, literal_column("'.'"), type_=Text())
    return ExportQuery(
        name="job-rows",
        columns=[
            of("line", "Line", ColumnType.INTEGER, row.line),
            of("customer", "Customer", ColumnType.ID, row.customer_id, id_prefix="cus"),
            of("company", "Company", ColumnType.ID, row.company_id, id_prefix="com"),
            of("outcome", "Outcome", ColumnType.ENUM, row.outcome),
            of("key", "Rule", ColumnType.STRING, row.key),
            of("params", "Values", ColumnType.STRING, cast(row.params, Text())),
            of("path", "Path", ColumnType.STRING, path),
        ],
        source=job_row,
        conditions=[row.job_id == job_id],
        ordered=lambda statement: statement.order_by(row.line),
    )
