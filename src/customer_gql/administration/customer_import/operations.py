from typing import Annotated, Any, Final

import strawberry

from customer_gql.administration.jobs.types import JobType, find_job
from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_id, encode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.graph import fields
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, DryRun, RequiresPermission, admin_field, admin_mutation
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy

from . import reads, writes
from .runs.options import ALLOWED_ERRORS
from .runs.work import needed_permissions
from .tables import EmptyCells, ImportBehavior, ImportDateOrder, ImportLayout, import_mapping
from .types import UPLOAD_PATH, CustomerImport, CustomerImportPayload, ImportMapping, find_import


@strawberry.input(description="How a file is read, and what else its rows cause.")
class CustomerImportOptionsInput:
    allowed_error_count: int = strawberry.field(
        description="Refused rows up to which an import with the policy `STOP` goes on.", default=ALLOWED_ERRORS
    )
    field_separator: str | None = strawberry.field(
        description="Character between cells; found out from the first line when it is not given.", default=None
    )
    multiple_value_separator: str | None = strawberry.field(
        description="Character between the values of a cell that may have several: `tags` of a `MAPPED` file. A comma by default. Lines "
        "of a street are separated by line breaks.",
        default=None,
    )
    empty_value: str | None = strawberry.field(
        description="Text of a cell that clears the stored value; `_EMPTY_VALUE_` by default.", default=None
    )
    empty_cells: EmptyCells | None = strawberry.field(
        description="What an empty cell means; `CLEAR` by default, for `MAPPED` files `KEEP`.", default=None
    )
    date_order: ImportDateOrder | None = strawberry.field(
        description="What a date with the year last begins with; without it, one that can be read in two ways is left out.",
        default=None,
    )
    sends_welcome_mail: bool = strawberry.field(
        description="Whether a welcome with a link to choose a password is mailed to each new customer, behind all other mail.",
        default=False,
    )


@strawberry.input(description="A file that is to be imported.")
class CustomerImportCreateInput:
    layout: ImportLayout = fields.column("Layout of the file.")
    file_name: str = fields.column("Name of the file, for people.")
    size_bytes: int = fields.column("Exact size of the file, as it will be uploaded.")
    behavior: ImportBehavior = strawberry.field(
        description="What is done with its rows.", default=ImportBehavior.ADD_UPDATE
    )
    error_policy: ErrorPolicy = strawberry.field(
        description="`SKIP` imports the other rows, `STOP` tries all rows first and writes nothing when more are refused than "
        "`allowedErrorCount`, `ALL_OR_NOTHING` imports at most 10,000 rows in one transaction, or none when one is refused.",
        default=ErrorPolicy.SKIP,
    )
    website_id: strawberry.ID | None = strawberry.field(
        description="Website of the customers; for `MAPPED` files, whose rows do not name it.", default=None
    )
    options: CustomerImportOptionsInput | None = strawberry.field(
        description="How the file is read; the defaults suit most files.", default=None
    )


@strawberry.input(description="Which value a column is.")
class ImportColumnInput:
    column: str = fields.column("Name of the column.")
    target: str | None = fields.column("Key of one of the `targets`; null for a column that is not read.")


@strawberry.input(description="Which value each column of an import is.")
class CustomerImportMapInput:
    id: strawberry.ID = fields.column("Id of the import.")
    mapping: list[ImportColumnInput] = fields.column("The columns that are read; all others are not.")
    save_as: str | None = strawberry.field(
        description="Name to keep the mapping under, for `customerImportMappings`; replaces one of that name.",
        default=None,
    )


@strawberry.input(description="The import to start.")
class CustomerImportStartInput:
    id: strawberry.ID = fields.column("Id of the import.")


@strawberry.input(description="The import to retry.")
class CustomerImportRetryInput:
    id: strawberry.ID = fields.column("Id of the import.")


@strawberry.type(description="Result of `customerImportCreate`.")
class CustomerImportCreatePayload(CustomerImportPayload):
    @strawberry.field(
        description="Path to send the file to, on the same host: one `PUT` whose body is the file, with the token or cookie of the "
        "viewer. Null when refused."
    )
    def upload_url(self) -> str | None:
        key = self.import_key
        return None if key is None else UPLOAD_PATH.format(id=encode_id("cim", key))


@strawberry.type(description="Result of `customerImportMap`.")
class CustomerImportMapPayload(CustomerImportPayload):
    pass


@strawberry.type(description="Result of `customerImportStart`.")
class CustomerImportStartPayload(CustomerImportPayload):
    job_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=JobType | None, description="The job that imports the rows; null when refused.")
    async def job(self, info: Info) -> Any:
        return await find_job(info.context, self.job_key)


@strawberry.type(description="Result of `customerImportRetry`.")
class CustomerImportRetryPayload(CustomerImportStartPayload):
    pass


@strawberry.type
class CustomerImportAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_IMPORT,
        graphql_type=CustomerImport | None,
        description="An import; null when it is unknown or the viewer may not see it.",
    )
    async def customer_import(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the import.")]
    ) -> Any:
        return await find_import(info.context, decode_id(id, "cim"))

    @admin_field(
        permission=Permission.CUSTOMERS_IMPORT,
        graphql_type=Connection[CustomerImport],
        description="Imports, newest first: the viewer's own, and with `jobs.manage` those whose websites the viewer's role "
        "reaches.",
    )
    async def customer_imports(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        viewer = info.context.viewer
        seen = reads.visible_imports(actor_of(viewer), viewer)
        return await reads.import_list.page(info.context, make_window(first, after, last, before), "NEWEST", seen)

    @admin_field(
        permission=Permission.CUSTOMERS_IMPORT,
        graphql_type=Connection[ImportMapping],
        description="The viewer's own saved mappings, by name.",
    )
    async def customer_import_mappings(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        by = actor_of(info.context.viewer)
        own = [import_mapping.c.actor == by.kind.value, import_mapping.c.actor_id == by.id]
        return await reads.mapping_list.page(info.context, make_window(first, after, last, before), "NAME", own)


@strawberry.type
class CustomerImportAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_IMPORT,
        description="Announce a file to import. Send it to `uploadUrl` next: CSV, packed with gzip, or a ZIP archive of one CSV file, of "
        "up to `imports.max_mebibytes`. One that is not started within `files.kept_hours` is `CANCELED`. `DELETE` and `CUSTOM` also "
        "need `customers.delete`, `ADOBE_FINANCE` `credit.adjust`.",
    )
    async def customer_import_create(
        self, info: Info, input: Annotated[CustomerImportCreateInput, INPUT]
    ) -> CustomerImportCreatePayload:
        _require(info.context.viewer, {"layout": input.layout.value, "behavior": input.behavior.value})
        website = None if input.website_id is None else parse_input_id(input.website_id, "web", ["websiteId"])
        new = writes.NewImport(
            layout=input.layout,
            behavior=input.behavior,
            error_policy=input.error_policy,
            file_name=input.file_name,
            size_bytes=input.size_bytes,
            website_id=website,
            options=_describe_options(input),
        )
        async with info.context.transaction() as connection:
            key = await writes.create_import(connection, new, by=actor_of(info.context.viewer))
        return CustomerImportCreatePayload(import_key=key)

    @admin_mutation(
        permission=Permission.CUSTOMERS_IMPORT,
        description="Say which value each column of a `MAPPED` file is. It may be repeated until the import is started.",
    )
    async def customer_import_map(
        self, info: Info, input: Annotated[CustomerImportMapInput, INPUT]
    ) -> CustomerImportMapPayload:
        key = parse_input_id(input.id, "cim", ["id"])
        mapping = [{"column": one.column, "target": one.target} for one in input.mapping]
        async with info.context.transaction() as connection:
            await writes.map_columns(connection, key, mapping, input.save_as, by=actor_of(info.context.viewer))
        return CustomerImportMapPayload(import_key=key)

    @admin_mutation(
        permission=Permission.CUSTOMERS_IMPORT,
        exclusive=True,
        description="Import the rows of a file, as a job. A dry run is a job too: it tries every row, takes it back, and leaves the "
        "counts and problems of the run; the import stays `READY`. One import runs at a time. Writes history; cannot be undone.",
    )
    async def customer_import_start(
        self, info: Info, input: Annotated[CustomerImportStartInput, INPUT], dry_run: DryRun = False
    ) -> CustomerImportStartPayload:
        key, by = parse_input_id(input.id, "cim", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            imported = await writes.lock_visible_import(connection, key, by=by)
            _require(info.context.viewer, writes.describe_parameters(imported, is_dry_run=dry_run))
            job = await writes.start_import(connection, imported, is_dry_run=dry_run, by=by)
        return CustomerImportStartPayload(import_key=key, job_key=job)

    @admin_mutation(
        permission=Permission.CUSTOMERS_IMPORT,
        exclusive=True,
        description="Import the rows once more that failed because of a fault of the service, or were canceled, as another job. Rows that "
        "were refused are not among them: correct them in the file and import that.",
    )
    async def customer_import_retry(
        self, info: Info, input: Annotated[CustomerImportRetryInput, INPUT]
    ) -> CustomerImportRetryPayload:
        key, by = parse_input_id(input.id, "cim", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            imported = await writes.lock_visible_import(connection, key, by=by)
            _require(info.context.viewer, writes.describe_parameters(imported, is_dry_run=False))
            job = await writes.retry_import(connection, imported, by=by)
        return CustomerImportRetryPayload(import_key=key, job_key=job)


def _require(viewer: Viewer, parameters: Any) -> None:
    for permission in sorted(needed_permissions(parameters)):
        RequiresPermission(permission).check(viewer)


def _describe_options(input: CustomerImportCreateInput) -> dict[str, Any]:
    given = input.options or CustomerImportOptionsInput()
    usual = EmptyCells.KEEP if input.layout is ImportLayout.MAPPED else EmptyCells.CLEAR
    return {
        "allowed_error_count": given.allowed_error_count,
        "field_separator": given.field_separator,
        "multiple_value_separator": given.multiple_value_separator,
        "empty_value": given.empty_value,
        "empty_cells": (given.empty_cells or usual).value,
        "sends_welcome_mail": given.sends_welcome_mail,
        "date_order": None if given.date_order is None else given.date_order.value,
    }


ADMIN_QUERIES: Final = (CustomerImportAdminQuery,)
ADMIN_MUTATIONS: Final = (CustomerImportAdminMutation,)
