"""Slices declare what they need beside their code; here is what keeps their declarations whole."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

from customer_gql.core.joined import Joined
from customer_gql.messaging.mail.kinds import MAIL_KINDS
from customer_gql.messaging.mail.texts.templates import PARTS, read_built_in
from customer_gql.schema.slices import SLICES, declared, modules
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, Setting

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "customer_gql"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
GRAPH = grimp.build_graph("customer_gql", cache_dir=None)
FIXED = ("tables.py", "slice.py", "seed.py", "operations.py")
AREAS = ("administration", "commerce", "customers", "messaging", "shop", "staff")


def test_every_folder_with_declarations_is_in_the_list():
    found = {
        ".".join(file.parent.relative_to(SOURCES).parts)
        for area in AREAS
        for name in FIXED
        for file in (SOURCES / area).rglob(name)
    }
    assert found <= set(SLICES)
    assert len(set(SLICES)) == len(SLICES)


def test_every_setting_of_the_code_is_declared():
    """A setting that is in no `SETTINGS` could be read, and never changed."""
    made = {
        setting.path
        for name, module in list(sys.modules.items())
        if name.startswith("customer_gql.")
        for value in vars(module).values()
        for setting in settings_in(value)
    }
    assert made
    assert made <= set(DECLARED_SETTINGS)


def settings_in(value: Any) -> list[Setting[Any]]:
    if isinstance(value, Setting):
        return [value]
    held = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return [inner for inner in held if isinstance(inner, Setting)]


def test_every_built_in_text_belongs_to_a_mail():
    for folder in {kind.folder for kind in MAIL_KINDS.values()}:
        names = {file.stem for file in folder.rglob("*.subject")}
        assert names == {kind.name for kind in MAIL_KINDS.values() if kind.folder == folder}
    for name in MAIL_KINDS:
        text = read_built_in(name, "default")
        assert text is not None, name
        assert all(getattr(text, part) for part in PARTS)


@pytest.mark.parametrize("name", ["SETTINGS", "MAILS", "WORK", "EVENTS", "PROJECTIONS"])
def test_declarations_are_tuples(name):
    given = [vars(module)[name] for module in modules("slice") if name in vars(module)]
    assert given
    assert all(isinstance(found, tuple) for found in given)
    assert len(declared("slice", name)) == sum(len(found) for found in given)


@pytest.mark.slow
@pytest.mark.parametrize("module", ["tables", "slice"])
def test_a_worker_and_a_migration_need_no_graphql(module):
    program = (
        f"import sys; from customer_gql.schema.slices import modules; assert modules({module!r});"
        "print([name for name in ('strawberry', 'starlette') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_looking_before_joining_is_told():
    letters: Joined[str] = Joined("letters", str)
    with pytest.raises(RuntimeError, match="letters"):
        _ = letters["a"]
    letters.join(["a"])
    letters.join(["b"])
    assert list(letters) == ["a", "b"]
    with pytest.raises(AssertionError, match="two letters are named a"):
        letters.join(["a"])


def contract_of(area: str) -> dict[str, Any]:
    return next(contract for contract in CONTRACTS if contract.get("containers") == [f"customer_gql.{area}"])


def test_a_slice_that_its_areas_contract_does_not_name_is_imported_by_no_other():
    for area in AREAS:
        contract = contract_of(area)
        named = {name.strip("() ") for layer in contract["layers"] for name in layer.split("|")}
        children = {module.rpartition(".")[2] for module in GRAPH.find_children(f"customer_gql.{area}")}
        assert named <= children
        for free in children - named:
            for other in children - {free}:
                chain = GRAPH.find_shortest_chain(
                    f"customer_gql.{area}.{other}", f"customer_gql.{area}.{free}", as_packages=True
                )
                assert chain is None, chain
