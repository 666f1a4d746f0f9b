"""The GraphQL over HTTP specification, by the audit of its reference library."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.service import Service

pytestmark = pytest.mark.slow  # starts processes

AUDIT = Path(__file__).parents[2] / "web" / "audit"


def audited(url: str, *token: str) -> list[dict[str, str]]:
    node = shutil.which("node", path=str(Path(sys.executable).parent))
    assert node is not None
    if not (AUDIT / "node_modules").is_dir():
        pytest.fail("the audit is not installed; `make setup` does it")
    command = [node, str(AUDIT / "audit.js"), url, *token]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_audit_passes(service: Service, staff_token: str):
    results = audited(f"http://127.0.0.1:{service.port}/admin/graphql", staff_token)
    failed = [result for result in results if result["status"] not in {"ok", "notice"}]
    assert failed == []
    assert len(results) == 61


def test_strangers_meet_the_same_but_for_introspection(service: Service):
    results = audited(f"http://127.0.0.1:{service.port}/graphql")
    failed = [result["id"] for result in results if result["status"] not in {"ok", "notice"}]
    # Both ask for `__type`, which the public endpoint answers nobody in production.
    assert failed == ["2EA1", "28B9"]
