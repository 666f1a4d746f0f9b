"""Taking away what let staff in and expired; it is refused before that too."""

import datetime as dt
from typing import Final

from sqlalchemy import delete

from customer_gql.database.statements import execute_statement
from customer_gql.messaging.jobs.work import Tools

from .tables import staff_invitation, staff_oidc_code, staff_oidc_flow, staff_session

EXPIRING_TABLES: Final = (staff_session, staff_invitation, staff_oidc_flow, staff_oidc_code)


async def delete_expired_staff_access(tools: Tools) -> None:
    now = dt.datetime.now(dt.UTC)
    async with tools.database.transaction() as connection:
        for table in EXPIRING_TABLES:
            await execute_statement(connection, delete(table).where(table.c.expires_at < now))
        unused = staff_session.c.idle_until < now
        await execute_statement(connection, delete(staff_session).where(unused))
