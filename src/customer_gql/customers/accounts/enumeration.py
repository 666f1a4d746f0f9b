"""Neutral answers: the same bytes after the same time, whether an account exists or not.

The work for an account that does not exist is done for one that stands in for it, and rolled back to a savepoint: the
same statements run, and a commit ends them in either case.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection, Row


class DecoyAccount:
    """The columns of an account that mails to its owner need, for an address without one."""

    __slots__ = ("created_in_store_view_id", "email", "first_name", "id", "version", "website_id")

    def __init__(self, email: str, view: Row) -> None:
        self.id = new_id()
        self.email = email
        self.first_name = "Nobody"
        self.version = 1
        self.created_in_store_view_id: int = view.id
        self.website_id: int = view.website_id


class Rollback:
    """Whether a block is rolled back at its end."""

    __slots__ = ("is_due",)

    def __init__(self, *, is_due: bool) -> None:
        self.is_due = is_due


@asynccontextmanager
async def rolled_back_if(connection: Connection, condition: object) -> AsyncGenerator[Rollback]:
    """Roll the block back to a savepoint if the condition holds. The block may still change the decision."""
    rollback = Rollback(is_due=bool(condition))
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        yield rollback
    except BaseException:
        await savepoint.rollback()
        raise
    await (savepoint.rollback() if rollback.is_due else savepoint.commit())
