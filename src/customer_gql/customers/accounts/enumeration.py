"""Answering alike, by bytes and by time, whether an account exists or not.

The work for an account that does not exist is done for one that stands in for it, and undone to a savepoint: the same
statements, and a commit at the end in either case.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection, Row


class Decoy:
    """What an account is to those who write to its owner."""

    __slots__ = ("created_in_store_view_id", "email", "first_name", "id", "version")

    def __init__(self, email: str, view: Row) -> None:
        self.id = new_id()
        self.email = email
        self.first_name = "Nobody"
        self.version = 1
        self.created_in_store_view_id: int = view.id


class Undo:
    """Whether what is done shall not have been done."""

    __slots__ = ("wanted",)

    def __init__(self, *, wanted: bool) -> None:
        self.wanted = wanted


@asynccontextmanager
async def undoing(connection: Connection, *, wanted: bool) -> AsyncGenerator[Undo]:
    """Keep what is done inside, or take it back to a savepoint; inside it may still be decided which."""
    undo = Undo(wanted=wanted)
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        yield undo
    except BaseException:
        await savepoint.rollback()
        raise
    await (savepoint.rollback() if undo.wanted else savepoint.commit())
