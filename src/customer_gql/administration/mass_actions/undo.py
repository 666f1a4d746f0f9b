"""Taking back what a mass action did (docs/domain/mass-actions.md#mass-actions-17)."""

from typing import Annotated

import strawberry

from customer_gql.administration.jobs.operations import KEY_DESCRIPTION, require_work
from customer_gql.administration.jobs.types import JobPayload
from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, DryRun, owner_mutation
from customer_gql.messaging.jobs.runs import writes
from customer_gql.messaging.jobs.runs.follow_ups.undos import undo_job
from customer_gql.messaging.jobs.runs.runner import take_turn
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting

from .settings import AT_ONCE

ANSWER_SECONDS = 8.0
"""How long the answer works on the job itself; a worker goes on with what is left."""


@strawberry.input(description="The job to undo.")
class JobUndoInput:
    id: strawberry.ID = column("Id of the job.")
    idempotency_key: str | None = strawberry.field(description=KEY_DESCRIPTION, default=None)


@strawberry.type(description="Result of `jobUndo`.")
class JobUndoPayload(JobPayload):
    pass


@strawberry.type
class UndoAdminMutation:
    @owner_mutation(
        exclusive=True,
        description="Give customers or companies back the values that a finished mass action replaced, as another job of the caller with the "
        "caller's rights: up to `mass_actions.at_once` of them in the answer, more by a worker. One with a value that was "
        "changed since is refused (`undo.changed_since`); the customer's own opt-out counts as a change. Sessions stay ended. It "
        "takes the permissions of the action, and is for those who see the job. `NOT_ALLOWED` where `Job.undo` says so. A dry run "
        "makes a job that stores outcomes and changes no customer. Writes history; cannot be undone.",
    )
    async def job_undo(
        self, info: Info, input: Annotated[JobUndoInput, INPUT], dry_run: DryRun = False
    ) -> JobUndoPayload:
        job_id, by = parse_input_id(input.id, "job", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            job = await writes.find_visible_job(connection, job_id, by=by)
            require_work(job, info.context.viewer)
            at_once = await setting(connection, AT_ONCE)
            made = await undo_job(connection, job, key=input.idempotency_key, by=by, at_once=at_once, dry_run=dry_run)
        if made.lease is not None:
            await take_turn(Tools(info.context.database, info.context.settings), made.lease, seconds=ANSWER_SECONDS)
        return JobUndoPayload(job_key=made.job_id)
