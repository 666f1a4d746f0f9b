"""What a list or a page needs of the context of a request; `graph.context.Context` has it."""

from collections.abc import Awaitable
from typing import Any, Protocol

from sqlalchemy.sql.base import Executable

from customer_gql.core.viewer import Viewer
from customer_gql.database.pools import Database
from customer_gql.database.statements import Row, Statement

from .reads import Read


class Reader(Protocol):
    """Reads for one viewer, outside transactions."""

    @property
    def database(self) -> Database: ...

    @property
    def viewer(self) -> Viewer: ...

    @property
    def canceled(self) -> dict[str, Exception]:
        """Statements of the request that took too long, by their text."""
        ...

    def load(self, read: Read, key: Any, **arguments: Any) -> Awaitable[Any]: ...

    async def fetch(self, statement: Executable | Statement, **values: Any) -> list[Row]: ...
