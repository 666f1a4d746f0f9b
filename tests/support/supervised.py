"""`serve --workers`: the supervisor and its processes, looked at from outside."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from support.processes import free_port, until
from support.service import Service, serving


@dataclass(frozen=True)
class Supervised:
    service: Service
    metrics: int

    @property
    def children(self) -> list[int]:
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.service.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listed.stdout.split()]

    def sample(self, name: str) -> dict[str, float]:
        """The values of a metric by the number of the process."""
        lines = httpx.get(f"http://127.0.0.1:{self.metrics}/metrics", timeout=10).text.splitlines()
        found = [line for line in lines if line.startswith(f"{name}{{")]
        return {line.partition('process="')[2].partition('"')[0]: float(line.rpartition(" ")[2]) for line in found}

    def answers(self) -> int:
        """Of a request with a connection of its own, so that any process may take it."""
        return httpx.post(f"{self.service.http.base_url}/graphql", json={"query": "{ __typename }"}).status_code

    def wait_until_all_answer(self, count: int) -> None:
        until(lambda: list(self.sample("customer_gql_process_up").values()) == [1.0] * count, seconds=60)


@contextmanager
def supervised(folder: Path, database_url: str, count: int, **settings: object) -> Iterator[Supervised]:
    metrics = free_port()
    arguments = ("--workers", str(count))
    with serving(folder, database_url, *arguments, metrics_port=metrics, **settings) as service:
        yield Supervised(service, metrics)
