from collections.abc import Sequence
from typing import Any

import strawberry

from customer_gql.administration.jobs.types import JobPayload, JobProblem, JobRow
from customer_gql.graph.context import Info
from customer_gql.messaging.jobs.runs import reads


@strawberry.type(
    description="Result of a mass action. The counts are those when it was answered; `job` has the present ones."
)
class MassActionPayload(JobPayload):
    found_blockers: strawberry.Private[Sequence[Any]] = ()
    results: Any = strawberry.field(
        graphql_type=list[JobRow],
        description="One result for each record, in the order of the ids; empty when a worker does the job.",
        default_factory=list,
        metadata={"paged": True},
    )
    asked_count: int = strawberry.field(description="Number of records that were asked for.", default=0)
    done_count: int = strawberry.field(description="Number of records with the outcome `DONE`.", default=0)
    unchanged_count: int = strawberry.field(description="Number of records with the outcome `UNCHANGED`.", default=0)
    refused_count: int = strawberry.field(description="Number of records with the outcome `REFUSED`.", default=0)
    not_found_count: int = strawberry.field(description="Number of ids with the outcome `NOT_FOUND`.", default=0)
    failed_count: int = strawberry.field(description="Number of records with the outcome `FAILED`.", default=0)
    canceled_count: int = strawberry.field(description="Number of records with the outcome `CANCELED`.", default=0)

    @strawberry.field(
        graphql_type=list[JobProblem],
        description="Rules that refuse records, the most frequent one first: of all records in a dry run, else of those that were "
        f"done when it was answered; at most {reads.SHOWN_PROBLEMS}.",
        metadata={"assumed": 2},
    )
    async def blockers(self, info: Info) -> Any:
        if self.job_key is None:
            return self.found_blockers
        return await info.context.load(reads.blockers_by_job, self.job_key)


@strawberry.type(
    description="Result of `customerMassAction`. The counts are those when it was answered; `job` has the present ones."
)
class CustomerMassActionPayload(MassActionPayload):
    pass
