"""A pytest that has imported everything and waits for changes of functions, so that a mutant costs its tests and no more."""

import marshal
import subprocess
from contextlib import ExitStack, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, Self

from mutants.copied import OUTPUT, Copy
from mutants.operators import Mutant
from mutants.plugin import Verdict

COLLECTING: Final = 600
ENDING: Final = 30
"""Seconds."""


class RunningTests:
    """Started when it is first needed, and again after it was stopped."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._stack = ExitStack()
        self._pipe: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Lets the process drop its database, unless it does not listen any more."""
        if self._pipe and self._process:
            with suppress(OSError, subprocess.TimeoutExpired):
                self._pipe.send(None)
                self._process.wait(ENDING)
        self._pipe = self._process = None
        self._stack.close()

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        self._stack.enter_context(ours)
        with theirs:
            process = self._copy.start_pytest(self._copy.tests, pipe=theirs.fileno(), MUTANTS_PIPE=theirs.fileno())
            self._process = self._stack.enter_context(process)
        if not ours.poll(COLLECTING) or ours.recv() != "ready":
            raise SystemExit((self._copy.folder / OUTPUT).read_text()[-4_000:])
        return ours

    def try_change(self, source: Path, mutant: Mutant, chosen: list[str]) -> Verdict:
        """Killed is also what ends the process, or does not end in time; then the next mutant gets a new process."""
        pipe = self._pipe = self._pipe or self._start()
        changed = marshal.dumps(mutant.compiled(str(self._copy.file_of(source))))
        try:
            pipe.send((changed, chosen))
            if pipe.poll(self._copy.limit(chosen)):
                verdict = Verdict(pipe.recv())
                if verdict is Verdict.BROKEN:
                    self.stop()
                return verdict
        except (EOFError, OSError):
            pass
        self.stop()
        return Verdict.KILLED
