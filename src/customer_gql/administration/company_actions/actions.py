"""One action on the companies of a batch, with a result for each (docs/domain/companies.md#companies-14)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select

from customer_gql.administration.companies.status import decide_company
from customer_gql.administration.companies.writes import delete_company, update_company, validate_representative
from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.permissions import Permission
from customer_gql.customers.companies.tables import company, company_member
from customer_gql.customers.companies.writes import COMPANY_NOT_FOUND, lock_companies
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult, RowSubject
from customer_gql.messaging.jobs.runs.rights import OUT_OF_SCOPE
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome
from customer_gql.shop.groups.writes import validate_group

from .verdicts import DECISIONS, CompanyMassAction, Parameters, Verdict, judge_companies, within

MAX_ACCOUNTS: Final = 10_000
"""Accounts that are locked together; a company with more members is a batch of its own."""
UNDO: Final = "companies.undo_mass_action"

ActOn = Callable[[Connection, int, JobScope], Awaitable[object]]
"""Does it to one company, which is locked with the accounts of its members."""


def action_permissions(given: Parameters) -> frozenset[Permission]:
    deletes = given["action"] == CompanyMassAction.DELETE.value
    return frozenset({Permission.COMPANIES_WRITE, *([Permission.COMPANIES_DELETE] if deletes else [])})


async def check_parameters(connection: Connection, given: Parameters, _by: Actor) -> None:
    """Raises the `RuleError` that refuses them for every company, so that it is told at once."""
    match CompanyMassAction(given["action"]):
        case CompanyMassAction.ASSIGN_GROUP:
            await validate_group(connection, given["group_id"], ["groupId"])
        case CompanyMassAction.ASSIGN_SALES_REPRESENTATIVE:
            await validate_representative(connection, given["sales_representative_id"])
        case _:
            pass


async def run_company_action(
    connection: Connection, given: Parameters, company_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """The results for the first of the ids, as many as have so many members together that they are locked at once."""
    action = CompanyMassAction(given["action"])
    taken, found = await lock_batch(connection, action, company_ids, scope)
    verdicts = await judge_companies(connection, given, found)
    verdicts |= await find_lost(connection, [id for id in taken if id not in found], scope)
    for id in found:
        if verdicts[id][0] is RowOutcome.DONE:
            verdicts[id] = await act_on(connection, id, scope, _ACTS[action](given))
    return describe(taken, verdicts)


async def lock_batch(
    connection: Connection, action: CompanyMassAction, ids: Sequence[int], scope: JobScope
) -> tuple[Sequence[int], list[int]]:
    """Those of the first ids that are done together, and which of them the scope reaches, locked: accounts first, because every
    action that reaches accounts, and what undoes it, locks them."""
    taken, members = ids, list[int]()
    if action is not CompanyMassAction.ASSIGN_SALES_REPRESENTATIVE:
        taken = await _take_first(connection, ids)
        of_taken = select(company_member.c.customer_id).where(equals_any(company_member.c.company_id, taken))
        members = [row.customer_id for row in await fetch_rows(connection, of_taken)]
        await lock_customers(connection, members, websites=None)
    locked = await lock_companies(connection, taken)
    return taken, [id for id, row in locked.items() if scope.websites is None or row.website_id in scope.websites]


async def _take_first(connection: Connection, ids: Sequence[int]) -> Sequence[int]:
    counted = select(company_member.c.company_id, func.count().label("count")).where(
        equals_any(company_member.c.company_id, ids)
    )
    rows = await fetch_rows(connection, counted.group_by(company_member.c.company_id))
    counts, total = {row.company_id: row["count"] for row in rows}, 0
    for place, id in enumerate(ids):
        total += counts.get(id, 0)
        if place and total > MAX_ACCOUNTS:
            return ids[:place]
    return ids


async def act_on(connection: Connection, id: int, scope: JobScope, act: ActOn) -> Verdict:
    """Rules refuse before anything is written, so that the others of the batch are done."""
    try:
        await act(connection, id, scope)
    except RuleErrors as several:
        return RowOutcome.REFUSED, several.errors[0].at([])
    except RuleError as refused:
        return RowOutcome.REFUSED, refused.at([])
    return RowOutcome.DONE, None


async def find_lost(connection: Connection, ids: Sequence[int], scope: JobScope) -> dict[int, Verdict]:
    """Companies of websites that were reached when it was asked for, and no longer are."""
    if not ids or scope.websites == scope.asked_websites:
        return {}
    of_asked = select(company.c.id).where(equals_any(company.c.id, ids), *within(scope.asked_websites))
    return {row.id: (RowOutcome.REFUSED, OUT_OF_SCOPE()) for row in await fetch_rows(connection, of_asked)}


def describe(taken: Sequence[int], verdicts: Mapping[int, Verdict]) -> list[RowResult]:
    unknown: Verdict = (RowOutcome.NOT_FOUND, COMPANY_NOT_FOUND())
    return [RowResult.of(RowSubject.COMPANY, id, *verdicts.get(id, unknown)) for id in taken]


def edit(field: str, value: int | None) -> ActOn:
    """Store one field of a company, as an update of it does."""

    async def act(connection: Connection, id: int, scope: JobScope) -> None:
        await update_company(
            connection, id, {field: value}, expected_version=None, websites=scope.websites, by=scope.by
        )

    return act


def decide(action: CompanyMassAction) -> ActOn:
    async def act(connection: Connection, id: int, scope: JobScope) -> None:
        await decide_company(connection, id, DECISIONS[action], websites=scope.websites, by=scope.by)

    return act


async def _delete(connection: Connection, id: int, scope: JobScope) -> None:
    await delete_company(connection, id, websites=scope.websites, by=scope.by)


_ACTS: Final[Mapping[CompanyMassAction, Callable[[Mapping[str, Any]], ActOn]]] = {
    CompanyMassAction.ACTIVATE: lambda _: decide(CompanyMassAction.ACTIVATE),
    CompanyMassAction.BLOCK: lambda _: decide(CompanyMassAction.BLOCK),
    CompanyMassAction.DELETE: lambda _: _delete,
    CompanyMassAction.ASSIGN_GROUP: lambda given: edit("groupId", given["group_id"]),
    CompanyMassAction.ASSIGN_SALES_REPRESENTATIVE: lambda given: edit(
        "salesRepresentativeId", given["sales_representative_id"]
    ),
}
COMPANY_ACTION_WORK: Final = BatchWork(
    "companies.mass_action",
    JobKind.MASS_ACTION,
    action_permissions,
    run_company_action,
    subject=RowSubject.COMPANY,
    find_undo=lambda given: None if given["action"] == CompanyMassAction.DELETE.value else UNDO,
)
