"""What telemetry could not write. It never changes an answer: a line, measurement or span that fails is counted."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

LOG, METRICS, TRACE = PARTS = ("log", "metrics", "trace")
lost: Final[Counter[str]] = Counter()
"""Since the start of the process. A plain number, because a metric that fails must be counted too."""


def count_loss(part: str) -> None:
    lost[part] += 1


class CountedLosses:
    """A context that counts whatever goes wrong inside, and goes on: the answer has been decided before."""

    __slots__ = ("_part",)

    def __init__(self, part: str) -> None:
        self._part = part

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        count_loss(self._part)
        return True


class LossMetrics(Collector):
    def collect(self) -> Iterable[Metric]:
        family = CounterMetricFamily(
            "customer_gql_telemetry_lost", "Log lines, measurements and spans that were lost.", labels=["part"]
        )
        for part in PARTS:
            family.add_metric([part], lost[part])
        return [family]
