"""Long reads of a worker, as for a file, from the standby: by a connection of their own, from one snapshot."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

from customer_gql.database.lease import LeasingPool
from customer_gql.database.statements import Connection, Row

from .hosts import HostsInTurn, choose_attribute
from .replica import REPLICA_FAULTS, NotFromReplica, has_replayed, read_position

_STEP_SECONDS: Final = 0.1


@asynccontextmanager
async def reading_standby(
    url: str,
    primary: LeasingPool,
    *,
    wait_seconds: float,
    connect_seconds: float,
    answer_seconds: float,
    prepared_statements: bool,
) -> AsyncGenerator[Connection]:
    """A connection that sees all that the primary has committed until now. Raises `NotFromReplica` where the standby does not come so
    far within `wait_seconds`, and for its faults, also inside: the standby ends a read that is in the way of what the primary did,
    or takes longer than `answer_seconds` for a statement, as one does that hangs.
    """
    try:
        position = await read_position(primary)
        cache = {} if prepared_statements else {"statement_cache_size": 0}
        limits: Any = {"timeout": connect_seconds, "command_timeout": answer_seconds}
        wanted = {"target_session_attrs": choose_attribute(url)}
        connection = await HostsInTurn(url)(url, record_class=Row, **wanted, **limits, **cache)
        try:
            async with asyncio.timeout(wait_seconds + connect_seconds):  # it may hang as well
                await _wait_until_replayed(connection, position, wait_seconds)
            yield connection
        finally:
            connection.terminate()
    except REPLICA_FAULTS as error:
        raise NotFromReplica from error


async def _wait_until_replayed(connection: Connection, position: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not await has_replayed(connection, position):
        if time.monotonic() > until:
            raise NotFromReplica
        await asyncio.sleep(_STEP_SECONDS)
