import datetime as dt
import enum
from typing import Annotated, Any, Final

import orjson
import strawberry
from strawberry.scalars import JSON

from customer_gql.administration.jobs.types import JobServiceToken, JobType, find_job
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import BadInput, restore_refusal
from customer_gql.core.ids import encode_id
from customer_gql.graph import fields
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import loaded
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.files.reads import files_by_id
from customer_gql.messaging.files.types import StoredFile
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy
from customer_gql.staff.reads import service_tokens_by_id, staff_by_id
from customer_gql.staff.types import StaffUser

from . import reads
from .runs.columns import load_targets
from .runs.preview import MOST_PREVIEWED, PreviewedRow, preview_rows
from .tables import EmptyCells, ImportBehavior, ImportDateOrder, ImportLayout, ImportStatus

graph_enum(
    ImportLayout,
    "Layout of a file to import.",
    {
        "ADOBE_CUSTOMERS": "Customers main file of Adobe Commerce.",
        "ADOBE_ADDRESSES": "Customer addresses file of Adobe Commerce.",
        "ADOBE_COMPOSITE": "Customers and addresses in a single file, as Adobe Commerce has it: a row with an e-mail address opens a "
        "customer, rows after it without one have further addresses.",
        "ADOBE_FINANCE": "Customer finances file of Adobe Commerce: what store credit and reward points are.",
        "MAPPED": "Any table; `customerImportMap` tells which column is which value.",
    },
)
graph_enum(
    ImportBehavior,
    "What an import does with the rows of its file.",
    {
        "ADD_UPDATE": "Adds what is new and updates what is known.",
        "REPLACE": "As `ADD_UPDATE`, and removes the other addresses of the customers named. It deletes no account.",
        "DELETE": "Deletes the customers, or in a file of addresses the addresses, that the rows name.",
        "CUSTOM": "Each row says it in the column `_action`: `add_update` or `delete`.",
    },
)
graph_enum(
    ImportStatus,
    "State of an import.",
    {
        "UPLOADING": "Waits for its file.",
        "MAPPING": "Waits for `customerImportMap`.",
        "READY": "Can be started, or tried by a dry run.",
        "RUNNING": "Rows are being imported.",
        "DONE": "Every row was imported or refused.",
        "FAILED": "Nothing was written, because more rows were refused than the policy allows or the file could not be read.",
        "CANCELED": "It was canceled, or not started in time.",
    },
)
graph_enum(
    EmptyCells,
    "What an empty cell means.",
    {"CLEAR": "The stored value is cleared, unless it is required.", "KEEP": "The stored value stays."},
)
graph_enum(
    ImportDateOrder,
    "What a date with the year last begins with.",
    {
        "YMD": "Dates have the year first; others are read where only one order is possible.",
        "DMY": "With the day.",
        "MDY": "With the month.",
    },
    name="DateOrder",
)


class ImportProblemOutcome(enum.Enum):
    ROW_REFUSED = "ROW_REFUSED"
    CELL_LEFT_OUT = "CELL_LEFT_OUT"
    CELL_KEPT = "CELL_KEPT"


graph_enum(
    ImportProblemOutcome,
    "What became of a cell that is doubtful, or of its row.",
    {
        "ROW_REFUSED": "The row was not imported.",
        "CELL_LEFT_OUT": "The row was imported without the cell.",
        "CELL_KEPT": "The cell was imported as it is.",
    },
)


def _restore(key: str, params: Any) -> Any:
    return restore_refusal(key, orjson.loads(params) if isinstance(params, str) else params, [])


@strawberry.type(description="A column of the file of an import.")
class ImportColumn:
    name: str = fields.column("Name in the first line of the file.")
    samples: list[str] = fields.column("The first values in it.", personal=True, assumed=3)
    target: str | None = fields.column("Key of the value that it is imported as; null for a column that is not read.")


@strawberry.type(description="A value that a column may be imported as.")
class ImportTarget:
    key: str = fields.column("Key, for `customerImportMap`.")
    label: str = fields.column("Name for people.")
    is_required: bool = fields.column("Whether a column has to be mapped to it.")


@strawberry.type(description="A cell of the preview.")
class ImportPreviewCell:
    column: str = fields.column("Name of the column.")
    value: str = fields.column("The cell as written.", personal=True)
    key: str | None = fields.column("Stable name of the rule that the cell breaks; null when it breaks none.")
    params: strawberry.Private[Any] = None

    @strawberry.field(
        description="What is wrong with the cell, in the language of `Accept-Language`; null when nothing is."
    )
    def message(self: Any, info: Info) -> str | None:
        refused = None if self.key is None else _restore(self.key, self.params)
        return None if refused is None else refused.message_in(info.context.language)


@strawberry.type(description="A row of the preview.")
class ImportPreviewRow:
    line: int = fields.column("Line of the file, from 1.")
    cells: list[ImportPreviewCell] = fields.column("Its cells, in the order of the columns.", assumed=20)


@strawberry.type(description="Something that was refused, or left out, while a file was imported.")
class ImportProblem:
    line: int = fields.column("Line of the file, from 1.")
    column: str = fields.column("Name of the column; empty where the whole row is meant.")
    key: str = fields.column("Stable name of the rule.")
    value: str = fields.column("The cell, shortened.", personal=True)
    outcome: ImportProblemOutcome = fields.column("What became of it.")

    @strawberry.field(description="Values that the message is about, by name.")
    def params(self: Any) -> JSON:  # pyright: ignore[reportInvalidTypeForm]
        params: Any = orjson.loads(self.params) if isinstance(self.params, str) else self.params
        return params

    @strawberry.field(description="A sentence for people, in the language of `Accept-Language`.")
    def message(self: Any, info: Info) -> str:
        refused = _restore(self.key, self.params)
        return self.key if refused is None else refused.message_in(info.context.language)


@strawberry.type(
    description="A mapping of columns that was saved, to be sent again with another file of the same kind."
)
class ImportMapping:
    name: str = fields.column("Name of the mapping.")

    @strawberry.field(description="The columns that it maps.", metadata={"assumed": 20})
    def columns(self: Any) -> list["ImportMappedColumn"]:
        return [ImportMappedColumn(**one) for one in orjson.loads(self.mapping)]

    @strawberry.field(description="Id of the mapping. Starts with `imm_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("imm", self.id))


@strawberry.type(description="A column of a saved mapping.")
class ImportMappedColumn:
    column: str = fields.column("Name of the column.")
    target: str = fields.column("Key of the value that it is imported as.")


@strawberry.type(
    description="A file of customers on its way into the shop. It is seen by the one who made it, and with `jobs.manage` by those "
    "whose role reaches all of its websites."
)
class CustomerImport:
    layout: ImportLayout = fields.column("Layout of the file.")
    behavior: ImportBehavior = fields.column("What is done with its rows.")
    error_policy: ErrorPolicy = fields.column("What is done when rows are refused.")
    status: ImportStatus = fields.column("State of the import.")
    file_name: str = fields.column("Name of the file.")
    size_bytes: int = fields.column("Size of the file as announced.")
    created_at: dt.datetime = fields.column("Time at which it was created.")
    started_at: dt.datetime | None = fields.column("Time at which it was started; null before.")
    finished_at: dt.datetime | None = fields.column("Time at which it ended; null before.")
    staff: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who created it; null when a service token did."
    )
    service: JobServiceToken | None = loaded(
        service_tokens_by_id, key="service_id", description="Service token that created it; null when staff did."
    )
    read_count: int = fields.column("Rows of the file.")
    created_count: int = fields.column("Rows that added a customer, or in a file of addresses an address.")
    updated_count: int = fields.column("Rows that changed something.")
    deleted_count: int = fields.column("Rows that deleted something.")
    unchanged_count: int = fields.column(
        "Rows that changed nothing, those included that a later row of the file replaces."
    )
    has_secrets: bool = fields.column("Whether the file has passwords or reset tokens, which are never imported.")
    refused_count: int = fields.column("Rows that were refused; `problems` says why.")

    @strawberry.field(description="Id of the import. Starts with `cim_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("cim", self.id))

    @strawberry.field(description="Columns of the file; empty before it is uploaded.", metadata={"assumed": 20})
    def columns(self: Any) -> list[ImportColumn]:
        return [ImportColumn(**one) for one in orjson.loads(self.columns)]

    @strawberry.field(
        description="Values that columns of a mapped file can be imported as, those of attributes included; empty for other layouts.",
        metadata={"assumed": 30},
    )
    async def targets(self: Any, info: Info) -> list[ImportTarget]:
        found = await load_targets(info.context, self)
        return [ImportTarget(key=one.key, label=one.label, is_required=one.is_required) for one in found]

    @strawberry.field(
        graphql_type=Connection[ImportProblem],
        description="What was refused and left out, in the order of the file, of the last run or dry run. Kept as long as the file.",
    )
    async def problems(
        self: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        return await reads.problems_by_import.load(info.context, self.id, make_window(first, after, last, before))

    report: StoredFile | None = loaded(
        files_by_id,
        key="report_file_id",
        description="Table of all problems; null when there are none, it is not written yet, or its time is over.",
    )
    failed_rows: StoredFile | None = loaded(
        files_by_id,
        key="failed_rows_file_id",
        description="Rows that were not imported, as they were uploaded, and before further addresses the row of their customer; null "
        "when there are none, it is not written yet, or its time is over.",
    )

    @strawberry.field(
        graphql_type=list[ImportPreviewRow] | None,
        description="The first rows of the file, and what would be wrong with each cell; null before it is uploaded or mapped, and "
        "when the file is gone.",
        metadata={"assumed": 20},
    )
    async def preview(
        self: Any,
        info: Info,
        first: Annotated[
            int, strawberry.argument(description=f"Largest number of rows, 1 to {MOST_PREVIEWED}.")
        ] = MOST_PREVIEWED,
    ) -> Any:
        if not 1 <= first <= MOST_PREVIEWED:
            raise BadInput(f"first: ask for 1 to {MOST_PREVIEWED} at once, not {first}.")
        rows = await preview_rows(info.context.database, info.context.settings, self, first, info.context.viewer)
        return None if rows is None else [_show_row(row) for row in rows]

    @strawberry.field(
        graphql_type=JobType | None,
        description="Job that imports it, or tried to last; null before it is started, or for those who do not see the job.",
    )
    async def job(self: Any, info: Info) -> Any:
        return await find_job(info.context, self.job_id)


def _show_row(row: PreviewedRow) -> ImportPreviewRow:
    cells = [ImportPreviewCell(column=one.column, value=one.value, key=one.key, params=one.params) for one in row.cells]
    return ImportPreviewRow(line=row.line, cells=cells)


async def find_import(context: Context, import_id: int | None) -> Any:
    """The import, if the viewer sees it."""
    imported = None if import_id is None else await context.load(reads.imports_by_id, import_id)
    viewer = context.viewer
    is_seen = imported is not None and reads.is_visible_import(imported, actor_of(viewer), viewer)
    return imported if is_seen else None


@strawberry.type(description="Result of a mutation of an import.")
class CustomerImportPayload(Payload):
    import_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=CustomerImport | None, description="The import as stored now; null when refused.")
    async def customer_import(self, info: Info) -> Any:
        return await find_import(info.context, self.import_key)


UPLOAD_PATH: Final = "/admin/imports/{id}/file"
