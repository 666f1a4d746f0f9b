"""Generated documents and values of both schemas: never a fault, never a server error."""

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from execution.conftest import UNLIMITED_RATES
from support.service import Service, serving

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]

STOREFRONT = ("schema.storefront.graphql", "/graphql", "customer_token")
ADMIN = ("schema.graphql", "/admin/graphql", "staff_token")
REFUSALS = ("not_a_server_error", "response_schema_conformance")
"""Types cannot express every rule, such as ids of one kind or pages in one direction, so refusals are not failures."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """In production, behind a proxy that reports the address of each request; see `made_scalars.py`."""
    with serving(
        tmp_path_factory.mktemp("any"), database_url, **UNLIMITED_RATES, trusted_proxies="127.0.0.1"
    ) as served:
        yield served


@pytest.mark.parametrize(
    ("file", "path", "signed_in", "chosen", "checks", "examples", "well_formed"),
    [
        # Ids are well formed here, so that more of the queries find something.
        (*STOREFRONT, ("--include-name-regex", r"^Query\."), REFUSALS, 60, "yes"),
        # Signing out would end the session that all other requests need.
        (*STOREFRONT, ("--exclude-name", "Mutation.signOut"), REFUSALS, 20, ""),
        (*ADMIN, ("--exclude-name", "Mutation.staffSignOut"), REFUSALS, 10, ""),
    ],
)
def test_no_document_of_the_schema_is_a_fault(
    service: Service,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    file: str,
    path: str,
    signed_in: str,
    chosen: tuple[str, ...],
    checks: tuple[str, ...],
    examples: int,
    well_formed: str,
):
    start = len(service.log.read_text())
    arguments = [
        *("--url", f"http://127.0.0.1:{service.port}{path}", "-m", "all", "--seed", "7"),
        *("--phases", "fuzzing", "--generation-database", "none", "--no-color", "--max-failures", "5"),
        # Limited by count, not by time: on a busy machine it takes longer and finds the same.
        *("--max-examples", str(examples), *chosen, *(("--checks", ",".join(checks)) if checks else ())),
        *("-H", f"Authorization: Bearer {request.getfixturevalue(signed_in)}"),
        # As a page of the same origin, which may ask for a session in a cookie.
        *("-H", "Sec-Fetch-Site: same-origin"),
    ]
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [program, "run", ROOT / file, *arguments],
        cwd=tmp_path,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "made_scalars",
            "WELL_FORMED": well_formed,
            "PYTHONPATH": str(ROOT / "tests" / "support"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-500:]
    seen = service.log.read_text()[start:]
    assert "Traceback" not in seen
    assert "INTERNAL_SERVER_ERROR" not in seen
    assert len(service.lines(start)) > 30
