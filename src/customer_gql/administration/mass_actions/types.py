from typing import Any

import strawberry

from customer_gql.administration.jobs.types import JobPayload, JobRow


@strawberry.type(
    description="Result of `customerMassAction`. The counts are those when it was answered; `job` has the present ones."
)
class CustomerMassActionPayload(JobPayload):
    results: Any = strawberry.field(
        graphql_type=list[JobRow],
        description="One result for each customer, in the order of the ids; empty when a worker does the job.",
        default_factory=list,
        metadata={"paged": True},
    )
    asked_count: int = strawberry.field(description="Number of customers that were asked for.", default=0)
    done_count: int = strawberry.field(description="Number of customers with the outcome `DONE`.", default=0)
    unchanged_count: int = strawberry.field(description="Number of customers with the outcome `UNCHANGED`.", default=0)
    refused_count: int = strawberry.field(description="Number of customers with the outcome `REFUSED`.", default=0)
    not_found_count: int = strawberry.field(description="Number of ids with the outcome `NOT_FOUND`.", default=0)
    failed_count: int = strawberry.field(description="Number of customers with the outcome `FAILED`.", default=0)
    canceled_count: int = strawberry.field(description="Number of customers with the outcome `CANCELED`.", default=0)
