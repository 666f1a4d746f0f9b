"""Loaded into pytest: writes the time each test takes, runs the chosen ones only, or runs those that a pipe asks for."""

import json
import os
import time
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from mutants.swapping import NotSwappable, swapped

_seconds: dict[str, float] = {}
"""Of the processor: what else the machine does changes nothing."""
_failed: set[str] = set()


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    if chosen := os.environ.get("MUTANTS_CHOSEN"):
        place = {test: index for index, test in enumerate(json.loads(Path(chosen).read_text()))}
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in place])
        items[:] = sorted((item for item in items if item.nodeid in place), key=lambda item: place[item.nodeid])


def pytest_runtest_logstart(nodeid: str) -> None:
    _seconds[nodeid] = -time.process_time()


def pytest_runtest_logreport(report: Any) -> None:
    if report.when == "setup" and len(_seconds) == 1:
        pytest_runtest_logstart(report.nodeid)  # the first test sets up what belongs to the session
    if report.failed:
        _failed.add(report.nodeid)


def pytest_runtest_logfinish(nodeid: str) -> None:
    _seconds[nodeid] += time.process_time()


def pytest_sessionfinish() -> None:
    if file := os.environ.get("MUTANTS_SECONDS"):
        passed = {test: spent for test, spent in _seconds.items() if test not in _failed}
        Path(file).write_text(json.dumps({"seconds": passed, "failed": sorted(_failed)}))


class Verdict(Enum):
    KILLED = "killed"
    SURVIVED = "survived"
    NOT_SWAPPABLE = "not swappable"
    BROKEN = "broken"
    """A test fails without the change too: an earlier one left something behind."""


class Idle(pytest.Item):
    """Stands for whatever test comes next, so that nothing but what belongs to the session outlives a test."""

    def runtest(self) -> None:
        pass


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Answers each pair of changed code and tests with the value of a verdict."""
    descriptor = os.environ.get("MUTANTS_PIPE")
    if not descriptor:
        return None
    items = {item.nodeid: item for item in session.items}
    idle: Idle = Idle.from_parent(session, name="idle")
    with Connection(int(descriptor)) as pipe:
        pipe.send("ready")
        while (asked := pipe.recv()) is not None:
            changed, tests = asked
            pipe.send(try_change(changed, [items[test] for test in tests], idle).value)
    return True


def try_change(changed: bytes, items: list[pytest.Item], idle: Idle) -> Verdict:
    try:
        with swapped(changed):
            failing = next((item for item in items if not passes(item, idle)), None)
    except NotSwappable:
        return Verdict.NOT_SWAPPABLE
    if failing is None:
        return Verdict.SURVIVED
    return Verdict.KILLED if passes(failing, idle) else Verdict.BROKEN


def passes(item: pytest.Item, idle: Idle) -> bool:
    _failed.discard(item.nodeid)
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=idle)
    return item.nodeid not in _failed
