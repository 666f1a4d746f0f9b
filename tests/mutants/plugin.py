"""Loaded into pytest by `run.py`: writes how long each test takes, and runs none but the chosen ones, in their order."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

_seconds: Counter[str] = Counter()


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    if chosen := os.environ.get("MUTANTS_CHOSEN"):
        place = {test: index for index, test in enumerate(json.loads(Path(chosen).read_text()))}
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in place])
        items[:] = sorted((item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid])


def pytest_runtest_logreport(report: Any) -> None:
    _seconds[report.nodeid] += report.duration


def pytest_sessionfinish() -> None:
    if file := os.environ.get("MUTANTS_SECONDS"):
        Path(file).write_text(json.dumps(_seconds))
