"""`customer-gql serve` freezes the garbage collector before it reports that it serves."""

import gc
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from customer_gql.administration.customer_grid.filters import CUSTOMERS
from customer_gql.database.statements import compile_statement
from customer_gql.execution.http.gc import THRESHOLD
from support.processes import environment, line

pytestmark = pytest.mark.slow

SERVE: str = """
import gc, sys
from customer_gql.cli import main
from customer_gql.execution.telemetry.log_stream import LogStream

class Observed(LogStream):
    def write(self, text):
        if text.startswith("serving on"):
            super().write(f"{gc.get_freeze_count()} {gc.get_threshold()}\\n")
        return super().write(text)

sys.modules["customer_gql.execution.telemetry.log_stream"].LogStream = Observed
sys.argv = ["customer-gql", "serve"]
main()
"""


def test_serve_freezes_what_it_has_loaded(tmp_path: Path, database_url: str):
    given = environment(database_url=database_url, port=0, worker=False)
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], cwd=tmp_path, env=given, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            frozen, _, threshold = line(process.stderr).partition(" ")
        finally:
            process.send_signal(signal.SIGTERM)
    assert int(frozen) > 100_000  # the modules of the service alone are more
    assert threshold == str(THRESHOLD)


def test_what_filters_leave_behind_is_freed_in_small_parts():
    """However many come, no collection has much more than the first threshold to free."""
    tree = {"or": [{"company": {"contains": f"a{n}"}} for n in range(59)]}
    freed = []

    def note(phase, info):
        if phase == "stop":
            freed.append(info["collected"])

    before = gc.get_threshold()
    gc.collect()
    gc.set_threshold(*THRESHOLD)
    gc.callbacks.append(note)
    try:
        for _ in range(60):
            condition = CUSTOMERS.compile_filter(tree).condition
            assert condition is not None
            compile_statement(CUSTOMERS.count_statement([condition]))
    finally:
        gc.callbacks.remove(note)
        gc.set_threshold(*before)
    assert 0 < max(freed) < 25_000
