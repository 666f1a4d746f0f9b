"""A worker: polls the tables of pgqueuer and the other queues until it is stopped."""

import asyncio
import datetime as dt
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import asyncpg
import orjson
import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.domain.models import Job as PickedJob
from pgqueuer.ports.driver import NotifyCallback

from customer_gql.core.telemetry.spans import span
from customer_gql.database.connecting.checks import LARGEST_SKEW, check_server
from customer_gql.database.distribution.forms import use_distributed_forms
from customer_gql.database.pools import Database, TimeLimits, open_database
from customer_gql.security.secret_keys import use_secret_keys
from customer_gql.settings import Settings

from .projection_check import start_counting
from .queue import queue_queries
from .work import Job, Poll, Schedule, Tools, Work

log = structlog.get_logger()
MAX_PAUSE_SECONDS: Final = 60.0
CLOCK_SECONDS: Final = 30.0
GRACE_SECONDS: Final = 20.0
"""Seconds that running work may take after the stop; then it is cancelled, and another worker picks it up."""


class _PollingDriver(AsyncpgPoolDriver):
    """Without LISTEN: it takes a connection for good, does not pass poolers, and its NOTIFY needs a trigger."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._callbacks: list[NotifyCallback] = []

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:  # noqa: ARG002
        self._callbacks.append(callback)

    async def remove_listener(self, channel: str, callback: NotifyCallback) -> None:  # noqa: ARG002
        self._callbacks.remove(callback)

    async def notify(self, channel: str, payload: str) -> None:  # noqa: ARG002
        """pgqueuer asks itself in this way whether it still listens."""
        for callback in self._callbacks:
            callback(payload)


class JobFailed(Exception):
    """Replaces a job's exception in the queue's log, which must not contain what customers sent."""


@asynccontextmanager
async def running_worker(settings: Settings, work: Work) -> AsyncGenerator[None]:
    """A worker with connections of its own, running beside the caller."""
    stop = asyncio.Event()
    async with open_database(
        settings.database_url or "",
        read_connections=1,
        write_connections=settings.jobs_connections,
        prepared_statements=settings.prepared_statements,
        patience=TimeLimits(
            statement=settings.jobs_statement_seconds,
            lock=settings.lock_seconds,
            acquire=settings.pool_seconds,
            client_check=settings.client_check_seconds,
        ),
        projections=work.projections,
    ) as database:
        task = asyncio.create_task(run_worker(database, settings, stop, work))
        try:
            yield
        finally:
            stop.set()
            await task


async def work_until_signalled(
    settings: Settings, work: Work, on_ready: Callable[[], None], on_stop: Callable[[], None] = lambda: None
) -> None:
    """A worker of its own process; SIGINT and SIGTERM end it gracefully."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running_worker(settings, work):
        on_ready()
        await stopped.wait()
        on_stop()
        log.info("stopping", grace_seconds=GRACE_SECONDS)
    log.info("stopped")


async def run_worker(
    database: Database,
    settings: Settings,
    stop: asyncio.Event,
    work: Work,
    *,
    poll_seconds: float = 1.0,
    heartbeat_seconds: float = 30.0,
) -> None:
    """Work until `stop`. A fault of the database or of some work is logged, and tried again after a growing pause.

    A job whose worker has not shown a heartbeat for `heartbeat_seconds` is picked up by another.
    """
    tools = Tools(database, settings, work.projections, stop)
    start_counting(work.projections)
    use_secret_keys(settings.secret_keys)
    use_distributed_forms(settings.distributed)

    async def drain() -> int:
        await _run_queue(tools, work, stop, poll_seconds, heartbeat_seconds)
        return 0

    loops = [_repeat_poll(stop, Poll("jobs", poll_seconds, lambda _: drain()), tools)]
    loops.append(_repeat_poll(stop, Poll("clock", CLOCK_SECONDS, _check_clock), tools))
    loops += [_repeat_poll(stop, poll, tools) for poll in work.polls]
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        await stop.wait()
        await asyncio.wait(tasks, timeout=GRACE_SECONDS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat_poll(stop: asyncio.Event, poll: Poll, tools: Tools) -> None:
    failures = 0
    while not stop.is_set():
        try:
            did = await poll.run(tools)
            failures = 0
        except Exception as error:  # noqa: BLE001 - work that fails must not end the worker
            failures, did = failures + 1, 0
            log.warning("work failed", work=poll.name, error=type(error).__name__)
        if not did:
            await _wait_for_stop(stop, min(poll.seconds * 2**failures, MAX_PAUSE_SECONDS))


async def _check_clock(tools: Tools) -> int:
    async with tools.database.writes.acquire() as connection:
        server = await check_server(connection)
    if abs(server.seconds_ahead) > LARGEST_SKEW:
        log.warning("clocks differ", seconds_ahead=round(server.seconds_ahead, 1), hint="set the clock of this machine")
    return 0


async def _wait_for_stop(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _run_queue(
    tools: Tools, work: Work, stop: asyncio.Event, poll_seconds: float, heartbeat_seconds: float
) -> None:
    """pgqueuer on our tables until `stop`, or until it raises."""
    driver = _PollingDriver(tools.database.writes)
    queuer = PgQueuer(driver, queries=queue_queries(driver))
    for job in work.jobs:
        factory = _retry_policy(job)
        queuer.entrypoint(job.name, concurrency_limit=job.at_once, on_failure="hold", executor_factory=factory)(
            _make_job_function(job, tools)
        )
    for schedule in work.schedules:
        queuer.schedule(schedule.name, schedule.cron)(_make_schedule_function(schedule, tools))
    stopping = asyncio.create_task(_forward_stop(stop, queuer.shutdown))
    try:
        await queuer.run(
            dequeue_timeout=dt.timedelta(seconds=poll_seconds),
            batch_size=5,
            max_concurrent_tasks=10,
            heartbeat_timeout=dt.timedelta(seconds=heartbeat_seconds),
        )
    finally:
        stopping.cancel()


async def _forward_stop(stop: asyncio.Event, to: asyncio.Event) -> None:
    # Not the same event, because pgqueuer sets its own when it fails.
    await stop.wait()
    to.set()


def _retry_policy(job: Job) -> Callable[[Any], DatabaseRetryEntrypointExecutor]:
    def make(parameters: Any) -> DatabaseRetryEntrypointExecutor:
        return DatabaseRetryEntrypointExecutor(parameters, max_attempts=job.attempts - 1)

    return make


def _make_job_function(job: Job, tools: Tools) -> Callable[[PickedJob], Awaitable[None]]:
    async def run(picked: PickedJob) -> None:
        try:
            with span("job", job=job.name, attempt=picked.attempts + 1):
                await job.run(tools, orjson.loads(picked.payload or b"{}"))
        except Exception as error:  # noqa: BLE001 - the text of any exception stays out of the queue's log
            log.warning("job failed", job=job.name, error=type(error).__name__, attempt=picked.attempts + 1)
            raise JobFailed(type(error).__name__) from None

    return run


def _make_schedule_function(schedule: Schedule, tools: Tools) -> Callable[[Any], Awaitable[None]]:
    async def run(_due: Any) -> None:
        try:
            with span("scheduled work", work=schedule.name):
                await schedule.run(tools)
        except Exception as error:  # noqa: BLE001 - the next time comes
            log.warning("scheduled work failed", work=schedule.name, error=type(error).__name__)

    return run
