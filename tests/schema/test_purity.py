"""Tables, reads, writes and filters run where neither GraphQL nor HTTP is loaded."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
PACKAGE = Path(__file__).parents[2] / "src" / "customer_gql"
PURE = ("tables", "reads", "writes", "filters")

# After each import, so that the module at fault is named and not all that come after it.
IMPORT_EACH = """
import importlib, json, sys
faults = {}
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
    if loaded := sorted({"strawberry", "starlette"} & sys.modules.keys()):
        faults[name] = loaded
        break
print(json.dumps(faults))
"""


def pure_modules() -> list[str]:
    files = [file for name in PURE for file in PACKAGE.rglob(f"{name}.py")]
    return sorted(".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) for file in files)


def import_each(modules: list[str]) -> dict[str, list[str]]:
    command = [sys.executable, "-c", IMPORT_EACH, json.dumps(modules)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_rule_or_read_loads_graphql_or_http():
    modules = pure_modules()
    assert "customer_gql.commerce.store_credit.writes" in modules
    assert len(modules) > 30
    assert import_each(modules) == {}


def test_a_module_that_loads_graphql_is_named():
    modules = ["customer_gql.core.ids", "customer_gql.graph.roots", "customer_gql.core.money"]
    assert import_each(modules).keys() == {"customer_gql.graph.roots"}
