"""What becomes of companies in an action, by one function for a dry run and for the job (docs/domain/companies.md#companies-14)."""

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, func, select

from customer_gql.administration.companies.status import CompanyDecision, find_status_refusal
from customer_gql.administration.customer_actions.judgements import SAMPLE_SIZE, Blocker, Forecast
from customer_gql.administration.website_moves.steps import GROUP_EXCLUDED
from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import Websites
from customer_gql.customers.companies.tables import CompanyStatus, company
from customer_gql.customers.companies.writes import COMPANY_NOT_FOUND
from customer_gql.database.statements import AnySelect, Connection, Row, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import RowResult, RowSubject
from customer_gql.messaging.jobs.runs.tables import RowOutcome
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded

Verdict = tuple[RowOutcome, RuleError | None]
Parameters = Mapping[str, Any]
"""`action` and, where it takes them, `group_id` and `sales_representative_id`; as JSON holds them."""


class CompanyMassAction(enum.Enum):
    ACTIVATE = "ACTIVATE"
    BLOCK = "BLOCK"
    DELETE = "DELETE"
    ASSIGN_GROUP = "ASSIGN_GROUP"
    ASSIGN_SALES_REPRESENTATIVE = "ASSIGN_SALES_REPRESENTATIVE"


DECISIONS: Final = {
    CompanyMassAction.ACTIVATE: CompanyDecision.ACTIVATE,
    CompanyMassAction.BLOCK: CompanyDecision.BLOCK,
}
_UNCHANGED: Final[Verdict] = (RowOutcome.UNCHANGED, None)
_DONE: Final[Verdict] = (RowOutcome.DONE, None)


def judge_company(given: Parameters, row: Any) -> Verdict:
    """`row` has what `_facts` selects."""
    if row["status"] is None:
        return RowOutcome.NOT_FOUND, COMPANY_NOT_FOUND()
    action = CompanyMassAction(given["action"])
    match action:
        case CompanyMassAction.ACTIVATE | CompanyMassAction.BLOCK:
            decision = DECISIONS[action]
            refused = find_status_refusal(CompanyStatus(row["status"]), decision)
            is_same = row["status"] == decision.value.value
            if refused is not None and not is_same:
                return RowOutcome.REFUSED, refused
        case CompanyMassAction.ASSIGN_GROUP if row["is_excluded"] and row["group_id"] != given["group_id"]:
            return RowOutcome.REFUSED, GROUP_EXCLUDED()
        case CompanyMassAction.ASSIGN_GROUP:
            is_same = row["group_id"] == given["group_id"]
        case CompanyMassAction.ASSIGN_SALES_REPRESENTATIVE:
            is_same = row["sales_representative_id"] == given["sales_representative_id"]
        case CompanyMassAction.DELETE:
            is_same = False
    return _UNCHANGED if is_same else _DONE


def _facts(given: Parameters) -> list[ColumnElement[Any]]:
    group_id: Any = bindparam("group_id", given.get("group_id"), type_=BigInteger())
    is_excluded = exists().where(excluded.c.group_id == group_id, excluded.c.website_id == company.c.website_id)
    return [
        company.c.status,
        company.c.group_id,
        company.c.sales_representative_id,
        is_excluded.correlate(company).label("is_excluded"),
    ]


def within(websites: Websites) -> list[ColumnElement[bool]]:
    return [] if websites is None else [equals_any(company.c.website_id, sorted(websites))]


async def judge_companies(connection: Connection, given: Parameters, ids: Sequence[int]) -> dict[int, Verdict]:
    """The verdicts on companies that exist, locked by the caller."""
    rows = await fetch_rows(connection, select(company.c.id, *_facts(given)).where(equals_any(company.c.id, ids)))
    return {row["id"]: judge_company(given, row) for row in rows}


async def forecast_companies(
    connection: Connection, given: Parameters, chosen: AnySelect, websites: Websites
) -> Forecast:
    """Of ids that a statement gives. Companies that are alike are judged once."""
    facts = _judged(given, chosen, websites).subquery("facts")
    alike = [facts.c.status, facts.c.group_id, facts.c.sales_representative_id, facts.c.is_excluded]
    sample: Any = func.array_agg(facts.c.id)[1:SAMPLE_SIZE]
    counted = select(*alike, func.count().label("count"), sample.label("sample")).group_by(*alike)
    counts, blockers = Counter[RowOutcome](), dict[str, Blocker]()
    for row in await fetch_rows(connection, counted):
        outcome, refused = judge_company(given, row)
        counts[outcome] += row["count"]
        if outcome is RowOutcome.REFUSED and refused is not None:
            name = f"{refused.key}:{refused.params}"
            other = blockers.get(name, Blocker(refused, 0, ()))
            shown = sorted([*other.sample, *row["sample"]])[:SAMPLE_SIZE]
            blockers[name] = Blocker(refused, other.count + row["count"], shown)
    return Forecast(counts, sorted(blockers.values(), key=lambda one: (-one.count, one.refused.key)))


async def forecast_each(
    connection: Connection, given: Parameters, chosen: AnySelect, websites: Websites
) -> list[RowResult]:
    """The same for each of few ids, in their order."""
    rows: list[Row] = await fetch_rows(connection, _judged(given, chosen, websites).order_by("place"))
    return [RowResult.of(RowSubject.COMPANY, row["id"], *judge_company(given, row)) for row in rows]


def _judged(given: Parameters, chosen: AnySelect, websites: Websites) -> AnySelect:
    listed = chosen.subquery("chosen")
    found = and_(company.c.id == listed.c.id, *within(websites))
    return select(listed.c.id, listed.c.place, *_facts(given)).select_from(listed.outerjoin(company, found))
