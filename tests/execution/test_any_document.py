"""Generated documents and values of both schemas: never a fault, never a server error."""

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.statements import Connection
from customer_gql.embedded.server import Server
from execution.conftest import UNLIMITED_RATES, make_staff_token, run_on_connection
from support.customers import make_full_customer
from support.databases import cloned
from support.service import Service, serving

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]

STOREFRONT = ("schema.storefront.graphql", "/graphql")
ADMIN = ("schema.graphql", "/admin/graphql")
REFUSALS = ("no_fault", "response_schema_conformance")
"""Types cannot express every rule, such as ids of one kind or pages in one direction, so refusals are not failures."""


@pytest.fixture(scope="module")
def own_url(server: Server, template: str) -> Generator[str]:
    """Of a shop of its own: generated mutations may change every account, such as whether accounts are shared."""
    with cloned(server, template) as url:
        yield url


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, own_url: str) -> Generator[Service]:
    """In production, behind a proxy that reports the address of each request; see `made_scalars.py`."""
    rates = {**UNLIMITED_RATES, "storefront__customer_writes": 100_000}
    with serving(tmp_path_factory.mktemp("any"), own_url, **rates, trusted_proxies="127.0.0.1") as served:
        yield served


@pytest.fixture(scope="module")
def tokens(own_url: str) -> dict[str, str]:
    async def make_customer_token(connection: Connection) -> str:
        return await issue_customer_token(connection, (await make_full_customer(connection)).id)

    made = {"/graphql": make_customer_token, "/admin/graphql": make_staff_token}
    return {path: run_on_connection(own_url, make_token) for path, make_token in made.items()}


@pytest.mark.parametrize(
    ("file", "path", "chosen", "checks", "examples", "well_formed"),
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
    tokens: dict[str, str],
    tmp_path: Path,
    file: str,
    path: str,
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
        *("-H", f"Authorization: Bearer {tokens[path]}"),
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
