"""Health checks for load balancers and orchestrators."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from customer_gql.database.connecting.checks import LARGEST_SKEW, check_server
from customer_gql.database.connecting.replica import Replica
from customer_gql.execution.telemetry.faults import log_fault


async def report_live(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def report_ready(request: Request) -> Response:
    """Whether this process should receive requests: it is not shutting down, and the database responds and takes writes."""
    state = request.app.state
    reason = "the service is shutting down" if state.draining else await _find_fault(state)
    if reason is not None:
        return JSONResponse({"status": "unavailable", "reason": reason}, 503, {"Retry-After": "1"})
    warnings: list[str] = [*state.warnings, *_find_replica_faults(state)]
    return JSONResponse({"status": "ok", **({"warnings": warnings} if warnings else {})})


def _find_replica_faults(state: Any) -> list[str]:
    """The service works without it."""
    replica: Replica | None = getattr(state, "replica", None)
    fault = replica and replica.describe_fault()
    return [fault] if fault else []


async def _find_fault(state: Any) -> str | None:
    try:
        async with state.health.acquire() as connection:
            server = await check_server(connection)
    except Exception as error:  # noqa: BLE001 - on any error this process cannot answer
        log_fault(error, "health")
        return "the database does not respond"
    if server.is_read_only:
        await state.health.expire_connections()
        for database in state.databases.values():
            await database.leave_server()
        return "the database takes no writes"
    if abs(server.seconds_ahead) > LARGEST_SKEW:
        return f"the clock of this machine is {abs(server.seconds_ahead):.0f} s from that of the database"
    return None
