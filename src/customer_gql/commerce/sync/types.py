from collections.abc import Sequence
from typing import Any

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload, UserError, user_error
from customer_gql.graph.scalars import graph_enum

from .engine import Judged, SyncOutcome, SyncResult

graph_enum(
    SyncOutcome,
    "What became of a row that a program sent.",
    {
        "CREATED": "A record was made.",
        "UPDATED": "The row replaced what was known.",
        "UNCHANGED": "The same came with this version before.",
        "STALE": "A higher version came before.",
        "REFUSED": "The row is refused; see `userErrors`.",
    },
)


@strawberry.type(name="SyncResult", description="What became of one row that a program sent.")
class ShownSyncResult:
    index: int = column("Place of the row in the input, from 0.")
    external_id: str = column("Key of the row: the external id, or the SKU.")
    outcome: SyncOutcome = column("What became of the row.")
    is_retryable: bool = column("Whether the same row may be taken later, once what it names has come.")

    @strawberry.field(description="Id of the product; null for a row of a product that is not known.")
    def id(self: Any) -> strawberry.ID | None:
        return None if self.record_id is None else strawberry.ID(encode_id("prd", self.record_id))

    @strawberry.field(
        description="Why the row is refused, with paths from the root of the input; empty for others.",
        metadata={"assumed": 1},
    )
    def user_errors(self: Any, info: Info) -> list[UserError]:
        return [user_error(error, info.context.language) for error in self.refused]


@strawberry.type(description="What became of the rows. The counts add up to the number of rows.")
class SyncPayload(Payload):
    results: Any = strawberry.field(
        graphql_type=list[ShownSyncResult],
        description="One result for each row, in the order of the rows.",
        default_factory=list,
        metadata={"paged": True},
    )
    created_count: int = strawberry.field(description="Number of rows with the outcome `CREATED`.", default=0)
    updated_count: int = strawberry.field(description="Number of rows with the outcome `UPDATED`.", default=0)
    unchanged_count: int = strawberry.field(description="Number of rows with the outcome `UNCHANGED`.", default=0)
    stale_count: int = strawberry.field(description="Number of rows with the outcome `STALE`.", default=0)
    refused_count: int = strawberry.field(description="Number of rows with the outcome `REFUSED`.", default=0)


def count_outcomes(results: Sequence[SyncResult]) -> dict[str, Any]:
    """By the fields of the payload."""
    counted = dict.fromkeys(SyncOutcome, 0)
    for result in results:
        counted[result.outcome] += 1
    return {f"{outcome.value.lower()}_count": count for outcome, count in counted.items()}


def show_results(judged: Judged) -> SyncPayload:
    return SyncPayload(results=judged.results, **count_outcomes(judged.results))
