"""The metrics of all processes at one address: each series has the number of its process as a label."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from socket import socket
from typing import Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.samples import Sample
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from customer_gql.execution.health.side_server import serving_beside

from .child import ChildProcess

PROCESS: Final = "process"


class ProcessMetrics(Collector):
    """Whether each process answers, and how often one was started in its place."""

    def __init__(self, answering: Mapping[int, bool], starts: Mapping[int, int]) -> None:
        self.answering = answering
        self.starts = starts

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily(
            "customer_gql_process_up",
            "1 while a process of `serve --workers` answers its supervisor.",
            labels=[PROCESS],
        )
        for number, answers in self.answering.items():
            up.add_metric([str(number)], float(answers))
        starts = CounterMetricFamily(
            "customer_gql_process_starts", "Processes that were started in one place.", labels=[PROCESS]
        )
        for number, count in self.starts.items():
            starts.add_metric([str(number)], count)
        return (up, starts)


class _CollectedMetrics(Collector):
    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


@asynccontextmanager
async def serving_shared_metrics(
    listening: socket | None, list_children: Callable[[], Sequence[ChildProcess | None]], starts: Mapping[int, int]
) -> AsyncGenerator[None]:
    if listening is None:
        yield
        return

    async def answer(request: Request) -> Response:
        children = list_children()
        answers = await asyncio.gather(*[_ask(child) for child in children])
        told = dict(enumerate(answers, start=1))
        answering = {number: families is not None for number, families in told.items()}
        merged = merge_families({number: families or [] for number, families in told.items()})
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_CollectedMetrics([*merged, *ProcessMetrics(answering, starts).collect()]))
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"content-type": media_type})

    async with serving_beside(Starlette(routes=[Route("/{path:path}", answer)]), listening):
        yield


async def _ask(child: ChildProcess | None) -> list[Any] | None:
    return None if child is None else await child.ask_metrics()


def merge_families(told: Mapping[int, list[Any]]) -> list[Metric]:
    """One family of each name, with the series of all processes."""
    merged: dict[str, Metric] = {}
    for number, families in told.items():
        for name, documentation, kind, samples in families:
            family = merged.setdefault(name, Metric(name, documentation, kind))
            family.samples += [
                Sample(sample_name, {**labels, PROCESS: str(number)}, value) for sample_name, labels, value in samples
            ]
    return list(merged.values())
