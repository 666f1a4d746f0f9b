"""Health checks on a port of their own: of a service without a free connection, and of a worker."""

import json
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from customer_gql.execution.http.protocols.connections import RESERVED
from support.processes import PROGRAM, environment, free_port, run, until

pytestmark = pytest.mark.slow  # starts processes

FILES = RESERVED + 60


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_health_answers_while_clients_hold_all_connections(tmp_path: Path, database_url: str):
    port, health, log = free_port(), free_port(), tmp_path / "log"
    given = environment(database_url=database_url, port=port, health_port=health, request_seconds=60)
    command = ["sh", "-c", f'ulimit -n {FILES}; exec "$0" serve', PROGRAM]
    with (
        log.open("wb") as written,
        subprocess.Popen(command, cwd=tmp_path, env=given, stdout=written, stderr=written) as process,
        ExitStack() as held,
    ):
        try:
            until(lambda: is_ready(health), seconds=30)
            for _ in range(FILES):
                held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            until(lambda: "too many connections" in log.read_text())
            assert is_ready(health)
            assert httpx.get(f"http://127.0.0.1:{health}/health/live").json() == {"status": "ok"}
            assert httpx.get(f"http://127.0.0.1:{health}/graphql").status_code == 404
            told = [json.loads(line) for line in log.read_text().splitlines() if "too many connections" in line]
            assert told[0]["limit"] == 60
            held.close()
            until(lambda: is_ready(port))
        finally:
            process.terminate()
    assert process.returncode == 0


def test_a_worker_says_whether_it_is_ready_and_what_waits(tmp_path: Path, empty_database_url: str):
    health, metrics, log = free_port(), free_port(), tmp_path / "log"
    given = environment(database_url=empty_database_url, health_port=health, metrics_port=metrics)
    with (
        log.open("wb") as written,
        subprocess.Popen([PROGRAM, "worker"], cwd=tmp_path, env=given, stdout=written, stderr=written) as process,
    ):
        try:
            until(lambda: is_ready(health), seconds=30)
            until(
                lambda: "customer_gql_mails_unsent 0.0" in httpx.get(f"http://127.0.0.1:{metrics}/metrics").text,
                seconds=30,
            )
            text = httpx.get(f"http://127.0.0.1:{metrics}/metrics").text
        finally:
            process.terminate()
    assert process.returncode == 0
    names = (
        "mail_oldest_unsent_seconds",
        "mails_dead",
        "build_info",
        "queue_jobs",
        "schedule_last_run_timestamp_seconds",
    )
    for name in names:
        assert f"# HELP customer_gql_{name}" in text


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_taken_health_port_is_told_in_one_line(tmp_path: Path, database_url: str, command: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, command, database_url=database_url, port=0, health_port=port)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


def test_the_address_of_health_checks_is_a_setting(tmp_path: Path, database_url: str):
    done = run(tmp_path, "serve", database_url=database_url, port=0, health_port=1, health_host="192.0.2.1")
    assert "Cannot listen on 192.0.2.1:1" in done.stderr
