"""Pages of instructions, followed literally: files are written, changed lines are changed, commands are run.

A block of code belongs to the last path that stands alone on a line before it, as `` `src/x.py`: ``. A block of Python
is the whole file; of a `diff`, the lines marked with `-` are replaced by those marked with `+`. Each line of a block of
`sh` is a command.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_STEP: Final = re.compile(r"^`(?P<path>[\w./*-]+)`:$|^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(page: str, tree: Path, environment: Mapping[str, str]) -> list[Path]:
    """The files written or changed by hand."""
    files: list[Path] = []
    for path, kind, text in steps_of(page):
        if kind == "sh":
            for command in text.splitlines():
                run_command(command, tree, environment)
            continue
        [file] = [tree / path] if "*" not in path else tree.glob(path)
        if kind == "python":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        else:
            change_lines(file, text)
        files.append(file)
    return list(dict.fromkeys(files))


def steps_of(page: str) -> Iterator[tuple[str, str, str]]:
    path = ""
    for step in _STEP.finditer(page):
        if step["path"]:
            path = step["path"]
        else:
            yield path, step["kind"], step["text"]


def change_lines(file: Path, block: str) -> None:
    marked = [(line[:1], line[1:]) for line in block.splitlines()]
    before = "".join(f"{text}\n" for mark, text in marked if mark != "+").rstrip("\n")
    after = "".join(f"{text}\n" for mark, text in marked if mark != "-").rstrip("\n")
    text = file.read_text()
    assert text.count(before) == 1, f"{file.name} has these lines {text.count(before)} times:\n{before}"
    file.write_text(text.replace(before, after))


def run_command(command: str, tree: Path, environment: Mapping[str, str]) -> str:
    """What it printed. What `make setup` installs is there already."""
    made = command.replace("make ", "make -o setup ", 1) if command.startswith("make ") else command
    done = subprocess.run(
        made,
        shell=True,
        cwd=tree,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, f"{made}\n{done.stdout}"
    return done.stdout
