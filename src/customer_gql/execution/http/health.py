"""Health checks for load balancers and orchestrators."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from customer_gql.execution.telemetry.faults import log_fault


async def report_live(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def report_ready(request: Request) -> Response:
    """Whether this process should receive requests: it is not shutting down, and the database responds."""
    if request.app.state.draining:
        return _unavailable_response("the service is shutting down")
    try:
        async with request.app.state.health.acquire() as connection:
            await connection.fetchval("SELECT 1")
    except Exception as error:  # noqa: BLE001 - on any error this process cannot answer
        log_fault(error, "health")
        return _unavailable_response("the database does not respond")
    warnings: list[str] = request.app.state.warnings
    return JSONResponse({"status": "ok", **({"warnings": warnings} if warnings else {})})


def _unavailable_response(reason: str) -> Response:
    return JSONResponse({"status": "unavailable", "reason": reason}, 503, {"Retry-After": "1"})
