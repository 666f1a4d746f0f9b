"""Taking away staff tokens that expired; they are refused before that too."""

import datetime as dt

from sqlalchemy import delete

from customer_gql.core.db import execute
from customer_gql.jobs.work import Tools

from .tables import staff_token


async def delete_expired(tools: Tools) -> None:
    async with tools.database.transaction() as connection:
        await execute(connection, delete(staff_token).where(staff_token.c.expires_at < dt.datetime.now(dt.UTC)))
