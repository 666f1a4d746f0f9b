"""Documents and values nobody would write, made from both schemas: never a fault, never a server error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from execution.service import Service

ROOT = Path(__file__).parents[2]


STOREFRONT = ("schema.storefront.graphql", "/graphql", "customer_token")
ADMIN = ("schema.graphql", "/admin/graphql", "staff_token")


@pytest.mark.parametrize(
    ("file", "path", "signed_in", "well_formed"), [(*STOREFRONT, "yes"), (*STOREFRONT, ""), (*ADMIN, "")]
)
def test_no_document_of_the_schema_is_a_fault(
    service: Service,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    file: str,
    path: str,
    signed_in: str,
    well_formed: str,
):
    start = len(service.log.read_text())
    arguments = [
        *("--url", f"http://127.0.0.1:{service.port}{path}", "-m", "all", "--seed", "7"),
        *("--phases", "fuzzing", "--generation-database", "none", "--no-color", "--max-failures", "5"),
        # What no type can say is refused too, as ids that are none or pages both ways: then only server errors count.
        *("--max-time", "8", *(() if well_formed else ("--checks", "not_a_server_error"))),
        # They would end the session that all the others need.
        *("--exclude-name", "Mutation.staffSignOut", "--exclude-name", "Mutation.signOut"),
        *("-H", f"Authorization: Bearer {request.getfixturevalue(signed_in)}"),
    ]
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [program, "run", ROOT / file, *arguments],
        cwd=tmp_path,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "made_scalars",
            "WELL_FORMED": well_formed,
            "PYTHONPATH": str(Path(__file__).parent),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-500:]
    seen = service.log.read_text()[start:]
    assert "Traceback" not in seen
    assert "INTERNAL_SERVER_ERROR" not in seen
    assert len(service.lines(start)) > 30
