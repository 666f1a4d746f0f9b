import datetime as dt
from typing import Annotated, Final

import strawberry

from customer_gql.administration.jobs.operations import KEY_DESCRIPTION
from customer_gql.administration.jobs.types import JobPayload
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_mutation, owner_mutation
from customer_gql.messaging.files.links import create_link
from customer_gql.messaging.files.reads import find_readable_file
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job

from .export_job import EXPORT_WORK
from .formats.writing import ExportFormat
from .inputs import ExportListInput, read_list

LINK_PATH: Final = "/admin/files/links/"
_FILE_NOT_FOUND: Final = Refusal(
    "file.not_found", "There is no such file. It may have been deleted; make it again.", UserErrorCode.NOT_FOUND
)


@strawberry.input(description="A list to write to a file.")
class ExportCreateInput:
    list: ExportListInput = column("The list.")  # pyright: ignore
    format: ExportFormat = column("Format of the file.")
    idempotency_key: str | None = strawberry.field(description=KEY_DESCRIPTION, default=None)


@strawberry.input(description="The file to link to.")
class DownloadLinkCreateInput:
    file_id: strawberry.ID = column("Id of the file.")


@strawberry.type(description="Result of `exportCreate`.")
class ExportCreatePayload(JobPayload):
    pass


@strawberry.type(description="Result of `downloadLinkCreate`.")
class DownloadLinkCreatePayload(Payload):
    url: str | None = strawberry.field(
        description="Path of the file at the address of this endpoint. It works once; null when refused.", default=None
    )
    expires_at: dt.datetime | None = strawberry.field(
        description="Time from which it does not work any more; null when refused.", default=None
    )


@strawberry.type
class ExportAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_EXPORT,
        exclusive=True,
        description="Write a list to a file, as a job: its rows are those at one moment, within the caller's websites. It takes the "
        "permission of the list too, and `customers.pii` for personal columns, whether they are shown, filtered or sorted by. The "
        "file is kept for `files.kept_hours`. The history of staff records what was exported, and each download.",
    )
    async def export_create(self, info: Info, input: Annotated[ExportCreateInput, INPUT]) -> ExportCreatePayload:
        asked = await read_list(info, input.list)
        parameters = {**asked.parameters, "format": input.format.value}
        async with info.context.transaction() as connection:
            submission = Submission(
                EXPORT_WORK,
                parameters,
                "exportCreate",
                asked.freeze_rows,
                key=input.idempotency_key,
                body=parameters,
            )
            made = await submit_job(connection, submission, by=actor_of(info.context.viewer))
        return ExportCreatePayload(job_key=made.job_id)

    @owner_mutation(
        exclusive=True,
        description="Make a link to a file for a browser, which works once and for `files.link_minutes`. For the owner of the file and "
        "those it was made for, as long as their permissions and websites cover it; for others it is `NOT_FOUND`.",
    )
    async def download_link_create(
        self, info: Info, input: Annotated[DownloadLinkCreateInput, INPUT]
    ) -> DownloadLinkCreatePayload:
        viewer, file_id = info.context.viewer, parse_input_id(input.file_id, "fil", ["fileId"])
        async with info.context.transaction() as connection:
            if await find_readable_file(connection, file_id, viewer) is None:
                raise _FILE_NOT_FOUND(path=["fileId"])
            link = await create_link(connection, file_id, by=actor_of(viewer))
        return DownloadLinkCreatePayload(url=LINK_PATH + link.token, expires_at=link.expires_at)


ADMIN_MUTATIONS: Final = (ExportAdminMutation,)
