"""What is exported, as inputs: one for each grid. Imported once all grids are known."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import strawberry

from customer_gql.administration.customer_grid.types import CUSTOMER_GRID
from customer_gql.administration.jobs.types import find_job
from customer_gql.administration.selections.inputs import CustomerSelection, choose_customers
from customer_gql.administration.selections.operations import EXCEPT_DESCRIPTION, SEARCH_DESCRIPTION
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.inputs import InputField, make_input
from customer_gql.graph.grids.registry import KNOWN_GRIDS
from customer_gql.graph.grids.types import GridTypes
from customer_gql.graph.scalars import graph_enum
from customer_gql.loading.grids.saved import to_json
from customer_gql.messaging.jobs.runs.parts import FreezeRows
from customer_gql.messaging.jobs.runs.reads import is_own_job

from .formats.writing import ExportFormat
from .layouts.adobe import CustomerExportLayout
from .lists import resolve_job_rows, resolve_list

graph_enum(
    ExportFormat,
    "Format of an exported file.",
    {
        "CSV": "Comma separated values in UTF-8, with the titles of the columns in the first line. Texts that a spreadsheet would "
        "compute begin with an apostrophe.",
        "EXCEL_XML": "SpreadsheetML 2003, which Excel and LibreOffice open.",
        "XLSX": "Excel workbook; a further sheet begins after 1,048,576 lines.",
        "JSON_LINES": "One JSON object in each line, by the keys of the columns.",
    },
)
_NOT_SAFE: Final = Refusal(
    "export.always_safe", "Only a file in a layout of Adobe Commerce can be without apostrophes. Leave this out."
)
graph_enum(
    CustomerExportLayout,
    "Layout of exported customers.",
    {
        "GRID": "The columns that are chosen.",
        "ADOBE_CUSTOMERS": "The customers main file of Adobe Commerce, without passwords, hashes and tokens.",
        "ADOBE_ADDRESSES": "The customer addresses file of Adobe Commerce.",
        "ADOBE_COMPOSITE": "Customers and their addresses in one file; a row without e-mail address is one more address of the customer "
        "before it.",
        "ADOBE_FINANCE": "Store credit and reward points, a row for each customer and website.",
    },
)
_COLUMNS: Final = (
    "Keys of the columns, in their order; by default those of the view, else those that the list shows by default."
)
_JOB_NOT_FOUND: Final = Refusal("export.job_not_found", "There is no such job.", UserErrorCode.NOT_FOUND)


def _input_name(grid: str) -> str:
    first, *others = grid.lower().split("_")
    return first + "".join(map(str.capitalize, others))


def _make_grid_input(types: GridTypes) -> Any:
    node = types.view_input.__strawberry_definition__.name.removesuffix("ViewInput")
    search = {} if types.grid.document is None else {"search": InputField(str | None, "Text to search for.")}
    return make_input(
        f"{node}ExportInput",
        f"Rows and columns of {types.grid.title} to export.",
        {
            "filter": InputField(types.filter_input | None, "Rows to export; all by default."),
            **search,
            "sort": InputField(
                list[types.sort_input] | None, "At most three sort keys; the order of the list by default."
            ),
            "viewId": InputField(
                strawberry.ID | None,
                "Saved view of the list. `filter` narrows it further; `search`, `sort` and `columns` replace those of the view.",
            ),
            "columns": InputField(list[str] | None, _COLUMNS),
        },
    )


@strawberry.input(description="Customers and columns to export.")
class CustomerExportInput:
    selection: CustomerSelection = column("Customers to export, as the list is when the file is written.")
    search: str | None = strawberry.field(description=SEARCH_DESCRIPTION, default=None)
    except_ids: list[strawberry.ID] | None = strawberry.field(description=EXCEPT_DESCRIPTION, default=None)
    columns: list[str] | None = strawberry.field(description=_COLUMNS, default=None)
    sort: list[CUSTOMER_GRID.sort_input] | None = strawberry.field(  # pyright: ignore
        description="At most three sort keys; the order of the list by default.", default=None
    )
    layout: CustomerExportLayout = strawberry.field(
        description="Layout of the file. Those of Adobe Commerce have columns and an order of their own.",
        default=CustomerExportLayout.GRID,
    )
    is_spreadsheet_safe: bool = strawberry.field(
        description="Whether texts of a CSV file that a spreadsheet would compute begin with an apostrophe. False only for a "
        "layout of Adobe Commerce that another program reads.",
        default=True,
    )


@strawberry.input(description="The job whose rows are exported.")
class JobRowsExportInput:
    job_id: strawberry.ID = column("Id of a job that the viewer sees.")


_OTHER_GRIDS: Final = {_input_name(name): types for name, types in KNOWN_GRIDS.items() if types is not CUSTOMER_GRID}


def _make_list_input() -> Any:
    body: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    fields: dict[str, tuple[Any, str]] = {
        "customers": (CustomerExportInput, "Customers."),
        **{name: (_make_grid_input(types), f"The list of {types.grid.title}.") for name, types in _OTHER_GRIDS.items()},
        "jobRows": (JobRowsExportInput, "What became of each row of a job."),
    }
    for name, (kind, description) in fields.items():
        body["__annotations__"][name] = strawberry.Maybe[kind]
        body[name] = strawberry.field(name=name, description=description)
    description = "The list to export, exactly one. It takes the permission of the list, and `customers.pii` for personal columns."
    return strawberry.input(type("ExportListInput", (), body), one_of=True, description=description)


ExportListInput: Any = _make_list_input()


@dataclass(frozen=True, slots=True)
class AskedList:
    """What a job is asked to export: its parameters, and the rows to freeze where they were chosen one by one. `request` is the
    same before views were read, None for what cannot be asked for again later."""

    parameters: dict[str, Any]
    freeze_rows: FreezeRows | None = None
    request: dict[str, Any] | None = None


async def read_list(info: Info, given: Any) -> AskedList:
    """Raises `RuleError`s, `Forbidden` for what the viewer may not see, and `BadInput`."""
    if given.customers is not None:
        return await _read_customers(info, given.customers.value)
    if given.jobRows is not None:
        return AskedList(await _read_job_rows(info, given.jobRows.value))
    [(name, types)] = [(name, types) for name, types in _OTHER_GRIDS.items() if getattr(given, name) is not None]
    asked: Mapping[str, Any] = getattr(given, name).value
    request = {"grid": types.grid.name, **{key: to_json(value) for key, value in asked.items()}}
    return AskedList(await resolve_list(info, request, ["list", name]), request=request)


async def _read_customers(info: Info, given: CustomerExportInput) -> AskedList:
    path, selection = ["list", "customers"], given.selection
    is_grid = given.layout is CustomerExportLayout.GRID
    if is_grid and not given.is_spreadsheet_safe:
        raise _NOT_SAFE(path=[*path, "isSpreadsheetSafe"])
    with _refused_at(path):
        chosen = await choose_customers(info, selection, given.search, given.except_ids)
    is_frozen = selection.ids is not None or selection.selection_id is not None
    request = {
        "grid": CUSTOMER_GRID.grid.name,
        "selection": "FROZEN" if is_frozen else None,
        "filter": None if selection.filter is None else to_json(selection.filter.value),
        "viewId": None if selection.view_id is None else selection.view_id.value,
        "search": given.search,
        "exceptIds": _as_list(given.except_ids),
        "sort": None if given.sort is None else to_json(given.sort),
        "columns": given.columns,
        "layout": None if is_grid else given.layout.value,
        "isSpreadsheetSafe": given.is_spreadsheet_safe,
    }
    parameters = await resolve_list(info, request, path)
    return AskedList(parameters, chosen.freeze_rows) if is_frozen else AskedList(parameters, request=request)


@contextmanager
def _refused_at(path: Sequence[str]) -> Generator[None]:
    """Name the place in the input of what a rule refused further down."""
    try:
        yield
    except RuleError as refused:
        raise refused.at([*path, *refused.path]) from None
    except RuleErrors as several:
        raise RuleErrors([one.at([*path, *one.path]) for one in several.errors]) from None


def _as_list(ids: Sequence[str] | None) -> list[str] | None:
    return None if ids is None else [str(id) for id in ids]


async def _read_job_rows(info: Info, given: JobRowsExportInput) -> dict[str, Any]:
    path = ["list", "jobRows", "jobId"]
    job = await find_job(info.context, parse_input_id(given.job_id, "job", path))
    if job is None:
        raise _JOB_NOT_FOUND(path=path)
    return resolve_job_rows(given.job_id, is_own=is_own_job(job, actor_of(info.context.viewer)))
