"""`serve --workers`: a supervisor and the processes that it starts."""

import asyncio
import gc
from collections.abc import Callable
from functools import partial
from socket import socket
from typing import Final

from customer_gql.settings import Settings

from .faults import run_reporting

_GRACE_SECONDS: Final = 30.0
"""For what a process does besides ending requests: its worker lets work finish for 20 s."""


def run_supervisor(
    settings: Settings, listening: socket, count: int, base: str, announce: Callable[[str], None]
) -> int:
    """Until a signal ends it; the code to exit with."""
    import customer_gql.app  # noqa: F401 - for all processes at once
    from customer_gql.execution.processes.connections import count_connections
    from customer_gql.execution.processes.supervisor import FirstProcessFailed, Supervisor

    each = count_connections(settings)
    line = f"serving on {base}: {count} processes, at most {each} database connections each, {count * each} together"
    health = _bind(settings.health_host, settings.health_port)
    metrics = _bind(settings.metrics_host, settings.metrics_port)
    gc.freeze()  # what was loaded stays in memory that all processes share

    async def run() -> int:
        seconds = settings.unready_seconds + settings.drain_seconds + _GRACE_SECONDS
        serve = partial(_serve_one, settings, listening, health)
        return await Supervisor(serve, count, seconds, lambda: announce(line), metrics).run()

    try:
        return asyncio.run(run())
    except FirstProcessFailed as failed:
        return max(1, failed.code)


def _serve_one(settings: Settings, listening: socket, health: socket | None, channel: socket) -> int:
    """One process of several."""
    from customer_gql.app import create_app
    from customer_gql.database.schema.compatibility import find_schema_warning
    from customer_gql.execution.http import server
    from customer_gql.execution.processes.channel import SupervisorChannel

    supervisor = SupervisorChannel(channel)
    supervisor.start_answering()

    def serve() -> None:
        warning = find_schema_warning(settings.database_url or "")
        app = create_app(settings)
        app.state.warnings = [warning] if warning else []
        app.state.is_supervised = True
        app.state.health_socket = health
        server.serve_app(app, listening, supervisor.tell_ready)

    return run_reporting(serve)


def _bind(host: str, port: int | None) -> socket | None:
    from customer_gql.execution.http.server import bind_socket

    return None if port is None else bind_socket(host, port)
