"""One sweep ends requests that take too long, and notices clients that hang up."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from customer_gql.execution.http.deadlines import (
    ClientDisconnected,
    Deadlines,
    Sweep,
    SweptTimeout,
    run_until_disconnect,
)


class CountedTimers:
    """The timers that are set on the running loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.periods: list[float] = []
        loop = asyncio.get_running_loop()
        set_timer = loop.call_at

        def count(when: float, callback: Callable[..., Any], *given: Any, **named: Any) -> asyncio.TimerHandle:
            self.periods.append(when - loop.time())
            return set_timer(when, callback, *given, **named)

        monkeypatch.setattr(loop, "call_at", count)


@pytest.mark.parametrize(("shortest", "period"), [(0.1, 0.025), (4, 1), (3600, 1)])
def test_a_sweep_comes_each_second_or_after_a_quarter_of_the_shortest_deadline(shortest: float, period: float):
    assert Sweep(shortest).period == period
    assert Deadlines(body=shortest, statement=3600).sweep.period == period


async def test_work_that_takes_too_long_is_cancelled():
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    deadlines = Deadlines(body=0.04, statement=3600)
    with pytest.raises(TimeoutError):
        async with deadlines.of_body():
            await work()
    assert ended == ["cancelled"]
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0  # the task goes on


async def test_what_is_cancelled_after_the_sweep_looked_is_not_called():
    sweep, called = Sweep(0.04), list[str]()
    finished = asyncio.Event()
    sweep.call_later(0, lambda: sweep.cancel(second))
    second = sweep.call_later(0, lambda: called.append("second"))
    sweep.call_later(0, finished.set)
    await finished.wait()
    assert called == []


async def test_nothing_is_ended_before_its_deadline():
    loop, sweep = asyncio.get_running_loop(), Sweep(0.04)
    begun = loop.time()
    with pytest.raises(TimeoutError):
        async with SweptTimeout(sweep, 0.1):
            await asyncio.Event().wait()
    assert loop.time() - begun >= 0.1


async def test_many_requests_set_one_timer(monkeypatch: pytest.MonkeyPatch):
    deadlines = Deadlines(body=4, statement=3)

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def answer() -> str:
        async with deadlines.of_answer():
            await asyncio.sleep(0)
        return "answered"

    timers = CountedTimers(monkeypatch)
    for _ in range(50):
        async with deadlines.of_body():
            await asyncio.sleep(0)
        assert await run_until_disconnect(receive, answer(), deadlines.sweep) == "answered"
    assert len(timers.periods) == 1


async def test_a_sweep_rests_while_nothing_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    sweep, called = Sweep(0.04), asyncio.Event()
    sweep.cancel(sweep.call_later(0, called.set))
    sweep.call_later(0, called.set)
    await called.wait()
    timers = CountedTimers(monkeypatch)
    await asyncio.sleep(0)
    assert timers.periods == []
    called.clear()
    sweep.call_later(0, called.set)
    await called.wait()


async def test_an_error_of_one_keeps_no_other(monkeypatch: pytest.MonkeyPatch):
    loop, sweep, called = asyncio.get_running_loop(), Sweep(0.04), asyncio.Event()
    told: list[Any] = []
    loop.set_exception_handler(lambda _loop, context: told.append(context["exception"]))

    def fail() -> None:
        raise ValueError("one")

    sweep.call_later(0, fail)
    sweep.call_later(0, called.set)
    await called.wait()
    assert [str(error) for error in told] == ["one"]
    loop.set_exception_handler(None)


def test_another_loop_has_a_timer_of_its_own():
    sweep = Sweep(0.04)

    async def expire() -> str:
        try:
            async with SweptTimeout(sweep, 0):
                await asyncio.Event().wait()
        except TimeoutError:
            return "ended"
        return "not ended"

    async def leave() -> None:
        sweep.call_later(3600, lambda: None)

    asyncio.run(leave())  # its timer is gone with it
    assert asyncio.run(expire()) == "ended"


async def test_a_client_that_hangs_up_ends_the_work():
    ended: list[str] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    with pytest.raises(ClientDisconnected):
        await run_until_disconnect(receive, work(), Sweep(0.04))
    assert ended == ["cancelled"]


async def test_a_cancelled_request_is_no_client_that_hung_up():
    async def receive() -> Any:
        await asyncio.Event().wait()

    async def work() -> None:
        await asyncio.Event().wait()

    request = asyncio.create_task(run_until_disconnect(receive, work(), Sweep(0.04)))
    await asyncio.sleep(0)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
