"""SIGTERM while `serve` is still starting ends it, whatever it is doing at that moment."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from support.processes import started

pytestmark = pytest.mark.slow  # starts several processes

STEPS = 6
ENDED = {0, 128 + signal.SIGTERM, -signal.SIGTERM}
"""When it has begun to serve, while it starts, and before it handles signals at all."""


def test_a_service_that_is_starting_ends(tmp_path: Path, empty_database_url: str):
    begun = time.monotonic()
    with started(tmp_path, "serve", "--port", 0, database_url=empty_database_url) as process:
        assert process.stderr is not None
        assert process.stderr.readline()
        whole = time.monotonic() - begun
    lost: list[float] = []
    for place in range(STEPS):
        after = whole * (place + 1) / STEPS
        with started(tmp_path, "serve", "--port", 0, database_url=empty_database_url) as process:
            time.sleep(after)
            process.send_signal(signal.SIGTERM)
            try:
                assert process.wait(30) in ENDED
            except subprocess.TimeoutExpired:
                lost.append(after)
    assert lost == [], f"of {whole:.2f} s"
