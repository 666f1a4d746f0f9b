"""What becomes of customers in an action, read in one statement for one of them or all
(docs/domain/mass-actions.md#mass-actions-11)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, case, func, literal, select

from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import Websites
from customer_gql.customers.profile.reads import within_websites
from customer_gql.customers.profile.tables import customer
from customer_gql.customers.profile.writes import CUSTOMER_NOT_FOUND
from customer_gql.database.statements import AnySelect, Connection, Row, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import RowId, RowResult
from customer_gql.messaging.jobs.runs.tables import RowOutcome

from .refusals import UNCHANGED, Judgement, select_verdict

_NO_ROW: Final = -2
SAMPLE_SIZE: Final = 10


@dataclass(frozen=True, slots=True)
class Blocker:
    """What refuses an action, for how many, and some of the records."""

    refused: RuleError
    count: int
    sample: Sequence[RowId]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of customers."""

    counts: Counter[RowOutcome]
    blockers: Sequence[Blocker]


async def judge_customers(connection: Connection, judgement: Judgement, ids: Sequence[int]) -> list[RowResult]:
    """The result for customers that exist, locked by the caller: `DONE` for those that are to be done."""
    verdict, limit = select_verdict(judgement)
    judged = select(customer.c.id, verdict.label("verdict"), limit.label("limit"))
    rows = await fetch_rows(connection, judged.where(equals_any(customer.c.id, ids)))
    return [_to_result(judgement, row) for row in rows]


async def forecast_action(
    connection: Connection, judgement: Judgement, chosen: AnySelect, websites: Websites
) -> Forecast:
    """Of ids that a statement gives, those of customers of other websites among them, how many would be done."""
    judged = _judge_chosen(judgement, chosen, websites).subquery("judged")
    count = func.count().label("count")
    sample: Any = func.array_agg(judged.c.id)[1:SAMPLE_SIZE]
    grouped = select(judged.c.verdict, judged.c.limit, count, sample.label("sample")).group_by(
        judged.c.verdict, judged.c.limit
    )
    counts, blockers = Counter[RowOutcome](), list[Blocker]()
    for row in await fetch_rows(connection, grouped):
        outcome, refused = _read_verdict(judgement, row)
        counts[outcome] += row.count
        if outcome is RowOutcome.REFUSED and refused is not None:
            blockers.append(Blocker(refused, row.count, row.sample))
    return Forecast(counts, sorted(blockers, key=lambda one: (-one.count, one.refused.key)))


async def forecast_rows(
    connection: Connection, judgement: Judgement, chosen: AnySelect, websites: Websites
) -> list[RowResult]:
    """The same for each of few ids, in their order."""
    rows = await fetch_rows(connection, _judge_chosen(judgement, chosen, websites).order_by("place"))
    return [_to_result(judgement, row) for row in rows]


def _judge_chosen(judgement: Judgement, chosen: AnySelect, websites: Websites) -> AnySelect:
    listed = chosen.subquery("chosen")
    verdict, limit = select_verdict(judgement)
    found = and_(customer.c.id == listed.c.id, *within_websites(websites))
    told = case((customer.c.id.is_(None), literal(_NO_ROW)), else_=verdict)
    return select(listed.c.id, listed.c.place, told.label("verdict"), limit.label("limit")).select_from(
        listed.outerjoin(customer, found)
    )


def _to_result(judgement: Judgement, row: Row) -> RowResult:
    return RowResult(row["id"], *_read_verdict(judgement, row))


def _read_verdict(judgement: Judgement, row: Row) -> tuple[RowOutcome, RuleError | None]:
    match row["verdict"]:
        case None:
            return RowOutcome.DONE, None
        case int(place) if place == UNCHANGED:
            return RowOutcome.UNCHANGED, None
        case int(place) if place == _NO_ROW:
            return RowOutcome.NOT_FOUND, CUSTOMER_NOT_FOUND()
        case place:
            return RowOutcome.REFUSED, judgement.rules[place].refuse(row.limit)
