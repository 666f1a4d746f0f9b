"""The port to the queue: what slices call. Only this module and the worker know that it is pgqueuer."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import asyncpg
import orjson
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.ports.driver import Driver

from customer_gql.core.clock import read_clock
from customer_gql.database.statements import Connection

from .tables import QUEUE


def queue_queries(driver: Driver) -> Queries:
    """pgqueuer's statements on our tables."""
    return Queries(driver, QueryBuilderEnvironment(QUEUE), QueryQueueBuilder(QUEUE), QuerySchedulerBuilder(QUEUE))


async def enqueue(
    connection: Connection,
    name: str,
    payload: Mapping[str, Any],
    *,
    at: dt.datetime | None = None,
    unique: str | None = None,
) -> bool:
    """Ask for a job in the caller's transaction: it is there when that commits, and never was when it rolls back.

    `at` is the earliest time. With `unique`, nothing is added while a job with the same key waits or runs (False); two
    transactions that add one key wait for each other, so a hot path has no key. The payload is stored as it is and may
    be logged by the database: no secrets in it.
    """
    wait = None if at is None else max(at - read_clock(), dt.timedelta())
    added = await queue_queries(AsyncpgDriver(cast("asyncpg.Connection", connection))).enqueue(
        name, orjson.dumps(payload), execute_after=wait, dedupe_key=unique, on_conflict="skip"
    )
    return added != [None]
