"""Members whose accounts are deleted leave their companies first (docs/domain/companies.md#companies-10)."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows

from .memberships import remove_members
from .tables import company_member
from .writes import lock_companies, record_company_event


async def leave_companies(connection: Connection, accounts: Sequence[Row], *, by: Actor) -> None:
    """End every membership of locked accounts that are about to be deleted; none is the admin of a company."""
    by_id = {account.id: account for account in accounts}
    memberships = await fetch_rows(
        connection,
        select(company_member.c.customer_id, company_member.c.company_id).where(
            equals_any(company_member.c.customer_id, list(by_id))
        ),
    )
    leaving = defaultdict[int, list[Row]](list)
    for row in memberships:
        leaving[row.company_id].append(by_id[row.customer_id])
    if not leaving:
        return
    for key, employer in (await lock_companies(connection, leaving)).items():
        gone = leaving[key]
        await remove_members(connection, employer, gone, by=by, keeps_accounts=True)
        kind, event_type = "COMPANY_MEMBER_REMOVED", "company.member_removed"
        ids = [account.id for account in gone]
        await record_company_event(connection, employer, kind, event_type, by=by, customer_ids=ids)
