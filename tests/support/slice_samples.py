"""What each slice's tests declare for the tests that walk the whole graph: `tests/<slice>/samples.py`.

| name | holds |
|---|---|
| `CALLS` | how to call each admin root that takes arguments, see `support/calls.py` |
| `CHANGES` | how to call each mutation that changes a customer, see `support/changes.py` |
| `UNRECORDED` | mutations that change no customer, and why they are in no history of one |
| `NOT_PERSONAL` | text of its types that needs no mask, `Type.field`, and why, see `schema/test_declarations.py` |
| `furnish` | makes a row of each kind that the slice adds to a customer; ids that `Customer` does not lead to |
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from customer_gql.schema.slices import SLICES


def sample_modules() -> list[ModuleType]:
    names = [f"{name}.samples" for name in SLICES]
    return [import_module(name) for name in names if has_module(name)]


def has_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # the slice has no tests in a folder of its own
        return False


def merge(name: str) -> dict[str, Any]:
    """The dictionaries of all slices; lists of one key follow each other."""
    merged: dict[str, Any] = {}
    for module in sample_modules():
        for key, value in getattr(module, name, {}).items():
            merged[key] = [*merged[key], *value] if key in merged else value
    return merged
