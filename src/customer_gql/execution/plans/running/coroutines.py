"""Runs a coroutine up to the point where it waits, without a task of its own."""

from collections.abc import Coroutine, Generator
from typing import Any

from customer_gql.loading.rounds import RequestLoads


async def drive_resolver(resolver: Coroutine[Any, Any, Any], loads: RequestLoads) -> Any:
    """The result of the only resolver that is awaited at this point.

    While it waits for loads only, their rounds run here at once: no other resolver could still add to them.
    """
    started = _StartedCoroutine(resolver)
    try:
        while not started.advance(loads):
            if not loads.waits_for_round(started.awaited):
                loads.start_rounds()  # it also asked for reads that it does not await directly, for example in a gather
                return await started
            await loads.run_stepped_round()
    except BaseException:
        resolver.close()
        raise
    return started.result


class _StartedCoroutine:
    """A coroutine that has begun. Awaiting it continues it in the task that began it."""

    __slots__ = ("_coroutine", "awaited", "result")

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self.awaited: Any = None
        self.result: Any = None

    def advance(self, loads: RequestLoads) -> bool:
        """Run up to the next `await`; true when the coroutine has ended."""
        loads.begin_step()
        try:
            self.awaited = self._coroutine.send(None)
        except StopIteration as ended:
            self.result = ended.value
            return True
        finally:
            loads.end_step()
        return False

    def __await__(self) -> Generator[Any, Any, Any]:
        """Continue as `await` on the coroutine would."""
        try:
            while True:
                try:
                    sent = yield self.awaited
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - every exception, a cancellation too, is for the coroutine
                    self.awaited = self._coroutine.throw(error)
                else:
                    self.awaited = self._coroutine.send(sent)
        except StopIteration as ended:
            return ended.value
