"""`make mutants`: changes the code a little, one change at a time, and counts the changes that no test notices.

    make mutants MUTANTS="--only addresses --sample 20"

The tests of an area run once on a copy of the source and record which lines each of them runs, and for how long. Then the
copy is changed, and the tests that run the changed lines run, fastest first, until one fails. Neither the work tree nor
its database is touched. docs/testing.md tells more.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coverage import CoverageData

from customer_gql.embedded.server import running_server
from mutants.areas import AREAS, PACKAGE, ROOT, Area, area_of
from mutants.operators import Mutant, mutants_of
from support.databases import FAST

ACCEPTED: Final = "accepted_mutants.toml"
STARTING: Final = 30
"""Seconds that pytest takes for itself, at most, on a busy machine."""


@dataclass
class Outcome:
    killed: int = 0
    accepted: int = 0
    survivors: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.killed + self.accepted + len(self.survivors)


@dataclass
class Copy:
    """A copy of the source in which the mutants live, and what is known of the tests of an area."""

    folder: Path
    tests: list[str]
    seconds: dict[str, float] = field(default_factory=dict)
    tests_by_line: dict[Path, dict[int, set[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copytree(ROOT / "src", self.folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
        (self.folder / "migrations").symlink_to(ROOT / "migrations")

    def observe(self, sources: Collection[Path]) -> None:
        """Run the tests as they are. Raises when one fails, because every mutant would then seem to be killed."""
        data, seconds = self.folder / "coverage", self.folder / "seconds.json"
        cover = ("--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0")
        done = self.run_tests(self.tests, *cover, seconds=3_600, COVERAGE_FILE=data, MUTANTS_SECONDS=seconds)
        if done != 0:
            printed = (self.folder / "output.txt").read_text()
            raise SystemExit(f"{printed[-4_000:]}\nThe tests fail without any change: {' '.join(self.tests)}")
        self.seconds = json.loads(seconds.read_text())
        measured = CoverageData(str(data))
        measured.read()
        for source in sources:
            contexts = measured.contexts_by_lineno(str(self.folder / "src" / PACKAGE.name / source))
            named = {line: {name.rpartition("|")[0] for name in names} - {""} for line, names in contexts.items()}
            self.tests_by_line[source] = named

    def try_mutant(self, source: Path, mutant: Mutant, budget: float) -> bool:
        """Whether a test fails, or does not end, with the change."""
        file = self.folder / "src" / PACKAGE.name / source
        chosen = self.choose_tests(source, mutant, budget)
        if not chosen:
            return False
        listed = self.folder / "chosen.json"
        listed.write_text(json.dumps(chosen))
        original = file.read_text()
        file.write_text(mutant.source())
        try:
            files = sorted({test.partition("::")[0] for test in chosen})
            limit = 3 * sum(self.seconds[test] for test in chosen) + STARTING
            return self.run_tests(files, "-x", seconds=limit, MUTANTS_CHOSEN=listed) != 0
        finally:
            file.write_text(original)

    def choose_tests(self, source: Path, mutant: Mutant, budget: float) -> list[str]:
        """Those that run the changed lines, fastest first, for so many seconds. What runs at import concerns all."""
        by_line = self.tests_by_line[source]
        found = set[str]().union(*[by_line.get(line, set()) for line in mutant.lines])
        is_function = bool(mutant.owner) and any(by_line.get(line) is not None for line in mutant.lines)
        chosen: list[str] = []
        for test in sorted(found if found or is_function else self.seconds, key=lambda test: self.seconds.get(test, 0)):
            budget -= self.seconds.get(test, 0)
            if budget < 0 and chosen:
                break
            chosen.append(test)
        return [test for test in chosen if test in self.seconds]

    def run_tests(self, tests: list[str], *options: str, seconds: float, **environment: object) -> int:
        """The status of pytest; 1 when it does not end in time. It is in a group of its own, with what it starts."""
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:xdist"]
        command += ["-p", "mutants.plugin", *options, *tests]
        paths = f"{self.folder / 'src'}{os.pathsep}{ROOT / 'tests'}"
        own = {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **{k: str(v) for k, v in environment.items()}}
        with (
            (self.folder / "output.txt").open("w") as output,
            subprocess.Popen(
                command, cwd=ROOT, env=os.environ | own, stdout=output, stderr=output, start_new_session=True
            ) as process,
        ):
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return 1


def expand(tests: Collection[str]) -> list[str]:
    """Paths of tests that exist, relative to the checkout."""
    files = [file for name in tests for file in sorted((ROOT / "tests").glob(name))]
    return [str(file.relative_to(ROOT)) for file in files]


def accepted_survivors() -> dict[str, str]:
    """Reasons by key, from every `accepted_mutants.toml` below `tests/`."""
    files = [tomllib.loads(file.read_text()) for file in (ROOT / "tests").rglob(ACCEPTED)]
    return {entry["mutant"]: entry["reason"] for found in files for entry in found["accepted"]}


def mutants_by_source(area: Area) -> list[tuple[Path, Mutant]]:
    return [
        (source, mutant)
        for source in area.sources()
        for mutant in mutants_of(str(source), (PACKAGE / source).read_text())
    ]


def try_area(name: str, options: argparse.Namespace) -> Outcome:
    area, accepted = area_of(name), accepted_survivors()
    every = mutants_by_source(area)
    sample = random.Random(options.seed).sample(every, min(options.sample or len(every), len(every)))
    outcomes: dict[Path, Outcome] = defaultdict(Outcome)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Copy(Path(folder), expand(area.tests))
        copy.observe(area.sources())
        for source, mutant in sorted(sample, key=lambda pair: pair[1].key):
            outcome = outcomes[source]
            if copy.try_mutant(source, mutant, options.seconds):
                outcome.killed += 1
            elif mutant.key in accepted:
                outcome.accepted += 1
            else:
                outcome.survivors.append(mutant.key)
    print(f"\n{name}: {len(sample)} of {len(every)} mutants, seed {options.seed}", flush=True)
    for source, outcome in outcomes.items():
        print(f"  {outcome.killed:4} of {outcome.total:4} killed  {source}")
        print("".join(f"         survived  {key}\n" for key in outcome.survivors), end="", flush=True)
    together = list(outcomes.values())
    return Outcome(
        sum(outcome.killed for outcome in together),
        sum(outcome.accepted for outcome in together),
        [key for outcome in together for key in outcome.survivors],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Count the small changes of the code that no test notices.")
    parser.add_argument(
        "--only", nargs="+", default=list(AREAS), help=f"areas: {', '.join(AREAS)}; or folders of slices"
    )
    parser.add_argument("--sample", type=int, default=40, help="number of mutants of each area; 0 for all of them")
    parser.add_argument("--seed", type=int, default=1, help="decides which ones")
    parser.add_argument("--seconds", type=float, default=20, help="test time of a mutant, as the tests take without it")
    options = parser.parse_args()
    with running_server(ROOT / ".data" / "tests", settings=FAST):
        results = {name: try_area(name, options) for name in options.only}
    print()
    for name, outcome in results.items():
        share = 100 * (outcome.killed + outcome.accepted) / max(outcome.total, 1)
        print(
            f"{name:12} {share:5.1f} %  {outcome.killed} killed, {outcome.accepted} accepted, {len(outcome.survivors)} survived"
        )


if __name__ == "__main__":
    main()
