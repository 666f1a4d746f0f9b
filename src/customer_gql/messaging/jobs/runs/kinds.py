"""What a job does to its rows. Slices declare what theirs do as `JOB_WORK`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError
from customer_gql.core.joined import Joined
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection

from .tables import JobKind, RowOutcome


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of the row of a customer."""

    customer_id: int
    outcome: RowOutcome
    refused: RuleError | None = None


@dataclass(frozen=True, slots=True)
class JobScope:
    """Who does it, and for which websites: those reached when it was asked for and still reached now."""

    by: Actor
    websites: Websites
    asked_websites: Websites


RunBatch = Callable[[Connection, Mapping[str, Any], Sequence[int], JobScope], Awaitable[Sequence[RowResult]]]


@dataclass(frozen=True, slots=True)
class JobWork:
    """`run_batch` does it to customers, each named once, and gives the result of each in their order.

    It runs in a transaction, set-based, and raises a `RuleError` when the parameters themselves are refused. It runs again
    for the same customers when that is rolled back. `permissions` are those that the owner needs, by the parameters.
    """

    name: str
    kind: JobKind
    permissions: Callable[[Mapping[str, Any]], frozenset[Permission]]
    run_batch: RunBatch


JOB_WORK: Final[Joined[JobWork]] = Joined("kinds of job work", attrgetter("name"))
