"""`serve --workers`: real processes on one port, killed, stopped and drained."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from customer_gql.embedded.postmaster import is_alive
from customer_gql.execution.processes.connections import count_connections
from customer_gql.execution.processes.shared_metrics import ProcessMetrics, merge_families
from customer_gql.execution.processes.supervisor import Pauses
from customer_gql.settings import load_settings
from support.processes import free_port, run, until
from support.servers import only_proc
from support.supervised import supervised

slow = pytest.mark.slow
# A supervisor of processes that only wait: it has no process for the second place at first, and stops when both are ready.
WITHOUT_A_PROCESS = """
import asyncio, os, signal
from customer_gql.execution.processes.supervisor import Pauses, Supervisor
real, failing = os.fork, iter([False, True])
def fork():
    if next(failing, False):
        raise BlockingIOError("no process left")
    return real()
os.fork = fork
def serve(channel):
    channel.sendall(b'{"ready": true}\\n')
    return len(channel.recv(1))
def stop():
    os.kill(os.getpid(), signal.SIGTERM)
print(asyncio.run(Supervisor(serve, 2, 5, stop, pauses=Pauses(0.01, 0.01)).run()))
"""
# The process is killed while it tells its metrics.
KILLED_IN_AN_ANSWER = """
import asyncio, os, signal
from customer_gql.execution.processes.child import fork_child
def serve(channel):
    channel.sendall(b'{"id": 1, "fam')
    os.kill(os.getpid(), signal.SIGKILL)
async def follow():
    child = fork_child(1, serve, [])
    await child.wait()
    return child.code
print(asyncio.run(follow()))
"""


@slow
@only_proc
def test_processes_share_a_port_and_metrics_and_are_started_again(tmp_path: Path, database_url: str):
    health = free_port()
    with supervised(tmp_path, database_url, 2, health_port=health) as it:
        each = count_connections(load_settings(worker=False))
        announced = f"2 processes, at most {each} database connections each, {2 * each} together"
        assert announced in it.service.log.read_text()
        assert httpx.get(f"http://127.0.0.1:{health}/health/ready").status_code == 200
        assert [it.answers() for _ in range(20)] == [200] * 20
        it.wait_until_all_answer(2)
        assert sum(it.sample("customer_gql_request_cost_count").values()) == 20
        assert it.sample("customer_gql_process_starts_total") == {"1": 1.0, "2": 1.0}
        assert set(it.sample("customer_gql_pool_limit")) == {"1", "2"}
        first, other = it.children
        # A new connection goes to the one that is not stopped.
        os.kill(first, signal.SIGSTOP)
        assert [it.answers() for _ in range(10)] == [200] * 10
        assert sorted(it.sample("customer_gql_process_up").values()) == [0.0, 1.0]
        os.kill(first, signal.SIGCONT)
        it.wait_until_all_answer(2)
        os.kill(first, signal.SIGKILL)
        until(lambda: first not in it.children)
        assert [it.answers() for _ in range(10)] == [200] * 10
        until(lambda: len(it.children) == 2, seconds=30)
        it.wait_until_all_answer(2)
        assert other in it.children
        assert sorted(it.sample("customer_gql_process_starts_total").values()) == [1.0, 2.0]
    assert it.service.process.returncode == 0
    told = [(line["event"], line.get("signal")) for line in it.service.lines() if "process" in line["event"]]
    assert told == [("process ended", "SIGKILL")]
    assert it.service.lines()[-1]["event"] == "stopped"


@slow
@only_proc
def test_no_process_outlives_its_supervisor(tmp_path: Path, database_url: str):
    with supervised(tmp_path, database_url, 2) as it:
        children = it.children
        assert len(children) == 2
        it.service.process.kill()
        until(lambda: not any(is_alive(pid) for pid in children), seconds=60)


@slow
@only_proc
def test_a_stopped_process_is_killed_when_the_others_have_drained(tmp_path: Path, database_url: str):
    with supervised(tmp_path, database_url, 2, drain_seconds=0) as it:
        os.kill(it.children[1], signal.SIGSTOP)
        children = it.children
        it.service.process.terminate()
        assert it.service.process.wait(60) == 1
        assert not any(is_alive(pid) for pid in children)
    assert [line["event"] for line in it.service.lines()][-2:] == ["process killed", "stopped"]


@slow
def test_a_service_that_cannot_start_says_so_once(tmp_path: Path, database_url: str):
    nowhere = run(tmp_path, "serve", "--workers", 3, database_url="postgresql://x:y@127.0.0.1:1/z", port=0)
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (1, 1)
    enforced = {"storefront__documents": "enforce", "storefront__documents_dir": tmp_path / "documents"}
    empty = run(tmp_path, "serve", "--workers", 3, database_url=database_url, port=0, **enforced)
    assert (empty.returncode, empty.stderr.count("customer-gql:")) == (1, 1), empty.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, "serve", "--workers", 2, database_url=database_url, port=0, metrics_port=port)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


@slow
@pytest.mark.parametrize(("program", "told"), [(WITHOUT_A_PROCESS, "0"), (KILLED_IN_AN_ANSWER, "-9")])
def test_a_supervisor_goes_on_after_faults_of_its_processes(program: str, told: str):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False)
    assert done.stdout.splitlines()[-1] == told, done.stderr
    assert "Traceback" not in done.stderr


def test_pauses_grow_up_to_the_longest():
    pauses, pause, seen = Pauses(), 0.0, []
    for _ in range(7):
        pause = pauses.after(pause)
        seen.append(pause)
    assert seen == [1, 2, 4, 8, 16, 30, 30]


def test_series_of_processes_are_kept_apart():
    told = [["a_total", "Of a.", "counter", [["a_total", {"of": "x"}, 2.0]]]]
    [family] = merge_families({1: told, 2: told, 3: []})
    assert [(sample.labels, sample.value) for sample in family.samples] == [
        ({"of": "x", "process": "1"}, 2.0),
        ({"of": "x", "process": "2"}, 2.0),
    ]
    up, starts = ProcessMetrics({1: True, 2: False}, {1: 1, 2: 5}).collect()
    assert [sample.value for sample in [*up.samples, *starts.samples]] == [1.0, 0.0, 1.0, 5.0]


def test_connections_are_those_of_the_settings():
    assert count_connections(load_settings()) == 30
    assert count_connections(load_settings(worker=False, storefront={"read_connections": 1})) == 17
    assert count_connections(load_settings(database_read_url="postgresql://standby/shop")) == 36
