"""Sign-ins while a job runs, against sign-ins while none does: the service with the worker that it starts itself."""

import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

from measurement import HERE
from prepare import BenchmarkShop
from variants import SERVE, Variant
from writes import WriteInputs, encode_body

from customer_gql.messaging.jobs.runs.tables import PROCESSED

LIMIT: Final = 2
_SECONDS: Final = 5
_CONNECTIONS: Final = 2
_PAUSE: Final = 0.1
_CUSTOMERS: Final = 24
_PROGRESS: Final = f"SELECT {PROCESSED} AS processed, finished_at FROM job_run WHERE id = $1"

Submit = Callable[[int], Awaitable[int]]
"""Has a worker assign a group to many customers; the id of the job."""


async def compare_sign_ins(
    shop: BenchmarkShop, connection: Any, submit: Submit, cancel: Callable[[int], Awaitable[None]], rounds: int
) -> dict[str, Any]:
    """p95 in milliseconds of each round, idle and beside a job, and how many customers that did meanwhile."""
    service = Variant("service-with-worker", SERVE, "/graphql", {"CUSTOMER_GQL_WORKER": "true"})
    inputs = await WriteInputs.prepare(shop.url)
    service.start(shop.url)
    found: dict[str, list[float]] = {"idle": [], "beside": [], "done": []}
    try:
        await _sign_in(service, inputs)  # a warm-up
        for number in range(rounds):
            found["idle"].append(await _sign_in(service, inputs))
            job_id = await submit(number)
            before = await _wait_for(connection, job_id, lambda job: job.processed > 0)
            found["beside"].append(await _sign_in(service, inputs))
            job = await connection.fetchrow(_PROGRESS, job_id)
            assert job.finished_at is None, "the job has to take longer than the sign-ins"
            found["done"].append(job.processed - before.processed)
            await cancel(job_id)
            await _wait_for(connection, job_id, lambda job: job.finished_at is not None)
    finally:
        service.stop()
    return found


async def _wait_for(connection: Any, job_id: int, is_so: Callable[[Any], bool]) -> Any:
    for _ in range(1_200):
        if is_so(job := await connection.fetchrow(_PROGRESS, job_id)):
            return job
        await asyncio.sleep(0.1)
    raise TimeoutError


async def _sign_in(service: Variant, inputs: WriteInputs) -> float:
    # All come from one network address, which may try only so often.
    bodies = [encode_body("sign-in", given) for given in await inputs.make("sign-in", _CUSTOMERS)]
    plan = {
        "port": service.port,
        "path": service.path,
        "bodies": bodies,
        "headers": {},
        "connections": _CONNECTIONS,
        "seconds": _SECONDS,
        "pause": _PAUSE,
    }
    load = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, HERE / "load.py"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(load.stdout)
    assert not found["bad"], found
    print(f"sign-ins: {found['requests']}, p95 {found['p95_ms']:.0f} ms", flush=True)
    return found["p95_ms"]


def describe_sign_ins(found: dict[str, Any]) -> list[str]:
    ratio = statistics.median(beside / idle for beside, idle in zip(found["beside"], found["idle"], strict=True))
    idle, beside, done = (statistics.median(found[name]) for name in ("idle", "beside", "done"))
    kept = "kept" if ratio <= LIMIT else "**not kept**"
    told = (
        f"Two customers at a time, each signing in {_PAUSE} s after the last answer for {_SECONDS} s, at one process with the worker "
        f"in it: p95 {idle:.0f} ms without a job, {beside:.0f} ms while one assigned a group to {done:,.0f} customers, {ratio:.2f} times "
        f"(median of {len(found['idle'])} rounds). To keep: at most {LIMIT} times; {kept}."
    )
    return ["## Sign-ins meanwhile", "", told, ""]
