"""What a slice gives a worker to do. Each slice declares its own as `WORK`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from customer_gql.database.pools import Database
from customer_gql.database.projections import Projection
from customer_gql.settings import Settings

OPEN_GRAPH: Final[list[Callable[[], None]]] = []
"""What makes the lists of the graph known to a worker, joined by `schema/slices.py`."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What work is done with."""

    database: Database
    settings: Settings
    projections: Sequence[Projection] = ()
    """Those of the shop."""
    stop: asyncio.Event = field(default_factory=asyncio.Event, compare=False)
    """Set when the worker is to end. Work that goes on for long begins nothing after that."""


@dataclass(frozen=True, slots=True)
class Job:
    """Done once for each `enqueue` of its name, and again when the worker was killed meanwhile or `run` raised.

    So `run` has to be idempotent: by a key of its payload, or by a condition in its statements.
    """

    name: str
    run: Callable[[Tools, Mapping[str, Any]], Awaitable[None]]
    attempts: int = 5
    at_once: int = 0
    """How many of it may run at once over all workers; 0 is any number."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Done at the times of a cron expression (UTC), by one of the workers."""

    name: str
    cron: str
    run: Callable[[Tools], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Poll:
    """Done again and again by every worker: for tables that are a queue themselves and claim their rows.

    `run` tells how much it did; after something it is asked again at once, after nothing in `seconds`.
    """

    name: str
    seconds: float
    run: Callable[[Tools], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Work:
    jobs: tuple[Job, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    polls: tuple[Poll, ...] = ()
    projections: tuple[Projection, ...] = ()
    """What the transactions of this work recompute."""
