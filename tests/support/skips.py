"""A plugin that counts skipped tests by reason, and in CI fails a run for a reason it does not expect."""

import os
from collections import Counter

import pytest

EXPECTED = {
    "the Northwind files are not on this machine": "the files are not ours to publish",
    "the Adobe Commerce files are not on this machine": "the files are not ours to publish",
    "PostgreSQL 15 of Debian is not installed": "each version of Debian has one version of PostgreSQL, and CI may have a newer one",
    "only root switches to another account": "CI runs as an ordinary user",
}
"""By reason, why CI does without."""


def skipped(reporter: pytest.TerminalReporter) -> Counter[str]:
    reports = reporter.stats.get("skipped", [])
    return Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = skipped(terminalreporter)
    terminalreporter.section("skipped tests")
    for reason, count in reasons.most_common():
        note = "" if reason in EXPECTED or not is_strict() else " (not expected)"
        terminalreporter.line(f"{count} x {reason}{note}")
    terminalreporter.line(f"{reasons.total()} skipped")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if is_strict() and isinstance(reporter, pytest.TerminalReporter) and set(skipped(reporter)) - set(EXPECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def is_strict() -> bool:
    return bool(os.environ.get("CI"))
