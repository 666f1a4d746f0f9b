"""`make mutants`: changes the code a little, one change at a time, and counts the changes that no test notices.

    make mutants MUTANTS="--only addresses --sample 20"

The tests of an area run once on a copy of the source and record which lines each of them runs, and for how long. Then the
copy is changed, and the tests that run the changed lines run, fastest first, until one fails. A change inside a function is
first made in the memory of a pytest that keeps running; only what survives there, or runs at import, gets a new process.
Neither the work tree nor its database is touched. docs/testing.md tells more.
"""

import argparse
import random
import re
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from customer_gql.embedded.server import running_server
from mutants.areas import AREAS, PACKAGE, ROOT, Area, area_of
from mutants.copied import Copy
from mutants.operators import Mutant, mutants_of
from mutants.plugin import Verdict
from mutants.running import RunningTests
from support.databases import FAST

ACCEPTED: Final = "accepted_mutants.toml"


@dataclass
class Outcome:
    killed: int = 0
    accepted: int = 0
    survivors: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.killed + self.accepted + len(self.survivors)


def expand(tests: Collection[str]) -> list[str]:
    """Paths of tests that exist, relative to the checkout."""
    files = [file for name in tests for file in sorted((ROOT / "tests").glob(name))]
    return [str(file.relative_to(ROOT)) for file in files]


def accepted_survivors() -> dict[str, str]:
    """Reasons by key, from every `accepted_mutants.toml` below `tests/`."""
    files = [tomllib.loads(file.read_text()) for file in (ROOT / "tests").rglob(ACCEPTED)]
    return {entry["mutant"]: entry["reason"] for found in files for entry in found["accepted"]}


def mutants_by_source(area: Area, pattern: str) -> list[tuple[Path, Mutant]]:
    return [
        (source, mutant)
        for source in area.sources()
        for mutant in mutants_of(str(source), (PACKAGE / source).read_text())
        if re.search(pattern, mutant.key)
    ]


def is_killed(copy: Copy, running: RunningTests, source: Path, mutant: Mutant, budget: float) -> bool:
    """What seems to survive in the running tests is tried once more from the start, as is what runs at import."""
    chosen = copy.choose_tests(source, mutant, budget)
    if not chosen:
        return False
    if not copy.is_run_at_import(source, mutant):
        verdict = running.try_change(source, mutant, chosen)
        if verdict is Verdict.BROKEN:
            verdict = running.try_change(source, mutant, chosen)
        if verdict is Verdict.KILLED:
            return True
    return copy.fails_in_new_process(source, mutant, chosen)


def try_area(name: str, options: argparse.Namespace) -> Outcome:
    area, accepted = area_of(name), accepted_survivors()
    every = mutants_by_source(area, options.matching)
    sample = random.Random(options.seed).sample(every, min(options.sample or len(every), len(every)))
    outcomes: dict[Path, Outcome] = defaultdict(Outcome)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ExitStack() as stack:
        copy = Copy(Path(folder), options.tests or expand(area.tests))
        for test in copy.observe(area.sources()):
            print(f"left out  {test} fails without any change", flush=True)
        running = stack.enter_context(RunningTests(copy))
        for source, mutant in sorted(sample, key=lambda pair: pair[1].key):
            outcome = outcomes[source]
            if is_killed(copy, running, source, mutant, options.seconds):
                outcome.killed += 1
            elif mutant.key in accepted:
                outcome.accepted += 1
            else:
                outcome.survivors.append(mutant.key)
                print(f"survived  {mutant.key}", flush=True)
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
    parser.add_argument(
        "--seconds", type=float, default=20, help="processor time of a mutant's tests, as they take without it"
    )
    parser.add_argument(
        "--matching", default="", help="only mutants whose line in the report has this regular expression"
    )
    parser.add_argument("--tests", nargs="+", help="instead of the tests of the area")
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
