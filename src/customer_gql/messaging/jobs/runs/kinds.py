"""What a job does to its rows. Slices declare what theirs do as `JOB_WORK`."""

import enum
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError
from customer_gql.core.joined import Joined
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.work import Tools

from .tables import JobCancelReason, JobKind, RowOutcome

if TYPE_CHECKING:
    from customer_gql.messaging.jobs.whole_runs.runner import WholeRun


class RowSubject(enum.Enum):
    """What the numbers of the rows of a job are: ids of records, or numbers that the work itself gave."""

    CUSTOMER = "CUSTOMER"
    COMPANY = "COMPANY"
    ORDER = "ORDER"
    OWN = "OWN"


RowId = int | tuple[int, int]
"""What a row is about: the id of a record, and before it that of the customer whose order it is."""


class RowResult(NamedTuple):
    """What became of the row of a customer, of a company, or of an order of a customer. A row of a file may be about nobody."""

    customer_id: int | None
    outcome: RowOutcome
    refused: RuleError | None = None
    company_id: int | None = None
    order_id: int | None = None

    @classmethod
    def of(cls, subject: RowSubject, id: RowId, outcome: RowOutcome, refused: RuleError | None = None) -> "RowResult":
        """The result for a row with this id."""
        if isinstance(id, tuple):
            return cls(id[0], outcome, refused, None, id[1])
        customer_id = id if subject is RowSubject.CUSTOMER else None
        return cls(customer_id, outcome, refused, id if subject is RowSubject.COMPANY else None)


@dataclass(frozen=True, slots=True)
class JobScope:
    """Who does it, and for which websites: those reached when it was asked for and still reached now."""

    by: Actor
    websites: Websites
    asked_websites: Websites


@dataclass(frozen=True, slots=True)
class PreparedRows:
    """The number of rows that preparation stored for a job. With `ends_for` or `fails` the job ends without doing them."""

    count: int
    ends_for: JobCancelReason | None = None
    fails: bool = False


class TryLater(Exception):
    """Something else has to end first; the job goes on in a moment."""


RunBatch = Callable[[Connection, Mapping[str, Any], Sequence[Any], JobScope], Awaitable[Sequence[RowResult]]]
"""Gets the `RowId`s of the rows."""


@dataclass(frozen=True, slots=True)
class JobWork:
    """What jobs of all kinds have. `permissions` are those that the owner needs, by the parameters."""

    name: str
    kind: JobKind
    permissions: Callable[[Mapping[str, Any]], frozenset[Permission]]
    needs_all_websites: bool = field(default=False, kw_only=True)
    """What it does is for all websites, whichever of them a customer is of."""
    on_submit: Callable[[Connection, Any, int], Awaitable[object]] | None = field(default=None, kw_only=True)
    """Told the `Submission` and the id of a new job, in the transaction that submits it."""
    lock_subject: Callable[[Connection, Mapping[str, Any]], Awaitable[object]] | None = field(
        default=None, kw_only=True
    )
    """Locks the record that its jobs are about, by the parameters: before the job itself is locked, whichever mutation asks."""


@dataclass(frozen=True, slots=True)
class BatchWork(JobWork):
    """`run_batch` does it to customers, each named once, and gives the result of each in their order.

    It runs in a transaction, set-based, and raises a `RuleError` when the parameters themselves are refused. It runs again
    for the same customers when that is rolled back.

    `subject` is what its rows are about: customers, companies, orders, or what the work numbers itself; `run_batch` gets the
    numbers then, and of an order that of its customer before its own. Where rows belong together it may give results for the first of them alone, or for those after them
    too. `prepare` is for a job that was submitted without rows: it is called, each time in a transaction of its own, until
    it gives them. With `judges_errors` refused rows do not end a job, whatever its policy is.
    `find_undo` is the name of the work that takes back what this one did with such parameters; None where nothing can. That work
    gets the same parameters and `undone_job`.
    """

    run_batch: RunBatch
    subject: RowSubject = RowSubject.CUSTOMER
    prepare: Callable[[Tools, Connection, Any, JobScope], Awaitable[PreparedRows | None]] | None = None
    judges_errors: bool = False
    is_alone: bool = False
    """One such job runs at a time."""
    find_undo: Callable[[Mapping[str, Any]], str | None] = lambda _: None
    rolls_back: bool = False
    """What a batch of a dry run does is rolled back; its outcomes are stored."""


@dataclass(frozen=True, slots=True)
class WholeWork(JobWork):
    """`run` does the whole job in one go, and finishes it in the transaction that stores what it made
    (docs/domain/bulk-jobs.md#bulk-jobs-12)."""

    run: "Callable[[WholeRun], Awaitable[None]]"


JOB_WORK: Final[Joined[JobWork]] = Joined("kinds of job work", attrgetter("name"))


def list_whole_work() -> list[str]:
    """The names of the work that is done in one go."""
    return [name for name, work in JOB_WORK.items() if isinstance(work, WholeWork)]


def list_lone_work() -> list[str]:
    """The names of the work of which one job runs at a time."""
    return [name for name, work in JOB_WORK.items() if isinstance(work, BatchWork) and work.is_alone]
