"""A copy of the source in which the mutants live, and the tests that run on it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from coverage import CoverageData

from mutants.areas import PACKAGE, ROOT
from mutants.operators import Mutant

OUTPUT: Final = "output.txt"
STARTING: Final = 120
"""Seconds that pytest takes for itself, at most, on a busy machine."""
BUSY: Final = 20
"""A busy machine takes so many seconds for a second of processor time."""
MOST_FAILED: Final = 0.02
"""As a share of the tests."""


@dataclass
class Observed:
    """What one run of all tests told of a module."""

    tests_by_line: dict[int, set[str]]
    run_at_import: set[int]


@dataclass
class Copy:
    folder: Path
    tests: list[str]
    seconds: dict[str, float] = field(default_factory=dict)
    observed: dict[Path, Observed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copytree(ROOT / "src", self.folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
        (self.folder / "migrations").symlink_to(ROOT / "migrations")

    def file_of(self, source: Path) -> Path:
        return self.folder / "src" / PACKAGE.name / source

    def observe(self, sources: Collection[Path]) -> list[str]:
        """Run the tests as they are. Those that fail, as on a machine too busy for them, are left out and returned."""
        data, seconds = self.folder / "coverage", self.folder / "seconds.json"
        cover = ("--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0")
        done = self.run_tests(self.tests, *cover, seconds=3_600, COVERAGE_FILE=data, MUTANTS_SECONDS=seconds)
        told = json.loads(seconds.read_text()) if seconds.exists() else {"seconds": {}, "failed": []}
        self.seconds, failed = told["seconds"], told["failed"]
        if done != 0 and (not failed or len(failed) > len(self.seconds) * MOST_FAILED):
            printed = (self.folder / OUTPUT).read_text()
            raise SystemExit(f"{printed[-4_000:]}\nThe tests fail without any change: {' '.join(self.tests)}")
        measured = CoverageData(str(data))
        measured.read()
        for source in sources:
            contexts = measured.contexts_by_lineno(str(self.file_of(source)))
            named = {line: {name.rpartition("|")[0] for name in names} - {""} for line, names in contexts.items()}
            self.observed[source] = Observed(named, {line for line, names in contexts.items() if "" in names})
        return failed

    def choose_tests(self, source: Path, mutant: Mutant, budget: float) -> list[str]:
        """Those that run the changed lines, fastest first, for so many seconds. What runs at import concerns all, those
        first that run something of the module, then those of its folder."""
        by_line, at_import = self.observed[source].tests_by_line, self.observed[source].run_at_import
        found = set[str]().union(*[by_line.get(line, set()) for line in mutant.lines])
        if not found and (not mutant.owner or not at_import.isdisjoint(mutant.lines)):
            found = set(self.seconds)
        of_module, folder = set[str]().union(*by_line.values()), f"tests/{source.parent}/"
        chosen: list[str] = []
        for test in sorted(
            found, key=lambda test: (test not in of_module, not test.startswith(folder), self.seconds.get(test, 0))
        ):
            budget -= self.seconds.get(test, 0)
            if budget < 0 and chosen:
                break
            chosen.append(test)
        return [test for test in chosen if test in self.seconds]

    def is_run_at_import(self, source: Path, mutant: Mutant) -> bool:
        return not mutant.owner or not self.observed[source].run_at_import.isdisjoint(mutant.lines)

    def limit(self, chosen: list[str]) -> float:
        """The seconds after which a mutant counts as one that runs in an endless loop."""
        return BUSY * sum(self.seconds[test] for test in chosen) + STARTING

    def fails_in_new_process(self, source: Path, mutant: Mutant, chosen: list[str]) -> bool:
        """Whether a test fails, or does not end, when the changed file is imported."""
        listed, file = self.folder / "chosen.json", self.file_of(source)
        listed.write_text(json.dumps(chosen))
        original = file.read_text()
        file.write_text(mutant.source())
        forget_bytecode(file)
        try:
            files = sorted({test.partition("::")[0] for test in chosen})
            return self.run_tests(files, "-x", seconds=self.limit(chosen), MUTANTS_CHOSEN=listed) != 0
        finally:
            file.write_text(original)
            forget_bytecode(file)

    def run_tests(self, tests: list[str], *options: str, seconds: float, **environment: Path) -> int:
        """The status of pytest; 1 when it does not end in time."""
        with self.start_pytest(tests, *options, pipe=None, **environment) as process:
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                return 1

    @contextmanager
    def start_pytest(
        self, tests: list[str], *options: str, pipe: int | None = None, **environment: Path | int
    ) -> Iterator[subprocess.Popen[bytes]]:
        """In a process group of its own with what it starts, which the end of the block ends."""
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:xdist"]
        command += ["-p", "mutants.plugin", *options, *tests]
        paths = f"{self.folder / 'src'}{os.pathsep}{ROOT / 'tests'}"
        own = {"PYTHONPATH": paths, **{k: str(v) for k, v in environment.items()}}
        with (
            (self.folder / OUTPUT).open("a") as output,
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | own,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=() if pipe is None else (pipe,),
            ) as process,
        ):
            try:
                yield process
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)


def forget_bytecode(file: Path) -> None:
    """A change of the same length in the same second would go unnoticed."""
    Path(cache_from_source(str(file))).unlink(missing_ok=True)
