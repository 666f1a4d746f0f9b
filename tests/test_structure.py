"""The shape of the code stays as CONTRIBUTING.md describes it: small files, folders and functions, and names told apart."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
MOST_FILES, MOST_ONE_WORD = 12, 35


@pytest.fixture(scope="module")
def figures() -> Any:
    spec = importlib.util.spec_from_file_location("figures", ROOT / "scripts" / "figures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def source(figures: Any) -> Any:
    return figures.read_source(ROOT / "src")


def test_no_file_and_no_folder_is_too_large(figures: Any, source: Any):
    assert {file: lines for file, lines in source.lines_by_file.items() if lines > figures.LONG_FILE} == {}
    assert {folder: files for folder, files in source.files_by_folder.items() if files > MOST_FILES} == {}


def test_no_function_is_too_long(figures: Any, source: Any):
    assert max(source.lines_by_function) <= figures.LONG_FUNCTION


def test_names_are_told_apart(source: Any):
    assert source.duplicate_classes == []
    assert source.spread_functions == []
    assert source.one_word_share <= MOST_ONE_WORD
