"""What a command shows to the person who typed it, beside its answer."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class CommandFailed(Exception):
    """One line for the person at the terminal."""


@contextmanager
def show_progress(what: str, *, doing: str = "loading") -> Generator[Callable[[int, int], None]]:
    """A bar on standard error; its function is told how much is done, of how much."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))
    task = bar.add_task(f"{doing} {what}", total=None)

    def advance(done: int, total: int) -> None:
        # Not shown before something is done: a fault that comes first stands alone.
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield advance
    finally:
        if bar.live.is_started:
            bar.stop()
