"""The tool that changes the code: each kind of change is made, and the list of accepted survivors is not out of date."""

import ast
import re
from pathlib import Path

import pytest

from mutants.areas import AREAS, PACKAGE
from mutants.operators import mutants_of
from mutants.run import accepted_survivors, expand

CHANGES = {
    "comparison": ("a < b", "a <= b"),
    "identity": ("a is None", "a is not None"),
    "conjunction": ("a and b", "a or b"),
    "number": ("f(1)", "f(2)"),
    "truth": ("f(x=True)", "f(x=False)"),
    "sign": ("a + b", "a - b"),
    "lock": ("q.with_for_update()", "q"),
    "clause": ("q.where(x)", "q"),
    "part of a clause": ("q.where(x, y)", "q.where(y)"),
    "order of arguments": ("f(a, b)", "f(b, a)"),
}


def made_of(source: str) -> list[str]:
    return [mutant.source() for mutant in mutants_of("m.py", source)]


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_an_expression_is_changed(before: str, after: str):
    assert f"x = {after}" in made_of(f"x = {before}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if not a:\n    f()", "if a:\n    f()"),
        ("if a:\n    f()", "if not a:\n    f()"),
        ("f()", "pass"),
        ("raise E", "pass"),
        ("def f(x=False):\n    pass", "def f(x=True):\n    pass"),
        ("def f():\n    return a", "def f():\n    return None"),
    ],
)
def test_a_statement_is_changed(before: str, after: str):
    assert ast.unparse(ast.parse(after)) in made_of(before)


@pytest.mark.parametrize(
    "source", ["'text'", "x: int = a", "@f(1)\ndef g():\n    pass", "assert a < b", "x = min(a, b)"]
)
def test_what_nobody_can_notice_stays(source: str):
    assert made_of(source) == []


def test_changes_are_made_one_at_a_time_and_named_apart():
    mutants = list(mutants_of("m.py", "def f():\n    g(1)\n    g(1)"))
    keys = [mutant.key for mutant in mutants]
    assert keys == ["m.py::f: without `g(1)`", "m.py::f: 1 => 2", "m.py::f: without `g(1)` (2)", "m.py::f: 1 => 2 (2)"]
    assert mutants[3].source() == "def f():\n    g(1)\n    g(2)"
    assert [list(mutant.lines) for mutant in mutants] == [[2], [2], [3], [3]]


@pytest.mark.parametrize("name", AREAS)
def test_an_area_has_modules_and_tests(name: str):
    area = AREAS[name]
    assert area.sources()
    assert all(expand([test]) for test in area.tests)


def test_every_accepted_survivor_can_still_be_made():
    for key, reason in accepted_survivors().items():
        module = Path(re.split("::", key)[0])
        known = {mutant.key for mutant in mutants_of(str(module), (PACKAGE / module).read_text())}
        assert key in known, "this change is gone: remove it from accepted_mutants.toml"
        assert len(reason) > 10
