"""The header by which a client finds its own changes in lists that a replica answers: the position of the primary's log."""

from typing import Final

from starlette.datastructures import State
from starlette.requests import HTTPConnection

from customer_gql.core.errors import ErrorCode
from customer_gql.database.connecting.replica import ReplicaReader, is_position, read_position
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.telemetry.faults import log_fault
from customer_gql.graph.context import Context

POSITION_HEADER: Final = "x-database-position"


def find_replica(connection: HTTPConnection) -> ReplicaReader | None:
    """The replica for a request, with the position that it states. Raises `RequestRefused` for one that is malformed."""
    given = connection.headers.getlist(POSITION_HEADER)
    if any(not is_position(one) for one in given) or len(given) > 1:
        message = "X-Database-Position is not a position such as 0/3000148: send what the last answer to a mutation had, or leave it out."
        raise RequestRefused(400, ErrorCode.BAD_USER_INPUT, message)
    state: State = connection.app.state
    return ReplicaReader(state.replica, given[0] if given else None) if state.replica is not None else None


async def describe_position(context: Context) -> list[tuple[bytes, bytes]]:
    """The header of an answer to something that was written; none for other answers, and none where it cannot be had: what was
    written is stored all the same."""
    if not context.commits or context.replica is None:
        return []
    try:
        position = await read_position(context.database.reads)
    except Exception as error:  # noqa: BLE001 - no fault may take the answer's place
        log_fault(error, "position")
        return []
    return [(POSITION_HEADER.encode(), position.encode())]
