"""Prometheus metrics on a listener of their own, so that the public one does not serve them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import asyncpg
from prometheus_client import REGISTRY, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from customer_gql.core.errors import ErrorCode
from customer_gql.database.connecting.replica import Replica
from customer_gql.database.projection_checks import COMPARED

from .losses import METRICS, CountedLosses, LossMetrics

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_COSTS: Final = (1, 10, 50, 100, 250, 500, 1000, 2000, 3000, 5000)

requests = Counter(
    "customer_gql_requests", "Answered requests, by the code of the first error.", ["audience", "outcome"]
)
operations = Counter(
    "customer_gql_operations", "The same by the names in METRICS_OPERATIONS.", ["audience", "operation", "outcome"]
)
build = Gauge("customer_gql_build_info", "Version, and the newest migration it knows.", ["version", "revision"])
OTHER: Final = "other"
durations = Histogram(
    "customer_gql_request_seconds", "Seconds from the headers to the answer.", ["audience"], buckets=_SECONDS
)
rate_fallbacks = Counter(
    "customer_gql_rate_fallbacks", "Requests whose rate this process counted alone, for want of the rate storage."
)
live_streams = Gauge("customer_gql_live_streams", "Open streams of subscriptions.")
live_answers = Counter("customer_gql_live_answers", "Events that were answered to subscriptions.")
costs = Histogram("customer_gql_request_cost", "Cost of the requested documents.", ["audience"], buckets=_COSTS)


@cache
def _request_counter(audience: str, outcome: str) -> Counter:
    return requests.labels(audience, outcome)


@cache
def _operation_counter(audience: str, operation: str, outcome: str) -> Counter:
    return operations.labels(audience, operation, outcome)


@cache
def _request_histograms(audience: str) -> tuple[Histogram, Histogram]:
    return durations.labels(audience), costs.labels(audience)


def begin_counting(audiences: Iterable[str]) -> None:
    """From zero: an increase is seen only of a series that was there before, and the first fault is one to be told of."""
    for audience in audiences:
        for outcome in (ErrorCode.INTERNAL_SERVER_ERROR, ErrorCode.UNAVAILABLE):
            _request_counter(audience, outcome.value)


def record_request(audience: str, outcome: str, seconds: float, cost: int | None) -> None:
    with CountedLosses(METRICS):
        _observe_request(audience, outcome, seconds, cost)


def _observe_request(audience: str, outcome: str, seconds: float, cost: int | None) -> None:
    duration_histogram, cost_histogram = _request_histograms(audience)
    _request_counter(audience, outcome).inc()
    duration_histogram.observe(seconds)
    if cost is not None:
        cost_histogram.observe(cost)


def count_operation(audience: str, operation: str | None, outcome: str, named: Collection[str]) -> None:
    """Callers choose names, so only those that an operator listed get a series of their own."""
    with CountedLosses(METRICS):
        _operation_counter(
            audience, operation if operation is not None and operation in named else OTHER, outcome
        ).inc()


def tell_build(version: str, revision: str) -> None:
    build.labels(version, revision).set(1)


def count_rate_fallback() -> None:
    with CountedLosses(METRICS):
        rate_fallbacks.inc()


class PoolMetrics(Collector):
    """The state of the connection pools at the time of a scrape."""

    def __init__(self, pools: Mapping[str, asyncpg.Pool]) -> None:
        self.pools = pools

    def collect(self) -> Iterable[Metric]:
        size = GaugeMetricFamily("customer_gql_pool_connections", "Open connections.", labels=["pool"])
        busy = GaugeMetricFamily("customer_gql_pool_busy", "Connections in use.", labels=["pool"])
        limit = GaugeMetricFamily("customer_gql_pool_limit", "Largest number of connections.", labels=["pool"])
        uses = CounterMetricFamily("customer_gql_pool_uses", "Connections acquired so far.", labels=["pool"])
        for name, pool in self.pools.items():
            size.add_metric([name], pool.get_size())
            busy.add_metric([name], pool.get_size() - pool.get_idle_size())
            limit.add_metric([name], pool.get_max_size())
            uses.add_metric([name], getattr(pool, "uses", 0))
        return (size, busy, limit, uses)


class ProjectionMetrics(Collector):
    """What the nightly comparisons of derived rows in this process have found."""

    def collect(self) -> Iterable[Metric]:
        compared = CounterMetricFamily(
            "customer_gql_projection_compared_customers",
            "Customers whose derived rows were compared at night.",
            labels=["projection"],
        )
        differing = CounterMetricFamily(
            "customer_gql_projection_differing_rows",
            "Derived rows that were not as they would be recomputed.",
            labels=["projection"],
        )
        for name, counted in COMPARED.items():
            compared.add_metric([name], counted.customers)
            differing.add_metric([name], counted.differing_rows)
        return (compared, differing)


class ReplicaMetrics(Collector):
    """How far the replica is behind, and where lists were read."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica

    def collect(self) -> Iterable[Metric]:
        behind = GaugeMetricFamily(
            "customer_gql_replica_behind_seconds", "Seconds that the replica is behind; NaN while that is unknown."
        )
        seconds = self.replica.seconds_behind
        behind.add_metric([], float("nan") if seconds is None else seconds)
        reads = CounterMetricFamily(
            "customer_gql_replica_reads", "Lists by the server that was asked for them.", labels=["server"]
        )
        reads.add_metric(["replica"], self.replica.reads)
        reads.add_metric(["primary"], self.replica.refusals)
        return (behind, reads)


@contextmanager
def collecting_replica(replica: Replica) -> Iterator[None]:
    collector = ReplicaMetrics(replica)
    REGISTRY.register(collector)
    try:
        yield
    finally:
        REGISTRY.unregister(collector)


@contextmanager
def collecting(pools: Mapping[str, Any]) -> Iterator[None]:
    """Have what is looked up at a scrape among the metrics of the process while the context is open."""
    collectors = (PoolMetrics(pools), LossMetrics(), ProjectionMetrics())
    for collector in collectors:
        REGISTRY.register(collector)
    try:
        yield
    finally:
        for collector in collectors:
            REGISTRY.unregister(collector)


@contextmanager
def serve_metrics(host: str, port: int | None, pools: Mapping[str, Any]) -> Iterator[None]:
    """Serve `/metrics` on this address while the context is open; without a port do nothing."""
    if port is None:
        yield
        return
    with collecting(pools):
        server, thread = start_http_server(port, host)
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
