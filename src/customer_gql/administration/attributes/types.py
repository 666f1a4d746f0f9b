from typing import Any

import strawberry

from customer_gql.administration.jobs.types import JobType
from customer_gql.customers.attributes import reads
from customer_gql.customers.attributes.types import Attribute
from customer_gql.graph.context import Info
from customer_gql.graph.payloads import Payload
from customer_gql.messaging.jobs.runs.reads import jobs_by_id


@strawberry.type(description="Result of a mutation of an attribute.")
class AttributePayload(Payload):
    attribute_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=Attribute | None, description="The attribute as it is stored now; null when it was refused."
    )
    async def attribute(self, info: Info) -> Any:
        key = self.attribute_key
        return None if key is None else await info.context.load(reads.attributes_by_id, key)


@strawberry.type(description="Result of creating an attribute.")
class AttributeCreatePayload(AttributePayload):
    pass


@strawberry.type
class _WithJob:
    job_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=JobType | None,
        description="The job that removes what is stored of a deleted attribute or of removed options, or has a search find its texts; "
        "null for up to a thousand customers.",
    )
    async def job(self, info: Info) -> Any:
        return None if self.job_key is None else await info.context.load(jobs_by_id, self.job_key)


@strawberry.type(description="Result of updating an attribute.")
class AttributeUpdatePayload(AttributePayload, _WithJob):
    pass


@strawberry.type(description="Result of deleting an attribute.")
class AttributeDeletePayload(Payload, _WithJob):
    deleted_attribute_id: strawberry.ID | None = strawberry.field(
        description="The attribute that was deleted; null when it was refused, and as long as a job removes what is stored of it.",
        default=None,
    )
