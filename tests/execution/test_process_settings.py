"""What a deployment sets for the whole process."""

import json
import os
import socket
import subprocess
import sys

import httpx
import pytest

from customer_gql.app import create_app
from customer_gql.execution.telemetry.metrics import serve_metrics
from customer_gql.security import hashing
from customer_gql.settings import load_settings
from support.service import request, serving

pytestmark = pytest.mark.slow  # starts processes

LOG = """
import structlog
from customer_gql.execution.telemetry.logs import configure_logging
from customer_gql.settings import load_settings
configure_logging(load_settings().log_format)
structlog.get_logger().info("said", number=7)
"""

LIBRARY = """
import logging
from customer_gql.execution.telemetry.logs import configure_logging
configure_logging("json")
try:
    int("a customer's secret")
except ValueError:
    logging.getLogger("asyncpg.pool").warning("retrying", exc_info=True)
"""


async def test_passwords_cost_what_the_deployment_says():
    create_app(load_settings(password_memory_kib=20_000, password_passes=3))
    assert (await hashing.hash_password("a long enough one")).startswith("$argon2id$v=19$m=20000,t=3,p=1$")


@pytest.mark.parametrize(("form", "part"), [("console", "number=7"), ("json", '"number":7')])
def test_the_log_has_the_form_that_is_set(form, part):
    environment = {**os.environ, "CUSTOMER_GQL_LOG_FORMAT": form}
    done = subprocess.run(
        [sys.executable, "-c", LOG], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert part in done.stderr


def test_an_exception_that_a_library_logs_says_where_it_was_raised_without_its_message():
    done = subprocess.run([sys.executable, "-c", LIBRARY], capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(done.stderr)
    assert {name: told[name] for name in ("event", "logger", "kind", "frames")} == {
        "event": "retrying",
        "logger": "asyncpg.pool",
        "kind": "ValueError",
        "frames": ["<string>:6 <module>"],
    }
    assert "secret" not in done.stderr


def test_metrics_are_told_at_their_address_alone():
    with socket.create_server(("127.0.0.2", 0)) as taken:
        port = taken.getsockname()[1]
    settings = load_settings(metrics_host="127.0.0.2", metrics_port=port)
    with serve_metrics(settings.metrics_host, settings.metrics_port, {}):
        assert httpx.get(f"http://127.0.0.2:{port}/metrics").status_code == 200
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{port}/metrics")


@pytest.mark.slow
def test_a_request_has_so_many_headers_and_no_more(tmp_path, database_url):
    with serving(tmp_path, database_url, header_count=12) as service:
        for more, status in ((8, b"200"), (9, b"431")):
            headers = [f"X-{number}: 1" for number in range(more)]
            assert service.raw(request(b'{"query": "{ __typename }"}', *headers)).split()[1] == status
