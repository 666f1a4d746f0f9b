"""Taking back what a mass action did to the companies of a batch (docs/domain/companies.md#companies-14). What it replaced is in
the history of staff that it wrote."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import decode_id, encode_id
from customer_gql.customers.companies.tables import CompanyStatus, company
from customer_gql.database.statements import Connection, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult, RowSubject
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome
from customer_gql.staff.audit.reads import read_staff_changes_of_job

from .actions import UNDO, ActOn, act_on, action_permissions, decide, describe, edit, find_lost, lock_batch
from .verdicts import CompanyMassAction, Parameters, Verdict

_CHANGED_SINCE: Final = Refusal(
    "undo.company_changed_since", "This company was changed after the job.", UserErrorCode.NOT_ALLOWED
)
_APPROVED: Final = Refusal(
    "undo.company_approved",
    "The request of this company was approved, which let its accounts in. Block the company instead.",
    UserErrorCode.NOT_ALLOWED,
)
_FIELDS: Final = {
    CompanyMassAction.ACTIVATE: ("status", "status", None),
    CompanyMassAction.BLOCK: ("status", "status", None),
    CompanyMassAction.ASSIGN_GROUP: ("groupId", "group_id", "grp"),
    CompanyMassAction.ASSIGN_SALES_REPRESENTATIVE: ("salesRepresentativeId", "sales_representative_id", "stf"),
}
"""What each action changed: the field of the history, the column, and the prefix of its ids."""


async def run_company_undo(
    connection: Connection, given: Parameters, company_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """The results for the first of the ids. `given` are the parameters of the action, and `undone_job`."""
    action = CompanyMassAction(given["action"])
    taken, found = await lock_batch(connection, action, company_ids, scope)
    subjects = {encode_id("com", id): id for id in found}
    changed = await read_staff_changes_of_job(connection, given["undone_job"], list(subjects))
    rows = {
        row["id"]: row for row in await fetch_rows(connection, select(company).where(equals_any(company.c.id, found)))
    }
    verdicts: dict[int, Verdict] = dict.fromkeys(found, (RowOutcome.UNCHANGED, None))
    for subject, changes in changed.items():
        id = subjects[subject]
        act = _plan(action, rows[id], changes)
        verdicts[id] = (
            (RowOutcome.REFUSED, act) if isinstance(act, RuleError) else await act_on(connection, id, scope, act)
        )
    verdicts |= await find_lost(connection, [id for id in taken if id not in rows], scope)
    return describe(taken, verdicts)


def _plan(action: CompanyMassAction, stored: Any, changes: Changes) -> ActOn | RuleError:
    """What takes it back, by the rules of the mutations for one company; or what refuses that."""
    field, column, prefix = _FIELDS[action]
    if field not in changes:
        return _CHANGED_SINCE()
    before, after = (_parse(value, prefix) for value in changes[field])
    if stored[column] != after:
        return _CHANGED_SINCE()
    if action is CompanyMassAction.BLOCK:
        return decide(CompanyMassAction.ACTIVATE)
    if action is CompanyMassAction.ACTIVATE:
        return decide(CompanyMassAction.BLOCK) if before == CompanyStatus.BLOCKED.value else _APPROVED()
    return edit(field, before)


def _parse(value: Any, prefix: str | None) -> Any:
    return value if value is None or prefix is None else decode_id(value, prefix)


UNDO_COMPANY_WORK: Final = BatchWork(
    UNDO, JobKind.UNDO, action_permissions, run_company_undo, subject=RowSubject.COMPANY, rolls_back=True
)
