"""What became of the rows of a batch, by their lines, from the temporary tables that were written from."""

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from customer_gql.administration.customer_import.reading.refusals import (
    CUSTOMER_LOST,
    NAME_MISSING,
    NO_CUSTOMER,
)
from customer_gql.administration.customer_import.reading.report import CellProblem
from customer_gql.core.errors import RuleError
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.runs.tables import RowOutcome


class LineOutcome(enum.Enum):
    UNCHANGED = 0
    UPDATED = 1
    CREATED = 2
    DELETED = 3
    REFUSED = 4
    CANCELED = 5
    """It was taken back, because another row was refused."""

    @property
    def of_row(self) -> RowOutcome:
        if self in (LineOutcome.UNCHANGED, LineOutcome.REFUSED, LineOutcome.CANCELED):
            return RowOutcome[self.name]
        return RowOutcome.DONE


@dataclass(slots=True)
class LineResult:
    outcome: LineOutcome = LineOutcome.UNCHANGED
    customer_id: int | None = None
    problem: CellProblem | None = None
    """What it was refused with; its path is the column."""

    @property
    def refused(self) -> RuleError | None:
        return None if self.problem is None else self.problem.reason.at([self.problem.column])

    def refuse(self, column: str, reason: RuleError, value: str = "") -> None:
        self.outcome, self.problem = LineOutcome.REFUSED, CellProblem(column, reason, value)

    def raise_to(self, outcome: LineOutcome) -> None:
        """A row of a customer and an address is what most happened."""
        if outcome.value > self.outcome.value:
            self.outcome = outcome


Results = Mapping[int, LineResult]

_CUSTOMERS: Final = """
SELECT s.line, s.owner_id, CASE WHEN s.owner_id = s.customer_id THEN 'CREATED' WHEN n.customer_id IS NOT NULL THEN 'UPDATED'
    ELSE 'UNCHANGED' END AS outcome
FROM import_customer s LEFT JOIN import_change n ON n.customer_id = s.owner_id
WHERE s.owner_id IS NOT NULL
"""
# Of several rows of one address the last one counts.
_ADDRESSES: Final = """
SELECT s.line, s.customer_id, CASE WHEN s.line <> s.last_line THEN 'UNCHANGED' WHEN NOT s.is_known THEN 'CREATED'
    WHEN EXISTS (SELECT FROM import_edit e WHERE e.customer_id = s.customer_id AND e.id = s.address_id)
      OR EXISTS (SELECT FROM import_move m WHERE m.customer_id = s.customer_id AND m.id = s.address_id) THEN 'UPDATED'
    ELSE 'UNCHANGED' END AS outcome
FROM (SELECT i.*, max(i.line) OVER (PARTITION BY i.customer_id, i.address_id) AS last_line FROM import_address i) AS s
"""
_NAMELESS: Final = """
DELETE FROM import_customer WHERE owner_id IS NULL AND (first_name IS NULL OR last_name IS NULL)
RETURNING line, first_name IS NULL AS lacks_first_name
"""


async def refuse_nameless(connection: Connection, results: Results) -> None:
    """New customers without a name, which only the database knows to be new."""
    for row in await connection.fetch(_NAMELESS):
        results[row.line].refuse("firstname" if row.lacks_first_name else "lastname", NAME_MISSING())


async def note_customers(
    connection: Connection, results: Results, refused: Iterable[tuple[int, str, RuleError]]
) -> None:
    for line, column, reason in refused:
        results[line].refuse(column, reason)
    for row in await connection.fetch(_CUSTOMERS):
        results[row.line].customer_id = row.owner_id
        results[row.line].raise_to(LineOutcome[row.outcome])


async def note_addresses(
    connection: Connection,
    results: Results,
    refused: Iterable[tuple[int, CellProblem]],
    owned: Mapping[int, int | None],
    of_customers: Collection[int],
) -> None:
    """`owned` are the owners as they were before anything was written, `of_customers` the rows of customers themselves: for
    them a new address is an update."""
    for line, problem in refused:
        is_unknown = problem.reason.key == CUSTOMER_LOST.key and owned.get(line) is None
        results[line].refuse(problem.column, NO_CUSTOMER() if is_unknown else problem.reason, problem.value)
    for line, customer_id in owned.items():
        results[line].customer_id = results[line].customer_id or customer_id
    for row in await connection.fetch(_ADDRESSES):
        results[row.line].customer_id = row.customer_id
        outcome = LineOutcome[row.outcome]
        is_of_customer = row.line in of_customers and outcome is LineOutcome.CREATED
        results[row.line].raise_to(LineOutcome.UPDATED if is_of_customer else outcome)
