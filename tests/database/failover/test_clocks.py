"""Processes whose machine has another time than the database: rules go by the database's, and readiness says so."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import structlog

from customer_gql.core.clock import correct_clock, read_clock
from customer_gql.database.connecting import checks
from customer_gql.database.connecting.checks import check_server
from customer_gql.messaging.jobs import worker
from customer_gql.messaging.jobs.work import Tools
from customer_gql.settings import Settings
from support.clients import served


@pytest.fixture(autouse=True)
def _clock() -> Any:
    yield
    correct_clock(0)


@pytest.fixture
def database_ahead(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The database says that so many seconds more have passed."""

    def set_ahead(seconds: float) -> None:
        moved = checks._CHECK.replace("clock_timestamp()", f"clock_timestamp() + interval '{seconds} s'")
        monkeypatch.setattr(checks, "_CHECK", moved)

    return set_ahead


def seconds_ahead() -> float:
    return round((read_clock() - dt.datetime.now(dt.UTC)).total_seconds())


async def test_rules_go_by_the_time_of_the_database(empty_database: Any, database_ahead: Any):
    async with empty_database.reads.acquire() as connection:
        assert abs((await check_server(connection)).seconds_ahead) < 1
        assert seconds_ahead() == 0
        database_ahead(-90)
        assert round((await check_server(connection)).seconds_ahead) == -90
    assert seconds_ahead() == -90


async def test_readiness_refuses_a_clock_that_differs(settings: Settings, empty_database: Any, database_ahead: Any):
    async with served(settings, empty_database) as http:
        assert (await http.get("/health/ready")).status_code == 200
        database_ahead(3)
        assert (await http.get("/health/ready")).status_code == 200
        database_ahead(7)
        answer = await http.get("/health/ready")
    reason = "the clock of this machine is 10 s from that of the database"
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "reason": reason})


async def test_a_worker_warns_of_it(settings: Settings, empty_database: Any, database_ahead: Any):
    database_ahead(60)
    with structlog.testing.capture_logs() as logs:
        assert await worker._check_clock(Tools(empty_database, settings, ())) == 0
    assert [(line["event"], round(line["seconds_ahead"])) for line in logs] == [("clocks differ", 60)]


def test_no_rule_reads_the_clock_of_the_machine():
    source = Path(checks.__file__).parents[2]
    found = {
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if "datetime.now(" in file.read_text() or "utcnow(" in file.read_text()
    }
    others = {"demo/start.py", "demo/northwind/customers.py", "commerce/payments/test_psp/provider.py"}
    assert found - others == {"core/clock.py", "database/connecting/checks.py"}
