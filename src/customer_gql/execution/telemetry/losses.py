"""What telemetry could not write. It never changes an answer: a line, measurement or span that fails is counted."""

import contextlib
from collections import Counter
from collections.abc import Generator, Iterable
from typing import Final

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

LOG, METRICS, TRACE = PARTS = ("log", "metrics", "trace")
lost: Final[Counter[str]] = Counter()
"""Since the start of the process. A plain number, because a metric that fails must be counted too."""


def count_loss(part: str) -> None:
    lost[part] += 1


@contextlib.contextmanager
def counting_losses(part: str) -> Generator[None]:
    """Counts whatever goes wrong inside, and goes on: the answer has been decided before."""
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, it is not the fault of a request
        count_loss(part)


class LossMetrics(Collector):
    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily(
            "customer_gql_telemetry_lost", "Log lines, measurements and spans that were lost.", labels=["part"]
        )
        for part in PARTS:
            family.add_metric([part], lost[part])
        return [family]
