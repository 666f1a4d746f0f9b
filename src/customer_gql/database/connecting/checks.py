"""What a process asks its database to know whether it can serve: whether it takes writes, and what time it has."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from customer_gql.core.clock import correct_clock
from customer_gql.database.statements import Connection

LARGEST_SKEW: Final = 5.0
"""Seconds by which the clocks of a process and of its database may differ."""
_CHECK: Final = """
SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS is_read_only, clock_timestamp() AS time"""


@dataclass(frozen=True, slots=True)
class ServerState:
    is_read_only: bool
    seconds_ahead: float
    """By which its clock is ahead of this machine's; 0 where the time of the answer explains the difference."""


async def check_server(connection: Connection) -> ServerState:
    """Ask the server of a connection, and let rules compare with its time from now on."""
    before = dt.datetime.now(dt.UTC)
    [row] = await connection.fetch(_CHECK)
    passed = dt.datetime.now(dt.UTC) - before
    ahead = row["time"] - (before + passed / 2)
    seconds = ahead.total_seconds() if abs(ahead) > passed else 0.0
    correct_clock(seconds)
    return ServerState(row["is_read_only"], seconds)
