"""What `make setup` fetches for the browser, and how it fails."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from customer_gql.graphiql import parts

WEB = Path(__file__).resolve().parents[2] / "web"
PACKAGE = json.loads((WEB / "package.json").read_text())
LOCK_TEXT = (WEB / "package-lock.json").read_text()
LOCK = json.loads(LOCK_TEXT)


@pytest.fixture
def build():
    spec = importlib.util.spec_from_file_location("web_build", WEB / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_versions_are_exact():
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in PACKAGE["dependencies"].values())
    assert LOCK["packages"][""]["dependencies"] == PACKAGE["dependencies"]


def test_every_locked_package_has_a_hash():
    assert all(package["integrity"].startswith("sha512-") for place, package in LOCK["packages"].items() if place)


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", "build.py"])
def test_no_registry_is_named(name):
    text = (WEB / name).read_text()
    assert "http" not in text
    assert '"resolved"' not in text


def test_page_needs_what_is_copied(build):
    assert set(parts.NEEDED) == set(build.PARTS)


def test_missing_npm_is_told(build, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(build.Stop, match="no npm beside this Python"):
        build.npm("ci")


def test_missing_file_is_told(build, tmp_path):
    with pytest.raises(build.Stop, match=r"node_modules/none\.js is missing"):
        build.copy(build.WEB / "node_modules/none.js", tmp_path / "none.js")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("npm error code ECONNREFUSED\nnpm error errno x", "the npm registry cannot be reached"),
        ("npm error code EUSAGE\nnpm error\nnpm error package.json and lock differ", "package.json and lock differ"),
        ("killed", "killed"),
        ("", "it said nothing"),
    ],
)
def test_npm_failure_becomes_one_line(build, output, told):
    assert build.reason(output).startswith(told)
    assert "\n" not in build.reason(output)
