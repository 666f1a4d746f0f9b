"""Which statements are judged: those that are ready when the service has been imported, those of the documents of a demo shop, and
those that tests ran, where they were collected (`make statements`)."""

import json
import subprocess
import sys
import threading
import tomllib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ACCEPTED: Final = Path(__file__).parents[2] / "database" / "distribution" / "accepted.toml"
_IMPORTED: Final = """
import gc, json
from customer_gql.schema import admin, storefront
from customer_gql.database.distribution.forms import STATEMENTS_OF_ONE_MACHINE, use_distributed_forms
from customer_gql.database.statements import Statement
from customer_gql.loading.reads import Read
use_distributed_forms({distributed})
known = gc.get_objects()
reads = [one for one in known if isinstance(one, Read)]
forms = {{form for read in reads for form in (read._plain, read._distributed) if form is not None}}
sent = {{one for one in known if isinstance(one, Statement)}} - forms | {{read.statement for read in reads}}
sent -= STATEMENTS_OF_ONE_MACHINE if {distributed} else set()
print(json.dumps(sorted({{one.sql for one in sent}})))
"""


def imported_statements(*, distributed: bool = False) -> list[str]:
    """In a process of its own, where no test has made any; in the forms of one machine, or in those of a distributed database."""
    source = _IMPORTED.format(distributed=distributed)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def read_accepted(*lists: str) -> dict[str, str]:
    """Reasons by finding, of these lists or of all; `*` stands for any tables."""
    known = tomllib.loads(ACCEPTED.read_text())
    groups = [group for name in lists or known for group in known[name]]
    return {f"{group['rule']}: {one}": group["reason"] for group in groups for one in group["statements"]}


def find_unaccepted(texts: set[str], *lists: str) -> dict[str, list[str]]:
    """Statements that do not fit and are on no list, by what does not fit."""
    from .rules import find_faults

    accepted, found = read_accepted(*lists), defaultdict[str, list[str]](list)
    for text in sorted(texts):
        for fault in find_faults(text):
            if accepted.keys().isdisjoint({str(fault), f"{fault.rule}: {fault.kind} *"}):
                found[str(fault)].append(text)
    return dict(found)


def main(folder: str, *lists: str) -> None:
    texts = {json.loads(line) for file in Path(folder).glob("*.jsonl") for line in file.read_text().splitlines()}
    found = find_unaccepted(texts, *lists)
    for fault, statements in found.items():
        sys.stdout.write(f"{fault}\n  {' '.join(statements[0].split())[:300]}\n")
    sys.stdout.write(f"{len(texts)} statements, {len(found)} forms that fit no rule and are on no list\n")
    sys.exit(1 if found else 0)


def _judge_deep_statements() -> None:
    """A sheet of many columns is one expression within another, for each of which the parser calls itself."""
    sys.setrecursionlimit(200_000)
    threading.stack_size(512 * 1024 * 1024)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(main, *sys.argv[1:]).result()


if __name__ == "__main__":
    _judge_deep_statements()
