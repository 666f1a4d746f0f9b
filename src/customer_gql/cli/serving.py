"""Commands that run until they are stopped."""

import asyncio
import sys
from functools import partial
from importlib.metadata import version
from socket import socket
from typing import Annotated, Any, TextIO

import structlog
import typer

from customer_gql.core.terminal import CommandFailed, show_progress
from customer_gql.settings import Settings, load_settings

from .databases import bring_up, database
from .deployment import (
    require_production_settings,
    warn_of_development_defaults,
    warn_of_unknown_settings,
    with_demo_key,
)
from .ending import end_if_asked
from .payments import running_test_psp
from .supervising import run_supervisor

log = structlog.get_logger("start")


def demo(port: Annotated[int | None, typer.Option(help="Port to listen on; 0 chooses a free one.")] = None) -> None:
    """Serve a shop of generated customers on an embedded PostgreSQL. Ctrl-C stops both."""
    from customer_gql.app import create_app
    from customer_gql.demo.start import format_greeting, preparing_alone, run_prepare
    from customer_gql.execution.http import server
    from customer_gql.execution.telemetry import logs

    given = load_settings(environment="development", log_format="console", **_given_options(port=port))
    with preparing_alone(given.data_dir):
        settings = with_demo_key(given)
    logs.configure_logging(settings.log_format)
    with _listening(settings) as listening, database(settings) as urls:
        with preparing_alone(settings.data_dir), show_progress("a shop of made-up customers") as advance:
            bring_up(urls)
            tokens, sign_ins = run_prepare(settings, urls.service, advance)
        base = _served_url(settings, listening)
        settings = settings.model_copy(update={"database_url": urls.service})
        with running_test_psp(_with_served_links(settings, base), base) as settings:
            app = create_app(settings)
            server.serve_app(app, listening, lambda: _write_line(sys.stdout, format_greeting(base, tokens, sign_ins)))


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that share the port.")] = 1,
) -> None:
    """Serve the database of CUSTOMER_GQL_DATABASE_URL, which has to be migrated first."""
    from customer_gql.app import create_app
    from customer_gql.database.schema.compatibility import find_schema_warning
    from customer_gql.execution.http import server

    settings = _serving_settings(_given_options(host=host, port=port))
    with _listening(settings) as listening, database(settings) as urls:
        warning = find_schema_warning(urls.service)
        base = _served_url(settings, listening)
        settings = _with_served_links(settings, base)
        if workers > 1:
            raise SystemExit(run_supervisor(settings, listening, workers, base, partial(_announce, settings)))
        app = create_app(settings)
        app.state.warnings = [warning] if warning else []
        end_if_asked()
        server.serve_app(app, listening, lambda: _announce(settings, f"serving on {base}"))


def _serving_settings(given: dict[str, Any]) -> Settings:
    from customer_gql.execution.telemetry import logs

    settings = load_settings(**given)
    logs.configure_logging(settings.log_format)
    if settings.database_url is None:
        raise CommandFailed(
            "Set CUSTOMER_GQL_DATABASE_URL to a PostgreSQL 15 or newer; `customer-gql demo` brings its own."
        )
    require_production_settings(settings)
    return settings


def worker() -> None:
    """Run jobs in a process of their own, while `serve` has CUSTOMER_GQL_WORKER=false. Any number of workers can run."""
    from customer_gql.database.schema.compatibility import find_schema_warning, newest_revision
    from customer_gql.execution.http import server
    from customer_gql.execution.telemetry import logs, metrics, tracing

    settings = load_settings()
    logs.configure_logging(settings.log_format)
    if settings.database_url is None:
        raise CommandFailed("Set CUSTOMER_GQL_DATABASE_URL; `customer-gql demo` has a worker inside.")
    if settings.traces:
        tracing.start_tracing(settings.traces)
    require_production_settings(settings)
    try:
        _try_other_ports(settings)
    except server.PortTaken as error:
        raise CommandFailed(str(error)) from None
    with database(settings) as urls, metrics.serve_metrics(settings.metrics_host, settings.metrics_port, {}):
        if warning := find_schema_warning(urls.service):
            log.warning("warning", message=warning)
        metrics.tell_build(version("customer-gql"), newest_revision())
        end_if_asked()
        asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    from customer_gql.execution.health.listener import serving_worker_health
    from customer_gql.messaging.jobs.worker import work_until_signalled
    from customer_gql.schema.work import WORK

    async with serving_worker_health(settings) as state:
        await work_until_signalled(
            settings, WORK, lambda: _announce(settings, "working"), lambda: setattr(state, "draining", True)
        )


def _announce(settings: Settings, line: str) -> None:
    _write_line(sys.stderr, line)
    warn_of_unknown_settings()
    warn_of_development_defaults(settings)


def _write_line(stream: TextIO, line: str) -> None:
    """To somebody who may not read it: the service starts nevertheless."""
    from customer_gql.execution.telemetry.log_stream import LogStream

    LogStream(stream).write(f"{line}\n")


def _served_url(settings: Settings, listening: socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listening.getsockname()[1]}"


def _with_served_links(settings: Settings, base: str) -> Settings:
    """In development, links in mails lead to the port that is served, unless a storefront is configured."""
    if settings.environment != "development" or "storefront_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"storefront_url": base})


def _listening(settings: Settings) -> socket:
    from customer_gql.execution.http import server

    try:
        listening = server.bind_socket(settings.host, settings.port)
        _try_other_ports(settings)
    except server.PortTaken as error:
        raise CommandFailed(str(error)) from None
    return listening


def _try_other_ports(settings: Settings) -> None:
    """They are listened on later, when a fault would be a traceback. Raises `PortTaken`."""
    from customer_gql.execution.http import server

    places = [(settings.metrics_host, settings.metrics_port), (settings.health_host, settings.health_port)]
    for host, port in places:
        if port is not None:
            server.bind_socket(host, port).close()


def _given_options(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
